//! Who is told of what happens in the test world: a shop may write any address into a test payment, and
//! strangers are not to hear of payments that never were.

use crate::event::Event;
use crate::merchant::Mode;

/// Addresses that may be written to about test payments, besides those of people whose account has them
/// confirmed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestAddresses(Vec<Pattern>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    /// Every address.
    Any,
    /// Every address of a domain.
    Domain(String),
    /// This one.
    Address(String),
}

/// It is no address, no domain, and not `*`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address like qa@shop.example, no domain like @shop.example, and not *")]
pub struct NoTestAddress(String);

impl TestAddresses {
    /// Every address: for tests and sandboxes, whose mail goes nowhere.
    #[must_use]
    pub fn any() -> Self {
        Self(vec![Pattern::Any])
    }

    /// Reads a list.
    ///
    /// # Errors
    ///
    /// [`NoTestAddress`] names the entry that is wrong.
    pub fn read<T: AsRef<str>>(entries: &[T]) -> Result<Self, NoTestAddress> {
        let pattern = |entry: &T| {
            let text = entry.as_ref().trim().to_lowercase();
            match text.split_once('@') {
                None if text == "*" => Ok(Pattern::Any),
                Some(("", domain)) if !domain.is_empty() && !domain.contains('@') => {
                    Ok(Pattern::Domain(domain.to_owned()))
                }
                Some((user, domain)) if !user.is_empty() && !domain.is_empty() => Ok(Pattern::Address(text)),
                Some(_) | None => Err(NoTestAddress(entry.as_ref().to_owned())),
            }
        };
        entries.iter().map(pattern).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an address, in lower case, may be written to about an event that concerns it.
    pub(super) fn allow(&self, event: &Event, address: &str) -> bool {
        match event.mode {
            Mode::Live => true,
            Mode::Test => self.0.iter().any(|pattern| match pattern {
                Pattern::Any => true,
                Pattern::Domain(domain) => address.rsplit_once('@').is_some_and(|(_, of)| of == domain),
                Pattern::Address(one) => address == one,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_or_the_wrong_entry_is_named() {
        assert!(TestAddresses::read(&["*", " QA@Shop.example", "@shop.example"]).is_ok());
        for wrong in ["", "shop.example", "@", "a@", "@a@b"] {
            assert_eq!(TestAddresses::read(&["*", wrong]), Err(NoTestAddress(wrong.to_owned())), "{wrong}");
        }
    }
}
