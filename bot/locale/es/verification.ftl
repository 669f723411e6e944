# Lo que el bot pide confirmar, el teclado y el resultado.

verification-question =
    <b>¿Está pagando usted?</b>{ $test }
    <b>{ $amount }</b> a <b>{ $shop }</b>, tarjeta •• { $last4 }

    Si es usted, pulse «Confirmar» y dé su código secreto antes de tres minutos. Si no es usted, pulse «No fui yo»: no se paga nada y una tarjeta guardada queda bloqueada.
verification-keypad =
    <b>{ $amount }</b> a <b>{ $shop }</b>, tarjeta •• { $last4 }{ $test }

    Código secreto: <b>{ $dots }</b>
    Pulse solo los botones: no escriba nunca el código en un chat.
verification-wrong = El código era incorrecto. Intentos restantes: { $left }
verification-checking =
    <b>{ $amount }</b> a <b>{ $shop }</b>{ $test }
    Comprobando el código…
verification-passed =
    <b>Confirmado</b>{ $test }
    <b>{ $amount }</b> a <b>{ $shop }</b>, tarjeta •• { $last4 }. El pago sigue adelante.
verification-passed-declined =
    <b>Confirmado, pero no pagado</b>{ $test }
    <b>{ $amount }</b> a <b>{ $shop }</b>, tarjeta •• { $last4 }. { $why }
verification-passed-action =
    <b>Confirmado</b>{ $test }
    <b>{ $amount }</b> a <b>{ $shop }</b>, tarjeta •• { $last4 }. Su banco quiere algo más: vuelva a la página donde paga.
verification-refused =
    <b>Detenido</b>{ $test }
    <b>{ $amount }</b> a <b>{ $shop }</b> no se pagó. Soporte lo examina, y una tarjeta guardada allí queda bloqueada. Si otra persona puede conocer los datos de su tarjeta, llame a su banco.
verification-failed =
    <b>No confirmado</b>{ $test }
    El código fue incorrecto demasiadas veces. <b>{ $amount }</b> a <b>{ $shop }</b> no se pagó. Puede intentarlo de nuevo en la tienda.
verification-expired =
    <b>Demasiado tarde</b>{ $test }
    Nadie confirmó a tiempo <b>{ $amount }</b> a <b>{ $shop }</b>, así que no se pagó. Puede intentarlo de nuevo en la tienda.
verification-withdrawn =
    <b>Ya no hace falta</b>{ $test }
    El pago de <b>{ $amount }</b> a <b>{ $shop }</b> se canceló.
key-verify = Confirmar
key-erase = ⌫
key-enter = OK
key-leave-keypad = Volver
key-verifier = Código secreto
toast-old-keypad = Este botón es de un teclado anterior. Use el más reciente.
security-verifier-on = Código secreto para pagos: puesto
security-verifier-off = Código secreto para pagos: no puesto
hidden-code =
    <b>Borré su mensaje: parecía un código secreto</b>
    No escriba nunca su código secreto en un chat, tampoco en este: púlselo en el teclado debajo de la pregunta. Si lo era, cámbielo en su cuenta.
