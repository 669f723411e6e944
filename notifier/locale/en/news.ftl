# Letters that people asked for, with a way out in each.

news =
    .subject = News: { $title }
    .title = { $title }
    .lead = { $text }
    .next = You get this because you asked for news of Aviso.

unsubscribe = Unsubscribe from these letters

report-monthly =
    .subject = Your payments in { $month }
    .title = Your payments in { $month }
    .lead = This is the sum of what you paid, by currency, and of what came back of it.
    .next = You get this because you asked for a monthly sum. The bot sends the single payments with /statement.

shop-digest =
    .subject = { $shop }: what just happened
    .title = What just happened at { $shop }
    .lead = Sums come first, then what matters most.
    .next = You act for this shop, and chose to hear of this at once.
shop-digest-hourly =
    .subject = { $shop }: the last hour
    .title = { $shop } in the last hour
    .lead = Sums come first, then what matters most.
    .next = You act for this shop, and chose to hear of this by the hour.
shop-digest-daily =
    .subject = { $shop }: the last day
    .title = { $shop } on the last day
    .lead = Sums come first, then what matters most.
    .next = You act for this shop, and chose to hear of this by the day.
digest-payment-captured = Paid
digest-payment-declined = Declined
digest-refund-succeeded = Refunded
digest-refund-failed = Refunds that failed
digest-dispute-opened = New disputes
digest-dispute-won = Disputes won
digest-dispute-lost = Disputes lost
digest-endpoint-failing = Endpoints that fail
digest-endpoint-disabled = Endpoints switched off
