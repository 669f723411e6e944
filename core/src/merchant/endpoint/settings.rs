//! How an endpoint is sent events: how much of them, how fast, and what goes along.

use std::fmt;

use crate::event::EventType;
use crate::secret::Secret;

/// How much of an event is posted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Payload {
    /// The documents as they were right after the event.
    #[default]
    Full,
    /// The ids only: who hears of it reads the rest through the API.
    Thin,
}

impl Payload {
    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Thin => "thin",
        }
    }

    /// The way with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Full, Self::Thin].into_iter().find(|payload| payload.as_str() == name)
    }
}

/// How fast an endpoint is sent events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndpointPace {
    /// Messages under way at once, 1 to [`IN_FLIGHT_MAX`](Self::IN_FLIGHT_MAX).
    pub max_in_flight: u8,
    /// Messages a second, up to [`RATE_MAX`](Self::RATE_MAX); 0 for no limit.
    pub rate_per_second: u16,
}

impl EndpointPace {
    /// More at once would let one endpoint take the slots of others.
    pub const IN_FLIGHT_MAX: u8 = 8;
    /// More a second is no limit worth keeping.
    pub const RATE_MAX: u16 = 1_000;
}

impl Default for EndpointPace {
    fn default() -> Self {
        Self { max_in_flight: Self::IN_FLIGHT_MAX, rate_per_second: 0 }
    }
}

/// A header that a merchant wants with each message. Its value may be a password and is not shown.
#[derive(Clone)]
pub struct CustomHeader {
    /// Its name, in lower case.
    pub name: String,
    /// Its value.
    pub value: Secret,
}

impl fmt::Debug for CustomHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomHeader({})", self.name)
    }
}

/// What to set or change about an endpoint. `None` keeps what is, and at a new one the default.
#[derive(Debug, Clone, Default)]
pub struct EndpointChange {
    /// Where events go. The URL was checked by the edge.
    pub url: Option<String>,
    /// Which; empty means all.
    pub events: Option<Vec<EventType>>,
    /// Whether any are sent. `true` also forgets earlier failures.
    pub active: Option<bool>,
    /// How much of them.
    pub payload: Option<Payload>,
    /// Whether they are signed with an Ed25519 key, too (`v1a`).
    pub asymmetric: Option<bool>,
    /// What goes along, instead of what went before. The headers were checked by the edge.
    pub headers: Option<Vec<CustomHeader>>,
    /// Messages under way at once. The number was checked by the edge, as the next one.
    pub max_in_flight: Option<u8>,
    /// Messages a second; 0 for no limit.
    pub rate_per_second: Option<u16>,
}

impl EndpointChange {
    /// These events only.
    #[must_use]
    pub fn events(kinds: Vec<EventType>) -> Self {
        Self { events: Some(kinds), ..Self::default() }
    }
}
