# What every letter shares: labels, dates, banner, footer.

test-banner = Test mode: no real money moved.
footer-sent = Sent automatically by { $host }.
footer-account = Your account and what you are told

shop-unknown = Unnamed shop
device-unknown = Unknown device
card-unknown = Card

label-shop = Shop
label-amount = Amount
label-description = For
label-until = Pay by
label-taken = Taken
label-reserved = Reserved
label-refund = Refund
label-paid = Payment
label-card = Card
label-order = Order number
label-reference = Reference
label-date = Date
label-reason = Reason
label-device = Device
label-codes-left = Recovery codes left
label-telegram = Telegram
label-endpoint = Address
label-endpoint-id = Endpoint
label-since = Failing since
label-risk = Why it was held

button-pay = Pay
button-account = Open my account
button-confirm = Confirm this address
button-reset = Choose a new password
button-login = Log in
button-close = Delete my account
button-invitation = See the invitation
button-cabinet = Open the cabinet
button-security = Check my account
button-endpoint = Open the endpoints
button-hint = If the button does not work, open this address:

moment = { $day } { $month } { $year }, { $time } UTC
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
