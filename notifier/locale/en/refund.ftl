# Letters to a buyer about a refund.

refund-created =
    .subject = { $shop } is refunding { $amount }
    .title = A refund is on its way
    .lead = The shop “{ $shop }” asked to send { $amount } back to your card.
    .next = There is nothing to do. We write to you when the bank has answered.

refund-succeeded =
    .subject = Refund of { $amount } from { $shop }
    .title = Refund complete
    .lead = { $amount } from the shop “{ $shop }” went back to your card.
    .next = Your bank may take a few days to show it. If it does not, quote the reference to your bank.

refund-failed =
    .subject = Refund of { $amount } from { $shop } did not go through
    .title = The refund did not go through
    .lead = The bank did not accept the refund of { $amount } from the shop “{ $shop }”. The money is not on its way to you.
    .next = Write to the shop and quote the reference. It can try again or pay you back another way.
