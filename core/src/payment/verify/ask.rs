//! Whether somebody must confirm an attempt, whom that is, and the question.

use crate::clock::Timestamp;
use crate::event::{Audience, Event, EventType};
use crate::id::VerificationId;
use crate::issuing::EnrolledCard;
use crate::payment::action::{Action, ActionKind};
use crate::payment::attempt::{Attempt, Method};
use crate::payment::card::{Card, Cvc};
use crate::payment::error::PaymentError;
use crate::payment::published::payment_event;
use crate::payment::{Payment, Payments};
use crate::port::Initiator;
use crate::risk::{Challenge, Screening, Verdict};
use crate::store::{StoreError, Tx, account as accounts, issuing, verifier as rows};
use crate::verifier::{ASKED_MAX, ASKED_WITHIN, DemandedBy, Holder, State, Verification, WAIT, Way, Wish, holder_of};

/// What an attempt needs before it goes on.
#[derive(Debug)]
pub(in crate::payment) enum Check {
    /// Nothing from us.
    Nothing,
    /// A person is asked.
    Ask(Box<Question>),
    /// Nobody can be asked by us: the card's issuer has to know the buyer.
    Issuer,
    /// Nobody can be asked.
    Nobody(DemandedBy),
}

/// A question that is not written yet.
#[derive(Debug)]
pub(in crate::payment) struct Question {
    verification: Verification,
    holder: Holder,
}

impl Payments {
    /// What an attempt needs, after antifraud spoke: the verdict is no longer to verify.
    pub(in crate::payment) async fn check_buyer(
        &self,
        tx: &Tx,
        (payment, attempt): (&Payment, &Attempt),
        screening: &mut Screening,
        shop: &str,
        now: Timestamp,
    ) -> Result<Check, StoreError> {
        let at_risk = screening.verdict == Verdict::Verify;
        let check = match screening.verdict {
            Verdict::Allow | Verdict::Verify => self.demanded(tx, (payment, attempt), at_risk, shop, now).await?,
            // Whoever is held is asked when staff let the payment pass.
            Verdict::Review | Verdict::Block => return Ok(Check::Nothing),
        };
        screening.verdict = Verdict::Allow;
        match &check {
            Check::Nothing => {}
            Check::Ask(question) => {
                screening.reasons.push(format!("verification.{}", question.verification.demanded_by.as_str()));
            }
            Check::Issuer => {
                screening.reasons.push("verification.by_issuer".to_owned());
                screening.challenge = Challenge::Wanted;
            }
            Check::Nobody(by) => {
                screening.reasons.push("verification.nobody".to_owned());
                if *by == DemandedBy::Risk {
                    screening.verdict = Verdict::Review;
                    return Ok(Check::Nothing);
                }
            }
        }
        Ok(check)
    }

    /// Whether somebody demands that an attempt is confirmed, and who can do that.
    pub(in crate::payment) async fn demanded(
        &self,
        tx: &Tx,
        (payment, attempt): (&Payment, &Attempt),
        at_risk: bool,
        shop: &str,
        now: Timestamp,
    ) -> Result<Check, StoreError> {
        let Method::Card { card, face, .. } = &attempt.method else {
            // A wallet knows its payers itself.
            return Ok(if at_risk { Check::Nobody(DemandedBy::Risk) } else { Check::Nothing });
        };
        if attempt.vault.initiator() == Initiator::Merchant {
            return Ok(if at_risk { Check::Nobody(DemandedBy::Risk) } else { Check::Nothing });
        }
        let enrolled = self.enrolment(tx, payment, card, now).await?;
        let by = match (payment.verification, &enrolled) {
            (Wish::Required, _) => DemandedBy::Merchant,
            (Wish::Automatic, Some(_)) => DemandedBy::Issuer,
            (Wish::Automatic, None) if at_risk => DemandedBy::Risk,
            (Wish::Automatic, None) => return Ok(Check::Nothing),
        };
        let Some(holder) = self.holder(tx, payment, enrolled.as_ref(), now).await? else {
            return Ok(if self.issuer.is_there() { Check::Issuer } else { Check::Nobody(by) });
        };
        let who =
            holder.account.map_or_else(|| holder.email.clone().unwrap_or_default(), |account| account.to_string());
        let mut verification = Verification {
            id: VerificationId::new(now),
            payment_id: payment.id,
            attempt_id: attempt.id,
            account_id: holder.account,
            email: holder.email.clone(),
            way: holder.way,
            demanded_by: by,
            enrolled_card: enrolled.map(|card| card.id),
            mode: payment.mode,
            amount: payment.amount,
            shop: shop.to_owned(),
            last4: face.last4.clone(),
            holder: self.keyring.fingerprint(&format!("holder {}", payment.merchant_id), &who),
            digest: String::new(),
            state: State::Pending,
            tries: 0,
            round: 0,
            entered: None,
            created_at: now,
            expires_at: now.after(WAIT),
            ended_at: None,
        };
        verification.digest = verification.digest_of_shown();
        Ok(Check::Ask(Box::new(Question { verification, holder })))
    }

    /// The enrolment of a card by its bank. Whether there are any is known for a moment, so that installs without
    /// such banks ask nothing.
    async fn enrolment(
        &self,
        tx: &Tx,
        payment: &Payment,
        card: &str,
        now: Timestamp,
    ) -> Result<Option<EnrolledCard>, StoreError> {
        if !*self.enrolments.get(now, async || issuing::any_card(tx.conn()).await).await? {
            return Ok(None);
        }
        issuing::enrolled(tx.conn(), payment.mode, card).await
    }

    /// Who is asked: the person whom the card's bank named, else the buyer. `None` when nobody can be, or when they
    /// were asked too often.
    async fn holder(
        &self,
        tx: &Tx,
        payment: &Payment,
        enrolled: Option<&EnrolledCard>,
        now: Timestamp,
    ) -> Result<Option<Holder>, StoreError> {
        let named = enrolled.and_then(|card| card.email.as_deref());
        let (id, email) = match named {
            Some(email) => (accounts::confirmed_by_email(tx.conn(), email).await?, Some(email)),
            None => (payment.account_id, payment.email.as_deref()),
        };
        let account = match id {
            Some(id) => accounts::by_id(tx.conn(), id).await?,
            None => None,
        };
        let may_give_code = match id {
            Some(id) => rows::code_of(tx.conn(), id).await?.is_some_and(|code| code.is_awake(now)),
            None => false,
        };
        let Some(mut holder) = holder_of(account.as_ref(), email, may_give_code) else { return Ok(None) };
        holder.language = holder.language.or(payment.language);
        let since = now.before(ASKED_WITHIN);
        let asked = rows::count_asked(tx.conn(), holder.account, holder.email.as_deref(), since).await?;
        Ok((asked < ASKED_MAX).then_some(holder))
    }

    /// Makes an attempt wait for the answer: its card is sealed, its security code kept in memory. That may happen
    /// before the unit commits: the answer can be there before this request goes on.
    pub(in crate::payment) fn wait_for_answer(
        &self,
        attempt: &mut Attempt,
        question: &Question,
        (card, cvc): (&Card, Option<&Cvc>),
        now: Timestamp,
    ) {
        let until = question.verification.expires_at;
        attempt.sealed_card = Some(self.seal_card(attempt.id, card));
        attempt.action =
            Some(Action { kind: ActionKind::Verification, url: self.return_page(attempt.id), expires_at: until });
        if let Some(cvc) = cvc {
            self.issuer.codes.hold(attempt.id, cvc.clone(), until, now);
        }
    }

    /// Writes the question of a payment that stands at `requires_action` by now. Gives what is to be told.
    pub(in crate::payment) async fn ask(
        &self,
        tx: &Tx,
        question: &Question,
        (payment, attempt): (&mut Payment, &Attempt),
        now: Timestamp,
    ) -> Result<Vec<Event>, PaymentError> {
        let Question { verification, holder } = question;
        rows::insert(tx, verification).await?;
        metrics::counter!("aviso_verifications_asked_total", "way" => verification.way.as_str()).increment(1);
        let shop = &verification.shop;
        let mut told = payment_event(EventType::PaymentActionRequired, payment, Some(attempt), shop, now);
        // Only the person who is asked hears of it, by the question itself.
        told.audience.account_id = None;
        told.audience.email = None;
        let kind = match verification.way {
            Way::Chat => EventType::VerificationRequested,
            Way::Mail => EventType::VerificationMailed,
        };
        let mut asked = payment_event(kind, payment, Some(attempt), shop, now);
        let facts = asked.audience.facts.clone().into_iter();
        asked.audience = Audience {
            account_id: holder.account,
            email: holder.email.clone(),
            language: holder.language,
            facts: facts.chain([("verification".to_owned(), verification.id.to_string())]).collect(),
            ..Audience::default()
        };
        Ok(vec![told, asked])
    }
}
