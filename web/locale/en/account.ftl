# The account: what guards it, what it shows, and its end. In English.

tab-account = Overview

login-push = Log in with Telegram
login-push-hint = With Telegram no password is needed: our bot asks you in your chat.
push-title = Log in with Telegram
push-lead = If this account is connected to Telegram, our bot has just asked you there. Choose this number in the chat:
push-waiting = This page looks by itself every two seconds. The question is valid for two minutes.
push-other = Log in another way
push-over = This attempt is over. Nothing came of it: start again, or log in with your password.

code-title = One more step
code-lead = Your account has an authenticator. Give the code that it shows now.
code-again = Start again
field-code = Code
hint-login-code = Six digits, or one of your recovery codes.
hint-first-code = The six digits that the authenticator shows now.
error-code = This code is wrong or was used before. Wait for the next one and try again.

signed-title = Log in with Telegram
signed-lead = Telegram says that you are
signed-unknown-title = Not connected
signed-unknown = No account is connected to this Telegram. Register, or connect it in your account.
app-outside = This page works inside Telegram.
app-refused = Telegram’s signature does not hold, is too old, or no account is connected to this Telegram.
app-other = Log in another way

security-title = Security
security-password = Password
security-password-lead = Every other session ends, and you are told by e-mail and Telegram. Not one of your last three passwords.
security-password-button = Change the password
security-no-password = Your account has no password yet. We send a link to your e-mail to choose one.
field-old-password = Present password
field-new-password = New password
error-password = This is not your password.
error-password-used = This is one of your last three passwords. Choose another.
error-same-password = This is your financial password. The two have to differ: choose another.
done-password = Your password is changed. Every other session has ended.
done-session = The session has ended.
done-sessions = Every other session has ended.
done-telegram = Telegram is disconnected.
done-totp = The authenticator is removed.

telegram-gone = cannot be reached
telegram-gone-lead = The bot is blocked in this chat, so we write to your e-mail instead. Write /start to the bot to hear from it again.
telegram-unlink = Disconnect Telegram
telegram-unlink-lead = The chat receives no more notices, and neither it nor its @username opens your account any more. Your e-mail and password are left to log in with.
telegram-unlink-sure = Disconnect
error-last-way-in = Telegram can be disconnected once you have a confirmed e-mail and a password: otherwise you could not log in any more.

sessions-title = Where you are logged in
sessions-this = this browser
sessions-since = Since
sessions-seen = Last seen
sessions-end = End this session
sessions-end-others = End all others

totp-title = Authenticator
totp-lead = An authenticator is an app on your phone that shows a new code every half minute. With it, your password alone opens nothing.
totp-on = on
totp-since = since
totp-codes-left = Recovery codes left:
totp-manage = Look at it or remove it
totp-add = Add an authenticator
totp-start = Continue
totp-confirm-first = Confirm your e-mail first: open the link in our mail.
totp-scan = Scan this picture with the authenticator.
totp-picture = QR code with the secret for the authenticator; the text below says the same
totp-type = Or type this secret into it:
totp-give = Give the code that it shows.
totp-confirm = Turn it on
totp-remove = Remove the authenticator
totp-remove-lead = Your recovery codes go with it. You are told by e-mail and Telegram.
totp-back = Back to security
codes-title = Recovery codes
codes-done = The authenticator is on.
codes-lead = If you lose the authenticator, one of these codes takes its place. Each works once. They are shown now and never again: write them down or print this page, and keep it where your phone is not.
codes-kept = I have kept them

payments-title = Payments
payments-search = Search all payments
search-text = Description, order or reference
search-status = Where it stands
search-shop = Shop
search-from = From
search-until = Until
search-any = Any
search-button = Search
search-all = Show all
search-nothing = No payment fits.
error-day = Write a day like 2026-11-24.

payment-title = Payment
payment-for = For
payment-order = Order
payment-reference = Reference
payment-at = Date
payment-method = Paid with
payment-taken = Taken
payment-refunded = Refunded
payment-refunds = Refunds
payment-print = To keep this as a receipt, print the page.
payment-not-me = I do not recognise this payment
payment-not-me-lead = Shops sometimes appear under another name, and family may use your card. If it was not you, we open a case, a person looks into it, and a card that the shop keeps for it is frozen.
payment-not-me-sure = It was not me
payment-back = All payments
done-not-me = We are looking into it. A person at our support desk was told. If somebody else may know your card’s details, call your bank now and block the card.
done-not-me-known = We already have your report: a case about this payment is open.
refund-pending = with the bank
refund-succeeded = went back
refund-failed = refused by the bank

cards-title = Saved cards
cards-lead = Shops keep these cards because you agreed. Shops never see the number.
cards-none = No shop keeps a card of yours.
cards-frozen = frozen
cards-since = kept since
cards-remove = Remove
cards-remove-lead = The number is erased, and the shop can charge this card no more. Payments that it takes regularly end.
cards-remove-sure = Remove the card
cards-not-me = Not me
cards-not-me-lead = You do not know this card, or somebody else may use it? It is frozen, with the payments that the shop takes from it, until our support desk has heard you.
cards-not-me-sure = Freeze the card
done-card-removed = The card is removed and its number erased.
done-card-frozen = The card is frozen: nothing can be paid with it. Write to support, and call your bank if somebody else may know its details.

settings-title = Settings
field-time-zone = Time zone
hint-clock = Times on these pages are shown by this clock.
done-settings = Saved.

data-title = Your data
export-title = A copy of your data
export-lead = Your account, sessions, saved cards and payments as one file (JSON).
export-button = Download
export-fresh = You logged in a while ago. Log out and in again to download your data.
close-title = Delete your account
close-lead = Sessions end, Telegram is disconnected, saved cards are erased, and what shops take from them regularly ends. Payments have to be kept by law; they lose your e-mail and IP address. This cannot be undone.
close-with-password = Delete with the password
close-with-mail = Delete by a link to your e-mail
close-mail-lead = We send a link that works once, for 30 minutes. Nothing is deleted before you use it.
close-button = Delete my account
close-sent = A link is on its way to your e-mail. It works for 30 minutes.
closed-title = Your account is deleted
closed-text = We wrote to your e-mail one last time.

fault-signed-title = Telegram did not confirm this
fault-signed = The signature does not hold or is too old. Go back to Telegram and try again.
fault-conflict-title = This is not possible now
fault-conflict = Something in your account has to be settled first.
