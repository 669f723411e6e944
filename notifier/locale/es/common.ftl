# Lo que comparten todas las cartas: rótulos, fechas, aviso de pruebas, pie.

test-banner = Modo de prueba: no se movió dinero real.
footer-sent = Enviado automáticamente por { $host }.
footer-account = Su cuenta y sus avisos

shop-unknown = Comercio sin nombre
device-unknown = Dispositivo desconocido
card-unknown = Tarjeta

label-shop = Comercio
label-amount = Importe
label-description = Concepto
label-until = Pagar antes del
label-taken = Cobrado
label-reserved = Reservado
label-refund = Reembolso
label-paid = Pago
label-card = Tarjeta
label-order = Número de pedido
label-reference = Referencia
label-date = Fecha
label-reason = Motivo
label-device = Dispositivo
label-codes-left = Códigos de recuperación que quedan
label-telegram = Telegram
label-endpoint = Dirección
label-endpoint-id = Punto de recepción
label-since = Falla desde
label-risk = Por qué se retuvo

button-pay = Pagar
button-account = Abrir mi cuenta
button-confirm = Confirmar esta dirección
button-reset = Elegir una contraseña nueva
button-login = Entrar
button-close = Eliminar mi cuenta
button-invitation = Ver la invitación
button-cabinet = Abrir el panel
button-security = Revisar mi cuenta
button-endpoint = Abrir los puntos de recepción
button-hint = Si el botón no funciona, abra esta dirección:

moment = { $day } de { $month } de { $year }, { $time } UTC
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
