//! Staff: people who run the hub from the bot. Authorised by numeric Telegram id at every command.

use crate::account::link::{Link, LinkPurpose};
use crate::account::{AccountError, Accounts, TelegramUser};
use crate::audit::{self, Actor};
use crate::clock::Timestamp;
use crate::language::Language;
use crate::secret::Secret;
use crate::store::{StoreError, Tx, link as links, staff as rows};

/// What a member of staff may do. Each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks.
    Viewer,
    /// Helps buyers, refunds.
    Agent,
    /// Decides reviews, keeps risk lists.
    Senior,
    /// Moves money; for limits that are still to come.
    Finance,
    /// Runs the hub.
    Admin,
    /// Owns the install; for limits that are still to come.
    Owner,
}

impl Role {
    /// Every role, least first.
    pub const ALL: [Self; 6] = [Self::Viewer, Self::Agent, Self::Senior, Self::Finance, Self::Admin, Self::Owner];

    /// The name in tables and commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Agent => "agent",
            Self::Senior => "senior",
            Self::Finance => "finance",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// The numeric Telegram id.
    pub tg_user_id: i64,
    /// The private chat.
    pub chat_id: i64,
    /// The name given with the invitation.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The language to answer in.
    pub language: Language,
}

/// An invitation: a deep link, and the number that proves that it reached whom it was made for.
#[derive(Debug, Clone)]
pub struct StaffTicket {
    /// The token behind `/start s_`.
    pub token: Secret,
    /// The number that the person picks; told to them apart from the link.
    pub match_code: i32,
}

impl Accounts {
    /// Invites a member of staff.
    ///
    /// # Errors
    ///
    /// [`AccountError::Store`].
    pub async fn invite_staff(&self, actor: Actor, name: &str, role: Role) -> Result<StaffTicket, AccountError> {
        let now = self.clock.now();
        let mut link = Link::new(LinkPurpose::InviteStaff, now).with_match_code();
        link.payload.name = Some(name.chars().filter(|c| !c.is_control()).take(64).collect());
        link.payload.role = Some(role.as_str().to_owned());
        self.store
            .write(async |tx| {
                links::insert(tx, &link).await?;
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "staff.invite",
                    subject: link.id.to_string(),
                    before: String::new(),
                    after: format!("{} as {}", link.payload.name.clone().unwrap_or_default(), role.as_str()),
                    reason: String::new(),
                };
                audit::record(tx, &row, now).await
            })
            .await?;
        Ok(StaffTicket { token: self.keyring.link_token(link.id), match_code: link.match_code.unwrap_or_default() })
    }

    /// The member of staff with this Telegram id.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn staff(&self, tg_user_id: i64) -> Result<Option<StaffMember>, StoreError> {
        rows::by_id(self.store.reader(), tg_user_id).await
    }

    /// Changes the language that a member of staff is answered in.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn set_staff_language(&self, tg_user_id: i64, language: Language) -> Result<(), StoreError> {
        self.store.write(async |tx| rows::set_language(tx, tg_user_id, language).await).await
    }

    /// Makes somebody staff without an invitation: for the sandbox and the first owner.
    ///
    /// # Errors
    ///
    /// [`AccountError::Store`].
    pub async fn seed_staff(&self, user: &TelegramUser, name: &str, role: Role) -> Result<(), AccountError> {
        let now = self.clock.now();
        let member = member(user, name, role);
        self.store.write(async |tx| record(tx, &Actor::Operator, &member, now).await).await?;
        Ok(())
    }

    pub(super) async fn add_staff(&self, tx: &Tx, link: &Link, now: Timestamp) -> Result<(), AccountError> {
        let user = link.payload.telegram.as_ref().ok_or(AccountError::LinkInvalid)?;
        let role = link.payload.role.as_deref().and_then(Role::from_name).ok_or(AccountError::LinkInvalid)?;
        let member = member(user, link.payload.name.as_deref().unwrap_or_default(), role);
        record(tx, &Actor::Staff(user.id), &member, now).await?;
        Ok(())
    }
}

fn member(user: &TelegramUser, name: &str, role: Role) -> StaffMember {
    StaffMember { tg_user_id: user.id, chat_id: user.chat_id, name: name.to_owned(), role, language: user.language() }
}

async fn record(tx: &Tx, actor: &Actor, member: &StaffMember, now: Timestamp) -> Result<(), StoreError> {
    rows::upsert(tx, member, now).await?;
    let row = audit::NewRow {
        actor: actor.clone(),
        action: "staff.add",
        subject: format!("staff:{}", member.tg_user_id),
        before: String::new(),
        after: member.role.as_str().to_owned(),
        reason: member.name.clone(),
    };
    audit::record(tx, &row, now).await
}
