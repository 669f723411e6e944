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

shop-digest =
    .subject = { $shop }: lo que acaba de pasar
    .title = Lo que acaba de pasar en { $shop }
    .lead = Primero las sumas, después lo más importante.
    .next = Usted actúa en nombre de esta tienda y eligió saberlo al momento.
shop-digest-hourly =
    .subject = { $shop }: la última hora
    .title = { $shop } en la última hora
    .lead = Primero las sumas, después lo más importante.
    .next = Usted actúa en nombre de esta tienda y eligió saberlo cada hora.
shop-digest-daily =
    .subject = { $shop }: el último día
    .title = { $shop } en el último día
    .lead = Primero las sumas, después lo más importante.
    .next = Usted actúa en nombre de esta tienda y eligió saberlo cada día.
digest-payment-captured = Pagado
digest-payment-declined = Rechazado
digest-refund-succeeded = Devuelto
digest-refund-failed = Devoluciones fallidas
digest-dispute-opened = Disputas nuevas
digest-dispute-won = Disputas ganadas
digest-dispute-lost = Disputas perdidas
digest-endpoint-failing = Webhooks que fallan
digest-endpoint-disabled = Webhooks desactivados
