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
