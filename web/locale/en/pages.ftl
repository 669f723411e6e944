# The pages, in English.

skip = Skip to the content
nav-main = Main
nav-language = Language
nav-account = Account
nav-login = Log in
nav-register = Register
nav-logout = Log out
go-home = To the start page
go-login = Log in
go-account = To the account
go-password = Choose a password

home-title = Payments that tell you what happened
home-lead = See your payments, and hear of each one by e-mail and Telegram.
home-account = Your account and payments
home-register = Register
home-login = Log in
home-bot = Open the Telegram bot
home-api = For developers: the API

field-email = E-mail
field-username = Telegram username (optional)
field-password = Password
field-language = Language of messages
field-name = E-mail or @username
hint-username = Like @ana_lopez. Connect Telegram in the next step.
hint-password = 8 to 128 characters, with upper case, lower case and a digit.

error-summary = Something is not right yet. See the fields below.
error-email = Write an e-mail address like name@example.com.
error-username = A Telegram username has 4 to 32 letters, digits or underscores and starts with a letter, like @ana_lopez.
error-password-short = The password needs at least 8 characters.
error-password-long = The password has more than 128 characters.
error-password-simple = The password needs upper case, lower case and a digit.
error-password-common = This password is among the first that are guessed. Choose another.
error-language = Choose one of the languages.
error-credentials = The name or the password is wrong.

register-title = Register
register-lead = One account for all your payments.
register-button = Register
register-known = Already registered?

telegram-title = Connect Telegram
telegram-mail = We wrote to your e-mail. Open the link in it to confirm the address.
telegram-lead = Connect Telegram to hear of your payments at once.
telegram-step-open = Open the bot and press Start.
telegram-open = Open Telegram
telegram-step-number = Choose this number there:
telegram-number = The number to choose
telegram-step-finish = Come back to this page and finish.
telegram-waiting = This page looks by itself every two seconds.
telegram-later = Not now
telegram-confirmed = The number was right.
telegram-finish = Finish
telegram-over = This attempt is over. Log in to try again.
telegram-again = Try again

confirm-title = Confirm your e-mail
confirm-lead = Press the button to confirm that this address is yours.
confirm-button = Confirm
confirm-password-lead = You opened this link in another browser than the one that registered. Write the password that you chose there, so that we know it was you.
field-chosen-password = The password you chose when you registered
error-chosen-password = This is not the password that was chosen when this address was registered. Try again, or say that you chose none.
confirm-not-mine-hint = You did not register, or you no longer know the password? The address is confirmed all the same. The password is removed, everybody is logged out and Telegram is disconnected; you can choose a new password afterwards.
confirm-not-mine = Confirm without the password
confirm-telegram-lead = Your payments will be shown in the Telegram chat of this user:
confirm-number-lead = If that is you, write the number that our bot shows in the chat. You have one try. If it is not you, close this page: nothing happens.
field-chat-number = The number in the chat
error-chat-number = Write the number of two digits that the bot shows in the chat.
confirmed-title = Confirmed
confirmed-text = Your e-mail is confirmed.
confirmed-put-out = Your e-mail is confirmed. Nobody is logged in to your account any more, and it has no password: choose one to log in here.
confirmed-telegram = Your e-mail is confirmed and Telegram is connected. Go back to the chat, your payments are there. To log in here, too, choose a password.
wrong-number-title = Wrong number
wrong-number-text = Nothing was confirmed or connected, and the link no longer works. If it was you, write /start to the bot and begin again.

login-title = Log in
login-button = Log in
login-forgot = Forgot the password?
login-new = New here?

forgot-title = Forgot the password
forgot-lead = Write the e-mail of your account. We send a link to choose a new password.
forgot-button = Send the link
forgot-sent = If there is an account with this e-mail, a link is on its way. It works for 30 minutes.

reset-title = Choose a new password
reset-lead = You will be logged out everywhere.
reset-button = Save
reset-done = The new password is saved. Log in with it.

account-title = Your account
account-confirmed = confirmed
account-unconfirmed = not confirmed
account-connected = connected
account-no-telegram = Not connected.
account-connect = Connect Telegram
account-confirm-first = Open the link in our mail to confirm your address. Your earlier payments show here then.
account-payments = Payments
account-no-payments = There are no payments yet.
account-test = test, no real money
account-newest = Newest
account-older = Older

status-requires-payment-method = not paid yet
status-requires-action = waits for you
status-in-review = being checked
status-processing = on its way
status-authorized = reserved
status-partially-captured = partly paid
status-captured = paid
status-partially-refunded = partly refunded
status-refunded = refunded
status-voided = cancelled
status-declined = declined
status-expired = expired

fault-request = Request { $code }.
fault-form-title = Open the page again
fault-form = The form was not sent from this browser, or it stood open too long.
fault-missing-title = Nothing here
fault-missing = There is nothing at this address.
fault-link-title = The link does not work any more
fault-link = It has expired or was already used.
fault-telegram-title = Telegram could not be connected
fault-telegram = This account or this Telegram is already connected to another.
fault-often-title = Too many tries
fault-often = Wait a minute and try again.
fault-request-wrong-title = This could not be read
fault-request-wrong = Something in the request is not right.
fault-busy-title = Not available now
fault-busy = Try again shortly.
fault-ours-title = Something failed on our side
fault-ours = We noted it.
