# Por qué no se realizó un pago, con palabras seguras para el comprador, y qué hacer después.

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
