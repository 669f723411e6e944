//! How an event reaches the person it concerns: what they chose, which channels are alive, and when
//! they are left alone.

use crate::account::Account;
use crate::account::email::EmailAddress;
use crate::clock::Timestamp;
use crate::delivery::plan::lane_of;
use crate::delivery::{ChannelKind, TestAddresses};
use crate::event::{Event, EventType};
use crate::id::AccountId;
use crate::language::Language;
use crate::preference::{Category, Matrix, PERSON_CHANNELS, SuppressionReason};
use crate::store::delivery::{self as rows, NewDelivery};
use crate::store::{StoreError, Tx, account as accounts, preference as preferences};

/// How a kind of event is told to the person it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ToldBy {
    /// Not at all.
    Nothing,
    /// In the bot only: it asks something there.
    Chat,
    /// In the bot; by e-mail when there is no chat.
    ChatOrMail,
    /// In the bot and by e-mail.
    ChatAndMail,
    /// By e-mail only: it carries a link that proves the address.
    Mail,
    /// To the address that the merchant gave, whoever reads it, and in the bot where that person has a chat.
    GivenMailAndChat,
    /// By e-mail only, as a record of what the chat has shown already.
    Record,
}

const fn told_by(kind: EventType) -> ToldBy {
    match kind {
        EventType::PaymentCaptured
        | EventType::PaymentDeclined
        | EventType::RefundSucceeded
        | EventType::AccountPasswordChanged
        | EventType::AccountTelegramLinked
        | EventType::AccountTotpEnabled
        | EventType::AccountFinancialPasswordChanged
        | EventType::AccountFinancialPasswordWrong
        | EventType::MemberAdded
        | EventType::MemberChanged
        | EventType::MemberRemoved
        | EventType::AccountTotpDisabled
        | EventType::AccountCodesWrong
        | EventType::AccountRecoveryCodeUsed
        | EventType::AccountVerifierSet
        | EventType::AccountVerifierRemoved
        | EventType::AccountVerifierWrong
        | EventType::AccountTelegramUnlinked => ToldBy::ChatAndMail,
        EventType::AccountLoginRequested | EventType::VerificationRequested => ToldBy::Chat,
        EventType::PaymentInReview
        | EventType::PaymentAuthorized
        | EventType::PaymentActionRequired
        | EventType::PaymentPartiallyCaptured
        | EventType::PaymentVoided
        | EventType::PaymentExpired
        | EventType::PaymentOutcomeUnknown
        | EventType::RefundCreated
        | EventType::RefundFailed
        | EventType::AccountEmailConfirmed
        | EventType::CardSaved
        | EventType::CardRemoved
        | EventType::CardExpiring
        | EventType::MandateCreated
        | EventType::MandateEnded
        | EventType::AccountLogin => ToldBy::ChatOrMail,
        EventType::AccountRegistered
        | EventType::AccountPasswordReset
        | EventType::MemberInvited
        | EventType::AccountClosing
        | EventType::AccountClosed
        | EventType::VerificationMailed => ToldBy::Mail,
        EventType::BillCreated => ToldBy::GivenMailAndChat,
        EventType::NewsPublished | EventType::ShopDigest | EventType::OnboardingMoved => ToldBy::ChatAndMail,
        EventType::ReportMonthly | EventType::ReportRegistry => ToldBy::ChatOrMail,
        EventType::CaseOpened => ToldBy::Record,
        EventType::PaymentCreated
        | EventType::PaymentCaptureFailed
        | EventType::PaymentVoidFailed
        | EventType::PaymentAuthorizationExpiring
        | EventType::PaymentOutcomeOverdue
        | EventType::DisputeOpened
        | EventType::DisputeUpdated
        | EventType::DisputeWon
        | EventType::DisputeLost
        | EventType::BillPaid
        | EventType::BillCancelled
        | EventType::BillExpired
        | EventType::BillDeclined
        | EventType::PayoutPaid
        | EventType::ReviewOpened
        | EventType::ReviewClosed
        | EventType::EndpointFailing
        | EventType::EndpointDisabled
        | EventType::RiskRuleChanged
        | EventType::EndpointTest => ToldBy::Nothing,
    }
}

/// Whether it goes to the very address that the event names, though mail to it came back before.
fn goes_to_given(kind: EventType) -> bool {
    matches!(told_by(kind), ToldBy::Mail | ToldBy::GivenMailAndChat)
}

/// Whether the person whom it concerns hears of a kind of event at all.
pub(super) fn is_told(kind: EventType) -> bool {
    told_by(kind) != ToldBy::Nothing
}

/// A person as the planner sees them.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    account: Option<Account>,
    matrix: Matrix,
    /// Their address in lower case and why it takes no mail, if it takes none, or no commercial mail.
    suppressed: Option<(String, SuppressionReason)>,
}

/// The person whom an event concerns.
pub(super) async fn person(tx: &Tx, event: &Event) -> Result<Person, StoreError> {
    let account = match event.audience.account_id {
        Some(id) => accounts::by_id(tx.conn(), id).await?,
        None => None,
    };
    let matrix = match &account {
        Some(account) => preferences::matrix(tx.conn(), account.id).await?,
        None => Matrix::default(),
    };
    let confirmed = account.as_ref().filter(|account| account.email_confirmed_at.is_some());
    let address = confirmed.map(|account| &account.email).or(event.audience.email.as_ref());
    let suppressed = match address.map(|address| normal(address)) {
        Some(address) => {
            preferences::suppression(tx.conn(), &address).await?.map(|found| (found.email_ci, found.reason))
        }
        None => None,
    };
    Ok(Person { account, matrix, suppressed })
}

impl Person {
    fn has_confirmed(&self, address: &str) -> bool {
        let confirmed = self.account.as_ref().filter(|account| account.email_confirmed_at.is_some());
        confirmed.is_some_and(|account| normal(&account.email) == normal(address))
    }

    /// Whether the same person is found for another event of the account: an address that is not
    /// confirmed may differ from event to event.
    pub(super) fn is_settled(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.email_confirmed_at.is_some())
    }
}

/// The deliveries of an event to the person whom it concerns.
pub(super) fn person_routes<'a>(
    event: &'a Event,
    person: &Person,
    test_addresses: &TestAddresses,
    now: Timestamp,
) -> Vec<NewDelivery<'a>> {
    let told_by = told_by(event.kind);
    let alive: Vec<ChannelKind> =
        PERSON_CHANNELS.into_iter().filter(|channel| address(event, person, *channel).is_some()).collect();
    let wanted = match told_by {
        ToldBy::Nothing => Vec::new(),
        ToldBy::Mail => vec![ChannelKind::Email],
        ToldBy::GivenMailAndChat => {
            let chosen = wanted(event.kind, &person.matrix, &alive);
            let chat = chosen.into_iter().filter(|channel| *channel == ChannelKind::Telegram);
            [ChannelKind::Email].into_iter().chain(chat).collect()
        }
        ToldBy::Chat => vec![ChannelKind::Telegram],
        ToldBy::Record => {
            let chosen = wanted(event.kind, &person.matrix, &alive);
            chosen.into_iter().filter(|channel| *channel == ChannelKind::Email).collect()
        }
        ToldBy::ChatOrMail => wanted(event.kind, &person.matrix, &alive).into_iter().take(1).collect(),
        ToldBy::ChatAndMail => wanted(event.kind, &person.matrix, &alive),
    };
    let language = person.account.as_ref().map(|a| a.language).or(event.audience.language).unwrap_or_default();
    let route = |channel| {
        let address = address(event, person, channel)?;
        // Whoever confirmed an address here is no stranger, and reads that it is a test.
        let is_known = channel != ChannelKind::Email || person.has_confirmed(&address);
        if !is_known && !test_addresses.allow(event, &normal(&address)) {
            return None;
        }
        let not_before = not_before(event.kind, person, now);
        Some(NewDelivery {
            event,
            channel,
            lane: lane_of(event.kind),
            address,
            language,
            staff: false,
            round: 0,
            not_before,
        })
    };
    wanted.into_iter().filter_map(route).collect()
}

/// The channels among those that are alive on which a person wants to hear of it. What is mandatory
/// goes by any of them rather than by none.
fn wanted(kind: EventType, matrix: &Matrix, alive: &[ChannelKind]) -> Vec<ChannelKind> {
    let category = Category::of(kind);
    let chosen: Vec<ChannelKind> = alive.iter().copied().filter(|channel| matrix.wants(category, *channel)).collect();
    if chosen.is_empty() && category.is_mandatory() { alive.to_vec() } else { chosen }
}

/// Where a channel reaches a person; `None` when it does not.
fn address(event: &Event, person: &Person, channel: ChannelKind) -> Option<String> {
    match channel {
        ChannelKind::Telegram => person
            .account
            .as_ref()
            .and_then(|account| account.telegram.as_ref())
            .filter(|identity| identity.gone_at.is_none())
            .map(|identity| identity.chat_id.to_string()),
        ChannelKind::Email => mail_address(event, person.account.as_ref())
            // A link that proves the address is how a dead one comes to life again.
            .filter(|address| goes_to_given(event.kind) || !is_stopped(event.kind, person, address)),
        ChannelKind::Webhook | ChannelKind::Inbox => None,
    }
}

/// Whether mail of a kind is not to be sent to an address. Who reported our mail as spam still gets receipts
/// and security notices, which they cannot do without, but nothing that is commercial.
fn is_stopped(kind: EventType, person: &Person, address: &str) -> bool {
    match &person.suppressed {
        Some((stopped, reason)) if *stopped == normal(address) => match reason {
            SuppressionReason::Bounce | SuppressionReason::Manual => true,
            SuppressionReason::Complaint => Category::of(kind).is_subscribed(),
        },
        Some(_) | None => false,
    }
}

/// In whose inbox an event is put: of everything that is told but for questions in the chat and links that
/// prove an address, if its person wants that.
pub(super) fn inbox_of(event: &Event, person: &Person) -> Option<AccountId> {
    let account = person.account.as_ref()?;
    let wanted = person.matrix.wants(Category::of(event.kind), ChannelKind::Inbox);
    (wanted && is_kept(event.kind)).then_some(account.id)
}

/// Whether a kind of event is put into the inbox of the person whom it concerns.
pub(crate) fn is_kept(kind: EventType) -> bool {
    match told_by(kind) {
        ToldBy::Nothing | ToldBy::Chat | ToldBy::Mail => false,
        ToldBy::GivenMailAndChat | ToldBy::ChatOrMail | ToldBy::ChatAndMail | ToldBy::Record => true,
    }
}

/// An account's e-mail counts once it is confirmed; links that confirm go to the address they are about.
fn mail_address(event: &Event, account: Option<&Account>) -> Option<String> {
    let confirmed = account.filter(|account| account.email_confirmed_at.is_some()).map(|a| a.email.clone());
    match told_by(event.kind) {
        ToldBy::Mail | ToldBy::GivenMailAndChat => event.audience.email.clone(),
        ToldBy::Chat => None,
        ToldBy::Nothing | ToldBy::Record | ToldBy::ChatOrMail | ToldBy::ChatAndMail => {
            confirmed.or(event.audience.email.clone())
        }
    }
}

/// An address as it is compared.
pub(super) fn normal(address: &str) -> String {
    EmailAddress::new(address).map_or_else(|_| address.to_lowercase(), |email| email.normal().to_owned())
}

fn not_before(kind: EventType, person: &Person, now: Timestamp) -> Timestamp {
    match &person.account {
        Some(account) if !Category::of(kind).is_mandatory() => {
            account.quiet.map_or(now, |quiet| quiet.not_before(account.time_zone, now))
        }
        Some(_) | None => now,
    }
}

/// What takes the place of a message that did not get through on one channel: the same event on the
/// next one that is alive and wanted. Unique keys keep it from being sent beside a message that was
/// planned there anyway.
pub(super) async fn plan_fallback(
    tx: &Tx,
    event: &Event,
    failed: ChannelKind,
    language: Language,
    now: Timestamp,
) -> Result<(), StoreError> {
    match told_by(event.kind) {
        // A link that proves an address, and a question in a chat, are no good anywhere else; a record was shown
        // elsewhere, and a bill went wherever it could.
        ToldBy::Nothing | ToldBy::Mail | ToldBy::GivenMailAndChat | ToldBy::Chat | ToldBy::Record => return Ok(()),
        ToldBy::ChatOrMail | ToldBy::ChatAndMail => {}
    }
    let person = person(tx, event).await?;
    let alive: Vec<ChannelKind> = PERSON_CHANNELS
        .into_iter()
        .filter(|channel| *channel != failed && address(event, &person, *channel).is_some())
        .collect();
    for channel in wanted(event.kind, &person.matrix, &alive) {
        let Some(address) = address(event, &person, channel) else { continue };
        let (lane, not_before) = (lane_of(event.kind), not_before(event.kind, &person, now));
        let next = NewDelivery { event, channel, lane, address, language, staff: false, round: 0, not_before };
        rows::insert(tx, &next, now).await?;
    }
    Ok(())
}
