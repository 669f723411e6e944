# Tarjetas guardadas y acuerdos de pago: avisos y la lista.

card-saved =
    <b>Tarjeta guardada</b>{ $test }
    <b>{ $shop }</b> guarda tu tarjeta •• { $last4 } para pagos posteriores. El código de seguridad no se guarda: al pagar con ella se pide de nuevo.
    Puedes quitarla cuando quieras con /cards.
card-removed =
    <b>Tarjeta quitada</b>{ $test }
    <b>{ $shop }</b> ya no guarda tu tarjeta •• { $last4 }. Su número se borró; allí ya no se puede pagar con ella.
card-expired =
    <b>Tarjeta guardada caducada</b>{ $test }
    Tu tarjeta •• { $last4 } ha caducado. <b>{ $shop }</b> ya no la guarda. Para seguir, paga con la nueva y acepta que se guarde.
card-expiring =
    <b>Una tarjeta guardada caduca pronto</b>{ $test }
    Tu tarjeta •• { $last4 } en <b>{ $shop }</b> vale hasta { $until }. Cuando tu banco te envíe la nueva, paga con ella y acepta que se guarde.
mandate-created =
    <b>Aceptaste pagos periódicos</b>{ $test }
    <b>{ $shop }</b> puede cobrar de tu tarjeta •• { $last4 } de { $min } a { $max }, como mucho una vez cada { $days } días, hasta { $until }.
    Te aviso de cada cobro. Para pararlos, quita la tarjeta con /cards o escribe a la tienda.
mandate-ended =
    <b>Pagos periódicos terminados</b>{ $test }
    <b>{ $shop }</b> ya no puede cobrar por su cuenta de tu tarjeta •• { $last4 }. No tienes que hacer nada.

command-cards = Mis tarjetas guardadas
cards-title = <b>Tus tarjetas guardadas</b>: { $count }
cards-line = { $brand } •• { $last4 } · { $expiry } · { $shop }{ $frozen }{ $test }
cards-frozen = {" "}· bloqueada
cards-none =
    <b>No hay tarjetas guardadas</b>
    Cuando aceptes que una tienda guarde tu tarjeta, aparecerá aquí.
key-card-remove = Quitar •• { $last4 } ({ $shop })
card-remove-question =
    <b>¿Quitar esta tarjeta?</b>
    { $brand } •• { $last4 } en { $shop }. Su número se borra y los pagos periódicos con ella terminan. No se puede deshacer; puedes guardarla de nuevo al pagar.
key-card-remove-sure = Sí, quitarla
card-remove-done =
    <b>Quitada</b>
    { $shop } ya no guarda tu tarjeta •• { $last4 }.
toast-card-gone = Esta tarjeta ya no está entre las tuyas.
