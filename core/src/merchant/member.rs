//! Members: people with an account who act for a merchant, each within their rights.
//!
//! Nobody gives a right that they do not have, and a merchant that has somebody who keeps its members never
//! loses the last one by a member's hand. Whoever runs the machine may do both.

mod invite;
mod right;

use std::sync::Arc;

use crate::account::email::EmailAddress;
use crate::audit::{self, Actor};
use crate::clock::{Clock, Timestamp};
use crate::event::{Audience, Event, EventType};
use crate::id::{AccountId, MerchantId};
use crate::merchant::Merchant;
use crate::secret::Keyring;
use crate::store::{
    Store, StoreError, Tx, account as accounts, digest as digests, event as events, member as rows,
    merchant as merchants,
};

pub use invite::{Added, Invitation};
pub use right::{Right, Rights, RightsError};

/// A person who acts for a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The person.
    pub account_id: AccountId,
    /// Their e-mail.
    pub email: String,
    /// What they may do.
    pub rights: Rights,
    /// Since when.
    pub created_at: Timestamp,
    /// Who made them one, as in the audit log.
    pub created_by: String,
}

/// Why a membership was not made, changed or ended.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// No such merchant.
    #[error("there is no merchant {0}")]
    MerchantNotFound(MerchantId),
    /// Not a member of this merchant.
    #[error("there is no such member")]
    NotFound,
    /// Whoever asks does not keep the merchant's members.
    #[error("only who keeps the members may do this")]
    Forbidden,
    /// Nobody gives a right that they do not have.
    #[error("the right `{}` is beyond your own", .0.as_str())]
    Beyond(Right),
    /// The merchant's last member who keeps the members.
    #[error("the last member who keeps the members stays one")]
    LastKeeper,
    /// The invitation is unknown, used, taken back or too old.
    #[error("the invitation has expired or was already used")]
    InvitationInvalid,
    /// The invitation is for another e-mail, or the account's is not confirmed.
    #[error("the invitation is for another e-mail address")]
    OtherEmail,
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// The service for members.
#[derive(Debug, Clone)]
pub struct Members {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    keyring: Keyring,
}

impl Members {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, keyring: Keyring) -> Self {
        Self { store, clock, keyring }
    }

    /// The members of a merchant, the first one first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn list(&self, merchant: MerchantId) -> Result<Vec<Member>, StoreError> {
        rows::of_merchant(self.store.reader(), merchant).await
    }

    /// The merchants that a person acts for, by name, and what they may do there.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn of_account(&self, account: AccountId) -> Result<Vec<(Merchant, Rights)>, StoreError> {
        let mut found = rows::of_account(self.store.reader(), account).await?;
        found.sort_by(|one, other| one.0.name.cmp(&other.0.name));
        Ok(found)
    }

    /// The merchant as this person acts for it; `None` when they do not.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn find(
        &self,
        merchant: MerchantId,
        account: AccountId,
    ) -> Result<Option<(Merchant, Rights)>, StoreError> {
        let conn = self.store.reader();
        let Some(rights) = rows::rights(conn, merchant, account).await? else { return Ok(None) };
        Ok(merchants::by_id(conn, merchant).await?.map(|merchant| (merchant, rights)))
    }

    /// The member with this e-mail.
    ///
    /// # Errors
    ///
    /// [`MemberError::NotFound`].
    pub async fn by_email(&self, merchant: MerchantId, email: &EmailAddress) -> Result<Member, MemberError> {
        let account = accounts::by_email(self.store.reader(), email.normal()).await?;
        let account = account.ok_or(MemberError::NotFound)?.id;
        let all = self.list(merchant).await?;
        all.into_iter().find(|member| member.account_id == account).ok_or(MemberError::NotFound)
    }

    /// Changes what a member may do, and tells them.
    ///
    /// # Errors
    ///
    /// [`MemberError::NotFound`], [`MemberError::Forbidden`], [`MemberError::Beyond`], [`MemberError::LastKeeper`].
    pub async fn change(
        &self,
        actor: &Actor,
        merchant: MerchantId,
        account: AccountId,
        rights: Rights,
    ) -> Result<(), MemberError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let shop = keeper(tx, actor, merchant).await?;
                let before = rows::rights(tx.conn(), merchant, account).await?.ok_or(MemberError::NotFound)?;
                if before == rights {
                    return Ok(());
                }
                let new = rights.iter().filter(|right| !before.has(*right));
                may_give(tx, actor, merchant, new).await?;
                rows::set_rights(tx, merchant, account, rights).await?;
                keeper_is_left(tx, actor, merchant).await?;
                let told = member_event(EventType::MemberChanged, Some(account), &shop.name, now);
                events::insert(tx, &[told]).await?;
                let change = (before.to_string(), rights.to_string());
                Ok(record(tx, actor, "member.change", (merchant, account), change, now).await?)
            })
            .await
    }

    /// Ends a membership, and tells them.
    ///
    /// # Errors
    ///
    /// [`MemberError::NotFound`], [`MemberError::Forbidden`], [`MemberError::LastKeeper`].
    pub async fn remove(&self, actor: &Actor, merchant: MerchantId, account: AccountId) -> Result<(), MemberError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let shop = match actor {
                    // Everybody may leave.
                    Actor::Account(own) if *own == account => locked(tx, merchant).await?,
                    _ => keeper(tx, actor, merchant).await?,
                };
                let before = rows::rights(tx.conn(), merchant, account).await?.ok_or(MemberError::NotFound)?;
                rows::delete(tx, merchant, account).await?;
                digests::forget(tx, account, Some(merchant)).await?;
                if before.has(Right::Members) {
                    keeper_is_left(tx, actor, merchant).await?;
                }
                let told = member_event(EventType::MemberRemoved, Some(account), &shop.name, now);
                events::insert(tx, &[told]).await?;
                let change = (before.to_string(), String::new());
                Ok(record(tx, actor, "member.remove", (merchant, account), change, now).await?)
            })
            .await
    }
}

/// Ends every membership of a person whose account ends. The caller holds the lock on the account.
pub(crate) async fn forget(tx: &Tx, account: AccountId, now: Timestamp) -> Result<(), StoreError> {
    digests::forget(tx, account, None).await?;
    for (merchant, rights) in rows::of_account(tx.conn(), account).await? {
        rows::delete(tx, merchant.id, account).await?;
        let row = audit::NewRow {
            actor: Actor::Account(account),
            action: "member.remove",
            subject: merchant.id.to_string(),
            before: format!("{account} {rights}"),
            after: String::new(),
            reason: "the account was closed".to_owned(),
        };
        audit::record(tx, &row, now).await?;
    }
    Ok(())
}

/// The merchant, locked against other changes of its members.
async fn locked(tx: &Tx, merchant: MerchantId) -> Result<Merchant, MemberError> {
    if !merchants::lock(tx, merchant).await? {
        return Err(MemberError::MerchantNotFound(merchant));
    }
    merchants::by_id(tx.conn(), merchant).await?.ok_or(MemberError::MerchantNotFound(merchant))
}

/// The same, for somebody who keeps its members.
async fn keeper(tx: &Tx, actor: &Actor, merchant: MerchantId) -> Result<Merchant, MemberError> {
    let shop = locked(tx, merchant).await?;
    match own_rights(tx, actor, merchant).await? {
        Some(rights) if rights.has(Right::Members) => Ok(shop),
        Some(_) | None => Err(MemberError::Forbidden),
    }
}

/// What whoever acts may do themselves.
async fn own_rights(tx: &Tx, actor: &Actor, merchant: MerchantId) -> Result<Option<Rights>, StoreError> {
    match actor {
        Actor::Account(account) => rows::rights(tx.conn(), merchant, *account).await,
        Actor::Operator | Actor::System => Ok(Some(Rights::all())),
        Actor::Staff(_) | Actor::Key(_) => Ok(None),
    }
}

/// Refuses to give what whoever acts does not have.
async fn may_give(
    tx: &Tx,
    actor: &Actor,
    merchant: MerchantId,
    given: impl Iterator<Item = Right>,
) -> Result<(), MemberError> {
    let own = own_rights(tx, actor, merchant).await?.ok_or(MemberError::Forbidden)?;
    match Rights::new(given) {
        Ok(given) => given.beyond(own).map_or(Ok(()), |right| Err(MemberError::Beyond(right))),
        Err(_) => Ok(()),
    }
}

/// Refuses a member's change after which nobody would keep the members.
async fn keeper_is_left(tx: &Tx, actor: &Actor, merchant: MerchantId) -> Result<(), MemberError> {
    if !matches!(actor, Actor::Account(_)) {
        return Ok(());
    }
    let all = rows::of_merchant(tx.conn(), merchant).await?;
    let is_left = all.iter().any(|member| member.rights.has(Right::Members));
    if is_left { Ok(()) } else { Err(MemberError::LastKeeper) }
}

async fn record(
    tx: &Tx,
    actor: &Actor,
    action: &'static str,
    (merchant, account): (MerchantId, AccountId),
    (before, after): (String, String),
    now: Timestamp,
) -> Result<(), StoreError> {
    let about = |rights: String| if rights.is_empty() { rights } else { format!("{account} {rights}") };
    let row = audit::NewRow {
        actor: actor.clone(),
        action,
        subject: merchant.to_string(),
        before: about(before),
        after: about(after),
        reason: String::new(),
    };
    audit::record(tx, &row, now).await
}

/// What a person is told of their membership. Not the merchant's event: shops do not hear of it.
fn member_event(kind: EventType, account: Option<AccountId>, shop: &str, now: Timestamp) -> Event {
    let facts = [("shop".to_owned(), shop.to_owned())];
    Event::for_people(kind, Audience { account_id: account, facts: facts.into(), ..Audience::default() }, now)
}
