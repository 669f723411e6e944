# Letters about an account. They greet nobody by name: whoever registers chooses the name, and a
# stranger's address must not receive a sentence of somebody else's making.

account-registered =
    .subject = Confirm your e-mail address
    .title = Confirm your e-mail address
    .lead = An account was opened with this e-mail address. Confirm that the address is yours.
    .next = The button works once. If you did not open an account, ignore this message: the address stays unconfirmed.

account-registered-in-bot =
    .subject = Confirm your e-mail address
    .title = Confirm your e-mail address
    .lead = This e-mail address was given to our Telegram bot. Confirm that it is yours, and your payments will be shown in that chat.
    .next = The page asks for the number that the bot showed in the chat. If you did not write to the bot, ignore this message: without the number nothing happens.

account-existing =
    .subject = You already have an account
    .title = You already have an account
    .lead = Somebody tried to register with this e-mail address. It has an account already, and nothing was changed.
    .next = If it was you, log in; Telegram is connected in your account. If you do not know the password, or never confirmed the address, use “Forgot the password”. If it was not you, there is nothing to do.

account-email-confirmed =
    .subject = Your e-mail address is confirmed
    .title = Your e-mail address is confirmed
    .lead = This address now belongs to your account. News of your payments and security notices come here.
    .next = In your account you can add Telegram and choose what you are told.

account-telegram-linked =
    .subject = Telegram was linked to your account
    .title = Telegram was linked
    .lead = A Telegram account was linked to your account. It can now receive your notices and confirm that it is you.
    .next = If it was not you, unlink it in your account and change your password.

account-telegram-unlinked =
    .subject = Telegram was unlinked from your account
    .title = Telegram was unlinked
    .lead = A Telegram account was unlinked from your account. It receives no more notices and confirms nothing.
    .next = If it was not you, change your password.

account-login =
    .subject = New sign-in to your account
    .title = New sign-in
    .lead = Somebody signed in to your account.
    .next = If it was you, there is nothing to do. If not, change your password and end the sessions that you do not know.

account-password-reset =
    .subject = Choose a new password
    .title = Choose a new password
    .lead = A new password was asked for your account. The button works once, for 30 minutes, until { $until }.
    .next = If you did not ask for it, ignore this message: your password stays as it is.

account-password-changed =
    .subject = Your password was changed
    .title = Your password was changed
    .lead = The password of your account was changed.
    .next = If it was not you, reset the password now with “Forgot password” on the sign-in page, then check your sessions.

account-totp-enabled =
    .subject = An authenticator was added to your account
    .title = An authenticator was added
    .lead = From now on, logging in to your account asks for the code of the authenticator.
    .next = If it was not you, reset the password with “Forgot the password” on the sign-in page and write to support.

account-totp-disabled =
    .subject = The authenticator of your account was removed
    .title = The authenticator was removed
    .lead = Logging in to your account no longer asks for a code.
    .next = If it was not you, change your password and add an authenticator again.

account-codes-wrong =
    .subject = Wrong codes at the log-in to your account
    .title = Wrong codes at your log-in
    .lead = Somebody who knows your password gave ten wrong codes. Codes are not taken for a quarter of an hour; recovery codes are.
    .next = If it was not you, change your password now.

account-recovery-code-used =
    .subject = A recovery code of your account was used
    .title = A recovery code was used
    .lead = Somebody used one of your recovery codes in place of the authenticator.
    .next = If it was not you, change your password. If you lost the authenticator, remove it in your account and add a new one.

account-closing =
    .subject = Delete your account?
    .title = Delete your account?
    .lead = Somebody who is logged in to your account asked to delete it. The button leads to a page that does so; it works once, for 30 minutes, until { $until }.
    .next = If it was not you, ignore this message: nothing is deleted. Then change your password and end the sessions that you do not know.

account-closed =
    .subject = Your account was deleted
    .title = Your account was deleted
    .lead = Your account, its saved cards and its connection to Telegram are gone, and every session has ended. Payments are kept, as the law asks, without your e-mail address.
    .next = You can register again at any time. Earlier payments will not appear in a new account.

account-confirm-again =
    .subject = Does our mail reach you?
    .title = Does our mail reach you?
    .lead = Your mailbox refused our letters. You asked us to try again, and this letter arrived. Open the link, and news of your account comes by mail again.
    .next = The button works once. If you did not ask for it, there is nothing to do.

account-financial-password-changed =
    .subject = Your financial password was set
    .title = Your financial password was set
    .lead = A new financial password was set in your account. It is asked for before money moves in a merchant’s cabinet.
    .next = If it was not you, reset the password with “Forgot the password” on the sign-in page, set a new financial password and tell the merchant.

account-financial-password-wrong =
    .subject = Wrong financial passwords in your account
    .title = Wrong financial passwords
    .lead = Somebody who is logged in to your account gave five wrong financial passwords. None is taken for a quarter of an hour.
    .next = If it was not you, change your password now: that ends every other session.
