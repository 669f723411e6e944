# Cartas al comprador sobre tarjetas guardadas y pagos periódicos.

card-saved =
    .subject = { $shop } guarda tu tarjeta •• { $last4 }
    .title = Tarjeta guardada
    .lead = La tienda «{ $shop }» guarda tu tarjeta •• { $last4 } para pagos posteriores, como aceptaste. El código de seguridad no se guarda: al pagar con ella se pide de nuevo.
    .next = Si no lo aceptaste, escribe a la tienda, que puede quitar la tarjeta en cualquier momento.

card-removed =
    .subject = { $shop } ya no guarda tu tarjeta •• { $last4 }
    .title = Tarjeta quitada
    .lead = La tienda «{ $shop }» ya no guarda tu tarjeta •• { $last4 }. Su número se borró; allí ya no se puede pagar con ella.
    .next = No tienes que hacer nada. Puedes guardarla de nuevo la próxima vez que pagues.

card-expired =
    .subject = Tu tarjeta guardada •• { $last4 } ha caducado
    .title = Tarjeta guardada caducada
    .lead = Tu tarjeta •• { $last4 } ha caducado. La tienda «{ $shop }» ya no la guarda.
    .next = Para seguir, paga con la nueva y acepta que se guarde.

card-expiring =
    .subject = Tu tarjeta guardada •• { $last4 } caduca pronto
    .title = Una tarjeta guardada caduca pronto
    .lead = Tu tarjeta •• { $last4 }, que la tienda «{ $shop }» guarda, vale hasta { $until }.
    .next = Cuando tu banco te envíe la nueva, paga una vez con ella y acepta que se guarde.

mandate-created =
    .subject = Aceptaste pagos periódicos a { $shop }
    .title = Pagos periódicos acordados
    .lead = La tienda «{ $shop }» puede cobrar de tu tarjeta •• { $last4 } de { $min } a { $max }, como mucho una vez cada { $days } días, hasta { $until }.
    .next = Te escribimos de cada cobro. Para pararlos, escribe a la tienda o quita la tarjeta con /cards en nuestro bot.

mandate-ended =
    .subject = Terminaron los pagos periódicos a { $shop }
    .title = Pagos periódicos terminados
    .lead = La tienda «{ $shop }» ya no puede cobrar por su cuenta de tu tarjeta •• { $last4 }.
    .next = No tienes que hacer nada. Si esperabas otra cosa, escribe a la tienda.

