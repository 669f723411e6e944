# Cartas que la gente pidió, cada una con su salida.

news =
    .subject = Novedades: { $title }
    .title = { $title }
    .lead = { $text }
    .next = Recibe esto porque pidió las novedades de Aviso.

unsubscribe = Dejar de recibir estas cartas

report-monthly =
    .subject = Sus pagos en { $month }
    .title = Sus pagos en { $month }
    .lead = Esta es la suma de lo que pagó, por moneda, y de lo que se le devolvió de ello.
    .next = Recibe esto porque pidió la suma del mes. El bot envía los pagos uno a uno con /statement.
