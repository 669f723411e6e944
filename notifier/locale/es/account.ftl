# Cartas sobre la cuenta. No saludan por el nombre: el nombre lo elige quien se registra, y una
# dirección ajena no debe recibir una frase escrita por otra persona.

account-registered =
    .subject = Confirme su dirección de correo
    .title = Confirme su dirección de correo
    .lead = Se abrió una cuenta con esta dirección de correo. Confirme que la dirección es suya.
    .next = El botón funciona una sola vez. Si usted no abrió ninguna cuenta, ignore este mensaje: la dirección quedará sin confirmar.

account-registered-in-bot =
    .subject = Confirme su dirección de correo
    .title = Confirme su dirección de correo
    .lead = Alguien dio esta dirección de correo a nuestro bot de Telegram. Confirme que es suya y sus pagos se verán en ese chat.
    .next = La página pide el número que el bot mostró en el chat. Si usted no escribió al bot, ignore este mensaje: sin el número no pasa nada.

account-existing =
    .subject = Usted ya tiene una cuenta
    .title = Usted ya tiene una cuenta
    .lead = Alguien intentó registrarse con esta dirección de correo. Ya tiene una cuenta, y nada ha cambiado.
    .next = Si fue usted, entre en la cuenta; Telegram se conecta desde ella. Si no sabe la contraseña o nunca confirmó la dirección, use «¿Olvidó la contraseña?». Si no fue usted, no tiene que hacer nada.

account-email-confirmed =
    .subject = Su dirección de correo está confirmada
    .title = Su dirección de correo está confirmada
    .lead = Esta dirección ya pertenece a su cuenta. Aquí llegarán las noticias de sus pagos y los avisos de seguridad.
    .next = En su cuenta puede añadir Telegram y elegir qué avisos recibe.

account-telegram-linked =
    .subject = Se vinculó Telegram a su cuenta
    .title = Se vinculó Telegram
    .lead = Se vinculó una cuenta de Telegram a su cuenta. Ya puede recibir sus avisos y confirmar que es usted.
    .next = Si no fue usted, desvincúlela en su cuenta y cambie la contraseña.

account-telegram-unlinked =
    .subject = Se desvinculó Telegram de su cuenta
    .title = Se desvinculó Telegram
    .lead = Se desvinculó una cuenta de Telegram de su cuenta. Ya no recibe avisos ni confirma nada.
    .next = Si no fue usted, cambie la contraseña.

account-login =
    .subject = Nuevo inicio de sesión en su cuenta
    .title = Nuevo inicio de sesión
    .lead = Alguien inició sesión en su cuenta.
    .next = Si fue usted, no tiene que hacer nada. Si no, cambie la contraseña y cierre las sesiones que no conozca.

account-password-reset =
    .subject = Elija una contraseña nueva
    .title = Elija una contraseña nueva
    .lead = Se pidió una contraseña nueva para su cuenta. El botón funciona una sola vez, durante 30 minutos, hasta el { $until }.
    .next = Si usted no la pidió, ignore este mensaje: su contraseña no cambia.

account-password-changed =
    .subject = Su contraseña ha cambiado
    .title = Su contraseña ha cambiado
    .lead = Se cambió la contraseña de su cuenta.
    .next = Si no fue usted, restablézcala ahora con «¿Olvidó la contraseña?» en la página de acceso y revise después sus sesiones.

account-totp-enabled =
    .subject = Se añadió un autenticador a su cuenta
    .title = Se añadió un autenticador
    .lead = Desde ahora, al iniciar sesión en su cuenta se pide el código del autenticador.
    .next = Si no fue usted, restablezca la contraseña con «¿Olvidó la contraseña?» en la página de acceso y escriba a soporte.

account-totp-disabled =
    .subject = Se quitó el autenticador de su cuenta
    .title = Se quitó el autenticador
    .lead = Al iniciar sesión en su cuenta ya no se pide un código.
    .next = Si no fue usted, cambie la contraseña y vuelva a añadir un autenticador.

account-codes-wrong =
    .subject = Códigos incorrectos al entrar en su cuenta
    .title = Códigos incorrectos al iniciar sesión
    .lead = Alguien que conoce su contraseña dio diez códigos incorrectos. Durante un cuarto de hora no se aceptan códigos; los de recuperación sí.
    .next = Si no fue usted, cambie la contraseña ahora.

account-recovery-code-used =
    .subject = Se usó un código de recuperación de su cuenta
    .title = Se usó un código de recuperación
    .lead = Alguien usó uno de sus códigos de recuperación en lugar del autenticador.
    .next = Si no fue usted, cambie la contraseña. Si perdió el autenticador, quítelo en su cuenta y añada otro.

account-closing =
    .subject = ¿Eliminar su cuenta?
    .title = ¿Eliminar su cuenta?
    .lead = Alguien con la sesión iniciada en su cuenta pidió eliminarla. El botón lleva a una página que lo hace; funciona una sola vez, durante 30 minutos, hasta el { $until }.
    .next = Si no fue usted, ignore este mensaje: no se elimina nada. Después cambie la contraseña y cierre las sesiones que no conozca.

account-closed =
    .subject = Su cuenta se ha eliminado
    .title = Su cuenta se ha eliminado
    .lead = Su cuenta, sus tarjetas guardadas y la conexión con Telegram ya no existen, y todas las sesiones han terminado. Los pagos se conservan, como exige la ley, sin su dirección de correo.
    .next = Puede registrarse de nuevo cuando quiera. Los pagos anteriores no aparecerán en una cuenta nueva.

account-confirm-again =
    .subject = ¿Le llega nuestro correo?
    .title = ¿Le llega nuestro correo?
    .lead = Su buzón rechazó nuestras cartas. Usted pidió que lo intentáramos de nuevo, y esta carta llegó. Abra el enlace y las noticias de su cuenta volverán a llegar por correo.
    .next = El botón funciona una vez. Si no lo pidió, no tiene que hacer nada.

account-financial-password-changed =
    .subject = Se estableció su contraseña financiera
    .title = Se estableció su contraseña financiera
    .lead = En su cuenta se estableció una nueva contraseña financiera. Se pide antes de mover dinero en el panel de un comercio.
    .next = Si no fue usted, restablezca la contraseña con «¿Olvidó la contraseña?» en la página de acceso, establezca otra contraseña financiera y avise al comercio.

account-financial-password-wrong =
    .subject = Contraseñas financieras incorrectas en su cuenta
    .title = Contraseñas financieras incorrectas
    .lead = Alguien con la sesión iniciada en su cuenta dio cinco contraseñas financieras incorrectas. Durante un cuarto de hora no se acepta ninguna.
    .next = Si no fue usted, cambie la contraseña ahora: así terminan todas las demás sesiones.
