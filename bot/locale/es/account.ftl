# Avisos de seguridad sobre una cuenta.

account-notice =
    <b>{ $title }</b>
    { $lead }
    { $next }

    { $at }
account-email-confirmed =
    .title = Su dirección de correo está confirmada
    .lead = La dirección ya pertenece a su cuenta.
    .next = Aquí llegan las noticias de los pagos hechos con ella. Vea /payments.
account-telegram-linked =
    .title = Telegram está conectado
    .lead = Este chat se conectó a su cuenta y puede confirmar que es usted.
    .next = Si no fue usted, desconéctelo en su cuenta y cambie la contraseña.
account-telegram-unlinked =
    .title = Telegram se desconectó
    .lead = Este chat se desconectó de su cuenta. Ya no recibe avisos ni confirma nada.
    .next = Si no fue usted, cambie la contraseña.
account-login =
    .title = Nuevo inicio de sesión
    .lead = Alguien inició sesión en su cuenta.
    .next = Si fue usted, no tiene que hacer nada. Si no, cambie la contraseña y cierre las sesiones que no conozca.
account-password-changed =
    .title = Su contraseña ha cambiado
    .lead = Se cambió la contraseña de su cuenta.
    .next = Si no fue usted, restablézcala ahora con «¿Olvidó la contraseña?» en la página de acceso.
