//! Becoming a member: added by the operator, or invited by a one-time link to an e-mail.

use super::{Member, MemberError, Members, Rights, keeper, locked, may_give, member_event, record};
use crate::account::Account;
use crate::account::email::EmailAddress;
use crate::account::link::{Link, LinkPurpose, LinkState};
use crate::audit::{self, Actor};
use crate::clock::Timestamp;
use crate::event::{Event, EventType};
use crate::id::{AccountId, LinkId, MerchantId};
use crate::language::Language;
use crate::store::{Tx, account as accounts, event as events, link as links, member as rows, merchant as merchants};

/// What became of a person whom the operator wants as a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// They have an account, and are one now.
    Member,
    /// They have none: an invitation goes to their e-mail.
    Invited,
}

/// An invitation as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The merchant's name.
    pub shop: String,
    /// Whom it is for.
    pub email: String,
    /// What they will be able to do.
    pub rights: Rights,
}

/// What a link that invites says.
#[derive(Debug)]
struct Offer {
    merchant: MerchantId,
    email: String,
    rights: Rights,
    by: Actor,
}

fn offer(link: &Link) -> Option<Offer> {
    let payload = &link.payload;
    let by = match &payload.invited_by {
        Some(account) => Actor::Account(account.parse().ok()?),
        None => Actor::Operator,
    };
    Some(Offer {
        merchant: payload.merchant.as_ref()?.parse().ok()?,
        email: payload.email.clone()?,
        rights: payload.rights.as_ref()?.parse().ok()?,
        by,
    })
}

impl Members {
    /// Makes the account with this confirmed e-mail a member, or invites whoever reads the e-mail. Of a
    /// member it changes the rights.
    ///
    /// # Errors
    ///
    /// [`MemberError::MerchantNotFound`], [`MemberError::Forbidden`], [`MemberError::Beyond`].
    pub async fn add(
        &self,
        actor: &Actor,
        merchant: MerchantId,
        email: &EmailAddress,
        rights: Rights,
    ) -> Result<Added, MemberError> {
        let Some(account) = accounts::confirmed_by_email(self.store.reader(), email.normal()).await? else {
            self.invite(actor, merchant, email, rights).await?;
            return Ok(Added::Invited);
        };
        if rows::rights(self.store.reader(), merchant, account).await?.is_some() {
            self.change(actor, merchant, account, rights).await?;
            return Ok(Added::Member);
        }
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                accounts::lock(tx, account).await?.ok_or(MemberError::NotFound)?;
                keeper(tx, actor, merchant).await?;
                may_give(tx, actor, merchant, rights.iter()).await?;
                join(tx, actor, (merchant, account), rights, now).await
            })
            .await?;
        Ok(Added::Member)
    }

    /// Sends a one-time link to an e-mail. Whoever is logged in with that e-mail becomes a member by it.
    ///
    /// # Errors
    ///
    /// [`MemberError::MerchantNotFound`], [`MemberError::Forbidden`], [`MemberError::Beyond`].
    pub async fn invite(
        &self,
        actor: &Actor,
        merchant: MerchantId,
        email: &EmailAddress,
        rights: Rights,
    ) -> Result<LinkId, MemberError> {
        let now = self.clock.now();
        let mut link = Link::new(LinkPurpose::InviteMember, now);
        link.payload.merchant = Some(merchant.to_string());
        link.payload.email = Some(email.as_str().to_owned());
        link.payload.rights = Some(rights.to_string());
        link.payload.invited_by = match actor {
            Actor::Account(account) => Some(account.to_string()),
            Actor::Operator | Actor::System | Actor::Staff(_) | Actor::Key(_) => None,
        };
        self.store
            .write(async |tx| {
                let shop = keeper(tx, actor, merchant).await?;
                may_give(tx, actor, merchant, rights.iter()).await?;
                links::insert(tx, &link).await?;
                let known = accounts::by_email(tx.conn(), email.normal()).await?;
                let language = known.map_or(shop.language, |account| account.language);
                events::insert(tx, &[letter(&link, email, &shop.name, language)]).await?;
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "member.invite",
                    subject: merchant.to_string(),
                    before: String::new(),
                    after: format!("{} {rights}", email.as_str()),
                    reason: String::new(),
                };
                Ok::<_, MemberError>(audit::record(tx, &row, now).await?)
            })
            .await?;
        Ok(link.id)
    }

    /// What an invitation offers, without using it: mail scanners open links.
    ///
    /// # Errors
    ///
    /// [`MemberError::InvitationInvalid`].
    pub async fn peek(&self, token: &str) -> Result<Invitation, MemberError> {
        let (_, offer) = self.live(token).await?;
        let shop = merchants::by_id(self.store.reader(), offer.merchant).await?;
        let shop = shop.ok_or(MemberError::InvitationInvalid)?.name;
        Ok(Invitation { shop, email: offer.email, rights: offer.rights })
    }

    /// Makes who is logged in with the invited e-mail a member. An invitation is worth what its sender may
    /// give when it is used.
    ///
    /// # Errors
    ///
    /// [`MemberError::InvitationInvalid`], [`MemberError::OtherEmail`].
    pub async fn accept(&self, token: &str, account: &Account) -> Result<MerchantId, MemberError> {
        let (link, offer) = self.live(token).await?;
        let is_theirs = account.email.eq_ignore_ascii_case(&offer.email) && account.email_confirmed_at.is_some();
        if !is_theirs {
            return Err(MemberError::OtherEmail);
        }
        let (id, now) = (account.id, self.clock.now());
        self.store
            .write(async |tx| {
                let standing = accounts::lock(tx, id).await?.filter(|standing| standing.is_confirmed);
                standing.ok_or(MemberError::OtherEmail)?;
                let worth = match keeper(tx, &offer.by, offer.merchant).await {
                    Ok(_) => may_give(tx, &offer.by, offer.merchant, offer.rights.iter()).await,
                    Err(error) => Err(error),
                };
                match worth {
                    Ok(()) => {}
                    Err(MemberError::Store(error)) => return Err(error.into()),
                    // Whoever invited may not do so any more.
                    Err(_) => return Err(MemberError::InvitationInvalid),
                }
                let taken = links::take(tx, link, LinkState::Pending, LinkState::Used, now).await?;
                taken.ok_or(MemberError::InvitationInvalid)?;
                let known = rows::rights(tx.conn(), offer.merchant, id).await?;
                let rights =
                    known.map_or(Ok(offer.rights), |known| Rights::new(known.iter().chain(offer.rights.iter())));
                let rights = rights.unwrap_or(offer.rights);
                if known.is_some() {
                    rows::delete(tx, offer.merchant, id).await?;
                }
                join(tx, &offer.by, (offer.merchant, id), rights, now).await
            })
            .await?;
        Ok(offer.merchant)
    }

    async fn live(&self, token: &str) -> Result<(LinkId, Offer), MemberError> {
        let id = self.keyring.verify_link_token(token).ok_or(MemberError::InvitationInvalid)?;
        let link = links::by_id(self.store.reader(), id).await?.ok_or(MemberError::InvitationInvalid)?;
        let works = link.purpose == LinkPurpose::InviteMember
            && link.state == LinkState::Pending
            && link.is_live(self.clock.now());
        let offer = offer(&link).filter(|_| works).ok_or(MemberError::InvitationInvalid)?;
        Ok((id, offer))
    }
}

fn letter(link: &Link, email: &EmailAddress, shop: &str, language: Language) -> Event {
    // The account is found by the e-mail when the link is used: there may be none yet.
    let mut event = member_event(EventType::MemberInvited, None, shop, link.created_at);
    event.audience.email = Some(email.as_str().to_owned());
    event.audience.language = Some(language);
    event.audience.link_id = Some(link.id);
    event
}

/// Writes a new member down and tells them. The caller holds the locks on account and merchant.
async fn join(
    tx: &Tx,
    actor: &Actor,
    (merchant, account): (MerchantId, AccountId),
    rights: Rights,
    now: Timestamp,
) -> Result<(), MemberError> {
    let shop = locked(tx, merchant).await?;
    let member = Member {
        merchant_id: merchant,
        account_id: account,
        email: String::new(),
        rights,
        created_at: now,
        created_by: actor.to_string(),
    };
    rows::insert(tx, &member).await?;
    events::insert(tx, &[member_event(EventType::MemberAdded, Some(account), &shop.name, now)]).await?;
    let change = (String::new(), rights.to_string());
    Ok(record(tx, actor, "member.add", (merchant, account), change, now).await?)
}
