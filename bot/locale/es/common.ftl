# Lo que comparten todos los mensajes: marcas, momentos, botones, respuestas breves, fallos.

mark-test = <b>[PRUEBA]</b>
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

line-wallet = Pagado con: { $wallet }
line-card = Tarjeta •• { $last4 }
line-order = Pedido <code>{ $order }</code>
line-reference = Referencia <code>{ $reference }</code>
line-date = { $at }
line-codes-left = Códigos de recuperación que quedan: { $left }
line-device = Dispositivo: { $device }
line-refund-pending = Un reembolso de <b>{ $amount }</b> va de camino a su banco.

key-payments = Mis pagos
key-language = Idioma
key-help = Ayuda
key-begin = Empezar
key-details = Detalles
key-back = Volver
key-not-me = No fui yo
key-not-me-sure = Sí, no fui yo
key-account = Abrir mi cuenta

toast-outdated = Este botón ya no sirve. Abra el menú de nuevo.
toast-not-yours = Este pago no está en su cuenta.

error-incident =
    <b>No se pudo hacer</b>
    Hubo un fallo por nuestra parte y su petición no se realizó. Inténtelo de nuevo en un minuto. Si vuelve a fallar, indique este número a soporte: <code>{ $incident }</code>.
