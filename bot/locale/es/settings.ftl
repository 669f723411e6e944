# Qué se le cuenta a una persona, cómo y cuándo.

command-settings = Qué le cuento, y cuándo
settings-title = <b>Qué le cuento, y cómo</b>
settings-line = { $name }: { $how }
settings-how-chat = chat
settings-how-mail = correo
settings-how-inbox = bandeja
settings-how-none = nada
settings-zone = Zona horaria: { $zone }, allí son las { $time }
settings-quiet = Horas de silencio: de { $from } a { $until }. Las novedades esperan a que terminen; los avisos de seguridad no.
settings-quiet-none = Horas de silencio: ninguna
settings-mail-dead =
    <b>El correo no le llega</b>
    Su buzón rechaza nuestro correo desde el { $since }: { $answer }
    Se lo cuento en este chat.
settings-mandatory = Esto no se puede apagar del todo: queda una vía para llegar a usted.
category-security = Seguridad
    .hint = Quién entró en su cuenta y qué se acordó en su nombre: tarjetas que guardan las tiendas, pagos periódicos.
category-verification = Confirmaciones
    .hint = Enlaces y preguntas que le esperan: una dirección por confirmar, un pago por confirmar en su banco.
category-payments = Pagos
    .hint = Qué fue de sus pagos. Con las dos vías puestas, lo importante llega por ambas y lo demás al chat.
category-refunds = Devoluciones
    .hint = Dinero que vuelve a usted.
category-disputes = Disputas
    .hint = Pagos que usted o su banco discuten.
category-shop = Sus tiendas
    .hint = Lo que pasa en las tiendas en cuyo nombre actúa. La frecuencia se elige en la página web de su cuenta.
category-reports = Suma del mes
    .hint = En los primeros días del mes, lo que pagó y le devolvieron el mes anterior.
category-news = Novedades
    .hint = Lo nuevo de Aviso, unas pocas veces al año. Solo si lo quiere.
channel-telegram = Chat
channel-email = Correo
channel-inbox = Bandeja
key-settings = Ajustes
key-quiet = Horas de silencio
key-quiet-none = Ninguna
key-zone = Zona horaria
key-try-mail = Enviar un enlace a mi buzón
choose-quiet =
    <b>¿Cuándo debo callar?</b>
    Las horas son las de { $zone }. Lo que llegue entretanto se cuenta cuando terminen. En la página web de su cuenta se pueden poner otras.
ask-time-zone =
    <b>¿Dónde vive?</b>
    Escriba en inglés el nombre de una ciudad grande cercana, como Madrid o Mexico City.
choose-time-zone = ¿Cuál?
time-zone-unknown = No conozco ninguna zona horaria con { $text } en su nombre. Escriba en inglés una ciudad mayor cercana, o /cancel.
mail-tried =
    <b>Mire en su buzón</b>
    Escribí otra vez a { $email }. Abra el enlace de esa carta y el correo volverá a llegar. Si no llega nada, el buzón lo sigue rechazando.
toast-last-channel = Para esto debe quedar una vía para llegar a usted.

news-notice =
    <b>{ $title }</b>
    { $text }

report-title = <b>Sus pagos en { $month }</b>
report-line = Pagos: { $count }. Pagado <b>{ $paid }</b>, de lo que se devolvió { $refunded }.
key-table = Como tabla

shop-digest = <b>Lo que acaba de pasar en { $shop }</b>{ $test }
shop-digest-hourly = <b>{ $shop } en la última hora</b>{ $test }
shop-digest-daily = <b>{ $shop } en el último día</b>{ $test }
shop-digest-lines = <b>Lo más importante</b>
key-shop-open = Abrir la tienda
digest-payment-captured = Pagado
digest-payment-declined = Rechazado
digest-refund-succeeded = Devuelto
digest-refund-failed = Devoluciones fallidas
digest-dispute-opened = Disputas nuevas
digest-dispute-won = Disputas ganadas
digest-dispute-lost = Disputas perdidas
digest-endpoint-failing = Webhooks que fallan
digest-endpoint-disabled = Webhooks desactivados
