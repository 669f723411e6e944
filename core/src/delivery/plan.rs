//! The planner: who hears of an event, how, and in which language.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Timestamp};
use crate::crash::{self, Point};
use crate::delivery::reach::{self, Person};
use crate::delivery::{ChannelKind, Lane, TestAddresses, notice_key};
use crate::event::{Event, EventType};
use crate::id::{AccountId, EventId, MerchantId};
use crate::language::Language;
use crate::merchant::endpoint::{Endpoint, EndpointStatus};
use crate::payment::janitor_chain as chain;
use crate::store::delivery::{self as rows, NewDelivery};
use crate::store::{
    Store, StoreError, Tx, Work, bill_chat as bill_chats, endpoint as endpoint_rows, event as events, inbox,
    notice_plan, report as report_rows, staff as staff_rows,
};

/// Events planned in one unit of work.
const BATCH: u64 = 100;
/// Events planned one by one, each in its own, after a batch failed.
const SINGLY_MAX: u64 = 1_000;
/// How long the planner gathers events after it was woken.
const GATHER: Duration = Duration::from_millis(2);
/// The planner looks at least this often, for events of other instances and lost wake-ups.
const LOOK_AGAIN: Duration = Duration::from_millis(1_000);

/// Makes deliveries of events.
#[derive(Debug, Clone)]
pub struct Planner {
    store: Store,
    clock: Arc<dyn Clock>,
    test_addresses: TestAddresses,
}

/// Links and security notices are waited for; everything else is news.
pub(super) const fn lane_of(kind: EventType) -> Lane {
    match kind {
        EventType::AccountRegistered
        | EventType::AccountPasswordReset
        | EventType::AccountPasswordChanged
        | EventType::AccountLogin
        | EventType::AccountEmailConfirmed
        | EventType::AccountTelegramLinked
        | EventType::AccountTelegramUnlinked
        | EventType::AccountLoginRequested
        | EventType::AccountTotpEnabled
        | EventType::AccountTotpDisabled
        | EventType::AccountCodesWrong
        | EventType::AccountRecoveryCodeUsed
        | EventType::AccountFinancialPasswordChanged
        | EventType::AccountFinancialPasswordWrong
        | EventType::MemberAdded
        | EventType::MemberChanged
        | EventType::MemberRemoved
        | EventType::MemberInvited
        | EventType::AccountVerifierSet
        | EventType::AccountVerifierRemoved
        | EventType::AccountVerifierWrong
        | EventType::VerificationRequested
        | EventType::VerificationMailed
        | EventType::AccountClosing
        | EventType::AccountClosed
        | EventType::ReviewOpened => Lane::Interactive,
        // Whoever asked for news does not wait for it.
        EventType::NewsPublished | EventType::ReportMonthly | EventType::ReportRegistry => Lane::Bulk,
        EventType::PaymentCreated
        | EventType::PaymentActionRequired
        | EventType::PaymentCaptureFailed
        | EventType::PaymentVoidFailed
        | EventType::PaymentAuthorizationExpiring
        | EventType::PaymentOutcomeOverdue
        | EventType::DisputeOpened
        | EventType::DisputeUpdated
        | EventType::DisputeWon
        | EventType::DisputeLost
        | EventType::CardSaved
        | EventType::CardRemoved
        | EventType::CardExpiring
        | EventType::MandateCreated
        | EventType::MandateEnded
        | EventType::BillCreated
        | EventType::BillPaid
        | EventType::BillCancelled
        | EventType::BillExpired
        | EventType::BillDeclined
        | EventType::PayoutPaid
        | EventType::PaymentInReview
        | EventType::PaymentAuthorized
        | EventType::PaymentCaptured
        | EventType::PaymentPartiallyCaptured
        | EventType::PaymentDeclined
        | EventType::PaymentVoided
        | EventType::PaymentExpired
        | EventType::PaymentOutcomeUnknown
        | EventType::RefundCreated
        | EventType::RefundSucceeded
        | EventType::RefundFailed
        | EventType::ReviewClosed
        | EventType::CaseOpened
        | EventType::EndpointFailing
        | EventType::EndpointDisabled
        | EventType::RiskRuleChanged
        | EventType::OnboardingMoved
        | EventType::ShopDigest
        | EventType::EndpointTest => Lane::Transactional,
    }
}

impl Planner {
    /// A planner over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, test_addresses: TestAddresses::any() }
    }

    /// The same, but only these addresses hear of test payments, and people with a confirmed account.
    #[must_use]
    pub fn with_test_addresses(self, test_addresses: TestAddresses) -> Self {
        Self { test_addresses, ..self }
    }

    /// Plans until it is told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        let mut events_written = self.store.work(Work::Events);
        while !stop.is_cancelled() {
            events_written.mark_unchanged();
            match self.plan_once().await {
                // A full batch: more are waiting.
                Ok(planned) if planned >= BATCH as usize => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(error = %chain(&error), "events were not planned"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                // A few milliseconds of gathering: events that come together are planned in one unit.
                _ = events_written.changed() => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    /// Plans the oldest events that have no deliveries yet. Gives how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn plan_once(&self) -> Result<usize, StoreError> {
        if !events::any_unplanned(self.store.reader()).await? {
            return Ok(0);
        }
        crash::at(Point::PlanBegin);
        match self.plan_batch().await {
            Ok(planned) => {
                crash::at(Point::PlanDone);
                Ok(planned)
            }
            Err(error) if is_about_a_row(&error) => {
                tracing::error!(error = %chain(&error), "events are planned one by one: one of them cannot be");
                self.plan_singly().await
            }
            Err(error) => Err(error),
        }
    }

    async fn plan_batch(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let batch = events::unplanned(tx, BATCH).await?;
                let mut known = Known::new(&self.test_addresses);
                for event in &batch {
                    plan(tx, event, &mut known, now).await?;
                }
                let ids: Vec<EventId> = batch.iter().map(|event| event.id).collect();
                report_rows::queue(tx, &batch).await?;
                events::mark_planned(tx, &ids, now).await?;
                Ok(batch.len())
            })
            .await
    }

    /// Plans each event in a unit of its own. One that this version cannot read is set aside, with an
    /// error in the log; one that the database refuses is left for later.
    async fn plan_singly(&self) -> Result<usize, StoreError> {
        let mut planned = 0;
        for id in rows::unplanned_ids(self.store.reader(), SINGLY_MAX).await? {
            let now = self.clock.now();
            let done = self
                .store
                .write(async |tx| {
                    if !rows::take_unplanned(tx, id).await? {
                        return Ok(0);
                    }
                    if let Some(event) = events::by_id(tx.conn(), id).await? {
                        plan(tx, &event, &mut Known::new(&self.test_addresses), now).await?;
                        report_rows::queue(tx, std::slice::from_ref(&event)).await?;
                    }
                    events::mark_planned(tx, &[id], now).await?;
                    Ok(1)
                })
                .await;
            match done {
                Ok(count) => planned += count,
                Err(error @ StoreError::Unreadable { .. }) => {
                    tracing::error!(event = %id, %error, "an event is unreadable: nobody is told of it");
                    self.store.write(async |tx| events::mark_planned(tx, &[id], now).await).await?;
                    planned += 1;
                }
                Err(error) if is_about_a_row(&error) => {
                    tracing::error!(event = %id, error = %chain(&error), "an event was not planned");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(planned)
    }
}

/// Whether it may be one row's fault, so that others can do without it.
const fn is_about_a_row(error: &StoreError) -> bool {
    match error {
        StoreError::Unreadable { .. } | StoreError::Violated { .. } | StoreError::Statement(_) => true,
        StoreError::Unavailable(_) | StoreError::Collision(_) | StoreError::Interrupted => false,
    }
}

/// What a batch needs again and again, read once.
struct Known<'a> {
    test_addresses: &'a TestAddresses,
    endpoints: KnownEndpoints,
    people: BTreeMap<AccountId, Person>,
    /// The latest one without a confirmed account.
    passing: Person,
}

impl<'a> Known<'a> {
    fn new(test_addresses: &'a TestAddresses) -> Self {
        Self {
            test_addresses,
            endpoints: KnownEndpoints::default(),
            people: BTreeMap::new(),
            passing: Person::default(),
        }
    }

    /// Whom an event concerns, and how they are reached.
    async fn person(&mut self, tx: &Tx, event: &Event) -> Result<&Person, StoreError> {
        if !reach::is_told(event.kind) {
            self.passing = Person::default();
            return Ok(&self.passing);
        }
        if let Some(id) = event.audience.account_id.filter(|id| self.people.contains_key(id)) {
            return Ok(&self.people[&id]);
        }
        let person = reach::person(tx, event).await?;
        match event.audience.account_id.filter(|_| person.is_settled()) {
            Some(id) => Ok(self.people.entry(id).or_insert(person)),
            None => {
                self.passing = person;
                Ok(&self.passing)
            }
        }
    }
}

/// The endpoints of the merchants in a batch.
type KnownEndpoints = BTreeMap<(MerchantId, &'static str), Vec<Endpoint>>;

async fn plan(tx: &Tx, event: &Event, known: &mut Known<'_>, now: Timestamp) -> Result<(), StoreError> {
    if notice_key::has_key(event.kind) && notice_plan::is_cancelled(tx, event.id).await? {
        return Ok(());
    }
    let mut routes = webhook_routes(tx, event, &mut known.endpoints, now).await?;
    let test_addresses = known.test_addresses;
    let person = known.person(tx, event).await?;
    let inbox_of = reach::inbox_of(event, person);
    routes.extend(reach::person_routes(event, person, test_addresses, now));
    routes.extend(bill_routes(tx, event, now).await?);
    routes.extend(staff_routes(tx, event, now).await?);
    for delivery in routes {
        rows::insert(tx, &delivery, now).await?;
    }
    match inbox_of {
        Some(account) => inbox::insert(tx, account, event.id, now).await,
        None => Ok(()),
    }
}

async fn staff_routes<'a>(tx: &Tx, event: &'a Event, now: Timestamp) -> Result<Vec<NewDelivery<'a>>, StoreError> {
    if !event.audience.staff {
        return Ok(Vec::new());
    }
    let members = staff_rows::all(tx.conn()).await?.into_iter();
    Ok(members
        .map(|member| NewDelivery {
            event,
            channel: ChannelKind::Telegram,
            lane: lane_of(event.kind),
            address: member.chat_id.to_string(),
            language: member.language,
            staff: true,
            round: 0,
            not_before: now,
        })
        .collect())
}

/// The chats that show a bill hear of what becomes of it, whosever they are: their message changes.
async fn bill_routes<'a>(tx: &Tx, event: &'a Event, now: Timestamp) -> Result<Vec<NewDelivery<'a>>, StoreError> {
    let ended = matches!(
        event.kind,
        EventType::BillPaid | EventType::BillCancelled | EventType::BillExpired | EventType::BillDeclined
    );
    let id = event.document.bill.as_ref().and_then(|bill| bill.id.parse().ok());
    let Some(id) = id.filter(|_| ended) else { return Ok(Vec::new()) };
    let chats = bill_chats::of_bill(tx.conn(), id).await?;
    Ok(chats
        .into_iter()
        .map(|chat| NewDelivery {
            event,
            channel: ChannelKind::Telegram,
            lane: lane_of(event.kind),
            address: chat.chat_id.to_string(),
            language: chat.language,
            staff: false,
            round: 0,
            not_before: now,
        })
        .collect())
}

async fn webhook_routes<'a>(
    tx: &Tx,
    event: &'a Event,
    known: &mut KnownEndpoints,
    now: Timestamp,
) -> Result<Vec<NewDelivery<'a>>, StoreError> {
    let Some(merchant) = event.merchant_id.filter(|_| event.kind.is_public()) else { return Ok(Vec::new()) };
    let only = match event.kind {
        EventType::EndpointTest => event.document.endpoint.as_ref().map(|endpoint| endpoint.id.clone()),
        _ => None,
    };
    let endpoints = match known.entry((merchant, event.mode.as_str())) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => place.insert(endpoint_rows::of_merchant(tx.conn(), merchant, event.mode).await?),
    };
    let wanted = endpoints.iter().filter(|endpoint| {
        let active = endpoint.status == EndpointStatus::Active;
        let asked = only.as_ref().map_or_else(|| endpoint.wants(event.kind), |id| *id == endpoint.id.to_string());
        active && asked
    });
    Ok(wanted
        .map(|endpoint| NewDelivery {
            event,
            channel: ChannelKind::Webhook,
            lane: Lane::Transactional,
            address: endpoint.id.to_string(),
            language: Language::En,
            staff: false,
            round: 0,
            not_before: now,
        })
        .collect())
}
