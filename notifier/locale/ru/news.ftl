# Письма, о которых люди просили, в каждом – выход.

news =
    .subject = { $title }
    .title = { $title }
    .lead = { $text }
    .next = Вы получаете это, потому что просили новости Aviso.

unsubscribe = Отписаться от этих писем
