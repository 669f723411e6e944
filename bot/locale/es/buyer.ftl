# La conversación con un comprador: registro, enlaces, menús.

welcome =
    <b>Hola, { $name }</b>
    Aviso le informa de sus pagos: qué se pagó, a quién y qué fue de ello.

    Elija un idioma para empezar.
welcome-back =
    <b>Hola de nuevo, { $name }</b>
    Su cuenta está conectada. Aquí llegan las noticias de sus pagos.
welcome-staff =
    <b>Hola, { $name }</b>
    Está en el equipo de soporte. /help muestra las órdenes de su función.
choose-language = Elija un idioma.
language-set = Hecho. Desde ahora le escribo en español.
ask-email =
    <b>Su dirección de correo</b>
    Escriba la dirección con la que paga. Le envío allí un enlace para comprobar que es suya.

    /cancel para dejarlo.
email-wrong =
    <b>Eso no es una dirección de correo</b>
    Una dirección tiene la forma nombre@example.com. Escríbala otra vez, o /cancel.
email-sent =
    <b>Mire su buzón</b>
    Escribí a { $email }. Abra el enlace de ese mensaje en un plazo de 24 horas y escriba <b>{ $number }</b> en su página: entonces sus pagos aparecerán aquí.

    No diga el número a nadie. Si no llegó nada, mire en el correo no deseado o empiece de nuevo con /start.
telegram-taken =
    <b>Ya está conectado</b>
    Este Telegram ya pertenece a una cuenta. Vea /payments. El servicio de ayuda puede pasarlo a otra cuenta.
no-account = <b>Todavía no hay ninguna cuenta conectada a este chat.</b>
cancelled = Cancelado. No se cambió nada.
nothing-to-cancel = No hay nada que cancelar.

link-unknown = <b>Este enlace no lleva a ninguna parte.</b>
link-invalid =
    <b>Este enlace ya no sirve</b>
    Caducó o ya se usó. Pida uno nuevo donde lo obtuvo.
link-question =
    <b>¿Conectar este Telegram a una cuenta?</b>
    Alguien se está registrando o entrando en la web y quiere conectar este chat. Si es usted, toque el número que ve en esa pantalla.

    Si no es usted, toque «No fui yo». Solo hay un intento.
link-question-staff =
    <b>¿Unirse al equipo de soporte?</b>
    Le invitaron a trabajar aquí. Toque el número que le dijo quien le invitó. Solo hay un intento.
link-other-username = Atención: en el formulario pone { $given }, pero usted es { $own }. Se conectará este Telegram, sea cual sea su nombre.
link-confirmed =
    <b>El número es correcto</b>
    Vuelva a la página en su navegador para terminar. Hasta entonces no se conecta nada.
link-staff-added =
    <b>Bienvenido al equipo de soporte</b>
    /help muestra las órdenes de su función.
link-wrong-number =
    <b>Número incorrecto</b>
    No se conectó nada y el enlace ya no sirve. Si era usted, empiece de nuevo en la web.
link-not-me =
    <b>Detenido</b>
    No se conectó nada y el enlace ya no sirve. Puede que alguien se lo enviara: no abra enlaces así.

payments-title = <b>Sus pagos</b>: { $count }
payments-line =
    <b>{ $amount }</b> · { $status }{ $test }
    { $what } · { $at }
payments-none =
    <b>Todavía no hay pagos</b>
    Cuando pague con la dirección de correo de su cuenta, el pago aparecerá aquí.
details-title = <b>Pago</b>{ $test }
details-status = Estado: { $status }
details-amount = Importe: <b>{ $amount }</b>
details-taken = Cobrado: { $amount }
details-refunded = Reembolsado: { $amount }
details-shop = Comercio: { $shop }
details-description = Concepto: { $text }
details-refund-pending = Reembolso de { $amount } en el banco desde el { $at }
details-refund-succeeded = Reembolso de { $amount } devuelto el { $at }
details-refund-failed = Reembolso de { $amount } rechazado por el banco el { $at }

not-me-question =
    <b>¿Seguro que no fue usted?</b>
    { $amount } a { $shop }, { $at }. Los comercios aparecen a veces con otro nombre, y su familia puede usar su tarjeta.

    Si no fue usted, abrimos un caso y una persona lo investiga.
not-me-opened =
    <b>Lo estamos investigando</b>
    Caso <code>{ $case }</code>. Se avisó a una persona de soporte. Si alguien más puede conocer los datos de su tarjeta, llame ahora a su banco y bloquéela.
not-me-known =
    <b>Ya tenemos su aviso</b>
    Hay un caso abierto sobre este pago. Si alguien más puede conocer los datos de su tarjeta, llame ahora a su banco.

free-text = No le entendí, { $name }. Esto sí lo sé:
unknown-command = No conozco esa orden. Estas sí:
conversation-lost = Estábamos a mitad de algo que ya no recuerdo, disculpe. Empiece de nuevo, por favor:
group-start = Solo hablo de pagos en privado. Abra mi perfil y pulse Iniciar.

hidden-card =
    <b>Borré su mensaje: contenía un número de tarjeta</b>
    No escriba nunca números de tarjeta en un chat, a nadie. Se paga en la página de pago del comercio, y soporte necesita como mucho las cuatro últimas cifras.
hidden-password =
    <b>Borré su mensaje: parecía una contraseña</b>
    No escriba nunca una contraseña en un chat; aquí nadie la pide. Si lo era, cámbiela ahora. Si no, escríbalo dentro de una frase.

help-title = <b>Lo que sé hacer</b>
help-staff = <b>Equipo de soporte</b>
help-contact = Las preguntas sobre un pedido, al comercio. Sobre un pago, indique su referencia a soporte.
privacy =
    <b>Sus datos</b>
    Guardo su identificador numérico de Telegram, su nombre y @usuario tal como los muestra, su idioma, su dirección de correo y sus pagos. De las tarjetas conozco las seis primeras y las cuatro últimas cifras. Los mensajes que me envía se borran a los tres días.

    Sirven para informarle de sus pagos y para evitar fraudes, y no se dan a nadie más que al comercio y al banco de un pago. Escriba a soporte para consultarlos, exportarlos o borrarlos.
