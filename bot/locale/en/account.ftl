# Security notices about an account.

account-notice =
    <b>{ $title }</b>
    { $lead }
    { $next }

    { $at }
account-email-confirmed =
    .title = Your e-mail address is confirmed
    .lead = The address now belongs to your account.
    .next = News of payments made with it comes here. See /payments.
account-telegram-linked =
    .title = Telegram is connected
    .lead = This chat was connected to your account and can confirm that it is you.
    .next = If it was not you, disconnect it in your account and change your password.
account-telegram-unlinked =
    .title = Telegram was disconnected
    .lead = This chat was disconnected from your account. It receives no more notices and confirms nothing.
    .next = If it was not you, change your password.
account-login =
    .title = New sign-in
    .lead = Somebody signed in to your account.
    .next = If it was you, there is nothing to do. If not, change your password and end the sessions you do not know.
account-password-changed =
    .title = Your password was changed
    .lead = The password of your account was changed.
    .next = If it was not you, reset it now with “Forgot password” on the sign-in page.
account-totp-enabled =
    .title = An authenticator was added
    .lead = From now on, logging in to your account asks for its code.
    .next = If it was not you, reset your password with “Forgot the password” and write to support.
account-totp-disabled =
    .title = The authenticator was removed
    .lead = Logging in to your account no longer asks for a code.
    .next = If it was not you, change your password and add an authenticator again.
account-codes-wrong =
    .title = Wrong codes at your log-in
    .lead = Somebody who knows your password gave ten wrong codes. Codes are not taken for a quarter of an hour; recovery codes are.
    .next = If it was not you, change your password now.
account-recovery-code-used =
    .title = A recovery code was used
    .lead = Somebody used one of your recovery codes in place of the authenticator.
    .next = If it was not you, change your password. If you lost the authenticator, remove it in your account and add a new one.
account-financial-password-changed =
    .title = Your financial password was set
    .lead = A new financial password was set in your account. It is asked for before money moves in a merchant’s cabinet.
    .next = If it was not you, reset the password with “Forgot the password” on the sign-in page, set a new financial password and tell the merchant.
account-financial-password-wrong =
    .title = Wrong financial passwords
    .lead = Somebody who is logged in to your account gave five wrong financial passwords. None is taken for a quarter of an hour.
    .next = If it was not you, change your password now: that ends every other session.
member-added =
    .title = You act for a merchant now
    .lead = Your account may now open the cabinet of the shop “{ $shop }”.
    .next = If you did not expect it, leave the shop on its members page.
member-changed =
    .title = Your rights were changed
    .lead = What your account may do for the shop “{ $shop }” was changed. The cabinet shows what you may do now.
    .next = If you have questions, ask whoever keeps the members of the shop.
member-removed =
    .title = You do not act for this merchant any more
    .lead = Your account may not open the cabinet of the shop “{ $shop }” any more.
    .next = If you have questions, ask whoever keeps the members of the shop.
login-question =
    <b>Log in?</b>
    A browser wants to log in to your account. If it is you, tap the number that you see on its screen. If it is not you, tap “Not me”.

    Device: { $device }
    Network: { $network }
    { $at }. Valid for two minutes, one try only.
login-confirmed =
    <b>The number is right</b>
    Go back to the page in your browser to finish.
login-denied =
    <b>Stopped</b>
    Nobody was logged in. If you did not ask for it, somebody may know your e-mail address or @username; that alone opens nothing. If it happens again, look at your sessions and change your password.
