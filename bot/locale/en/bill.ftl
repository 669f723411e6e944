# Bills in chat, and payments in Telegram.

bill-title =
    <b>Bill from { $shop }</b>{ $test }
    Amount: <b>{ $amount }</b>
bill-what = For: { $what }
bill-open =
    It can be paid until { $until }.
    The security code of a card is typed on the payment page, never here.
bill-paid = <b>Paid.</b> Nothing is left to do.
bill-expired = <b>The time to pay is over.</b> Nothing was paid. Ask { $shop } for a new bill.
bill-cancelled = <b>The shop took this bill back.</b> Nothing is to be paid.
bill-declined = <b>The payment was not made</b> and cannot be tried again. Ask { $shop } for a new bill.
bill-page = The payment page: { $url }
bill-no-way = The shop offers no way to pay this here now. Please write to the shop.
bills-none =
    <b>No bills to pay</b>
    Bills that shops send to your e-mail address, and those that you opened here, stand here until they are paid.
bills-title = <b>Your bills</b>: { $count }
key-pay-saved = Pay with •• { $last4 }
key-pay-new = New card
key-pay-telegram = Pay in Telegram
toast-bill-ended = This bill cannot be paid any more.
toast-not-in-telegram = This bill cannot be paid in Telegram now. Choose another way.
menu-outdated = This menu is outdated. Here is a new one:
command-pay = Bills to pay
invoice-bill = Bill
checkout-later = We could not check this payment in time. Nothing was taken. Please try again in a minute.
checkout-not-open = This bill was paid, cancelled, or its time is over. Nothing was taken.
checkout-busy = Somebody is paying this bill at this moment. Nothing was taken from you. Look again in a few minutes.
checkout-other-amount = The amount of this bill is another one now. Nothing was taken. Open the bill again.
checkout-not-offered = The shop does not offer to pay this in Telegram now. Nothing was taken.
checkout-declined = This payment cannot be made in Telegram. Nothing was taken. Open the bill again to see the other ways to pay.
checkout-refused = This payment cannot be made. Nothing was taken.
telegram-late =
    <b>This came too late</b>
    You paid { $amount }, but the bill had ended or was paid otherwise before. Our support was told and gives the money back; you need to do nothing.
telegram-late-stars =
    <b>This came too late</b>
    You paid { $amount }, but the bill had ended or was paid otherwise before. Your Stars come back by themselves.
