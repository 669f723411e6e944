//! What a payment's units of work do in the vault: keep a card when its payment was approved, open a
//! saved one, and leave nothing behind when the payment was refused.

use crate::clock::Timestamp;
use crate::delivery::notice_key::{self, NoticeKey};
use crate::event::{Event, EventType};
use crate::id::{AccountId, CardId, MandateId, MerchantId, PaymentId};
use crate::mandate::{EndReason, Mandate, MandateState, NewTerms, Terms};
use crate::merchant::Mode;
use crate::payment::Payment;
use crate::payment::attempt::{Attempt, Method};
use crate::payment::card::Card;
use crate::payment::error::PaymentError;
use crate::secret::{KeyError, Keyring};
use crate::store::{
    StoreError, Tx, mandate as mandate_rows, merchant as merchants, vault as rows, vault::key as key_rows,
};
use crate::vault::card::{CONSENT_TEXT, CardState, SavedCard, usable_until};
use crate::vault::customer::{CustomerRef, CustomerState};
use crate::vault::key::{DataKey, WrappedKey};
use crate::vault::published::{card_event, mandate_event};

/// What is to be kept if a payment is approved.
#[derive(Debug, Clone)]
pub struct Saving {
    /// Whose card it is, in the merchant's words.
    pub customer: CustomerRef,
    /// What the merchant may charge later, by the buyer's agreement.
    pub mandate: Option<NewTerms>,
}

/// A saved card that was opened for a payment.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) id: CardId,
    pub(crate) card: Card,
    /// It may not pay now.
    pub(crate) frozen: bool,
}

/// The data key under which a merchant's cards are sealed now; made at the first card.
pub(crate) async fn data_key(
    tx: &Tx,
    keyring: &Keyring,
    merchant: MerchantId,
    now: Timestamp,
) -> Result<DataKey, PaymentError> {
    let wrapped = match key_rows::current(tx.conn(), merchant).await? {
        Some(key) => key,
        None => {
            key_rows::insert(tx, &WrappedKey::generate(keyring, merchant, now)).await?;
            // Read again: another unit may have been quicker.
            key_rows::current(tx.conn(), merchant).await?.ok_or(StoreError::Interrupted)?
        }
    };
    wrapped.unwrap(keyring).map_err(PaymentError::Seal)
}

/// Seals the card of an attempt, to be kept if the payment is approved. Part of the unit before the
/// bank is asked: whoever completes the payment, after a crash too, finds it.
pub(crate) async fn prepare(
    tx: &Tx,
    keyring: &Keyring,
    (saving, account): (&Saving, Option<AccountId>),
    (payment, attempt, card): (&Payment, &mut Attempt, &Card),
    now: Timestamp,
) -> Result<(), PaymentError> {
    let Method::Card { face, card: pseudonym, merchant_card } = attempt.method.clone() else { return Ok(()) };
    let whose = (payment.merchant_id, payment.mode);
    if rows::customer_state(tx.conn(), whose, &saving.customer).await? != CustomerState::Member {
        return Err(PaymentError::CustomerDenied);
    }
    let key = data_key(tx, keyring, payment.merchant_id, now).await?;
    let mut saved = SavedCard {
        id: CardId::new(now),
        merchant_id: payment.merchant_id,
        mode: payment.mode,
        customer: saving.customer.clone(),
        // Who is logged in keeps the card, whomever the merchant wrote to.
        account_id: account.or(payment.account_id),
        email: payment.email.clone().filter(|_| account.is_none() || account == payment.account_id),
        language: payment.language,
        usable_until: usable_until(&face),
        face,
        card: pseudonym,
        merchant_card,
        key_id: key.id,
        sealed: None,
        state: CardState::Pending,
        consent_text: CONSENT_TEXT.to_owned(),
        consent_at: now,
        expiry_told: false,
        last_used_at: now,
        created_at: now,
    };
    saved.sealed = Some(key.seal(&saved.owner(), card));
    rows::insert(tx, &saved).await?;
    attempt.vault.card = Some(saved.id);
    if let Some(terms) = saving.mandate {
        let terms = Terms::new(terms, payment.currency(), now).map_err(PaymentError::Terms)?;
        let mandate = Mandate {
            id: MandateId::new(now),
            card_id: saved.id,
            merchant_id: payment.merchant_id,
            mode: payment.mode,
            terms,
            state: MandateState::Pending,
            ended: None,
            charging: None,
            last_success_at: None,
            consent_text: CONSENT_TEXT.to_owned(),
            created_at: now,
        };
        mandate_rows::insert(tx, &mandate).await?;
        attempt.vault.mandate = Some(mandate.id);
    }
    Ok(())
}

/// Opens a saved card for a payment.
///
/// # Errors
///
/// [`PaymentError::CardNotFound`] unless it is kept, and of this merchant, mode and customer.
pub(crate) async fn open(
    tx: &Tx,
    keyring: &Keyring,
    id: CardId,
    (whose, customer): ((MerchantId, Mode), Option<&CustomerRef>),
    now: Timestamp,
) -> Result<Opened, PaymentError> {
    let theirs = |card: &SavedCard| {
        (card.merchant_id, card.mode) == whose && customer.is_none_or(|customer| *customer == card.customer)
    };
    let saved = rows::lock(tx, id).await?.filter(|card| theirs(card) && card.state.is_kept());
    let saved = saved.filter(|card| now < card.usable_until).ok_or(PaymentError::CardNotFound(id))?;
    let customer = rows::customer_state(tx.conn(), whose, &saved.customer).await?;
    let key = key_rows::by_id(tx.conn(), saved.key_id).await?.ok_or(PaymentError::Seal(KeyError::Seal))?;
    let key = key.unwrap(keyring).map_err(PaymentError::Seal)?;
    let sealed = saved.sealed.as_deref().ok_or(PaymentError::Seal(KeyError::Seal))?;
    let card = key.open(&saved.owner(), sealed).map_err(PaymentError::Seal)?;
    let frozen = saved.state == CardState::Frozen || customer != CustomerState::Member;
    Ok(Opened { id, card, frozen })
}

/// Takes a mandate for one charge, if the charge is within the agreement.
///
/// # Errors
///
/// [`PaymentError::MandateNotFound`], [`PaymentError::Mandate`].
pub(crate) async fn charge(tx: &Tx, id: MandateId, payment: &Payment, now: Timestamp) -> Result<Mandate, PaymentError> {
    let theirs = |mandate: &Mandate| {
        mandate.merchant_id == payment.merchant_id
            && mandate.mode == payment.mode
            && mandate.state != MandateState::Pending
    };
    // The card first, then the mandate: everybody locks in this order.
    let card = mandate_rows::by_id(tx.conn(), id).await?.filter(theirs).map(|mandate| mandate.card_id);
    rows::lock(tx, card.ok_or(PaymentError::MandateNotFound(id))?).await?;
    let mut mandate = mandate_rows::lock(tx, id).await?.ok_or(PaymentError::MandateNotFound(id))?;
    mandate.permits(payment.amount, now)?;
    if mandate.state == MandateState::Active {
        mandate.charging = Some(payment.id);
        mandate_rows::update(tx, &mandate).await?;
    }
    Ok(mandate)
}

/// The payment was approved: what was prepared is kept, what was used is noted. Gives what is to be
/// told, besides the payment's own events.
pub(crate) async fn approved(
    tx: &Tx,
    attempt: &mut Attempt,
    shop: &str,
    now: Timestamp,
) -> Result<Vec<Event>, StoreError> {
    let Some(id) = attempt.vault.card else { return Ok(Vec::new()) };
    let mut told = Vec::new();
    let card = rows::lock(tx, id).await?;
    let card = match card {
        Some(card) if card.state == CardState::Pending => keep(tx, card, attempt, &mut told, (shop, now)).await?,
        Some(card) => {
            rows::touch(tx, id, now).await?;
            Some(card)
        }
        None => None,
    };
    if let (Some(id), Some(card)) = (attempt.vault.mandate, card)
        && let Some(mut mandate) = mandate_rows::lock(tx, id).await?
    {
        mandate.charging = None;
        mandate.last_success_at = Some(now);
        if mandate.state == MandateState::Pending {
            mandate.state = MandateState::Active;
            mandate.card_id = card.id;
            told.push(mandate_event(EventType::MandateCreated, &mandate, &card, shop, now));
        }
        mandate_rows::update(tx, &mandate).await?;
    }
    Ok(told)
}

/// Keeps a prepared card. The same card of the same customer is kept once: the older row stays and
/// takes over date and seal.
async fn keep(
    tx: &Tx,
    pending: SavedCard,
    attempt: &mut Attempt,
    told: &mut Vec<Event>,
    (shop, now): (&str, Timestamp),
) -> Result<Option<SavedCard>, StoreError> {
    let whose = (pending.merchant_id, pending.mode);
    let is_member = rows::customer_state(tx.conn(), whose, &pending.customer).await? == CustomerState::Member;
    match rows::twin(tx, &pending).await? {
        None if is_member => {
            let kept = SavedCard { state: CardState::Active, last_used_at: now, ..pending };
            rows::update(tx, &kept).await?;
            told.push(card_event(EventType::CardSaved, &kept, shop, now));
            Ok(Some(kept))
        }
        Some(twin) if is_member && twin.state == CardState::Active => {
            let kept = SavedCard { id: twin.id, state: twin.state, created_at: twin.created_at, ..pending.clone() };
            let kept = SavedCard { last_used_at: now, ..kept };
            if let Some(mut mandate) = load(tx, attempt.vault.mandate).await? {
                mandate.card_id = kept.id;
                mandate_rows::update(tx, &mandate).await?;
            }
            rows::delete(tx, pending.id).await?;
            rows::update(tx, &kept).await?;
            attempt.vault.card = Some(kept.id);
            crate::store::attempt::update(tx, attempt).await?;
            Ok(Some(kept))
        }
        // Frozen meanwhile, the card or its customer: paying with it does not thaw it.
        Some(_) | None => {
            mandate_rows::delete_pending_of(tx, pending.id).await?;
            rows::delete(tx, pending.id).await?;
            attempt.vault = Default::default();
            crate::store::attempt::update(tx, attempt).await?;
            Ok(None)
        }
    }
}

/// Whether what an attempt pays with may still be used: a card or agreement may have been frozen, ended or
/// taken away since the attempt began.
pub(crate) async fn is_usable(tx: &Tx, attempt: &Attempt) -> Result<bool, StoreError> {
    let Some(id) = attempt.vault.card else { return Ok(true) };
    let card = rows::lock(tx, id).await?;
    let kept = card.is_some_and(|card| matches!(card.state, CardState::Active | CardState::Pending));
    let agreed = match load(tx, attempt.vault.mandate).await? {
        Some(mandate) => matches!(mandate.state, MandateState::Active | MandateState::Pending),
        None => attempt.vault.mandate.is_none(),
    };
    Ok(kept && agreed)
}

async fn load(tx: &Tx, id: Option<MandateId>) -> Result<Option<Mandate>, StoreError> {
    match id {
        Some(id) => mandate_rows::lock(tx, id).await,
        None => Ok(None),
    }
}

/// The payment was refused, cancelled or ran out of time: nothing that was prepared stays, and a
/// mandate is free for the next charge. The caller writes the attempt.
pub(crate) async fn refused(tx: &Tx, attempt: &mut Attempt) -> Result<(), StoreError> {
    let Some(id) = attempt.vault.card else { return Ok(()) };
    let pending = rows::lock(tx, id).await?.filter(|card| card.state == CardState::Pending);
    if let Some(mut mandate) = load(tx, attempt.vault.mandate.filter(|_| attempt.vault.by_merchant)).await? {
        mandate.charging = mandate.charging.filter(|payment| *payment != attempt.payment_id);
        mandate_rows::update(tx, &mandate).await?;
    }
    if let Some(card) = pending {
        mandate_rows::delete_pending_of(tx, card.id).await?;
        rows::delete(tx, card.id).await?;
        attempt.vault.card = None;
        attempt.vault.mandate = None;
    }
    Ok(())
}

/// As [`refused`], for all attempts of a payment that is over.
pub(crate) async fn abandoned(tx: &Tx, payment: PaymentId) -> Result<(), StoreError> {
    for mut attempt in crate::store::attempt::of_payment(tx.conn(), payment).await? {
        let before = attempt.vault;
        refused(tx, &mut attempt).await?;
        if attempt.vault != before {
            crate::store::attempt::update(tx, &attempt).await?;
        }
    }
    Ok(())
}

/// Takes a card away and erases its number; its agreements end. Gives what is to be told.
pub(crate) async fn take_away(
    tx: &Tx,
    card: SavedCard,
    state: CardState,
    (shop, now): (&str, Timestamp),
) -> Result<(SavedCard, Vec<Event>), StoreError> {
    let gone = SavedCard { state, sealed: None, ..card };
    rows::update(tx, &gone).await?;
    notice_key::cancel(tx, &NoticeKey::expiring(gone.id), now).await?;
    let mut told = vec![card_event(EventType::CardRemoved, &gone, shop, now)];
    for mandate in mandate_rows::of_card(tx, gone.id).await? {
        told.push(end(tx, mandate, EndReason::Card, &gone, (shop, now)).await?.1);
    }
    Ok((gone, told))
}

/// Takes every card of a person away, at every shop, and forgets whose it was.
pub(crate) async fn take_away_all(tx: &Tx, account: AccountId, now: Timestamp) -> Result<Vec<Event>, StoreError> {
    let mut told = Vec::new();
    for card in rows::lock_of_account(tx, account).await? {
        let shop = merchants::name(tx.conn(), card.merchant_id).await?;
        told.extend(take_away(tx, card, CardState::Removed, (&shop, now)).await?.1);
    }
    rows::forget_person(tx, account).await?;
    Ok(told)
}

/// Ends an agreement.
pub(crate) async fn end(
    tx: &Tx,
    mandate: Mandate,
    reason: EndReason,
    card: &SavedCard,
    (shop, now): (&str, Timestamp),
) -> Result<(Mandate, Event), StoreError> {
    let over = Mandate { state: MandateState::Ended, ended: Some(reason), ..mandate };
    mandate_rows::update(tx, &over).await?;
    let event = mandate_event(EventType::MandateEnded, &over, card, shop, now);
    Ok((over, event))
}

/// Freezes the saved card of an attempt with its agreements and its customer: somebody else may have it.
pub(crate) async fn freeze(tx: &Tx, attempt: &Attempt, now: Timestamp) -> Result<(), StoreError> {
    match attempt.vault.card {
        Some(id) => freeze_card(tx, id, now).await,
        None => Ok(()),
    }
}

/// Freezes a saved card with its agreements and its customer.
pub(crate) async fn freeze_card(tx: &Tx, id: CardId, now: Timestamp) -> Result<(), StoreError> {
    let reached = |card: &SavedCard| matches!(card.state, CardState::Active | CardState::Pending);
    let Some(card) = rows::lock(tx, id).await?.filter(reached) else { return Ok(()) };
    let whose = (card.merchant_id, card.mode);
    rows::set_customer_state(tx, whose, &card.customer, CustomerState::Frozen, now).await?;
    // What is not kept yet will not be: its customer is frozen by then.
    if card.state == CardState::Active {
        rows::update(tx, &SavedCard { state: CardState::Frozen, ..card }).await?;
    }
    for mandate in mandate_rows::of_card(tx, id).await? {
        let state = match mandate.state {
            MandateState::Active => MandateState::Frozen,
            other => other,
        };
        mandate_rows::update(tx, &Mandate { state, ..mandate }).await?;
    }
    Ok(())
}
