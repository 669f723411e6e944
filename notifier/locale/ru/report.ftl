# Реестры магазинов.

label-turnover = Получено

# Операции дня – тем, кого указал магазин. NO PAYMENTS THIS DAY ищут программы: текст не меняется.
report-registry =
    .subject = { $shop }: реестр за { $day }
    .title = Реестр за { $day }
    .lead = Суммы магазина { $shop } за день ({ $zone }) по валютам. Операции – в приложенной таблице.
    .next = Вы получаете это, потому что { $shop } указал этот адрес для ежедневного реестра.

report-registry-empty =
    .subject = { $shop }: реестр за { $day }: NO PAYMENTS THIS DAY
    .title = NO PAYMENTS THIS DAY: платежей в этот день не было
    .lead = { $shop } за { $day } ({ $zone }) денег не получал и не возвращал.
    .next = Вы получаете это, потому что { $shop } указал этот адрес для ежедневного реестра.
