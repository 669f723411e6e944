# Cartas con un enlace para pagar.

bill-created =
    .subject = { $shop } le pide que pague { $amount }
    .title = Una factura de { $shop }
    .lead = La tienda «{ $shop }» le pide que pague { $amount }. El botón abre una página nuestra donde puede pagar con tarjeta.
    .next = Puede pagar hasta el { $until }, una sola vez: quien pague primero paga por todos los que tienen el enlace. Si no ha pedido nada allí, no haga nada.
