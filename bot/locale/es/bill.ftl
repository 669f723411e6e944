# Facturas en el chat y pagos en Telegram.

bill-title =
    <b>Factura de { $shop }</b>{ $test }
    Importe: <b>{ $amount }</b>
bill-what = Por: { $what }
bill-open =
    Se puede pagar hasta el { $until }.
    El código de seguridad de una tarjeta se escribe en la página de pago, nunca aquí.
bill-paid = <b>Pagada.</b> No queda nada por hacer.
bill-expired = <b>El plazo para pagar terminó.</b> No se pagó nada. Pida a { $shop } una factura nueva.
bill-cancelled = <b>La tienda retiró esta factura.</b> No hay nada que pagar.
bill-declined = <b>El pago no se hizo</b> y no se puede intentar de nuevo. Pida a { $shop } una factura nueva.
bill-page = La página de pago: { $url }
bill-no-way = La tienda no ofrece ahora ninguna forma de pagar esto aquí. Escriba a la tienda, por favor.
bills-none =
    <b>No hay facturas por pagar</b>
    Las facturas que las tiendas envían a su correo, y las que abrió aquí, aparecen aquí hasta que se pagan.
bills-title = <b>Sus facturas</b>: { $count }
key-pay-saved = Pagar con •• { $last4 }
key-pay-new = Otra tarjeta
key-pay-telegram = Pagar en Telegram
toast-bill-ended = Esta factura ya no se puede pagar.
toast-not-in-telegram = Esta factura no se puede pagar ahora en Telegram. Elija otra forma.
menu-outdated = Este menú está anticuado. Aquí tiene uno nuevo:
command-pay = Facturas por pagar
invoice-bill = Factura
checkout-later = No pudimos comprobar este pago a tiempo. No se cobró nada. Inténtelo de nuevo dentro de un minuto.
checkout-not-open = Esta factura ya se pagó, se canceló o su plazo terminó. No se cobró nada.
checkout-busy = Alguien está pagando esta factura en este momento. A usted no se le cobró nada. Mire de nuevo dentro de unos minutos.
checkout-other-amount = El importe de esta factura ahora es otro. No se cobró nada. Abra la factura de nuevo.
checkout-not-offered = La tienda no ofrece ahora pagar esto en Telegram. No se cobró nada.
checkout-declined = Este pago no se puede hacer en Telegram. No se cobró nada. Abra la factura de nuevo para ver las otras formas de pago.
checkout-refused = Este pago no se puede hacer. No se cobró nada.
telegram-late =
    <b>Llegó demasiado tarde</b>
    Pagó { $amount }, pero la factura había terminado o se pagó antes de otra manera. Avisamos a nuestro equipo, que devuelve el dinero; no tiene que hacer nada.
telegram-late-stars =
    <b>Llegó demasiado tarde</b>
    Pagó { $amount }, pero la factura había terminado o se pagó antes de otra manera. Sus Stars vuelven por sí solas.
