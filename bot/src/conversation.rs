//! What a person is in the middle of. Kept as versioned JSON: another version's is forgotten kindly,
//! never a trap.

use std::time::Duration;

use aviso_core::bot::BotMemory;
use aviso_core::language::Language;
use aviso_core::store::StoreError;
use serde::{Deserialize, Serialize};

use crate::person::Person;

/// How long the bot waits for the next step.
const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// Counts the shapes of [`State`].
const VERSION: u32 = 1;

/// What a person is in the middle of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum State {
    /// Registering: the e-mail is the next thing they write.
    Email {
        /// The language they chose.
        language: Language,
    },
    /// Settings: a city is the next thing they write.
    TimeZone,
    /// Looking for one of their payments.
    Search,
    /// Looking a payment up without an account.
    LookUp,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    version: u32,
    state: State,
}

/// What the memory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recalled {
    /// Nothing, or it ran out.
    Nothing,
    /// This.
    State(State),
    /// Something that this version cannot read.
    Unreadable,
}

/// What a person is in the middle of.
pub(crate) async fn recall(memory: &BotMemory, person: &Person) -> Result<Recalled, StoreError> {
    let stored = memory.conversation(person.chat_id(), person.user.id).await?;
    Ok(stored.map_or(Recalled::Nothing, |text| read(&text)))
}

/// Remembers a step.
pub(crate) async fn enter(memory: &BotMemory, person: &Person, state: State) -> Result<(), StoreError> {
    let text = write(state);
    memory.set_conversation(person.chat_id(), person.user.id, Some(&text), LIFETIME).await
}

/// Forgets it.
pub(crate) async fn leave(memory: &BotMemory, person: &Person) -> Result<(), StoreError> {
    memory.set_conversation(person.chat_id(), person.user.id, None, LIFETIME).await
}

fn read(text: &str) -> Recalled {
    match serde_json::from_str::<Stored>(text) {
        Ok(stored) if stored.version == VERSION => Recalled::State(stored.state),
        Ok(_) | Err(_) => Recalled::Unreadable,
    }
}

fn write(state: State) -> String {
    serde_json::to_string(&Stored { version: VERSION, state }).expect("a state is plain data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_reads_back_and_another_versions_is_known_as_such() {
        let state = State::Email { language: Language::Ru };
        assert_eq!(write(state), r#"{"version":1,"state":{"step":"email","language":"ru"}}"#);
        assert_eq!(read(&write(state)), Recalled::State(state));
        for other in [
            r#"{"version":2,"state":{"step":"email","language":"ru"}}"#,
            "{}",
            "null",
            "",
            r#"{"version":1,"state":{"step":"gone"}}"#,
        ] {
            assert_eq!(read(other), Recalled::Unreadable, "{other}");
        }
    }
}
