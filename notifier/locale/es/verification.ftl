# The letter with the code that confirms a payment.

verification-code =
    .subject = { $code } confirma su pago de { $amount } a { $shop }
    .title = Confirme un pago de { $amount }
    .lead = El código { $code } confirma un pago de { $amount } a «{ $shop }» y nada más. Introdúzcalo en la página donde paga. Es válido hasta { $until }.
    .next = Nadie de la tienda, del banco ni de soporte se lo pedirá nunca. Si no está pagando allí ahora, no se lo dé a nadie: sin él no se paga nada.
