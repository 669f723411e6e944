# What a buyer can ask for: refunds, receipts, statements, security, look-ups.

command-refunds = My refunds
command-receipt = A receipt as PDF
command-statement = A month as a table
command-security = Where I am logged in
command-lookup = A payment without an account
key-receipt = Receipt
key-newest = Newest
key-older = Older
key-search = Search

narrowed-all = All
narrowed-paid = Paid
narrowed-open = Open
narrowed-declined = Not made
narrowed-refunded = Refunded
payments-none-narrowed = <b>None of your payments is like that.</b>
search-ask =
    <b>What are you looking for?</b>
    Write a reference, an order number, the card’s last four digits or a part of the shop’s name. /cancel to stop.
search-found = <b>Found for { $text }</b>: { $count }
search-none =
    <b>Nothing found for { $text }</b>
    Try a reference, an order number, the card’s last four digits or a part of the shop’s name.

refunds-title = <b>Your refunds</b>
refunds-none =
    <b>No refunds yet</b>
    When a shop gives money back, it appears here.
refunds-pending =
    <b>{ $amount }</b> · with the bank{ $test }
    { $shop } · since { $at }
refunds-succeeded =
    <b>{ $amount }</b> · went back{ $test }
    { $shop } · { $at }
refunds-failed =
    <b>{ $amount }</b> · refused by the bank{ $test }
    { $shop } · { $at }. Write to the shop.

receipt-which = <b>Which payment?</b>
receipt-none =
    <b>No receipt to give</b>
    There is one for each payment whose money was taken. See /payments.
receipt-caption = Receipt of the payment <code>{ $reference }</code>
toast-no-receipt = No money was taken for this payment, so there is no receipt.
receipt-title = Receipt
receipt-test = TEST: no real money moved
receipt-shop = Shop
receipt-paid = Paid
receipt-date = Date
receipt-with = Paid with
receipt-order = Order number
receipt-what = For
receipt-reference = Reference
receipt-id = Payment
receipt-refund = Refunded
receipt-left = Paid after refunds
receipt-note = This is a record of a card or wallet payment, made by { $host }. It is no invoice: ask the shop for one.

statement-which = <b>Which month?</b> I send its payments as a table for a spreadsheet.
statement-wrong = Write the month like <code>/statement 2026-03</code>.
statement-empty = You made no payments in { $month }.
statement-caption = { $month }, payments: { $count }. Times are those of { $zone }.
statement-cut = There are more; the table ends here.
column-date = Date
column-reference = Reference
column-shop = Shop
column-order = Order
column-what = For
column-status = Status
column-amount = Amount
column-taken = Taken
column-refunded = Refunded
column-currency = Currency
column-with = Paid with
status-word-requires-payment-method = not paid yet
status-word-requires-action = waits for the buyer
status-word-in-review = being checked
status-word-processing = with the bank
status-word-authorized = reserved
status-word-partially-captured = partly paid
status-word-captured = paid
status-word-partially-refunded = partly refunded
status-word-refunded = refunded
status-word-voided = released
status-word-declined = not made
status-word-expired = not completed in time

security-title = <b>Your account’s security</b>
security-email = E-mail: { $email }
security-none = No browser is logged in.
security-sessions = Browsers that are logged in: { $count }
security-session =
    { $device }
    since { $since }, last seen { $seen }
security-advice = One that you do not know? Log it out and change your password on the web.
key-session-end = Log out: { $device }
key-session-end-all = Log out everywhere
toast-session-ended = Logged out.
toast-session-gone = It was logged out already.

lookup-ask =
    <b>Where does a payment stand?</b>
    Write three things in one line: its reference, its amount, and the card’s last four digits or the e-mail that you gave to the shop. For example:
    <code>7K3M-9QX2-4D 49.90 4242</code>
lookup-wrong = That is not three things in one line. For example: <code>7K3M-9QX2-4D 49.90 4242</code>. The reference stands in the letter and on the shop’s page.
lookup-often = That was asked too often. Please try again in ten minutes.
lookup-none =
    <b>No such payment</b>
    Reference, amount and proof do not fit together. Check them in the letter you got, or ask the shop.
lookup-found =
    <b>{ $status }</b>
    Shop: { $shop }
    To see everything about your payments, begin with /start.
