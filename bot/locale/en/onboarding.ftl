# A shop on its way to live payments.

onboarding-trial =
    .title = { $shop } may be tried out
    .lead = The test world is open to { $shop } until { $until }.
    .next = Make test payments with the key that the page showed, and apply when you want to take real money.
onboarding-trial-over =
    .title = The trial of { $shop } is over
    .lead = The test world was open until { $until }. Nothing is lost: payments, keys and settings stay.
    .next = Apply to go on. From then on the test world has no end.
onboarding-in-review =
    .title = The application of { $shop } is here
    .lead = We look at it now. You may go on testing meanwhile.
    .next = There is nothing to do. We write when it is decided.
onboarding-bank-review =
    .title = We approved { $shop }
    .lead = Your application is with the acquirer, who decides now.
    .next = There is nothing to do. We write when the acquirer has decided.
onboarding-declined =
    .title = The application of { $shop } was declined
    .lead = It was looked at and declined for the reason below.
    .next = Change what it is about and apply again.
onboarding-contract =
    .title = { $shop } is approved
    .lead = The acquirer approved your application.
    .next = Read the contract and accept it on the page of the shop.
onboarding-fee =
    .title = The contract of { $shop } is accepted
    .lead = We keep when and by whom it was accepted, and the text as it was.
    .next = Pay the connection fee if there is one. The shop is live as soon as it has come in.
onboarding-live =
    .title = { $shop } is live
    .lead = The shop may take real money.
    .next = Make a live key on the page of the shop and put it in place of the test key.
onboarding-suspended =
    .title = { $shop } is suspended
    .lead = The shop takes no live payments for the reason below. Refunds and releases stay possible.
    .next = Write to support to go on.
onboarding-closed =
    .title = { $shop } is closed
    .lead = The shop takes no payments any more. What it took may still be refunded.
    .next = If you did not expect this, write to support.

onboarding-line-reason = Reason: { $reason }
onboarding-line-expected = We expect to write again by { $until }.
onboarding-line-fee = Connection fee: { $amount }
key-shop = The shop’s page

stage-trial = trial
stage-in-review = waits for us
stage-bank-review = waits for the acquirer
stage-declined = declined
stage-contract = waits for the contract to be accepted
stage-fee = waits for the fee
stage-live = live
stage-suspended = suspended
stage-closed = closed

key-applicant = Look
staff-applicant-in-review =
    <b>A shop applies</b>
    { $shop } · <code>{ $merchant }</code>
    Decide by { $until }.
staff-applicant-bank-review =
    <b>A shop waits for the acquirer</b>
    { $shop } · <code>{ $merchant }</code>
    Write down the acquirer’s decision by { $until }.
staff-applicant-fee =
    <b>A shop accepted the contract</b>
    { $shop } · <code>{ $merchant }</code>
    It is live once its connection fee is written down, expected by { $until }.
staff-applicants-none = No shop waits for us.
staff-applicants-title = <b>{ $count }</b> shops wait for us, those that wait longest first
staff-applicants-line = { $shop } · { $stage } · since { $since }, due { $until } · <code>{ $merchant }</code>
staff-applicant =
    <b>{ $shop }</b>
    <code>{ $merchant }</code>
    Stage: { $stage } since { $since }, due { $until }
staff-applicant-trial = May test until { $until }
staff-applicant-field = { $label }: { $value }
staff-applicant-signed = Contract { $version } (SHA-256 { $digest }…) accepted at { $at }
staff-applicant-fee-paid = Connection fee { $amount }, number { $reference }
staff-applicant-unknown = No shop of this id is on its way. A merchant that an operator made has no application.
staff-applicant-wrong-stage = This does not follow from the stage “{ $stage }”. Nothing was done.
staff-applicant-changed = The state changed meanwhile. Nothing was done: look again.
staff-applicant-days = A trial is extended by 1 to 90 days: /merchant mer_… extend 3 reason

applicant-company = Company
applicant-registration-number = Registration number
applicant-country = Country
applicant-address = Address
applicant-site = Site
applicant-goods = Sells
applicant-category-code = Category code
applicant-contact-name = Contact
applicant-contact-email = E-mail
applicant-contact-phone = Telephone
applicant-bank-name = Bank
applicant-bank-account = Account
applicant-bank-code = Bank code
applicant-acquirer = Acquirer
