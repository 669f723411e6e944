# Letters that people asked for, with a way out in each.

news =
    .subject = { $title }
    .title = { $title }
    .lead = { $text }
    .next = You get this because you asked for news of Aviso.

unsubscribe = Unsubscribe from these letters
