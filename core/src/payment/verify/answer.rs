//! What people answer: on the keypad in the chat, and with the code from a letter.

use crate::account::password;
use crate::document::PaymentDocument;
use crate::event::EventType;
use crate::id::{AccountId, PaymentId, VerificationId};
use crate::payment::Payments;
use crate::payment::error::PaymentError;
use crate::payment::service::detached;
use crate::payment::verify::end::lock;
use crate::secret::Secret;
use crate::store::{StoreError, event as events, verifier as rows};
use crate::verifier::code::DIGITS_MIN;
use crate::verifier::enrol::{KeptCode, REST, WRONG_MAX};
use crate::verifier::{State, TRIES_MAX, Verification, Way, keypad};

/// A keypad as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keypad {
    /// The question.
    pub verification: Verification,
    /// The digit at each place.
    pub layout: [u8; 10],
    /// How many digits were typed.
    pub typed: usize,
    /// Whether a wrong code was just given.
    pub is_wrong: bool,
}

/// A press on the keypad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// The digit at this place.
    Place(u8),
    /// The last digit goes.
    Erase,
    /// Back to the question.
    Leave,
}

/// What came of a press.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    /// The keypad is shown.
    Keypad(Box<Keypad>),
    /// The question is shown again.
    Question(Box<Verification>),
    /// It was the right code; how the payment stands.
    Passed(Box<Verification>, Option<Box<PaymentDocument>>),
    /// The question is over: just now, or before.
    Over(Box<Verification>),
    /// The button is of an earlier keypad.
    Stale,
    /// There is no such question for this person.
    Unknown,
}

/// What came of a code from a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mailed {
    /// It was right.
    Passed,
    /// It was wrong; so many may still be given.
    Wrong {
        /// Codes that may still be given.
        left: i32,
    },
    /// Nothing waits for a code any more.
    Over,
}

impl Payments {
    /// What a person is asked about a payment; `None` when it is somebody else's affair.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn verification(
        &self,
        account: AccountId,
        id: VerificationId,
    ) -> Result<Option<Verification>, StoreError> {
        let found = rows::by_id(self.store.reader(), id).await?;
        Ok(found.filter(|found| found.account_id == Some(account) && found.way == Way::Chat))
    }

    fn keypad(&self, verification: Verification, typed: usize, is_wrong: bool) -> Answered {
        let layout = keypad::layout(&self.keyring, verification.id);
        Answered::Keypad(Box::new(Keypad { verification, layout, typed, is_wrong }))
    }

    /// A person wants to confirm: the keypad is shown, empty. Buttons of an earlier one do nothing from now on.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn open_keypad(&self, account: AccountId, id: VerificationId) -> Result<Answered, StoreError> {
        let now = self.now();
        let opened = self
            .store
            .write(async |tx| {
                let found = rows::lock(tx, id).await?.filter(|found| is_theirs(found, account));
                let Some(mut found) = found else { return Ok(Answered::Unknown) };
                if !found.is_live(now) {
                    return Ok(Answered::Over(Box::new(found)));
                }
                (found.state, found.entered) = (State::Confirmed, None);
                found.round += 1;
                rows::update(tx, &found).await?;
                Ok::<_, StoreError>(Answered::Question(Box::new(found)))
            })
            .await?;
        Ok(match opened {
            Answered::Question(found) => self.keypad(*found, 0, false),
            other => other,
        })
    }

    /// A press on the keypad that was shown as this round.
    ///
    /// # Errors
    ///
    /// [`PaymentError::Seal`], [`PaymentError::Store`].
    pub async fn stroke(
        &self,
        account: AccountId,
        id: VerificationId,
        round: i32,
        stroke: Stroke,
    ) -> Result<Answered, PaymentError> {
        let now = self.now();
        self.store
            .write(async |tx| {
                let found = rows::lock(tx, id).await?.filter(|found| is_theirs(found, account));
                let Some(mut found) = found else { return Ok(Answered::Unknown) };
                if !found.is_live(now) {
                    return Ok(Answered::Over(Box::new(found)));
                }
                if found.round != round || found.state != State::Confirmed {
                    return Ok(Answered::Stale);
                }
                let typed = keypad::open(&self.keyring, id, found.entered.as_deref()).map_err(PaymentError::Seal)?;
                let layout = keypad::layout(&self.keyring, id);
                let typed = match stroke {
                    Stroke::Place(place) => match layout.get(usize::from(place)) {
                        Some(digit) => keypad::with_digit(&typed, *digit),
                        None => return Ok(Answered::Stale),
                    },
                    Stroke::Erase => keypad::without_last(&typed),
                    Stroke::Leave => {
                        (found.state, found.entered) = (State::Pending, None);
                        found.round += 1;
                        rows::update(tx, &found).await?;
                        return Ok(Answered::Question(Box::new(found)));
                    }
                };
                found.entered = keypad::seal(&self.keyring, id, &typed);
                rows::update(tx, &found).await?;
                Ok::<_, PaymentError>(self.keypad(found, typed.expose().len(), false))
            })
            .await
    }

    /// The code that was typed is the answer. A right one lets the payment go on, once.
    ///
    /// # Errors
    ///
    /// [`PaymentError`].
    pub async fn give_code(
        &self,
        account: AccountId,
        id: VerificationId,
        round: i32,
    ) -> Result<Answered, PaymentError> {
        let this = self.clone();
        detached(async move { this.give_code_now(account, id, round).await }).await
    }

    async fn give_code_now(
        &self,
        account: AccountId,
        id: VerificationId,
        round: i32,
    ) -> Result<Answered, PaymentError> {
        let (typed, hash) = match self.take_try(account, id, round).await? {
            Taken::Try(typed, hash) => (typed, hash),
            Taken::Answered(answered) => return Ok(*answered),
        };
        // Off the database: it takes tens of milliseconds by design.
        let is_right = password::verify(typed, hash.clone()).await;
        let (now, message) = (self.now(), self.new_message().await?);
        let (answered, next) = self
            .store
            .write(async |tx| {
                let mut locked = lock(tx, id).await?.ok_or(PaymentError::Interrupted)?;
                let code = rows::lock_code(tx, account).await?;
                // Comparing takes long: a code that was changed or taken away meanwhile is no answer.
                let still = code.as_ref().map(|code| &code.hash) == hash.as_ref();
                if is_right && still {
                    let next = self.pass(tx, &mut locked, message, now).await?;
                    let found = Box::new(locked.verification);
                    return Ok(match next {
                        Some(next) => (Answered::Passed(found, None), Some(next)),
                        None => (Answered::Over(found), None),
                    });
                }
                let rests = self.note_wrong(tx, code, now).await?;
                if rests || locked.verification.tries >= TRIES_MAX {
                    self.refuse_confirmation(tx, &mut locked, State::Failed, now).await?;
                }
                let found = locked.verification;
                let answered =
                    if found.is_live(now) { self.keypad(found, 0, true) } else { Answered::Over(Box::new(found)) };
                Ok::<_, PaymentError>((answered, None))
            })
            .await?;
        let document = match next {
            Some(next) => self.carry_on(next).await?.payment,
            None => None,
        };
        Ok(match answered {
            Answered::Passed(found, _) => Answered::Passed(found, document.map(Box::new)),
            other => other,
        })
    }

    /// Takes one of the tries before the code is compared, so that codes given at once are all counted.
    async fn take_try(&self, account: AccountId, id: VerificationId, round: i32) -> Result<Taken, PaymentError> {
        let now = self.now();
        self.store
            .write(async |tx| {
                let answered = |answered| Ok(Taken::Answered(Box::new(answered)));
                let found = rows::lock(tx, id).await?.filter(|found| is_theirs(found, account));
                let Some(mut found) = found else { return answered(Answered::Unknown) };
                if !found.is_live(now) {
                    return answered(Answered::Over(Box::new(found)));
                }
                if found.round != round || found.state != State::Confirmed || found.tries >= TRIES_MAX {
                    return answered(Answered::Stale);
                }
                let typed = keypad::open(&self.keyring, id, found.entered.as_deref()).map_err(PaymentError::Seal)?;
                if typed.expose().len() < DIGITS_MIN {
                    let typed = typed.expose().len();
                    return answered(self.keypad(found, typed, false));
                }
                found.tries += 1;
                found.round += 1;
                found.entered = None;
                rows::update(tx, &found).await?;
                let mut code = rows::lock_code(tx, account).await?;
                if let Some(code) = &mut code {
                    code.failed += 1;
                    rows::update_code(tx, code).await?;
                }
                let awake = code.filter(|code| code.is_awake(now) && code.failed <= WRONG_MAX);
                Ok::<_, PaymentError>(Taken::Try(typed, awake.map(|code| code.hash)))
            })
            .await
    }

    /// Whether the code rests now, after so many wrong ones in a row at whatever question.
    async fn note_wrong(
        &self,
        tx: &crate::store::Tx,
        code: Option<KeptCode>,
        now: crate::clock::Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(mut code) = code else { return Ok(true) };
        if !code.is_awake(now) {
            return Ok(true);
        }
        if code.failed < WRONG_MAX {
            return Ok(false);
        }
        (code.failed, code.rests_until) = (0, Some(now.after(REST)));
        rows::update_code(tx, &code).await?;
        let event = crate::account::event_of(EventType::AccountVerifierWrong, code.account_id, now);
        events::insert(tx, &[event]).await?;
        Ok(true)
    }

    /// A person says that a payment is not theirs.
    ///
    /// # Errors
    ///
    /// [`PaymentError`].
    pub async fn deny(&self, account: AccountId, id: VerificationId) -> Result<Answered, PaymentError> {
        let now = self.now();
        self.store
            .write(async |tx| {
                let locked = lock(tx, id).await?.filter(|locked| is_theirs(&locked.verification, account));
                let Some(mut locked) = locked else { return Ok(Answered::Unknown) };
                if locked.verification.is_live(now) {
                    self.deny_confirmation(tx, &mut locked, now).await?;
                }
                Ok::<_, PaymentError>(Answered::Over(Box::new(locked.verification)))
            })
            .await
    }

    /// The code from a letter, given at the page of its payment.
    ///
    /// # Errors
    ///
    /// [`PaymentError`].
    pub async fn give_mailed_code(&self, payment: PaymentId, code: &Secret) -> Result<Mailed, PaymentError> {
        let (this, code) = (self.clone(), code.clone());
        detached(async move { this.give_mailed_code_now(payment, &code).await }).await
    }

    async fn give_mailed_code_now(&self, payment: PaymentId, code: &Secret) -> Result<Mailed, PaymentError> {
        let (now, message) = (self.now(), self.new_message().await?);
        let code: Secret = Secret::new(code.expose().chars().filter(|c| !c.is_whitespace()).collect::<String>());
        let (mailed, next) = self
            .store
            .write(async |tx| {
                let seen = rows::live_of(tx.conn(), payment).await?;
                let Some(seen) = seen.filter(|seen| seen.way == Way::Mail) else { return Ok((Mailed::Over, None)) };
                let Some(mut locked) = lock(tx, seen.id).await? else { return Ok((Mailed::Over, None)) };
                if !locked.verification.is_live(now) {
                    return Ok((Mailed::Over, None));
                }
                locked.verification.tries += 1;
                rows::update(tx, &locked.verification).await?;
                if self.keyring.verification_code(seen.id).matches(code.expose()) {
                    let next = self.pass(tx, &mut locked, message, now).await?;
                    return Ok((if next.is_some() { Mailed::Passed } else { Mailed::Over }, next));
                }
                let left = locked.verification.tries_left();
                if left <= 0 {
                    self.refuse_confirmation(tx, &mut locked, State::Failed, now).await?;
                    return Ok((Mailed::Over, None));
                }
                Ok::<_, PaymentError>((Mailed::Wrong { left }, None))
            })
            .await?;
        if let Some(next) = next {
            self.carry_on(next).await?;
        }
        Ok(mailed)
    }
}

/// How far a given code came before it is compared.
enum Taken {
    /// It is to be compared with this hash; without one nothing is right.
    Try(Secret, Option<String>),
    /// There is nothing to compare.
    Answered(Box<Answered>),
}

fn is_theirs(found: &Verification, account: AccountId) -> bool {
    found.account_id == Some(account) && found.way == Way::Chat
}
