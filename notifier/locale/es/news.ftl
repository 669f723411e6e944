# Cartas que la gente pidió, cada una con su salida.

news =
    .subject = { $title }
    .title = { $title }
    .lead = { $text }
    .next = Recibe esto porque pidió las novedades de Aviso.

unsubscribe = Dejar de recibir estas cartas
