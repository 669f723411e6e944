# Cartas a las personas de un comercio y al equipo de soporte.

endpoint-failing =
    .subject = Fallan los webhooks a { $host }
    .title = Su punto de recepción falla
    .lead = Desde el { $since }, { $host } no ha aceptado ningún webhook del comercio «{ $shop }».
    .next = Compruebe que la dirección es accesible y que responde con un estado de 200 a 299. Seguimos intentándolo; si nada cambia, el punto de recepción se desactivará. Los eventos se conservan y se pueden volver a enviar.

endpoint-disabled =
    .subject = Se desactivaron los webhooks a { $host }
    .title = Su punto de recepción se desactivó
    .lead = Los webhooks del comercio «{ $shop }» ya no se envían a { $host }.
    .next = Repare la dirección, active el punto de recepción en su cuenta y pida de nuevo los eventos pendientes. No se perdió ninguno.

case-opened =
    .subject = Recibimos su aviso: { $amount } a { $shop }
    .title = Recibimos su aviso
    .lead = Nos indicó que el pago de { $amount } al comercio «{ $shop }» no es suyo. Lo estamos investigando.
    .next = Le escribiremos cuando haya un resultado. Si ya no tiene la tarjeta o alguien más puede conocer sus datos, llame ahora a su banco.

case-opened-staff =
    .subject = Caso nuevo: { $amount } a { $shop }
    .title = Un comprador no reconoce un pago
    .lead = Un comprador dice que el pago de { $amount } al comercio «{ $shop }» no es suyo.
    .next = Tome el caso en el bot y responda al comprador.

review-opened =
    .subject = Por revisar: { $amount } a { $shop }
    .title = Un pago espera una decisión
    .lead = El pago de { $amount } al comercio «{ $shop }» está retenido. No se envió nada al banco.
    .next = Apruébelo o rechácelo en el bot antes de que caduque.
