# Why a payment was not made, in words that are safe for a buyer, and what to do next.

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
