# Registries of merchants.

label-turnover = Taken

# The day's operations, to whom a merchant named. NO PAYMENTS THIS DAY is looked for by machines: it stays as it is.
report-registry =
    .subject = { $shop }: registry of { $day }
    .title = Registry of { $day }
    .lead = These are the sums of { $shop } for the day in { $zone }, by currency. The operations are in the attached table.
    .next = You get this because { $shop } named this address for its daily registry.

report-registry-empty =
    .subject = { $shop }: registry of { $day }: NO PAYMENTS THIS DAY
    .title = NO PAYMENTS THIS DAY
    .lead = { $shop } took no money on { $day } ({ $zone }), and none went back.
    .next = You get this because { $shop } named this address for its daily registry.
