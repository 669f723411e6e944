# Cartas al comprador sobre tarjetas guardadas y pagos periódicos.

card-saved =
    .subject = { $shop } guarda su tarjeta •• { $last4 }
    .title = Tarjeta guardada
    .lead = La tienda «{ $shop }» guarda su tarjeta •• { $last4 } para pagos posteriores, como usted aceptó. El código de seguridad no se guarda: al pagar con ella se pide de nuevo.
    .next = Si usted no lo aceptó, escriba a la tienda, que puede quitar la tarjeta en cualquier momento.

card-removed =
    .subject = { $shop } ya no guarda su tarjeta •• { $last4 }
    .title = Tarjeta quitada
    .lead = La tienda «{ $shop }» ya no guarda su tarjeta •• { $last4 }. El número se borró; allí ya no se puede pagar con ella.
    .next = No tiene que hacer nada. Puede guardarla de nuevo la próxima vez que pague.

card-expired =
    .subject = Su tarjeta guardada •• { $last4 } ha caducado
    .title = Tarjeta guardada caducada
    .lead = Su tarjeta •• { $last4 } ha caducado. La tienda «{ $shop }» ya no la guarda.
    .next = Para seguir, pague con la nueva y acepte que se guarde.

card-expiring =
    .subject = Su tarjeta guardada •• { $last4 } caduca pronto
    .title = Una tarjeta guardada caduca pronto
    .lead = Su tarjeta •• { $last4 }, que la tienda «{ $shop }» guarda, vale hasta { $until }.
    .next = Cuando su banco le envíe la nueva, pague una vez con ella y acepte que se guarde.

mandate-created =
    .subject = Usted aceptó pagos periódicos a { $shop }
    .title = Pagos periódicos acordados
    .lead = La tienda «{ $shop }» puede cobrar de su tarjeta •• { $last4 } de { $min } a { $max }, como mucho una vez cada { $days } días, hasta { $until }.
    .next = Le escribimos de cada cobro. Para pararlos, escriba a la tienda o quite la tarjeta con /cards en nuestro bot.

mandate-ended =
    .subject = Terminaron los pagos periódicos a { $shop }
    .title = Pagos periódicos terminados
    .lead = La tienda «{ $shop }» ya no puede cobrar por sí misma de su tarjeta •• { $last4 }.
    .next = No tiene que hacer nada. Si esperaba otra cosa, escriba a la tienda.

