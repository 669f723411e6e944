# Cartas al comprador sobre un pago.

payment-captured =
    .subject = Pagó { $amount } a { $shop }
    .title = Pago realizado
    .lead = Pagó { $amount } al comercio «{ $shop }».
    .next = Conserve este mensaje como comprobante. Si no reconoce el pago, escriba al comercio e indique la referencia.

payment-partially-captured =
    .subject = { $shop } cobró { $amount }
    .title = Se cobró una parte del pago
    .lead = El comercio «{ $shop }» cobró { $amount } de los { $reserved } que su banco había reservado.
    .next = El resto sigue reservado hasta que el comercio lo cobre o lo libere. No tiene que hacer nada.

payment-authorized =
    .subject = { $amount } reservados para { $shop }
    .title = Importe reservado
    .lead = Su banco reservó { $amount } para el comercio «{ $shop }». El dinero todavía no se ha cobrado.
    .next = El comercio lo cobrará o lo liberará más adelante. Le escribiremos cuando ocurra.

payment-declined =
    .subject = No se realizó el pago de { $amount } a { $shop }
    .title = El pago no se realizó
    .lead = Su pago de { $amount } al comercio «{ $shop }» no se realizó.
    .next = { $why } { $advice }

payment-action-required =
    .subject = Confirme su pago de { $amount } a { $shop }
    .title = Confirme su pago
    .lead = Su pago de { $amount } a la tienda «{ $shop }» espera su confirmación en su banco o monedero. No se ha cobrado nada.
    .next = Confírmelo en la página que abrió la tienda. Si no ha sido usted, no haga nada: el pago termina solo. Nunca enviamos enlaces a un banco.

payment-in-review =
    .subject = Estamos revisando su pago a { $shop }
    .title = Estamos revisando su pago
    .lead = Una persona está revisando su pago de { $amount } al comercio «{ $shop }». No se envió nada a su banco ni se cobró dinero.
    .next = No tiene que hacer nada ni volver a pagar. Le escribiremos cuando termine la revisión.

payment-voided =
    .subject = { $shop } liberó { $amount }
    .title = Se liberó el importe reservado
    .lead = Se liberaron { $amount } que estaban reservados para el comercio «{ $shop }». No se cobrarán.
    .next = Su banco puede tardar unos días en mostrarlo. Si no aparece, indique la referencia a su banco.

payment-expired =
    .subject = No se completó el pago a { $shop }
    .title = El pago no se completó
    .lead = El pago de { $amount } al comercio «{ $shop }» no se completó a tiempo y queda cerrado. No se cobró dinero.
    .next = Si todavía quiere pagar, empiece de nuevo en el comercio.

payment-outcome-unknown =
    .subject = Esperamos a su banco: { $amount } a { $shop }
    .title = Esperamos la respuesta de su banco
    .lead = Su banco todavía no ha respondido. No sabemos si se realizó su pago de { $amount } al comercio «{ $shop }».
    .next = Por favor, no vuelva a pagar. Seguimos preguntando al banco y le escribiremos en cuanto lo sepamos. Si su banco no ha respondido antes de { $by }, una persona lo revisa.
