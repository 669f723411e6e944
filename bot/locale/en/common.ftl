# What every message shares: marks, moments, buttons, passing answers, faults.

mark-test = <b>[TEST]</b>
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

line-wallet = Paid with: { $wallet }
line-card = Card •• { $last4 }
line-order = Order <code>{ $order }</code>
line-reference = Reference <code>{ $reference }</code>
line-date = { $at }
line-codes-left = Recovery codes left: { $left }
line-device = Device: { $device }
line-refund-pending = A refund of <b>{ $amount }</b> is on its way to your bank.

key-payments = My payments
key-language = Language
key-help = Help
key-begin = Begin
key-details = Details
key-back = Back
key-not-me = Not me
key-not-me-sure = Yes, it was not me
key-account = Open my account

toast-outdated = This button is no longer valid. Open the menu again.
toast-not-yours = This payment is not in your account.

error-incident =
    <b>That did not work</b>
    Something failed on our side and your request was not carried out. Please try again in a minute. If it fails again, tell support this number: <code>{ $incident }</code>.
