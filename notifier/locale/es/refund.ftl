# Cartas al comprador sobre un reembolso.

refund-created =
    .subject = { $shop } le reembolsa { $amount }
    .title = Reembolso en camino
    .lead = El comercio «{ $shop }» pidió devolver { $amount } a su tarjeta.
    .next = No tiene que hacer nada. Le escribiremos cuando responda el banco.

refund-succeeded =
    .subject = Reembolso de { $amount } de { $shop }
    .title = Reembolso realizado
    .lead = Se devolvieron { $amount } del comercio «{ $shop }» a su tarjeta.
    .next = Su banco puede tardar unos días en mostrarlo. Si no aparece, indique la referencia a su banco.

refund-failed =
    .subject = No se realizó el reembolso de { $amount } de { $shop }
    .title = El reembolso no se realizó
    .lead = El banco no aceptó el reembolso de { $amount } del comercio «{ $shop }». El dinero no está en camino.
    .next = Escriba al comercio e indique la referencia. Puede intentarlo otra vez o devolverle el dinero de otra forma.
