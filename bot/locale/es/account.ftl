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
account-totp-enabled =
    .title = Se añadió un autenticador
    .lead = Desde ahora, al iniciar sesión en su cuenta se pide su código.
    .next = Si no fue usted, restablezca la contraseña con «¿Olvidó la contraseña?» y escriba a soporte.
account-totp-disabled =
    .title = Se quitó el autenticador
    .lead = Al iniciar sesión en su cuenta ya no se pide un código.
    .next = Si no fue usted, cambie la contraseña y vuelva a añadir un autenticador.
account-codes-wrong =
    .title = Códigos incorrectos al iniciar sesión
    .lead = Alguien que conoce su contraseña dio diez códigos incorrectos. Durante un cuarto de hora no se aceptan códigos; los de recuperación sí.
    .next = Si no fue usted, cambie la contraseña ahora.
account-recovery-code-used =
    .title = Se usó un código de recuperación
    .lead = Alguien usó uno de sus códigos de recuperación en lugar del autenticador.
    .next = Si no fue usted, cambie la contraseña. Si perdió el autenticador, quítelo en su cuenta y añada otro.
account-financial-password-changed =
    .title = Se estableció su contraseña financiera
    .lead = En su cuenta se estableció una nueva contraseña financiera. Se pide antes de mover dinero en el panel de un comercio.
    .next = Si no fue usted, restablezca la contraseña con «¿Olvidó la contraseña?» en la página de acceso, establezca otra contraseña financiera y avise al comercio.
account-financial-password-wrong =
    .title = Contraseñas financieras incorrectas
    .lead = Alguien con la sesión iniciada en su cuenta dio cinco contraseñas financieras incorrectas. Durante un cuarto de hora no se acepta ninguna.
    .next = Si no fue usted, cambie la contraseña ahora: así terminan todas las demás sesiones.
member-added =
    .title = Ahora actúa en nombre de un comercio
    .lead = Su cuenta ya puede abrir el panel del comercio «{ $shop }».
    .next = Si no lo esperaba, deje el comercio en su página de miembros.
member-changed =
    .title = Sus permisos han cambiado
    .lead = Ha cambiado lo que su cuenta puede hacer en nombre del comercio «{ $shop }». El panel muestra lo que puede hacer ahora.
    .next = Si tiene preguntas, diríjase a quien lleva los miembros del comercio.
member-removed =
    .title = Ya no actúa en nombre de este comercio
    .lead = Su cuenta ya no puede abrir el panel del comercio «{ $shop }».
    .next = Si tiene preguntas, diríjase a quien lleva los miembros del comercio.
login-question =
    <b>¿Iniciar sesión?</b>
    Un navegador quiere entrar en su cuenta. Si es usted, toque el número que ve en su pantalla. Si no lo es, toque «No fui yo».

    Dispositivo: { $device }
    Red: { $network }
    { $at }. Vale dos minutos, un solo intento.
login-confirmed =
    <b>El número es correcto</b>
    Vuelva a la página de su navegador para terminar.
login-denied =
    <b>Detenido</b>
    Nadie ha entrado. Si usted no lo pidió, puede que alguien conozca su correo o su @usuario; eso solo no abre nada. Si vuelve a ocurrir, revise sus sesiones y cambie la contraseña.
