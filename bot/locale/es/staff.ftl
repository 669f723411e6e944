# El equipo de soporte.

key-approve = Aprobar
key-reject = Rechazar
key-why = Por qué
key-card = Ficha
key-refund = Reembolsar…
key-reveal = Mostrar datos
key-confirm = Reembolsar { $amount }
key-leave = Dejarlo
key-queue = Cola

staff-role = Su función es { $role }. Esto requiere la función { $needed }.
staff-usage =
    <b>Falta algo</b>
    { $usage }
staff-several = Hay varios pagos que coinciden. ¿Cuál?
staff-none = Nada coincide con <code>{ $query }</code>.
staff-stale = Este botón ya se usó, es demasiado antiguo o es de otra persona. No se hizo nada.
staff-changed =
    <b>El pago cambió entretanto</b>
    No se reembolsó nada. Mírelo de nuevo con /pay { $reference }.

staff-review =
    <b>Por revisar</b>{ $test }
    <b>{ $amount }</b> a { $shop }
    Tarjeta •• { $last4 } · pedido <code>{ $order }</code>
    Referencia <code>{ $reference }</code>
    Retenido por: { $reasons }
    No se envió nada al banco.
staff-review-approved =
    <b>Aprobado</b>{ $test }
    <b>{ $amount }</b> a { $shop } fue al banco.
    Tarjeta •• { $last4 } · pedido <code>{ $order }</code>
    Referencia <code>{ $reference }</code>
staff-review-rejected =
    <b>Rechazado</b>{ $test }
    <b>{ $amount }</b> a { $shop } se denegó. No se envió nada al banco.
    Tarjeta •• { $last4 } · pedido <code>{ $order }</code>
    Referencia <code>{ $reference }</code>
staff-decided-by = Lo decidió { $name }
staff-review-outcome = Ahora: { $status }
staff-review-line = <b>{ $amount }</b> · { $shop } · { $reasons }{ $test }
staff-review-late = Ya lo decidió otra persona.
staff-review-empty = Nada espera una decisión.
staff-review-title = <b>{ $count }</b> esperan una decisión, los más urgentes primero
staff-review-due = Decidir antes del { $at }
staff-case =
    <b>Un comprador no reconoce un pago</b>{ $test }
    <b>{ $amount }</b> a { $shop }
    Tarjeta •• { $last4 } · pedido <code>{ $order }</code>
    Referencia <code>{ $reference }</code>
staff-case-id = Caso <code>{ $case }</code>
staff-dispute-opened =
    <b>Un comprador disputa un pago</b>{ $test }
    <b>{ $disputed }</b> a { $shop }, de los que quedan retenidos { $held }
    Tarjeta •• { $last4 } · pedido <code>{ $order }</code> · motivo { $reason }
    La tienda puede responder hasta el { $until }.
staff-dispute-asked =
    <b>Un emisor pregunta por un pago</b>{ $test }
    <b>{ $disputed }</b> a { $shop }. No se retiene dinero.
    Tarjeta •• { $last4 } · pedido <code>{ $order }</code> · motivo { $reason }
    La tienda puede responder hasta el { $until }.
staff-dispute-contested =
    <b>Un emisor impugna su decisión</b>{ $test }
    <b>{ $disputed }</b> a { $shop }; { $held } quedan retenidos de nuevo.
    La tienda puede responder hasta el { $until }.
staff-dispute-challenged =
    <b>La tienda respondió a una disputa</b>{ $test }
    <b>{ $disputed }</b> a { $shop }. Las pruebas van al banco; decide el emisor.
staff-dispute-won =
    <b>Se ganó una disputa</b>{ $test }
    <b>{ $disputed }</b> a { $shop }. Lo retenido vuelve a ser de la tienda.
staff-dispute-lost =
    <b>Se perdió una disputa</b>{ $test }
    <b>{ $held }</b> de { $shop } volvieron al comprador.
staff-dispute-accepted =
    <b>La tienda aceptó una disputa</b>{ $test }
    <b>{ $held }</b> de { $shop } volvieron al comprador.
staff-dispute-expired =
    <b>Nadie respondió a tiempo a una disputa</b>{ $test }
    <b>{ $held }</b> de { $shop } se pierden a favor del comprador.
staff-dispute-unanswered =
    <b>Nadie respondió a tiempo a la pregunta de un emisor</b>{ $test }
    <b>{ $disputed }</b> a { $shop }. Puede seguir una disputa.
staff-dispute-id =
    Disputa <code>{ $dispute }</code>
    Referencia <code>{ $reference }</code>
staff-endpoint-failing =
    <b>Un punto de recepción falla</b>
    Desde el { $since }, { $host } no ha aceptado nada.
    <code>{ $endpoint }</code>
staff-endpoint-disabled =
    <b>Un punto de recepción se desactivó</b>
    Ya no se envían webhooks a { $host }. Los eventos se conservan.
    <code>{ $endpoint }</code>

card-title = <b>{ $amount }</b> · { $status }{ $test }
card-shop = Comercio: { $shop }
card-order = Pedido: <code>{ $order }</code>
card-reference = Referencia: <code>{ $reference }</code>
card-id = <code>{ $payment }</code>
card-amounts = Reservado { $authorized }, cobrado { $captured }, reembolsado { $refunded }, de vuelta { $pending }
card-buyer = Comprador: { $email } · IP { $ip }
card-card = { $brand } { $first6 }•• { $last4 }, { $expiry }
card-wallet = Monedero: { $wallet }
card-authentication = 3-D Secure: { $status }{ $eci } · { $liability ->
        [yes] responde el emisor en caso de fraude
       *[no] sin traspaso de responsabilidad
    }
card-issuer = Emisor: { $issuer }
card-decline = Denegado: { $code }
card-timeline = <b>Cronología</b>
card-event = { $at } { $event }
card-refunds = <b>Reembolsos</b>
card-refund = { $amount } { $status }, { $by }
card-none = –

find-title = <b>{ $count }</b> para <code>{ $query }</code>
find-line = <b>{ $amount }</b> · { $status }{ $test } · { $email } · <code>{ $reference }</code>

refund-nothing =
    <b>No hay nada que reembolsar</b>
    Cobrado { $captured }, reembolsado { $refunded }, de vuelta { $pending }.
refund-whole-only = Telegram devuelve un pago en Stars solo entero. Deje fuera el importe: /refund y el pago.
refund-too-much =
    <b>Es más de lo que queda</b>
    Se pueden reembolsar como mucho { $available }.
refund-amount-wrong = <code>{ $text }</code> no es un importe en { $currency }. Escríbalo como 12,50.
refund-reason-wrong = Un motivo tiene de 1 a 200 caracteres en una línea.
refund-summary =
    <b>¿Reembolsar { $amount }?</b>{ $test }
    Comercio: { $shop }
    Pedido: <code>{ $order }</code>
    Referencia: <code>{ $reference }</code>
    Tarjeta •• { $last4 }
    Cobrado { $captured }, reembolsado hasta ahora { $refunded }, después quedarán { $left }
    Motivo: { $reason }
refund-summary-part = Para una parte: <code>/refund { $reference } 10,00 motivo</code>
refund-sending = <b>Reembolsando { $amount }…</b> Se está preguntando al banco.
refund-done =
    <b>Reembolsados { $amount }</b>{ $test }
    Referencia <code>{ $reference }</code>. Se avisa al comprador y al comercio.
refund-refused =
    <b>El banco rechazó el reembolso de { $amount }</b>{ $test }
    Referencia <code>{ $reference }</code>. No se devolvió nada; el importe se puede reembolsar de nuevo.
refund-waiting =
    <b>El banco no ha respondido sobre { $amount }</b>{ $test }
    Referencia <code>{ $reference }</code>. No lo repita: se vuelve a preguntar al banco y la ficha muestra el resultado.
refund-impossible =
    <b>Ahora no es posible</b>
    El estado del pago no lo permite: { $status }.
staff-unavailable = Ahora no es posible: otra operación del pago no tiene resultado todavía. Inténtelo en un minuto.

why-title = <b>Por qué</b> · <code>{ $reference }</code>{ $test }
why-decision = { $at }: <b>{ $verdict }</b>
why-reasons = Motivos: { $reasons }
why-no-reasons = No habló ninguna lista ni límite.
why-feature = { $key }: <code>{ $value }</code>
why-none = El antifraude no ha visto este pago.
why-bank = Banco { $acquirer }: { $kind } { $status }{ $code }
why-buyer = El comprador lee: { $text }

status-title = <b>Estado</b>
status-inbox = Buzón: { $waiting } en espera, { $dead } no se pudieron atender
status-unplanned = Eventos sin plan: { $count }
status-deliveries = { $channel }: { $states }
status-no-deliveries = Todavía no hay entregas
status-reviews = Revisiones abiertas: { $count }
status-unknown = Mensajes al banco sin resultado: { $count }
status-acquirer = Banco { $acquirer }: { $state }
status-acquirer-closed = responde
status-acquirer-open = no responde, no se le envían pagos
status-acquirer-half-open = se prueba de nuevo
status-database = Base de datos: { $name }

list-title = <b>Listas</b>: las { $count } entradas más recientes
list-line = <b>{ $list }</b> { $attribute } <code>{ $value }</code> – { $reason }
list-none = No hay entradas en ninguna lista.
list-added = Se añadió <b>{ $list }</b> { $attribute } <code>{ $value }</code>.
list-wrong-list = Una lista es trust, allow, block o gray.
list-wrong-attribute = Un atributo es card, email, ip, bin o country.
list-wrong-value = <code>{ $value }</code> no corresponde a { $attribute }.
list-default-reason = puesto en la lista desde el bot

audit-title = <b>Registro</b>: las últimas { $count } filas
audit-line =
    { $number } · { $at }
    { $actor } <b>{ $action }</b> <code>{ $subject }</code> { $after }
audit-none = No hay filas.

staff-overdue =
    <b>El banco no ha respondido sobre { $amount }</b>{ $test }
    { $kind } en { $acquirer } para <b>{ $shop }</b>, tarjeta •• { $last4 }, pedido <code>{ $order }</code>, referencia <code>{ $reference }</code>, desde { $since }.
    Nadie sabe si se hizo. Pregunte otra vez, o llame al banco y anote lo que diga: <code>/settle { $operation } done</code> o <code>failed</code>, con un motivo.
staff-overdue-succeeded =
    <b>El banco lo hizo: { $amount }</b>{ $test }
    { $kind } en { $acquirer } para <b>{ $shop }</b>, referencia <code>{ $reference }</code>. Ya se conoce el resultado de <code>{ $operation }</code>; comprador y tienda están avisados.
staff-overdue-failed =
    <b>El banco no lo hizo: { $amount }</b>{ $test }
    { $kind } en { $acquirer } para <b>{ $shop }</b>, referencia <code>{ $reference }</code>. Ya se conoce el resultado de <code>{ $operation }</code>; comprador y tienda están avisados.
key-ask-bank = Preguntar otra vez al banco
overdue-asked-succeeded = El banco lo hizo.
overdue-asked-failed = El banco no lo hizo.
overdue-asked-unknown = El banco sigue sin responder.
overdue-known = El resultado de este mensaje ya se conoce.
overdue-settled = Anotado para <code>{ $operation }</code>. El pago está ahora: { $status }.

broadcast-card =
    <b>Mensaje “{ $name }”</b>: { $state }
    Para: { $language }, { $people } personas que pidieron novedades
    Empieza: { $at }
    Escritas: { $written } de { $people }
    Mensajes: { $sent } enviados, { $waiting } en espera, { $failed } fallidos
broadcast-all = todos los idiomas
broadcast-running = en camino
broadcast-paused = detenido
broadcast-done = se escribió a todas
broadcast-cancelled = retirado
broadcast-wrong =
    <b>Esto no se puede enviar</b>
    { $error }
key-broadcast-send = Enviar
key-broadcast-resume = Continuar
key-broadcast-pause = Pausar
key-broadcast-cancel = Retirar
