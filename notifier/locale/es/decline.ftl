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

advice-retry-later = Puede intentarlo más tarde con la misma tarjeta.
advice-other-card = Revise los datos o pague con otra tarjeta.
advice-never = Por favor, no repita este pago con esta tarjeta. Su banco puede darle más información.
