//! How a shop becomes a merchant: a trial in the test world, an application, the decisions of staff and of the
//! acquirer, a contract, the connection fee, and live payments.
//!
//! The way is one table of steps ([`STEPS`]), and no step can be left out: a stage is written together with the
//! step that led to it, and the database knows no others. Each step is an event for the applicant and a row of
//! the audit log.

pub mod application;
mod contract;
mod desk;
mod service;
mod stage;

use crate::clock::Timestamp;
use crate::id::{AccountId, MerchantId};
use crate::money::Money;
use crate::store::StoreError;

pub use application::Application;
pub use contract::{Contract, Signature};
pub use service::{Onboardings, Terms, Trial};
pub use stage::{STEPS, Stage};

/// A shop on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onboarding {
    /// The shop.
    pub merchant_id: MerchantId,
    /// Its name.
    pub shop: String,
    /// Who began it and is told of each step.
    pub account_id: AccountId,
    /// Where it stands.
    pub stage: Stage,
    /// Since when.
    pub since: Timestamp,
    /// Counts its steps from 1.
    pub version: i32,
    /// Until when it may try the hub out; `None` when there is no end.
    pub test_until: Option<Timestamp>,
    /// What it says about the company.
    pub application: Option<Application>,
    /// The contract as it was accepted.
    pub signature: Option<Signature>,
    /// The connection fee as it came in.
    pub fee: Option<FeePaid>,
    /// Why it was declined, suspended or closed.
    pub reason: String,
}

impl Onboarding {
    /// By when whoever must act next is expected to have acted.
    #[must_use]
    pub fn expected_by(&self) -> Option<Timestamp> {
        self.stage.expected().map(|expected| self.since.after(expected))
    }
}

/// The connection fee as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeePaid {
    /// How much; nothing where connecting is free.
    pub amount: Option<Money>,
    /// The number of the transfer or receipt.
    pub reference: String,
    /// When it was written down.
    pub at: Timestamp,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// From where.
    pub from: Stage,
    /// To where.
    pub to: Stage,
    /// Who took it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum OnboardingError {
    /// No shop of this id is on its way, or it is not this person's.
    #[error("there is no application of {0}")]
    NotFound(MerchantId),
    /// From where it stands this cannot follow.
    #[error("the shop is at the stage {}", .0.as_str())]
    Stage(Stage),
    /// Somebody was quicker.
    #[error("the state changed meanwhile")]
    Changed,
    /// The shop's name is empty, too long or not one line.
    #[error("a shop's name has 1 to 64 characters on one line")]
    Name,
    /// The address of the account was not confirmed.
    #[error("the e-mail address is not confirmed yet")]
    EmailUnconfirmed,
    /// The person has as many shops in trial as there may be.
    #[error("an account may have {0} shops that are not live")]
    TooMany(usize),
    /// The contract is another one by now.
    #[error("the contract changed: it is to be read again")]
    Contract,
    /// A reason or reference is empty, too long or not one line.
    #[error("1 to 200 characters on one line")]
    Text,
    /// A trial is made longer by 1 to 90 days.
    #[error("a trial is extended by 1 to 90 days")]
    Days,
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}
