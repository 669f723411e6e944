# Tarjetas guardadas y acuerdos de pago: avisos y la lista.

card-saved =
    <b>Tarjeta guardada</b>{ $test }
    <b>{ $shop }</b> guarda su tarjeta •• { $last4 } para pagos posteriores. El código de seguridad no se guarda: al pagar con ella se pide de nuevo.
    Puede quitarla cuando quiera con /cards.
card-removed =
    <b>Tarjeta quitada</b>{ $test }
    <b>{ $shop }</b> ya no guarda su tarjeta •• { $last4 }. El número se borró; allí ya no se puede pagar con ella.
card-expired =
    <b>Tarjeta guardada caducada</b>{ $test }
    Su tarjeta •• { $last4 } ha caducado. <b>{ $shop }</b> ya no la guarda. Para seguir, pague con la nueva y acepte que se guarde.
card-expiring =
    <b>Una tarjeta guardada caduca pronto</b>{ $test }
    Su tarjeta •• { $last4 } en <b>{ $shop }</b> vale hasta { $until }. Cuando su banco le envíe la nueva, pague con ella y acepte que se guarde.
mandate-created =
    <b>Usted aceptó pagos periódicos</b>{ $test }
    <b>{ $shop }</b> puede cobrar de su tarjeta •• { $last4 } de { $min } a { $max }, como mucho una vez cada { $days } días, hasta { $until }.
    Le aviso de cada cobro. Para pararlos, quite la tarjeta con /cards o escriba a la tienda.
mandate-ended =
    <b>Pagos periódicos terminados</b>{ $test }
    <b>{ $shop }</b> ya no puede cobrar por sí misma de su tarjeta •• { $last4 }. No tiene que hacer nada.

command-cards = Mis tarjetas guardadas
cards-title = <b>Sus tarjetas guardadas</b>: { $count }
cards-line = { $brand } •• { $last4 } · { $expiry } · { $shop }{ $frozen }{ $test }
cards-frozen = {" "}· bloqueada
cards-none =
    <b>No hay tarjetas guardadas</b>
    Cuando acepte que una tienda guarde una tarjeta, aparecerá aquí.
key-card-remove = Quitar •• { $last4 } ({ $shop })
card-remove-question =
    <b>¿Quitar esta tarjeta?</b>
    { $brand } •• { $last4 } en { $shop }. El número se borra y los pagos periódicos con ella terminan. No se puede deshacer; puede guardarla de nuevo al pagar.
key-card-remove-sure = Sí, quitarla
card-remove-done =
    <b>Quitada</b>
    { $shop } ya no guarda su tarjeta •• { $last4 }.
toast-card-gone = Esta tarjeta ya no está entre las suyas.
