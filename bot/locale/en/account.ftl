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
