//! `/lookup`: where a payment stands, for people without an account. It answers state and shop only,
//! the same to everything that does not fit, and not often.

use std::num::NonZeroU32;
use std::time::Duration;

use aviso_core::id::Reference;
use aviso_core::payment::LookUp;
use aviso_core::secret::Secret;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::say;
use crate::clean;
use crate::conversation::{self, State};
use crate::person::Person;
use crate::router::Handling;
use crate::screen::Screen;
use crate::start::Desk;
use crate::words::Args;

/// Look-ups that one person may ask for at once; then one every ten minutes.
const PERSON_BURST: NonZeroU32 = NonZeroU32::new(5).expect("5 is above 0");
/// Look-ups of one reference by anybody: four digits have ten thousand guesses.
const REFERENCE_BURST: NonZeroU32 = NonZeroU32::new(8).expect("8 is above 0");
const REFILL: Duration = Duration::from_secs(600);
/// Buckets that are full again are forgotten beyond this many.
const KNOWN_MAX: usize = 10_000;

/// How often anybody may look something up. Kept in this process only.
#[derive(Debug)]
pub(crate) struct LookUpLimits {
    people: DefaultKeyedRateLimiter<i64>,
    references: DefaultKeyedRateLimiter<String>,
}

impl LookUpLimits {
    pub(crate) fn new() -> Self {
        let quota = |burst| Quota::with_period(REFILL).expect("ten minutes are above 0").allow_burst(burst);
        Self { people: RateLimiter::keyed(quota(PERSON_BURST)), references: RateLimiter::keyed(quota(REFERENCE_BURST)) }
    }

    fn allow(&self, person: i64, reference: &Reference) -> bool {
        if self.people.len() > KNOWN_MAX {
            self.people.retain_recent();
        }
        if self.references.len() > KNOWN_MAX {
            self.references.retain_recent();
        }
        // Both are asked, so that who is refused cannot use up the reference's bucket for others.
        self.people.check_key(&person).is_ok() && self.references.check_key(&reference.as_str().to_owned()).is_ok()
    }
}

/// `/lookup [reference amount proof]`.
pub(super) async fn command(desk: &Desk, person: &Person, args: &str) -> Handling {
    if args.is_empty() {
        conversation::enter(&desk.services.memory, person, State::LookUp).await?;
        return say(desk, person, Screen::text(person.words.say("lookup-ask"))).await;
    }
    given(desk, person, args).await
}

/// The three words of a look-up.
pub(crate) async fn given(desk: &Desk, person: &Person, text: &str) -> Handling {
    let words = &person.words;
    let parts: Vec<&str> = text.split_whitespace().collect();
    let read = match parts.as_slice() {
        [reference, amount, proof] => reference.parse::<Reference>().ok().map(|reference| (reference, *amount, *proof)),
        _ => None,
    };
    let Some((reference, amount, proof)) = read else {
        return say(desk, person, Screen::text(words.say("lookup-wrong"))).await;
    };
    conversation::leave(&desk.services.memory, person).await?;
    if !desk.lookups.allow(person.user.id, &reference) {
        return say(desk, person, Screen::text(words.say("lookup-often"))).await;
    }
    let asked = LookUp { reference, amount: amount.replace(',', "."), proof: Secret::new(proof) };
    let screen = match desk.services.payments.look_up(&asked).await? {
        Some(found) => {
            let status = words.say(&format!("status-word-{}", found.status.as_str().replace('_', "-")));
            let args = Args::new().with("status", status).with("shop", clean::name(&found.shop));
            Screen::text(words.tell("lookup-found", &args))
        }
        None => Screen::text(words.say("lookup-none")),
    };
    say(desk, person, screen).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_one_person_nor_one_reference_is_asked_for_often() {
        let limits = LookUpLimits::new();
        let (one, other) = (Reference::random(), Reference::random());
        for _ in 0..PERSON_BURST.get() {
            assert!(limits.allow(1, &one));
        }
        assert!(!limits.allow(1, &other), "one person asks about many");
        let rest = REFERENCE_BURST.get() - PERSON_BURST.get();
        for person in 0..rest {
            assert!(limits.allow(100 + i64::from(person), &one));
        }
        assert!(!limits.allow(999, &one), "many ask about one");
        assert!(limits.allow(2, &other));
    }
}
