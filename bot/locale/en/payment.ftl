# The message about a payment, one set of texts for each state.

notice-open =
    .short = not paid
    .title = Waiting for payment
    .lead = <b>{ $amount }</b> to <b>{ $shop }</b> has not been paid yet.
    .next = Finish it on the shop’s payment page.
notice-requires-action =
    .short = waits for you
    .title = Confirm your payment
    .lead = <b>{ $amount }</b> to <b>{ $shop }</b> waits for your confirmation at your bank or wallet. No money was taken.
    .next = Confirm it on the page that the shop opened. If it was not you, do nothing: the payment ends by itself.
notice-in-review =
    .short = being checked
    .title = Your payment is being checked
    .lead = A person is checking your payment of <b>{ $amount }</b> to <b>{ $shop }</b>. No money was taken.
    .next = There is nothing to do, and no need to pay again. I tell you when the check is over.
notice-processing =
    .short = with the bank
    .title = We are waiting for your bank
    .lead = Your bank has not answered yet about <b>{ $amount }</b> to <b>{ $shop }</b>.
    .next = Please do not pay again. We keep asking and I tell you as soon as we know.
notice-authorized =
    .short = reserved
    .title = Amount reserved
    .lead = Your bank reserved <b>{ $amount }</b> for <b>{ $shop }</b>. The money has not been taken yet.
    .next = The shop takes or releases it later. I tell you when that happens.
notice-partially-captured =
    .short = partly taken
    .title = Part of the payment was taken
    .lead = <b>{ $shop }</b> took <b>{ $amount }</b> of the { $reserved } that your bank had reserved.
    .next = The rest stays reserved until the shop takes or releases it.
notice-captured =
    .short = paid
    .title = Payment complete
    .lead = You paid <b>{ $amount }</b> to <b>{ $shop }</b>.
    .next = Nothing more to do. If you do not recognise it, tap “Not me”.
notice-partially-refunded =
    .short = partly refunded
    .title = Part of the payment was refunded
    .lead = Of the <b>{ $amount }</b> that you paid to <b>{ $shop }</b>, <b>{ $refunded }</b> went back to your card.
    .next = Your bank may take a few days to show it.
notice-refunded =
    .short = refunded
    .title = Payment refunded
    .lead = The <b>{ $refunded }</b> that you paid to <b>{ $shop }</b> went back to your card.
    .next = Your bank may take a few days to show it.
notice-voided =
    .short = released
    .title = The amount was released
    .lead = <b>{ $amount }</b> for <b>{ $shop }</b> will not be taken.
    .next = If it was reserved, your bank may take a few days to show that it is free again.
notice-declined =
    .short = not made
    .title = The payment was not made
    .lead = Your payment of <b>{ $amount }</b> to <b>{ $shop }</b> was not made.
    .next = { $why } { $advice }
notice-expired =
    .short = not completed
    .title = The payment was not completed
    .lead = <b>{ $amount }</b> to <b>{ $shop }</b> was not paid in time and is closed. No money was taken.
    .next = If you still want to pay, start again in the shop.

line-known-by = If the bank has not answered by { $by }, a person looks into it.

refund-succeeded =
    <b>Refund complete</b>{ $test }
    <b>{ $amount }</b> from <b>{ $shop }</b> went back to your card. Your bank may take a few days to show it. Reference <code>{ $reference }</code>.
refund-failed =
    <b>The refund did not go through</b>{ $test }
    The bank did not accept the refund of <b>{ $amount }</b> from <b>{ $shop }</b>: the money is not on its way to you. Write to the shop and quote <code>{ $reference }</code>; it can try again or pay you back another way.

decline-card-declined = Your bank did not approve it and gave no reason.
decline-insufficient-funds = There was not enough money on the card.
decline-expired-card = The card has expired.
decline-incorrect-cvc = The security code did not match the card.
decline-incorrect-number = The card number is not known to the bank.
decline-processing-error = Something failed on the bank’s side. No money was taken.
decline-card-velocity-exceeded = Too many payments were made with this card in a short time.
decline-bank-unavailable = Your bank could not be reached. No money was taken.
decline-amount-mismatch = The bank confirmed a different amount, so we cancelled it. Your bank releases anything that it had reserved.
decline-transaction-not-permitted = The bank does not allow this kind of payment with the card.
decline-amount-limit-exceeded = The amount is above the limit that the bank set for the card.
decline-authentication-required = Your bank wants you to confirm the payment on its own page.
decline-authentication-failed = The payment was not confirmed on your bank’s page.
decline-refused-by-buyer = The payment was refused or cancelled on the confirmation page.
decline-action-expired = The payment was not confirmed in time.
decline-card-not-accepted = The shop does not accept this card for this payment.
decline-retry-limit-reached = The card was tried too often for this payment.
decline-card-frozen = The saved card is not available for payments.
decline-verification-failed = The payment was not confirmed: a wrong code was given, or none in time.
decline-verification-unavailable = The payment had to be confirmed by you, and there is no chat or e-mail address where you could be asked.
decline-denied-by-buyer = You, or the person whose card it is, said that this payment is not theirs.
advice-retry-later = You can try the same card again later.
advice-other-card = Check the details or pay with another card.
advice-never = Please do not repeat this payment with this card. Your bank can tell you more.
