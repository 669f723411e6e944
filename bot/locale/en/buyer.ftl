# Talking with a buyer: registering, links, menus.

welcome =
    <b>Hello, { $name }</b>
    Aviso tells you about your payments: what was paid, to whom, and what became of it.

    Choose a language to begin.
welcome-back =
    <b>Hello again, { $name }</b>
    Your account is connected. News of your payments comes here.
welcome-staff =
    <b>Hello, { $name }</b>
    You are at the support desk. /help shows the commands of your role.
choose-language = Choose a language.
language-set = Done. I write to you in English from now on.
ask-email =
    <b>Your e-mail address</b>
    Write the address you pay with. I send a link there to check that it is yours.

    /cancel to stop.
email-wrong =
    <b>That is not an e-mail address</b>
    An address looks like name@example.com. Please write it again, or /cancel.
email-sent =
    <b>Check your mailbox</b>
    I wrote to { $email }. Open the link in that message within 24 hours and type <b>{ $number }</b> on its page: your payments then appear here.

    Tell the number to nobody. If nothing came, look into the spam folder or start again with /start.
telegram-taken =
    <b>Already connected</b>
    This Telegram belongs to an account already. See /payments. Support can move it to another account.
no-account = <b>No account is connected to this chat yet.</b>
cancelled = Cancelled. Nothing was changed.
nothing-to-cancel = There is nothing to cancel.

link-unknown = <b>This link leads nowhere.</b>
link-invalid =
    <b>This link no longer works</b>
    It has expired or was already used. Ask for a new one where you got it.
link-question =
    <b>Connect this Telegram to an account?</b>
    Somebody is registering or logging in on the web and wants to connect this chat. If it is you, tap the number that you see on that screen.

    If it is not you, tap “Not me”. One try only.
link-question-staff =
    <b>Join the support desk?</b>
    You were invited to work here. Tap the number that the person who invited you told you. One try only.
link-other-username = Note: the form says { $given }, but you are { $own }. This Telegram will be connected, whatever its name.
link-confirmed =
    <b>The number is right</b>
    Go back to the page in your browser to finish. Nothing is connected before that.
link-staff-added =
    <b>Welcome to the support desk</b>
    /help shows the commands of your role.
link-wrong-number =
    <b>Wrong number</b>
    Nothing was connected and the link no longer works. If it was you, start again on the web page.
link-not-me =
    <b>Stopped</b>
    Nothing was connected and the link no longer works. Somebody may have sent it to you: do not open such links.

payments-title = <b>Your payments</b>: { $count }
payments-line =
    <b>{ $amount }</b> · { $status }{ $test }
    { $what } · { $at }
payments-none =
    <b>No payments yet</b>
    When you pay with the e-mail address of your account, the payment appears here.
details-title = <b>Payment</b>{ $test }
details-status = Status: { $status }
details-amount = Amount: <b>{ $amount }</b>
details-taken = Taken: { $amount }
details-refunded = Refunded: { $amount }
details-shop = Shop: { $shop }
details-description = For: { $text }
details-refund-pending = Refund of { $amount } is with the bank since { $at }
details-refund-succeeded = Refund of { $amount } went back on { $at }
details-refund-failed = Refund of { $amount } was refused by the bank on { $at }

not-me-question =
    <b>Was it really not you?</b>
    { $amount } to { $shop }, { $at }. Shops sometimes appear under another name, and family may use your card.

    If it was not you, we open a case and a person looks into it.
not-me-opened =
    <b>We are looking into it</b>
    Case <code>{ $case }</code>. A person at our support desk was told. If somebody else may know your card’s details, call your bank now and block the card.
not-me-known =
    <b>We already have your report</b>
    A case about this payment is open. If somebody else may know your card’s details, call your bank now.

free-text = I did not understand that, { $name }. I know these:
unknown-command = I do not know this command. I know these:
conversation-lost = We were in the middle of something that I no longer remember, sorry. Please begin again:
group-start = I talk about payments in private only. Open my profile and press Start.

hidden-card =
    <b>I deleted your message: it held a card number</b>
    Never write card numbers in a chat, to nobody. You pay on the shop’s payment page, and support needs the last four digits at most.
hidden-password =
    <b>I deleted your message: it looked like a password</b>
    Never write a password in a chat; nobody here asks for it. If it was one, change it now. If it was not, write it in a sentence.

help-title = <b>What I can do</b>
help-staff = <b>Support desk</b>
help-contact = Questions about an order go to the shop. About a payment, quote its reference to support.
privacy =
    <b>Your data</b>
    I keep your numeric Telegram id, your first name and @username as you show them, your language, your e-mail address and your payments. Of cards I know the first six and last four digits. Messages you send me are deleted after three days.

    They are used to tell you about your payments and to prevent fraud, and given to nobody else than the shop and the bank of a payment. Write to support to read, export or delete them.
