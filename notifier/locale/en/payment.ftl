# Letters to a buyer about a payment.

payment-captured =
    .subject = You paid { $amount } to { $shop }
    .title = Payment complete
    .lead = You paid { $amount } to the shop “{ $shop }”.
    .next = Keep this message as your record. If you do not recognise the payment, write to the shop and quote the reference.

payment-partially-captured =
    .subject = { $amount } taken by { $shop }
    .title = Part of the payment was taken
    .lead = The shop “{ $shop }” took { $amount } of the { $reserved } that your bank had reserved.
    .next = The rest stays reserved until the shop takes or releases it. There is nothing to do.

payment-authorized =
    .subject = { $amount } reserved for { $shop }
    .title = Amount reserved
    .lead = Your bank reserved { $amount } for the shop “{ $shop }”. The money has not been taken yet.
    .next = The shop takes or releases it later. We write to you when that happens.

payment-declined =
    .subject = Payment of { $amount } to { $shop } was not made
    .title = The payment was not made
    .lead = Your payment of { $amount } to the shop “{ $shop }” was not made.
    .next = { $why } { $advice }

payment-action-required =
    .subject = Confirm your payment of { $amount } to { $shop }
    .title = Confirm your payment
    .lead = Your payment of { $amount } to the shop “{ $shop }” waits for your confirmation at your bank or wallet. No money was taken.
    .next = Confirm it on the page that the shop opened. If it was not you, do nothing: the payment ends by itself. We never send a link to a bank.

payment-in-review =
    .subject = Your payment to { $shop } is being checked
    .title = Your payment is being checked
    .lead = A person is checking your payment of { $amount } to the shop “{ $shop }”. Nothing was sent to your bank and no money was taken.
    .next = There is nothing to do, and no need to pay again. We write to you when the check is over.

payment-voided =
    .subject = { $amount } released by { $shop }
    .title = The reserved amount was released
    .lead = { $amount } that had been reserved for the shop “{ $shop }” was released. It will not be taken.
    .next = Your bank may take a few days to show it. If it does not, quote the reference to your bank.

payment-expired =
    .subject = Payment to { $shop } was not completed
    .title = The payment was not completed
    .lead = The payment of { $amount } to the shop “{ $shop }” was not completed in time and is closed. No money was taken.
    .next = If you still want to pay, start again in the shop.

payment-outcome-unknown =
    .subject = We are waiting for your bank: { $amount } to { $shop }
    .title = We are waiting for your bank
    .lead = Your bank has not answered yet. We do not know whether your payment of { $amount } to the shop “{ $shop }” went through.
    .next = Please do not pay again. We keep asking the bank and write to you as soon as we know. If your bank has not answered by { $by }, a person looks into it.
