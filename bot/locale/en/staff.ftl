# The support desk.

key-approve = Approve
key-reject = Reject
key-why = Why
key-card = Card
key-refund = Refund…
key-reveal = Reveal
key-confirm = Refund { $amount }
key-leave = Leave it
key-queue = Queue

staff-role = Your role is { $role }. This needs the role { $needed }.
staff-usage =
    <b>Something is missing</b>
    { $usage }
staff-several = Several payments fit. Which one?
staff-none = Nothing fits <code>{ $query }</code>.
staff-stale = This button was used, is too old, or belongs to somebody else. Nothing was done.
staff-changed =
    <b>The payment changed meanwhile</b>
    Nothing was refunded. Look at it again with /pay { $reference }.

staff-review =
    <b>To review</b>{ $test }
    <b>{ $amount }</b> to { $shop }
    Card •• { $last4 } · order <code>{ $order }</code>
    Reference <code>{ $reference }</code>
    Held because: { $reasons }
    Nothing was sent to the bank.
staff-review-approved =
    <b>Approved</b>{ $test }
    <b>{ $amount }</b> to { $shop } went to the bank.
    Card •• { $last4 } · order <code>{ $order }</code>
    Reference <code>{ $reference }</code>
staff-review-rejected =
    <b>Rejected</b>{ $test }
    <b>{ $amount }</b> to { $shop } was declined. Nothing was sent to the bank.
    Card •• { $last4 } · order <code>{ $order }</code>
    Reference <code>{ $reference }</code>
staff-decided-by = Decided by { $name }
staff-review-outcome = Now: { $status }
staff-review-line = <b>{ $amount }</b> · { $shop } · { $reasons }{ $test }
staff-review-late = Somebody else has decided.
staff-review-empty = Nothing waits for a decision.
staff-review-title = <b>{ $count }</b> wait for a decision, the most urgent first
staff-review-due = Decide by { $at }
staff-case =
    <b>A buyer does not recognise a payment</b>{ $test }
    <b>{ $amount }</b> to { $shop }
    Card •• { $last4 } · order <code>{ $order }</code>
    Reference <code>{ $reference }</code>
staff-case-id = Case <code>{ $case }</code>
staff-dispute-opened =
    <b>A buyer disputes a payment</b>{ $test }
    <b>{ $disputed }</b> to { $shop }, of which { $held } is held
    Card •• { $last4 } · order <code>{ $order }</code> · reason { $reason }
    The shop may answer until { $until }.
staff-dispute-asked =
    <b>An issuer asks about a payment</b>{ $test }
    <b>{ $disputed }</b> to { $shop }. No money is held.
    Card •• { $last4 } · order <code>{ $order }</code> · reason { $reason }
    The shop may answer until { $until }.
staff-dispute-contested =
    <b>An issuer contests its decision</b>{ $test }
    <b>{ $disputed }</b> to { $shop }; { $held } is held again.
    The shop may answer until { $until }.
staff-dispute-challenged =
    <b>The shop answered a dispute</b>{ $test }
    <b>{ $disputed }</b> to { $shop }. The evidence goes to the bank; the issuer decides.
staff-dispute-won =
    <b>A dispute was won</b>{ $test }
    <b>{ $disputed }</b> to { $shop }. What was held is the shop’s again.
staff-dispute-lost =
    <b>A dispute was lost</b>{ $test }
    <b>{ $held }</b> of { $shop } went back to the buyer.
staff-dispute-accepted =
    <b>The shop accepted a dispute</b>{ $test }
    <b>{ $held }</b> of { $shop } went back to the buyer.
staff-dispute-expired =
    <b>Nobody answered a dispute in time</b>{ $test }
    <b>{ $held }</b> of { $shop } is lost to the buyer.
staff-dispute-unanswered =
    <b>Nobody answered an issuer’s question in time</b>{ $test }
    <b>{ $disputed }</b> to { $shop }. A dispute may follow.
staff-dispute-id =
    Dispute <code>{ $dispute }</code>
    Reference <code>{ $reference }</code>
staff-endpoint-failing =
    <b>An endpoint is failing</b>
    Since { $since } nothing has been accepted at { $host }.
    <code>{ $endpoint }</code>
staff-endpoint-disabled =
    <b>An endpoint was switched off</b>
    Webhooks are no longer sent to { $host }. Events are kept.
    <code>{ $endpoint }</code>

card-title = <b>{ $amount }</b> · { $status }{ $test }
card-shop = Shop: { $shop }
card-order = Order: <code>{ $order }</code>
card-reference = Reference: <code>{ $reference }</code>
card-id = <code>{ $payment }</code>
card-amounts = Reserved { $authorized }, taken { $captured }, refunded { $refunded }, on its way back { $pending }
card-buyer = Buyer: { $email } · IP { $ip }
card-card = { $brand } { $first6 }•• { $last4 }, { $expiry }
card-wallet = Wallet: { $wallet }
card-authentication = 3-D Secure: { $status }{ $eci } · { $liability ->
        [yes] the issuer answers for fraud
       *[no] no liability shift
    }
card-issuer = Issuer: { $issuer }
card-decline = Declined: { $code }
card-timeline = <b>Timeline</b>
card-event = { $at } { $event }
card-refunds = <b>Refunds</b>
card-refund = { $amount } { $status }, { $by }
card-none = –

find-title = <b>{ $count }</b> found for <code>{ $query }</code>
find-line = <b>{ $amount }</b> · { $status }{ $test } · { $email } · <code>{ $reference }</code>

refund-nothing =
    <b>Nothing can be refunded</b>
    Taken { $captured }, refunded { $refunded }, on its way back { $pending }.
refund-whole-only = Telegram gives back a payment in Stars as a whole only. Leave the amount away: /refund and the payment.
refund-too-much =
    <b>That is more than is left</b>
    At most { $available } can be refunded.
refund-amount-wrong = <code>{ $text }</code> is not an amount in { $currency }. Write it like 12.50.
refund-reason-wrong = A reason has 1 to 200 characters on one line.
refund-summary =
    <b>Refund { $amount }?</b>{ $test }
    Shop: { $shop }
    Order: <code>{ $order }</code>
    Reference: <code>{ $reference }</code>
    Card •• { $last4 }
    Taken { $captured }, refunded so far { $refunded }, left after this { $left }
    Reason: { $reason }
refund-summary-part = For a part: <code>/refund { $reference } 10.00 reason</code>
refund-sending = <b>Refunding { $amount }…</b> The bank is being asked.
refund-done =
    <b>Refunded { $amount }</b>{ $test }
    Reference <code>{ $reference }</code>. Buyer and shop are told.
refund-refused =
    <b>The bank refused the refund of { $amount }</b>{ $test }
    Reference <code>{ $reference }</code>. Nothing went back; the amount can be refunded again.
refund-waiting =
    <b>The bank has not answered about { $amount }</b>{ $test }
    Reference <code>{ $reference }</code>. Do not repeat it: the bank is asked again and the card shows the outcome.
refund-impossible =
    <b>Not possible now</b>
    The payment’s status does not allow it: { $status }.
staff-unavailable = Not possible now: another operation on the payment has no outcome yet. Try again in a minute.

why-title = <b>Why</b> · <code>{ $reference }</code>{ $test }
why-decision = { $at }: <b>{ $verdict }</b>
why-reasons = Because: { $reasons }
why-no-reasons = No list or limit spoke.
why-feature = { $key }: <code>{ $value }</code>
why-none = Antifraud has not seen this payment.
why-bank = Bank { $acquirer }: { $kind } { $status }{ $code }
why-buyer = The buyer reads: { $text }

status-title = <b>Status</b>
status-inbox = Inbox: { $waiting } waiting, { $dead } could not be handled
status-unplanned = Events without a plan: { $count }
status-deliveries = { $channel }: { $states }
status-no-deliveries = No deliveries yet
status-reviews = Reviews open: { $count }
status-unknown = Bank messages without an outcome: { $count }
status-acquirer = Bank { $acquirer }: { $state }
status-acquirer-closed = answers
status-acquirer-open = does not answer, payments are not sent to it
status-acquirer-half-open = is being tried again
status-database = Database: { $name }

list-title = <b>Lists</b>: the newest { $count }
list-line = <b>{ $list }</b> { $attribute } <code>{ $value }</code> – { $reason }
list-none = No entry in any list.
list-added = <b>{ $list }</b> { $attribute } <code>{ $value }</code> was added.
list-wrong-list = A list is trust, allow, block or gray.
list-wrong-attribute = An attribute is card, email, ip, bin or country.
list-wrong-value = <code>{ $value }</code> does not fit { $attribute }.
list-default-reason = put on the list in the bot

audit-title = <b>Audit</b>: the last { $count }
audit-line =
    { $number } · { $at }
    { $actor } <b>{ $action }</b> <code>{ $subject }</code> { $after }
audit-none = No rows.

staff-overdue =
    <b>The bank has not answered about { $amount }</b>{ $test }
    { $kind } at { $acquirer } for <b>{ $shop }</b>, card •• { $last4 }, order <code>{ $order }</code>, reference <code>{ $reference }</code>, since { $since }.
    Nobody knows whether it happened. Ask again, or call the bank and write down what it says: <code>/settle { $operation } done</code> or <code>failed</code>, with a reason.
staff-overdue-succeeded =
    <b>The bank did it: { $amount }</b>{ $test }
    { $kind } at { $acquirer } for <b>{ $shop }</b>, reference <code>{ $reference }</code>. The outcome of <code>{ $operation }</code> is known now; buyer and shop are told.
staff-overdue-failed =
    <b>The bank did not do it: { $amount }</b>{ $test }
    { $kind } at { $acquirer } for <b>{ $shop }</b>, reference <code>{ $reference }</code>. The outcome of <code>{ $operation }</code> is known now; buyer and shop are told.
key-ask-bank = Ask the bank again
overdue-asked-succeeded = The bank did it.
overdue-asked-failed = The bank did not do it.
overdue-asked-unknown = The bank still has no answer.
overdue-known = The outcome of this message is known already.
overdue-settled = Written down for <code>{ $operation }</code>. The payment is now: { $status }.

broadcast-card =
    <b>Message “{ $name }”</b>: { $state }
    For: { $language }, { $people } people who asked for news
    Begins: { $at }
    Written to: { $written } of { $people }
    Messages: { $sent } sent, { $waiting } waiting, { $failed } failed
broadcast-all = all languages
broadcast-running = on its way
broadcast-paused = held
broadcast-done = everybody was written to
broadcast-cancelled = taken back
broadcast-wrong =
    <b>This cannot be sent</b>
    { $error }
key-broadcast-send = Send
key-broadcast-resume = Go on
key-broadcast-pause = Pause
key-broadcast-cancel = Take back
