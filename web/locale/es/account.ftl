# La cuenta: lo que la protege, lo que muestra y su final. En español.

tab-account = Resumen

login-push = Entrar con Telegram
login-push-hint = Con Telegram no hace falta contraseña: nuestro bot te pregunta en tu chat.
push-title = Entrar con Telegram
push-lead = Si esta cuenta está conectada a Telegram, nuestro bot acaba de preguntarte allí. Elige este número en el chat:
push-waiting = Esta página mira sola cada dos segundos. La pregunta vale dos minutos.
push-other = Entrar de otra manera
push-over = Este intento ha terminado sin resultado: empieza de nuevo o entra con tu contraseña.

code-title = Un paso más
code-lead = Tu cuenta tiene un autenticador. Escribe el código que muestra ahora.
code-again = Empezar de nuevo
field-code = Código
hint-login-code = Seis cifras, o uno de tus códigos de recuperación.
hint-first-code = Las seis cifras que el autenticador muestra ahora.
error-code = Este código es incorrecto o ya se usó. Espera el siguiente y prueba otra vez.

signed-title = Entrar con Telegram
signed-lead = Telegram dice que eres
signed-unknown-title = Sin conectar
signed-unknown = Ninguna cuenta está conectada a este Telegram. Regístrate, o conéctalo en tu cuenta.
app-outside = Esta página funciona dentro de Telegram.
app-refused = La firma de Telegram no es válida o es demasiado antigua, o ninguna cuenta está conectada a este Telegram.
app-other = Entrar de otra manera

security-title = Seguridad
security-password = Contraseña
security-password-lead = Se cierran todas las demás sesiones y te avisamos por correo y por Telegram. No vale ninguna de tus tres últimas contraseñas.
security-password-button = Cambiar la contraseña
security-no-password = Tu cuenta aún no tiene contraseña. Enviamos un enlace a tu correo para elegir una.
field-old-password = Contraseña actual
field-new-password = Contraseña nueva
error-password = Esta no es tu contraseña.
error-password-used = Es una de tus tres últimas contraseñas. Elige otra.
done-password = Tu contraseña ha cambiado. Todas las demás sesiones se han cerrado.
done-session = La sesión se ha cerrado.
done-sessions = Todas las demás sesiones se han cerrado.
done-telegram = Telegram está desconectado.
done-totp = Se ha quitado el autenticador.

telegram-gone = no se puede contactar
telegram-gone-lead = El bot está bloqueado en este chat, así que te escribimos al correo. Escribe /start al bot para volver a recibir sus mensajes.
telegram-unlink = Desconectar Telegram
telegram-unlink-lead = El chat ya no recibe avisos, y ni él ni su @usuario abren tu cuenta. Para entrar te quedan el correo y la contraseña.
telegram-unlink-sure = Desconectar
error-last-way-in = Podrás desconectar Telegram cuando tengas un correo confirmado y una contraseña: de otro modo no podrías volver a entrar.

sessions-title = Dónde tienes la sesión abierta
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
totp-confirm-first = Confirma antes tu correo: abre el enlace de nuestro mensaje.
totp-scan = Escanea esta imagen con el autenticador.
totp-picture = Código QR con el secreto para el autenticador; el texto de abajo dice lo mismo
totp-type = O escribe en él este secreto:
totp-give = Escribe el código que muestra.
totp-confirm = Activarlo
totp-remove = Quitar el autenticador
totp-remove-lead = Tus códigos de recuperación desaparecen con él. Te avisamos por correo y por Telegram.
totp-back = Volver a seguridad
codes-title = Códigos de recuperación
codes-done = El autenticador está activo.
codes-lead = Si pierdes el autenticador, uno de estos códigos lo sustituye. Cada uno sirve una vez. Se muestran ahora y nunca más: apúntalos o imprime esta página, y guárdala donde no esté tu teléfono.
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
error-day = Escribe un día como 2026-11-24.

payment-title = Pago
payment-for = Concepto
payment-order = Pedido
payment-reference = Referencia
payment-at = Fecha
payment-method = Pagado con
payment-taken = Cobrado
payment-refunded = Devuelto
payment-refunds = Devoluciones
payment-print = Para guardarlo como recibo, imprime la página.
payment-not-me = No reconozco este pago
payment-not-me-lead = A veces los comercios aparecen con otro nombre, y la familia puede usar tu tarjeta. Si no fuiste tú, abrimos un caso, una persona lo examina y se congela la tarjeta que el comercio guarde para él.
payment-not-me-sure = No fui yo
payment-back = Todos los pagos
done-not-me = Lo estamos examinando. Hemos avisado a una persona de nuestro equipo. Si otra persona puede conocer los datos de tu tarjeta, llama ahora a tu banco y bloquéala.
done-not-me-known = Ya tenemos tu aviso: hay un caso abierto sobre este pago.
refund-pending = en el banco
refund-succeeded = devuelta
refund-failed = rechazada por el banco

cards-title = Tarjetas guardadas
cards-lead = Los comercios guardan estas tarjetas porque lo aceptaste. Nunca ven el número.
cards-none = Ningún comercio guarda una tarjeta tuya.
cards-frozen = congelada
cards-since = guardada desde el
cards-remove = Quitar
cards-remove-lead = Se borra el número y el comercio ya no puede cobrar de esta tarjeta. Los cobros periódicos terminan.
cards-remove-sure = Quitar la tarjeta
cards-not-me = No fui yo
cards-not-me-lead = ¿No conoces esta tarjeta, o puede usarla otra persona? Se congela, con los cobros que el comercio haga de ella, hasta que nuestro equipo te haya escuchado.
cards-not-me-sure = Congelar la tarjeta
done-card-removed = La tarjeta está quitada y su número borrado.
done-card-frozen = La tarjeta está congelada: no se puede pagar con ella. Escribe a soporte, y llama a tu banco si otra persona puede conocer sus datos.

settings-title = Ajustes
field-time-zone = Zona horaria
hint-clock = Las horas de estas páginas se muestran con este reloj.
done-settings = Guardado.

data-title = Tus datos
export-title = Una copia de tus datos
export-lead = Tu cuenta, sesiones, tarjetas guardadas y pagos en un solo archivo (JSON).
export-button = Descargar
export-fresh = Entraste hace un rato. Sal y vuelve a entrar para descargar tus datos.
close-title = Eliminar tu cuenta
close-lead = Se cierran las sesiones, se desconecta Telegram, se borran las tarjetas guardadas y terminan los cobros periódicos. Los pagos deben conservarse por ley; pierden tu correo y tu dirección IP. No se puede deshacer.
close-with-password = Eliminar con la contraseña
close-with-mail = Eliminar con un enlace a tu correo
close-mail-lead = Enviamos un enlace que sirve una vez, durante 30 minutos. No se elimina nada antes de usarlo.
close-button = Eliminar mi cuenta
close-sent = Un enlace va de camino a tu correo. Sirve 30 minutos.
closed-title = Tu cuenta está eliminada
closed-text = Te hemos escrito al correo por última vez.

fault-signed-title = Telegram no lo ha confirmado
fault-signed = La firma no es válida o es demasiado antigua. Vuelve a Telegram y prueba otra vez.
fault-conflict-title = Ahora no es posible
fault-conflict = Antes hay que resolver algo en tu cuenta.
