# El mensaje sobre un pago, un juego de textos para cada estado.

notice-open =
    .short = sin pagar
    .title = Pendiente de pago
    .lead = <b>{ $amount }</b> a <b>{ $shop }</b> todavía no se ha pagado.
    .next = Termínelo en la página de pago del comercio.
notice-requires-action =
    .short = le espera
    .title = Confirme su pago
    .lead = <b>{ $amount }</b> para <b>{ $shop }</b> espera su confirmación en su banco o monedero. No se ha cobrado nada.
    .next = Confírmelo en la página que abrió la tienda. Si no ha sido usted, no haga nada: el pago termina solo.
notice-in-review =
    .short = en revisión
    .title = Estamos revisando su pago
    .lead = Una persona está revisando su pago de <b>{ $amount }</b> a <b>{ $shop }</b>. No se cobró dinero.
    .next = No tiene que hacer nada ni volver a pagar. Le aviso cuando termine la revisión.
notice-processing =
    .short = en el banco
    .title = Esperamos la respuesta de su banco
    .lead = Su banco todavía no ha respondido sobre <b>{ $amount }</b> a <b>{ $shop }</b>.
    .next = Por favor, no vuelva a pagar. Seguimos preguntando y le aviso en cuanto lo sepamos.
notice-authorized =
    .short = reservado
    .title = Importe reservado
    .lead = Su banco reservó <b>{ $amount }</b> para <b>{ $shop }</b>. El dinero todavía no se ha cobrado.
    .next = El comercio lo cobrará o lo liberará más adelante. Le aviso cuando ocurra.
notice-partially-captured =
    .short = cobrado en parte
    .title = Se cobró una parte del pago
    .lead = <b>{ $shop }</b> cobró <b>{ $amount }</b> de los { $reserved } que su banco había reservado.
    .next = El resto sigue reservado hasta que el comercio lo cobre o lo libere.
notice-captured =
    .short = pagado
    .title = Pago realizado
    .lead = Pagó <b>{ $amount }</b> a <b>{ $shop }</b>.
    .next = No tiene que hacer nada más. Si no lo reconoce, toque «No fui yo».
notice-partially-refunded =
    .short = reembolsado en parte
    .title = Se reembolsó una parte del pago
    .lead = De los <b>{ $amount }</b> que pagó a <b>{ $shop }</b>, <b>{ $refunded }</b> volvieron a su tarjeta.
    .next = Su banco puede tardar unos días en mostrarlo.
notice-refunded =
    .short = reembolsado
    .title = Pago reembolsado
    .lead = Los <b>{ $refunded }</b> que pagó a <b>{ $shop }</b> volvieron a su tarjeta.
    .next = Su banco puede tardar unos días en mostrarlo.
notice-voided =
    .short = liberado
    .title = Se liberó el importe
    .lead = <b>{ $amount }</b> para <b>{ $shop }</b> no se cobrarán.
    .next = Si estaban reservados, su banco puede tardar unos días en mostrarlos libres.
notice-declined =
    .short = no realizado
    .title = El pago no se realizó
    .lead = Su pago de <b>{ $amount }</b> a <b>{ $shop }</b> no se realizó.
    .next = { $why } { $advice }
notice-expired =
    .short = no completado
    .title = El pago no se completó
    .lead = <b>{ $amount }</b> a <b>{ $shop }</b> no se pagó a tiempo y queda cerrado. No se cobró dinero.
    .next = Si todavía quiere pagar, empiece de nuevo en el comercio.

line-known-by = Si el banco no ha respondido antes de { $by }, una persona lo revisa.

refund-succeeded =
    <b>Reembolso realizado</b>{ $test }
    <b>{ $amount }</b> de <b>{ $shop }</b> volvieron a su tarjeta. Su banco puede tardar unos días en mostrarlo. Referencia <code>{ $reference }</code>.
refund-failed =
    <b>El reembolso no se realizó</b>{ $test }
    El banco no aceptó el reembolso de <b>{ $amount }</b> de <b>{ $shop }</b>: el dinero no está en camino. Escriba al comercio e indique <code>{ $reference }</code>; puede intentarlo otra vez o devolverle el dinero de otra forma.

decline-card-declined = Su banco no lo aprobó y no indicó el motivo.
decline-insufficient-funds = La tarjeta no tenía saldo suficiente.
decline-expired-card = La tarjeta está caducada.
decline-incorrect-cvc = El código de seguridad no corresponde a la tarjeta.
decline-incorrect-number = El banco no conoce ese número de tarjeta.
decline-processing-error = Hubo un fallo por parte del banco. No se cobró dinero.
decline-card-velocity-exceeded = Se hicieron demasiados pagos con esta tarjeta en poco tiempo.
decline-bank-unavailable = No se pudo contactar con su banco. No se cobró dinero.
decline-amount-mismatch = El banco confirmó un importe distinto, así que lo anulamos. Su banco liberará lo que hubiera reservado.
decline-transaction-not-permitted = El banco no permite este tipo de pago con la tarjeta.
decline-amount-limit-exceeded = El importe supera el límite que el banco fijó para la tarjeta.
decline-authentication-required = Su banco pide que confirme el pago en su propia página.
decline-authentication-failed = El pago no se confirmó en la página de su banco.
decline-refused-by-buyer = El pago se rechazó o se canceló en la página de confirmación.
decline-action-expired = El pago no se confirmó a tiempo.
decline-card-not-accepted = La tienda no acepta esta tarjeta para este pago.
decline-retry-limit-reached = La tarjeta se intentó demasiadas veces para este pago.
decline-card-frozen = La tarjeta guardada no está disponible para pagos.
decline-verification-failed = El pago no se confirmó: se dio un código incorrecto, o ninguno a tiempo.
decline-verification-unavailable = El pago tenía que ser confirmado por usted, y no hay ningún chat ni correo donde preguntarle.
decline-denied-by-buyer = Usted, o la persona de quien es la tarjeta, dijo que este pago no es suyo.
advice-retry-later = Puede intentarlo más tarde con la misma tarjeta.
advice-other-card = Revise los datos o pague con otra tarjeta.
advice-never = Por favor, no repita este pago con esta tarjeta. Su banco puede darle más información.
