# Letters to the people of a merchant, and to staff.

endpoint-failing =
    .subject = Webhooks to { $host } are failing
    .title = Your endpoint is failing
    .lead = Since { $since } no webhook of the shop “{ $shop }” has been accepted at { $host }.
    .next = Check that the address is reachable and answers with a status from 200 to 299. We keep trying; if nothing changes, the endpoint is switched off. Events are kept and can be sent again.

endpoint-disabled =
    .subject = Webhooks to { $host } were switched off
    .title = Your endpoint was switched off
    .lead = Webhooks of the shop “{ $shop }” are no longer sent to { $host }.
    .next = Put the address in order, switch the endpoint on in your account and ask for the missed events again. None was lost.

case-opened =
    .subject = We received your report: { $amount } to { $shop }
    .title = We received your report
    .lead = You told us that the payment of { $amount } to the shop “{ $shop }” is not yours. We are looking into it.
    .next = We write to you when there is a result. If you no longer have the card, or somebody else may know its details, call your bank now.

case-opened-staff =
    .subject = New case: { $amount } to { $shop }
    .title = A buyer does not recognise a payment
    .lead = A buyer says that the payment of { $amount } to the shop “{ $shop }” is not theirs.
    .next = Take the case in the bot and answer the buyer.

review-opened =
    .subject = To review: { $amount } to { $shop }
    .title = A payment waits for a decision
    .lead = The payment of { $amount } to the shop “{ $shop }” is held. Nothing was sent to the bank.
    .next = Approve or reject it in the bot before it expires.
