//! The second factor: an authenticator's code, or a recovery code when the authenticator is lost.

use std::time::Duration;

use crate::account::bind::is_from;
use crate::account::email::EmailAddress;
use crate::account::entry::{LoggedIn, Visit};
use crate::account::link::{Link, LinkPurpose, LinkState};
use crate::account::{Account, AccountError, Accounts, totp};
use crate::audit::{self, Actor};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::{AccountId, LinkId};
use crate::secret::{Purpose, Secret};
use crate::store::second_factor::{self as factors, Authenticator};
use crate::store::{StoreError, Tx, account as rows, event as events, link as links};

/// What authenticators call the account.
const ISSUER: &str = "Aviso";
/// How long the secret is shown that was not confirmed.
const ENROL_WITHIN: Duration = Duration::from_secs(15 * 60);
/// Wrong codes in one log-in.
const TRIES_MAX: u8 = 5;
/// Wrong codes in a row, in whatever log-in, before the authenticator rests: six digits could be guessed
/// otherwise. Only who knows the password gets this far.
const FAILED_MAX: i32 = 10;
const REST: Duration = Duration::from_secs(15 * 60);

/// An authenticator that waits for its first code.
#[derive(Debug)]
pub struct Enrolment {
    /// The address in the QR code.
    pub address: Secret,
    /// The secret as people type it.
    pub secret: Secret,
}

/// Whether an account has an authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// It has none.
    Off,
    /// It has one.
    On {
        /// Since when.
        since: Timestamp,
        /// Recovery codes that were not used.
        codes_left: u64,
    },
}

/// What a code was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Code,
    Recovery,
    Wrong,
}

/// Whom the secret of an authenticator is sealed for.
pub(crate) fn owner(account: AccountId) -> String {
    format!("totp {account}")
}

impl Accounts {
    /// Whether an account has an authenticator.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn second_factor(&self, account: AccountId) -> Result<SecondFactor, StoreError> {
        let conn = self.store.reader();
        let since = factors::of_account(conn, account).await?.and_then(|authenticator| authenticator.confirmed_at);
        Ok(match since {
            Some(since) => SecondFactor::On { since, codes_left: factors::count_codes(conn, account).await? },
            None => SecondFactor::Off,
        })
    }

    /// Makes the secret of an authenticator, after the password was given. Nothing asks for its code before
    /// [`confirm_second_factor`](Self::confirm_second_factor).
    ///
    /// # Errors
    ///
    /// [`AccountError::Credentials`]; [`AccountError::EmailUnconfirmed`]: the mailbox is what an account can
    /// be recovered by. [`AccountError::LinkInvalid`] when there is an authenticator already.
    pub async fn start_second_factor(&self, account: AccountId, password: &Secret) -> Result<(), AccountError> {
        self.check_password(account, password).await?;
        let secret = zeroize::Zeroizing::new(rand::random::<[u8; totp::SECRET_LEN]>());
        let sealed = self.keyring.seal(Purpose::Totp, &owner(account), secret.as_slice());
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let standing = rows::lock(tx, account).await?.ok_or(AccountError::Credentials)?;
                if !standing.is_confirmed {
                    return Err(AccountError::EmailUnconfirmed);
                }
                if factors::of_account(tx.conn(), account).await?.is_some_and(|known| known.confirmed_at.is_some()) {
                    return Err(AccountError::LinkInvalid);
                }
                let fresh = Authenticator {
                    account_id: account,
                    sealed: sealed.clone(),
                    created_at: now,
                    confirmed_at: None,
                    last_step: 0,
                    failed: 0,
                    rests_until: None,
                };
                Ok(factors::replace(tx, &fresh).await?)
            })
            .await
    }

    /// The authenticator that waits for its first code, to be shown again.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`] when there is none, or it waited too long.
    pub async fn enrolment(&self, account: &Account) -> Result<Enrolment, AccountError> {
        let found = factors::of_account(self.store.reader(), account.id).await?;
        let waiting = found.filter(|known| self.may_enrol(known)).ok_or(AccountError::LinkInvalid)?;
        let secret = self.secret_of(&waiting)?;
        let (address, secret) = totp::address(&secret, &account.email, ISSUER).ok_or(AccountError::LinkInvalid)?;
        Ok(Enrolment { address, secret })
    }

    fn may_enrol(&self, known: &Authenticator) -> bool {
        known.confirmed_at.is_none() && self.clock.now().since(known.created_at) < ENROL_WITHIN
    }

    fn secret_of(&self, known: &Authenticator) -> Result<zeroize::Zeroizing<Vec<u8>>, AccountError> {
        Ok(self.keyring.open(Purpose::Totp, &owner(known.account_id), &known.sealed)?)
    }

    /// The first code: from now on every log-in asks for one. Gives the recovery codes; only their hashes
    /// are kept.
    ///
    /// # Errors
    ///
    /// [`AccountError::CodeWrong`], [`AccountError::LinkInvalid`].
    pub async fn confirm_second_factor(&self, account: AccountId, code: &Secret) -> Result<Vec<Secret>, AccountError> {
        let codes = totp::recovery_codes();
        let hashes: Vec<String> = codes.iter().filter_map(|code| totp::recovery_hash(account, code.expose())).collect();
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                rows::lock(tx, account).await?;
                let known = factors::of_account(tx.conn(), account).await?;
                let mut known = known.filter(|known| self.may_enrol(known)).ok_or(AccountError::LinkInvalid)?;
                let step = totp::step_of(&self.secret_of(&known)?, code.expose(), now);
                known.last_step = step.ok_or(AccountError::CodeWrong)?;
                known.confirmed_at = Some(now);
                factors::update(tx, &known).await?;
                factors::insert_codes(tx, account, &hashes, now).await?;
                Ok::<_, AccountError>(
                    events::insert(tx, &[self.event(EventType::AccountTotpEnabled, account, now)]).await?,
                )
            })
            .await?;
        Ok(codes)
    }

    /// Takes the authenticator and the recovery codes away, after password and code were given.
    ///
    /// # Errors
    ///
    /// [`AccountError::Credentials`], [`AccountError::CodeWrong`].
    pub async fn end_second_factor(
        &self,
        account: AccountId,
        password: &Secret,
        code: &Secret,
    ) -> Result<(), AccountError> {
        self.check_password(account, password).await?;
        let now = self.clock.now();
        let given = self
            .store
            .write(async |tx| {
                let given = self.judge(tx, account, code, now).await?;
                if given != Given::Wrong {
                    factors::delete(tx, account).await?;
                    events::insert(tx, &[self.event(EventType::AccountTotpDisabled, account, now)]).await?;
                }
                Ok::<_, AccountError>(given)
            })
            .await?;
        if given == Given::Wrong { Err(AccountError::CodeWrong) } else { Ok(()) }
    }

    /// Takes the authenticator of somebody away who lost it and the recovery codes. `false` when no account with
    /// this e-mail has one.
    ///
    /// # Errors
    ///
    /// [`AccountError::Store`].
    pub async fn remove_second_factor(
        &self,
        actor: Actor,
        email: &EmailAddress,
        reason: &str,
    ) -> Result<bool, AccountError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let Some(account) = rows::by_email(tx.conn(), email.normal()).await? else { return Ok(false) };
                rows::lock(tx, account.id).await?;
                if factors::of_account(tx.conn(), account.id).await?.is_none() {
                    return Ok(false);
                }
                factors::delete(tx, account.id).await?;
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "account.remove_authenticator",
                    subject: account.id.to_string(),
                    before: String::new(),
                    after: String::new(),
                    reason: reason.to_owned(),
                };
                audit::record(tx, &row, now).await?;
                events::insert(tx, &[self.event(EventType::AccountTotpDisabled, account.id, now)]).await?;
                Ok(true)
            })
            .await
    }

    /// Checks a code when the account has an authenticator; without one any answer is right.
    ///
    /// # Errors
    ///
    /// [`AccountError::CodeWrong`].
    pub(super) async fn check_code(&self, account: AccountId, code: &Secret) -> Result<(), AccountError> {
        if self.second_factor(account).await? == SecondFactor::Off {
            return Ok(());
        }
        let now = self.clock.now();
        match self.store.write(async |tx| self.judge(tx, account, code, now).await).await? {
            Given::Code | Given::Recovery => Ok(()),
            Given::Wrong => Err(AccountError::CodeWrong),
        }
    }

    /// The code that a log-in was asked for. The browser that logged in has to give it.
    ///
    /// # Errors
    ///
    /// [`AccountError::CodeWrong`]; [`AccountError::LinkInvalid`] when the log-in is over: too late, too many
    /// wrong codes, or another browser.
    pub async fn give_code(&self, id: LinkId, visit: Visit<'_>, code: &Secret) -> Result<LoggedIn, AccountError> {
        let now = self.clock.now();
        let came_in = self
            .store
            .write(async |tx| {
                let (mut link, account) = self.code_link(tx, id, visit, now).await?;
                if self.judge(tx, account, code, now).await? == Given::Wrong {
                    link.payload.tries += 1;
                    links::set_payload(tx, id, &link.payload).await?;
                    if link.payload.tries >= TRIES_MAX {
                        links::take(tx, id, LinkState::Pending, LinkState::Denied, now).await?;
                    }
                    // What was counted has to be committed, so this is no error yet.
                    return Ok(None);
                }
                links::take(tx, id, LinkState::Pending, LinkState::Used, now)
                    .await?
                    .ok_or(AccountError::LinkInvalid)?;
                Ok::<_, AccountError>(Some(self.enter(tx, account, visit.device, now).await?))
            })
            .await?;
        came_in.ok_or(AccountError::CodeWrong)
    }

    /// Whether a log-in still waits for its code in this browser.
    ///
    /// # Errors
    ///
    /// [`AccountError::Store`].
    pub async fn waits_for_code(&self, id: LinkId, browser: &Secret) -> Result<bool, AccountError> {
        let link = links::by_id(self.store.reader(), id).await?;
        Ok(link.is_some_and(|link| is_code_link(&link, browser, self.clock.now())))
    }

    async fn code_link(
        &self,
        tx: &Tx,
        id: LinkId,
        visit: Visit<'_>,
        now: Timestamp,
    ) -> Result<(Link, AccountId), AccountError> {
        let found = links::by_id(tx.conn(), id).await?.and_then(|link| link.account_id);
        let account = found.ok_or(AccountError::LinkInvalid)?;
        // Of several codes at once each is counted: they come one after the other.
        rows::lock(tx, account).await?.ok_or(AccountError::LinkInvalid)?;
        let link = links::by_id(tx.conn(), id).await?.filter(|link| is_code_link(link, visit.browser, now));
        Ok((link.ok_or(AccountError::LinkInvalid)?, account))
    }

    /// Uses a code up, or counts a wrong one.
    async fn judge(&self, tx: &Tx, account: AccountId, code: &Secret, now: Timestamp) -> Result<Given, AccountError> {
        rows::lock(tx, account).await?;
        let known = factors::of_account(tx.conn(), account).await?.filter(|known| known.confirmed_at.is_some());
        let Some(mut known) = known else { return Ok(Given::Wrong) };
        if let Some(hash) = totp::recovery_hash(account, code.expose()) {
            if !factors::take_code(tx, account, &hash, now).await? {
                return Ok(Given::Wrong);
            }
            let left = factors::count_codes(tx.conn(), account).await?;
            let mut event = self.event(EventType::AccountRecoveryCodeUsed, account, now);
            event.audience.facts.insert("left".to_owned(), left.to_string());
            events::insert(tx, &[event]).await?;
            return Ok(Given::Recovery);
        }
        if known.rests_until.is_some_and(|until| now < until) {
            return Ok(Given::Wrong);
        }
        let step = totp::step_of(&self.secret_of(&known)?, code.expose(), now);
        let given = match step.filter(|step| *step > known.last_step) {
            Some(step) => {
                (known.last_step, known.failed, known.rests_until) = (step, 0, None);
                Given::Code
            }
            None => {
                known.failed += 1;
                if known.failed >= FAILED_MAX {
                    (known.failed, known.rests_until) = (0, Some(now.after(REST)));
                    events::insert(tx, &[self.event(EventType::AccountCodesWrong, account, now)]).await?;
                }
                Given::Wrong
            }
        };
        factors::update(tx, &known).await?;
        Ok(given)
    }
}

fn is_code_link(link: &Link, browser: &Secret, now: Timestamp) -> bool {
    let waits = link.purpose == LinkPurpose::SecondFactor && link.state == LinkState::Pending && link.is_live(now);
    waits && is_from(link, browser)
}
