# La cuenta: lo que la protege, lo que muestra y su final. En español.

tab-account = Resumen

login-push = Entrar con Telegram
login-push-hint = Con Telegram no hace falta contraseña: nuestro bot le pregunta en su chat.
push-title = Entrar con Telegram
push-lead = Si esta cuenta está conectada a Telegram, nuestro bot acaba de preguntarle allí. Elija este número en el chat:
push-waiting = Esta página mira sola cada dos segundos. La pregunta vale dos minutos.
push-other = Entrar de otra manera
push-over = Este intento ha terminado sin resultado: empiece de nuevo o entre con su contraseña.

code-title = Un paso más
code-lead = Su cuenta tiene un autenticador. Escriba el código que muestra ahora.
code-again = Empezar de nuevo
field-code = Código
hint-login-code = Seis cifras, o uno de sus códigos de recuperación.
hint-first-code = Las seis cifras que el autenticador muestra ahora.
error-code = Este código es incorrecto o ya se usó. Espere el siguiente y pruebe otra vez.

signed-title = Entrar con Telegram
signed-lead = Telegram dice que usted es
signed-unknown-title = Sin conectar
signed-unknown = Ninguna cuenta está conectada a este Telegram. Regístrese, o conéctelo en su cuenta.
app-outside = Esta página funciona dentro de Telegram.
app-refused = La firma de Telegram no es válida o es demasiado antigua, o ninguna cuenta está conectada a este Telegram.
app-other = Entrar de otra manera

security-title = Seguridad
security-password = Contraseña
security-password-lead = Se cierran todas las demás sesiones y le avisamos por correo y por Telegram. No vale ninguna de sus tres últimas contraseñas.
security-password-button = Cambiar la contraseña
security-no-password = Su cuenta aún no tiene contraseña. Enviamos un enlace a su correo para elegir una.
field-old-password = Contraseña actual
field-new-password = Contraseña nueva
error-password = Esta no es su contraseña.
error-password-used = Es una de sus tres últimas contraseñas. Elija otra.
error-same-password = Es su contraseña financiera. Las dos tienen que ser distintas: elija otra.
done-password = Su contraseña ha cambiado. Todas las demás sesiones se han cerrado.
done-session = La sesión se ha cerrado.
done-sessions = Todas las demás sesiones se han cerrado.
done-telegram = Telegram está desconectado.
done-totp = Se ha quitado el autenticador.

telegram-gone = no se puede contactar
telegram-gone-lead = El bot está bloqueado en este chat, así que le escribimos al correo. Escriba /start al bot para que vuelva a enviarle mensajes.
telegram-unlink = Desconectar Telegram
telegram-unlink-lead = El chat ya no recibe avisos, y ni él ni el @usuario abren la cuenta. Para entrar le quedan el correo y la contraseña.
telegram-unlink-sure = Desconectar
error-last-way-in = Podrá desconectar Telegram cuando tenga un correo confirmado y una contraseña: de otro modo no podría volver a entrar.

sessions-title = Dónde tiene la sesión abierta
sessions-this = este navegador
sessions-since = Desde
sessions-seen = Última vez
sessions-end = Cerrar esta sesión
sessions-end-others = Cerrar todas las demás

totp-title = Autenticador
totp-lead = Un autenticador es una aplicación del teléfono que muestra un código nuevo cada medio minuto. Con él, la contraseña sola no abre nada.
totp-on = activo
totp-since = desde el
totp-codes-left = Códigos de recuperación que quedan:
totp-manage = Verlo o quitarlo
totp-add = Añadir un autenticador
totp-start = Continuar
totp-confirm-first = Confirme antes su correo: abra el enlace de nuestro mensaje.
totp-scan = Escanee esta imagen con el autenticador.
totp-picture = Código QR con el secreto para el autenticador; el texto de abajo dice lo mismo
totp-type = O escriba en él este secreto:
totp-give = Escriba el código que muestra.
totp-confirm = Activarlo
totp-remove = Quitar el autenticador
totp-remove-lead = Sus códigos de recuperación desaparecen con él. Le avisamos por correo y por Telegram.
totp-back = Volver a seguridad
codes-title = Códigos de recuperación
codes-done = El autenticador está activo.
codes-lead = Si pierde el autenticador, uno de estos códigos lo sustituye. Cada uno sirve una vez. Se muestran ahora y nunca más: apúntelos o imprima esta página, y guárdela donde no esté su teléfono.
codes-kept = Los he guardado

payments-title = Pagos
payments-search = Buscar en todos los pagos
search-text = Concepto, pedido o referencia
search-status = Estado
search-shop = Comercio
search-from = Desde
search-until = Hasta
search-any = Cualquiera
search-button = Buscar
search-all = Mostrar todos
search-nothing = Ningún pago coincide.
error-day = Escriba un día como 2026-11-24.

payment-title = Pago
payment-for = Concepto
payment-order = Pedido
payment-reference = Referencia
payment-at = Fecha
payment-method = Pagado con
payment-taken = Cobrado
payment-refunded = Devuelto
payment-refunds = Devoluciones
payment-print = Para guardarlo como recibo, imprima la página.
payment-not-me = No reconozco este pago
payment-not-me-lead = A veces los comercios aparecen con otro nombre, y alguien de su familia puede usar la tarjeta. Si no fue usted, abrimos un caso, una persona lo examina y se congela la tarjeta que el comercio guarde para él.
payment-not-me-sure = No fui yo
payment-back = Todos los pagos
done-not-me = Lo estamos examinando. Hemos avisado a una persona de nuestro equipo. Si otra persona puede conocer los datos de la tarjeta, llame ahora a su banco y bloquéela.
done-not-me-known = Ya tenemos su aviso: hay un caso abierto sobre este pago.
refund-pending = en el banco
refund-succeeded = devuelta
refund-failed = rechazada por el banco

cards-title = Tarjetas guardadas
cards-lead = Los comercios guardan estas tarjetas porque usted lo aceptó. Nunca ven el número.
cards-none = Ningún comercio guarda una tarjeta suya.
cards-frozen = congelada
cards-since = guardada desde el
cards-remove = Quitar
cards-remove-lead = Se borra el número y el comercio ya no puede cobrar de esta tarjeta. Los cobros periódicos terminan.
cards-remove-sure = Quitar la tarjeta
cards-not-me = No fui yo
cards-not-me-lead = ¿No conoce esta tarjeta, o puede usarla otra persona? Se congela, con los cobros que el comercio haga de ella, hasta que nuestro equipo le haya escuchado.
cards-not-me-sure = Congelar la tarjeta
done-card-removed = La tarjeta está quitada y su número borrado.
done-card-frozen = La tarjeta está congelada: no se puede pagar con ella. Escriba a soporte, y llame a su banco si otra persona puede conocer los datos de ella.

settings-title = Ajustes
field-time-zone = Zona horaria
hint-clock = Las horas de estas páginas se muestran con este reloj.
done-settings = Guardado.

data-title = Sus datos
export-title = Una copia de sus datos
export-lead = Su cuenta, sesiones, tarjetas guardadas y pagos en un solo archivo (JSON).
export-button = Descargar
export-fresh = Entró hace un rato. Salga y vuelva a entrar para descargar sus datos.
close-title = Eliminar su cuenta
close-lead = Se cierran las sesiones, se desconecta Telegram, se borran las tarjetas guardadas y terminan los cobros periódicos. Los pagos deben conservarse por ley; pierden el correo y su dirección IP. No se puede deshacer.
close-with-password = Eliminar con la contraseña
close-with-mail = Eliminar con un enlace a su correo
close-mail-lead = Enviamos un enlace que sirve una vez, durante 30 minutos. No se elimina nada antes de usarlo.
close-button = Eliminar mi cuenta
close-sent = Un enlace va de camino a su correo. Sirve 30 minutos.
closed-title = Su cuenta está eliminada
closed-text = Le hemos escrito al correo por última vez.

fault-signed-title = Telegram no lo ha confirmado
fault-signed = La firma no es válida o es demasiado antigua. Vuelva a Telegram y pruebe otra vez.
fault-conflict-title = Ahora no es posible
fault-conflict = Antes hay que resolver algo en su cuenta.
