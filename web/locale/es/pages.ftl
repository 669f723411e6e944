# Las páginas, en español.

skip = Saltar al contenido
nav-main = Principal
nav-language = Idioma
nav-account = Cuenta
nav-login = Entrar
nav-register = Registrarse
nav-logout = Salir
go-home = Ir al inicio
go-login = Entrar
go-account = Ir a la cuenta
go-password = Elegir una contraseña

home-title = Pagos que te cuentan lo que pasó
home-lead = Mira tus pagos y entérate de cada uno por correo y Telegram.
home-account = Tu cuenta y tus pagos
home-register = Registrarse
home-login = Entrar
home-bot = Abrir el bot de Telegram
home-api = Para desarrolladores: la API

field-email = Correo electrónico
field-username = Usuario de Telegram (opcional)
field-password = Contraseña
field-language = Idioma de los mensajes
field-name = Correo o @usuario
hint-username = Como @ana_lopez. Telegram se conecta en el paso siguiente.
hint-password = De 8 a 128 caracteres, con mayúsculas, minúsculas y una cifra.

error-summary = Algo no está bien todavía. Mira los campos.
error-email = Escribe un correo como nombre@ejemplo.com.
error-username = Un usuario de Telegram tiene de 4 a 32 letras, cifras o guiones bajos y empieza por una letra, como @ana_lopez.
error-password-short = La contraseña necesita al menos 8 caracteres.
error-password-long = La contraseña tiene más de 128 caracteres.
error-password-simple = La contraseña necesita mayúsculas, minúsculas y una cifra.
error-password-common = Esta contraseña es de las primeras que se prueban. Elige otra.
error-language = Elige uno de los idiomas.
error-credentials = El nombre o la contraseña no son correctos.

register-title = Registrarse
register-lead = Una cuenta para todos tus pagos.
register-button = Registrarse
register-known = ¿Ya tienes cuenta?

telegram-title = Conectar Telegram
telegram-mail = Te hemos escrito. Abre el enlace del correo para confirmar la dirección.
telegram-lead = Conecta Telegram para enterarte de tus pagos al momento.
telegram-step-open = Abre el bot y pulsa Iniciar.
telegram-open = Abrir Telegram
telegram-step-number = Elige allí este número:
telegram-number = El número que hay que elegir
telegram-step-finish = Vuelve a esta página y termina.
telegram-waiting = Esta página mira sola cada dos segundos.
telegram-later = Ahora no
telegram-confirmed = El número era el correcto.
telegram-finish = Terminar
telegram-over = Este intento ha terminado. Entra para probar otra vez.
telegram-again = Probar otra vez

confirm-title = Confirma tu correo
confirm-lead = Pulsa el botón para confirmar que esta dirección es tuya.
confirm-button = Confirmar
confirm-password-lead = Has abierto este enlace en un navegador distinto del que se registró. Escribe la contraseña que elegiste allí, para saber que fuiste tú.
field-chosen-password = La contraseña que elegiste al registrarte
error-chosen-password = No es la contraseña que se eligió al registrar esta dirección. Prueba otra vez, o di que no elegiste ninguna.
confirm-not-mine-hint = ¿No te registraste, o ya no sabes la contraseña? La dirección se confirma igualmente. Se borra la contraseña, se cierran todas las sesiones y se desconecta Telegram; después puedes elegir otra contraseña.
confirm-not-mine = Confirmar sin la contraseña
confirm-telegram-lead = Tus pagos se verán en el chat de Telegram de este usuario:
confirm-number-lead = Si eres tú, escribe el número que nuestro bot muestra en el chat. Tienes un solo intento. Si no eres tú, cierra esta página: no pasa nada.
field-chat-number = El número del chat
error-chat-number = Escribe el número de dos cifras que el bot muestra en el chat.
confirmed-title = Confirmado
confirmed-text = Tu correo está confirmado.
confirmed-put-out = Tu correo está confirmado. Ya no queda ninguna sesión abierta en tu cuenta, y no tiene contraseña: elige una para entrar aquí.
confirmed-telegram = Tu correo está confirmado y Telegram está conectado. Vuelve al chat: allí están tus pagos. Para entrar también aquí, elige una contraseña.
wrong-number-title = Número equivocado
wrong-number-text = No se ha confirmado ni conectado nada, y el enlace ya no sirve. Si fuiste tú, escribe /start al bot y empieza de nuevo.

login-title = Entrar
login-button = Entrar
login-forgot = ¿Olvidaste la contraseña?
login-new = ¿Aún sin cuenta?

forgot-title = Contraseña olvidada
forgot-lead = Escribe el correo de tu cuenta. Enviamos un enlace para elegir otra contraseña.
forgot-button = Enviar el enlace
forgot-sent = Si hay una cuenta con este correo, un enlace va de camino. Sirve 30 minutos.

reset-title = Elige otra contraseña
reset-lead = Se cerrarán todas tus sesiones.
reset-button = Guardar
reset-done = La contraseña nueva está guardada. Entra con ella.

account-title = Tu cuenta
account-confirmed = confirmado
account-unconfirmed = sin confirmar
account-connected = conectado
account-no-telegram = Sin conectar.
account-connect = Conectar Telegram
account-confirm-first = Abre el enlace de nuestro correo para confirmar la dirección. Entonces verás aquí tus pagos anteriores.
account-payments = Pagos
account-no-payments = Todavía no hay pagos.
account-test = prueba, sin dinero real
account-newest = Más nuevos
account-older = Más antiguos

status-requires-payment-method = sin pagar
status-requires-action = te espera
status-in-review = en revisión
status-processing = en camino
status-authorized = reservado
status-partially-captured = pagado en parte
status-captured = pagado
status-partially-refunded = devuelto en parte
status-refunded = devuelto
status-voided = cancelado
status-declined = rechazado
status-expired = caducado

fault-request = Petición { $code }.
fault-form-title = Abre la página otra vez
fault-form = El formulario no se envió desde este navegador, o estuvo abierto demasiado tiempo.
fault-missing-title = Aquí no hay nada
fault-missing = No hay nada en esta dirección.
fault-link-title = El enlace ya no sirve
fault-link = Ha caducado o ya se usó.
fault-telegram-title = No se pudo conectar Telegram
fault-telegram = Esta cuenta o este Telegram ya están conectados a otro.
fault-often-title = Demasiados intentos
fault-often = Espera un minuto y prueba otra vez.
fault-request-wrong-title = No se pudo leer
fault-request-wrong = Algo en la petición no está bien.
fault-busy-title = No disponible ahora
fault-busy = Prueba otra vez en un momento.
fault-ours-title = Algo falló por nuestra parte
fault-ours = Lo hemos anotado.
