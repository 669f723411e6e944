# Lo que un comprador puede pedir: devoluciones, recibos, extractos, seguridad, consultas.

command-refunds = Mis devoluciones
command-receipt = Un recibo en PDF
command-statement = Un mes como tabla
command-security = Dónde tengo sesión abierta
command-lookup = Un pago sin tener cuenta
key-receipt = Recibo
key-newest = Lo último
key-older = Lo anterior
key-search = Buscar

narrowed-all = Todos
narrowed-paid = Pagados
narrowed-open = Abiertos
narrowed-declined = No hechos
narrowed-refunded = Devueltos
payments-none-narrowed = <b>Ninguno de sus pagos es así.</b>
search-ask =
    <b>¿Qué busca?</b>
    Escriba una referencia, un número de pedido, las cuatro últimas cifras de la tarjeta o una parte del nombre de la tienda. /cancel para dejarlo.
search-found = <b>Encontrado para { $text }</b>: { $count }
search-none =
    <b>Nada para { $text }</b>
    Pruebe con una referencia, un número de pedido, las cuatro últimas cifras de la tarjeta o una parte del nombre de la tienda.

refunds-title = <b>Sus devoluciones</b>
refunds-none =
    <b>Aún no hay devoluciones</b>
    Cuando una tienda devuelva dinero, aparecerá aquí.
refunds-pending =
    <b>{ $amount }</b> · en el banco{ $test }
    { $shop } · desde el { $at }
refunds-succeeded =
    <b>{ $amount }</b> · devuelto{ $test }
    { $shop } · { $at }
refunds-failed =
    <b>{ $amount }</b> · rechazado por el banco{ $test }
    { $shop } · { $at }. Escriba a la tienda.

receipt-which = <b>¿De qué pago?</b>
receipt-none =
    <b>No hay recibo que dar</b>
    Hay uno por cada pago cuyo dinero se cobró. Vea /payments.
receipt-caption = Recibo del pago <code>{ $reference }</code>
toast-no-receipt = Por este pago no se cobró dinero, así que no hay recibo.
receipt-title = Recibo
receipt-test = PRUEBA: no se movió dinero real
receipt-shop = Tienda
receipt-paid = Pagado
receipt-date = Fecha
receipt-with = Pagado con
receipt-order = Número de pedido
receipt-what = Concepto
receipt-reference = Referencia
receipt-id = Pago
receipt-refund = Devuelto
receipt-left = Pagado tras devoluciones
receipt-note = Constancia de un pago con tarjeta o monedero, hecha por { $host }. No es una factura: pídala a la tienda.

statement-which = <b>¿Qué mes?</b> Envío sus pagos como tabla para una hoja de cálculo.
statement-wrong = Escriba el mes así: <code>/statement 2026-03</code>.
statement-empty = No hizo pagos en { $month }.
statement-caption = { $month }, pagos: { $count }. Las horas son las de { $zone }.
statement-cut = Hay más; la tabla acaba aquí.
column-date = Fecha
column-reference = Referencia
column-shop = Tienda
column-order = Pedido
column-what = Concepto
column-status = Estado
column-amount = Importe
column-taken = Cobrado
column-refunded = Devuelto
column-currency = Moneda
column-with = Pagado con
status-word-requires-payment-method = sin pagar
status-word-requires-action = espera al comprador
status-word-in-review = en revisión
status-word-processing = en el banco
status-word-authorized = reservado
status-word-partially-captured = cobrado en parte
status-word-captured = pagado
status-word-partially-refunded = devuelto en parte
status-word-refunded = devuelto
status-word-voided = liberado
status-word-declined = no se hizo
status-word-expired = no se completó a tiempo

security-title = <b>La seguridad de su cuenta</b>
security-email = Correo: { $email }
security-none = Ningún navegador tiene sesión abierta.
security-sessions = Navegadores con sesión abierta: { $count }
security-session =
    { $device }
    desde el { $since }, visto el { $seen }
security-advice = ¿Alguno que no conoce? Cierre su sesión y cambie la contraseña en la web.
key-session-end = Cerrar: { $device }
key-session-end-all = Cerrar en todas partes
toast-session-ended = Sesión cerrada.
toast-session-gone = Ya estaba cerrada.

lookup-ask =
    <b>¿Cómo está un pago?</b>
    Escriba tres cosas en una línea: su referencia, su importe y las cuatro últimas cifras de la tarjeta o el correo que dio a la tienda. Por ejemplo:
    <code>7K3M-9QX2-4D 49.90 4242</code>
lookup-wrong = Eso no son tres cosas en una línea. Por ejemplo: <code>7K3M-9QX2-4D 49.90 4242</code>. La referencia está en la carta y en la página de la tienda.
lookup-often = Se preguntó demasiadas veces. Inténtelo de nuevo en diez minutos.
lookup-none =
    <b>No hay tal pago</b>
    Referencia, importe y prueba no encajan. Compruébelos en la carta que recibió o pregunte a la tienda.
lookup-found =
    <b>{ $status }</b>
    Tienda: { $shop }
    Para ver todo sobre sus pagos, empiece con /start.
