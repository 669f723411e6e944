# The letter with the code that confirms a payment.

verification-code =
    .subject = { $code } confirms your payment of { $amount } to { $shop }
    .title = Confirm a payment of { $amount }
    .lead = The code { $code } confirms a payment of { $amount } to “{ $shop }” and nothing else. Enter it on the page where you pay. It is valid until { $until }.
    .next = Nobody from the shop, the bank or support ever asks you for it. If you are not paying there now, give it to nobody: without it nothing is paid.
