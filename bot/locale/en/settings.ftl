# What a person is told, how and when.

command-settings = What I tell you, and when
settings-title = <b>What I tell you, and how</b>
settings-line = { $name }: { $how }
settings-how-chat = chat
settings-how-mail = mail
settings-how-inbox = inbox
settings-how-none = off
settings-zone = Time zone: { $zone }, it is { $time } there
settings-quiet = Quiet hours: { $from } to { $until }. News waits until they end; security notices do not.
settings-quiet-none = Quiet hours: none
settings-mail-dead =
    <b>Mail does not reach you</b>
    Your mailbox has refused our mail since { $since }: { $answer }
    I tell you in this chat instead.
settings-mandatory = This cannot be switched off whole: one way to reach you stays.
category-security = Security
    .hint = Who entered your account, and what was agreed in your name: cards that shops keep, recurring payments.
category-verification = Confirmations
    .hint = Links and questions that wait for you: an address to confirm, a payment to confirm at your bank.
category-payments = Payments
    .hint = What became of your payments. With both channels on, the important ones come by both, the others in the chat.
category-refunds = Refunds
    .hint = Money on its way back to you.
category-disputes = Disputes
    .hint = Payments that you or your bank contest.
category-shop = Your shops
    .hint = What happens at the shops that you act for. How often is set on the web page of your account.
category-reports = Monthly sum
    .hint = On the first days of a month, what you paid and got back in the month before.
category-news = News
    .hint = What is new at Aviso, a few times a year. Only if you want it.
channel-telegram = Chat
channel-email = Mail
channel-inbox = Inbox
key-settings = Settings
key-quiet = Quiet hours
key-quiet-none = None
key-zone = Time zone
key-try-mail = Send a link to my mailbox
choose-quiet =
    <b>When shall I be quiet?</b>
    Times are those of { $zone }. What comes meanwhile is told when they end. Other hours can be set on the web page of your account.
ask-time-zone =
    <b>Where do you live?</b>
    Write the name of a big city near you in English, like Madrid or Mexico City.
choose-time-zone = Which one?
time-zone-unknown = I know no time zone with { $text } in its name. Write a bigger city near you in English, or /cancel.
mail-tried =
    <b>Look into your mailbox</b>
    I wrote to { $email } once more. Open the link in that letter, and mail comes again. If nothing comes, the mailbox still refuses it.
toast-last-channel = One way to reach you must stay for this.

news-notice =
    <b>{ $title }</b>
    { $text }

report-title = <b>Your payments in { $month }</b>
report-line = Payments: { $count }. Paid <b>{ $paid }</b>, of which { $refunded } came back.
key-table = As a table

shop-digest = <b>What just happened at { $shop }</b>{ $test }
shop-digest-hourly = <b>{ $shop } in the last hour</b>{ $test }
shop-digest-daily = <b>{ $shop } on the last day</b>{ $test }
shop-digest-lines = <b>What matters most</b>
key-shop-open = Open the shop
digest-payment-captured = Paid
digest-payment-declined = Declined
digest-refund-succeeded = Refunded
digest-refund-failed = Refunds that failed
digest-dispute-opened = New disputes
digest-dispute-won = Disputes won
digest-dispute-lost = Disputes lost
digest-endpoint-failing = Endpoints that fail
digest-endpoint-disabled = Endpoints switched off
