//! Which bank an attempt goes to, and whether it may go to one at all: merchants' profiles, the choice
//! among routes, circuit breakers, the card networks' retry rules, and payers from abroad.
//!
//! The decisions are pure functions over a [`Profile`] and what is known of the attempt.

pub mod breaker;
pub mod choice;
mod draft;
pub mod limit;
mod policy;
pub mod profile;
mod service;

pub use choice::{Facts, Paid, candidates};
pub use draft::{MethodsDraft, NonResidentsDraft, ProfileDraft, ProfileError, RouteDraft};
pub use policy::{Admission, Challenge, admit};
pub use profile::{Change, MethodFilter, NonResidents, Profile, Reaction, Route};
pub use service::Profiles;
