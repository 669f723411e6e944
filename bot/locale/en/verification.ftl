# What the bot asks to confirm, the keypad, and what came of it.

verification-question =
    <b>Is it you who is paying?</b>{ $test }
    <b>{ $amount }</b> to <b>{ $shop }</b>, card •• { $last4 }

    If it is you, tap “Confirm” and give your secret code within three minutes. If it is not you, tap “Not me”: nothing is paid, and a saved card is blocked.
verification-keypad =
    <b>{ $amount }</b> to <b>{ $shop }</b>, card •• { $last4 }{ $test }

    Secret code: <b>{ $dots }</b>
    Only tap the buttons: never write the code into a chat.
verification-wrong = That code was wrong. Tries left: { $left }
verification-checking =
    <b>{ $amount }</b> to <b>{ $shop }</b>{ $test }
    Checking the code…
verification-passed =
    <b>Confirmed</b>{ $test }
    <b>{ $amount }</b> to <b>{ $shop }</b>, card •• { $last4 }. The payment goes on.
verification-passed-declined =
    <b>Confirmed, but not paid</b>{ $test }
    <b>{ $amount }</b> to <b>{ $shop }</b>, card •• { $last4 }. { $why }
verification-passed-action =
    <b>Confirmed</b>{ $test }
    <b>{ $amount }</b> to <b>{ $shop }</b>, card •• { $last4 }. Your bank wants something more: go back to the page where you pay.
verification-refused =
    <b>Stopped</b>{ $test }
    <b>{ $amount }</b> to <b>{ $shop }</b> was not paid. Support looks into it, and a card saved there is blocked. If somebody else may know your card’s details, call your bank.
verification-failed =
    <b>Not confirmed</b>{ $test }
    The code was wrong too often. <b>{ $amount }</b> to <b>{ $shop }</b> was not paid. You can try again at the shop.
verification-expired =
    <b>Too late</b>{ $test }
    Nobody confirmed <b>{ $amount }</b> to <b>{ $shop }</b> in time, so it was not paid. You can try again at the shop.
verification-withdrawn =
    <b>No longer needed</b>{ $test }
    The payment of <b>{ $amount }</b> to <b>{ $shop }</b> was cancelled.
key-verify = Confirm
key-erase = ⌫
key-enter = OK
key-leave-keypad = Back
key-verifier = Secret code
toast-old-keypad = This button is from an earlier keypad. Use the newest one.
security-verifier-on = Secret code for payments: set
security-verifier-off = Secret code for payments: not set
hidden-code =
    <b>I deleted your message: it looked like a secret code</b>
    Never write your secret code in a chat, not even in this one: tap it on the keypad below the question. If it was one, change it in your account.
