//! The address that reports about a letter come back to (VERP): it names the letter's delivery and proves
//! that we made it, so nobody can report about letters of others.

use aviso_core::id::DeliveryId;
use aviso_core::secret::{Keyring, Secret};
use lettre::Address;

/// Characters of the proof: 80 bits.
const PROOF_CHARS: usize = 20;

/// Makes and reads return paths below one address, `bounce@pay.example`.
#[derive(Debug, Clone)]
pub(crate) struct ReturnPath {
    user: String,
    domain: String,
    keyring: Keyring,
}

impl ReturnPath {
    /// Below this address.
    pub(crate) fn new(address: &Address, keyring: Keyring) -> Self {
        let (user, domain) = (address.user().to_lowercase(), address.domain().to_lowercase());
        Self { user, domain, keyring }
    }

    /// Whether an address is short enough in front for what is put behind it: 64 characters are allowed.
    pub(crate) fn fits(address: &Address) -> bool {
        address.user().len() <= 16 && !address.user().contains('+') && address.user().is_ascii()
    }

    fn proof(&self, letter: &str) -> Secret {
        let proof = self.keyring.fingerprint("return-path", letter);
        Secret::new(&proof[..PROOF_CHARS])
    }

    /// The return path of a letter.
    pub(crate) fn of(&self, delivery: DeliveryId) -> Option<Address> {
        let id = delivery.to_string();
        let letter = id.strip_prefix("dlv_")?;
        let proof = self.proof(letter);
        Address::new(format!("{}+{letter}-{}", self.user, proof.expose()), &self.domain).ok()
    }

    /// The letter that a return path is of; `None` when we did not make it. In any case: servers change it.
    pub(crate) fn read(&self, address: &str) -> Option<DeliveryId> {
        let address = address.trim().to_lowercase();
        let (user, domain) = address.rsplit_once('@')?;
        let (letter, proof) = user.strip_prefix(&self.user)?.strip_prefix('+')?.split_once('-')?;
        let id = format!("dlv_{letter}").parse().ok()?;
        (domain == self.domain && self.proof(letter).matches(proof)).then_some(id)
    }

    /// The first return path of ours in a text of a header: addresses, in whatever stands around them.
    pub(crate) fn find(&self, text: &str) -> Option<DeliveryId> {
        let edges = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | ':' | '"' | '(' | ')');
        text.split(edges).find_map(|part| self.read(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{NOW, keyring};

    #[test]
    fn a_return_path_names_its_letter_and_nothing_else_does() {
        let paths = ReturnPath::new(&"Bounce@Pay.example".parse().unwrap(), keyring());
        let id = DeliveryId::new(NOW);
        let address = paths.of(id).unwrap().to_string();
        assert!(address.split('@').next().unwrap().len() <= 64, "{address}");
        assert_eq!(paths.read(&address), Some(id));
        assert_eq!(paths.read(&address.to_uppercase()), Some(id));
        assert_eq!(paths.find(&format!("rfc822; <{address}>")), Some(id));
        let other = DeliveryId::new(NOW.after(std::time::Duration::from_secs(1))).to_string();
        let forged = address.replace(id.to_string().trim_start_matches("dlv_"), other.trim_start_matches("dlv_"));
        assert_ne!(forged, address);
        for wrong in [forged.as_str(), "bounce@pay.example", "bounce+@pay.example", "bounce+x-y@pay.example", "", "@"] {
            assert_eq!(paths.find(wrong), None, "{wrong}");
        }
        assert_eq!(paths.read(&address.replace("@pay", "@evil")), None);
        let strangers = ReturnPath::new(&"bounce@pay.example".parse().unwrap(), Keyring::new([8; 32]));
        assert_eq!(strangers.read(&address), None);
    }
}
