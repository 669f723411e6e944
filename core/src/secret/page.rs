//! Secrets of pages that anybody may open who has the address: derived from what they show, so that they
//! stand in no table and cannot be guessed.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::{Keyring, Secret, mac, token, uuid_in};
use crate::id::{BillId, MerchantId, PaymentId, VerificationId};
use crate::merchant::Mode;

impl Keyring {
    /// The secret of a payment's checkout page.
    #[must_use]
    pub fn checkout_secret(&self, payment: PaymentId) -> Secret {
        self.page_secret(b"checkout", payment.as_uuid())
    }

    /// The payment that a checkout secret stands for, when the secret is one of ours.
    #[must_use]
    pub fn verify_checkout_secret(&self, secret: &str) -> Option<PaymentId> {
        let payment = PaymentId::from_uuid(uuid_in(secret)?);
        self.checkout_secret(payment).matches(secret).then_some(payment)
    }

    /// The secret of a bill's page.
    #[must_use]
    pub fn bill_secret(&self, bill: BillId) -> Secret {
        self.page_secret(b"bill", bill.as_uuid())
    }

    /// The bill that a secret stands for, when the secret is one of ours.
    #[must_use]
    pub fn verify_bill_secret(&self, secret: &str) -> Option<BillId> {
        let bill = BillId::from_uuid(uuid_in(secret)?);
        self.bill_secret(bill).matches(secret).then_some(bill)
    }

    /// The key that a merchant's site signs its orders with; `number` counts the keys that it had.
    #[must_use]
    pub fn site_key(&self, merchant: MerchantId, mode: Mode, number: i32) -> Secret {
        let (merchant, number) = (merchant.as_uuid(), number.to_be_bytes());
        let parts: [&[u8]; 4] = [b"site key", merchant.as_bytes(), mode.as_str().as_bytes(), &number];
        let key = hex::encode(mac(&self.lookup.links, &parts));
        Secret::new(format!("site_{}_{key}", mode.as_str()))
    }

    /// The code of six digits in the letter that asks to confirm a payment: derived, so that it stands in no table.
    #[must_use]
    pub fn verification_code(&self, verification: VerificationId) -> Secret {
        let mac = mac(&self.lookup.links, &[b"verification", verification.as_uuid().as_bytes()]);
        let number = mac.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        Secret::new(format!("{:06}", number % 1_000_000))
    }

    /// The chance by which the keypad of a question is shuffled.
    pub(crate) fn keypad_chance(&self, verification: VerificationId) -> [u8; 32] {
        mac(&self.lookup.links, &[b"keypad", verification.as_uuid().as_bytes()])
    }

    fn page_secret(&self, page: &[u8], id: uuid::Uuid) -> Secret {
        token(id, &mac(&self.lookup.links, &[page, id.as_bytes()]))
    }
}

/// The signature of a message under a site key: HMAC-SHA256, 64 hexadecimal digits.
#[must_use]
pub fn site_signature(key: &Secret, message: &str) -> String {
    let mut mac =
        <Hmac<Sha256> as Mac>::new_from_slice(key.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(message.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_its_own_page_only() {
        let (keyring, other) = (Keyring::new([7; 32]), Keyring::new([8; 32]));
        let payment = PaymentId::from_uuid(uuid::Uuid::from_u128(7));
        let secret = keyring.checkout_secret(payment);
        assert_eq!(secret.expose().len(), 43);
        assert_eq!(keyring.verify_checkout_secret(secret.expose()), Some(payment));
        assert_eq!(other.verify_checkout_secret(secret.expose()), None);
        assert_eq!(keyring.verify_bill_secret(secret.expose()), None);
        let bill = keyring.bill_secret(BillId::from_uuid(payment.as_uuid()));
        assert_eq!(keyring.verify_checkout_secret(bill.expose()), None);
        for wrong in ["", "x", &secret.expose()[1..], &secret.expose().to_uppercase()] {
            assert_eq!(keyring.verify_checkout_secret(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_site_key_is_of_one_world_and_number() {
        let keyring = Keyring::new([7; 32]);
        let merchant = MerchantId::from_uuid(uuid::Uuid::from_u128(7));
        let key = |mode, number| keyring.site_key(merchant, mode, number).expose().to_owned();
        assert_eq!(key(Mode::Test, 1), key(Mode::Test, 1));
        assert_ne!(key(Mode::Test, 1), key(Mode::Test, 2));
        assert_ne!(key(Mode::Test, 1), key(Mode::Live, 1));
        assert!(key(Mode::Live, 1).starts_with("site_live_"));
    }
}
