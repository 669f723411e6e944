//! The shop that pays: requests that differ in everything that must be unique, and what a right
//! answer looks like.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use aviso_tests::card;
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request, header};
use serde::Deserialize;

/// Merchants' API keys, and where to use them.
#[derive(Debug)]
pub(crate) struct Shop {
    address: SocketAddr,
    keys: Vec<String>,
    names_buyers: bool,
    next: AtomicU32,
}

/// A payment that did not end as it should: the status and what the hub said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) String);

/// As much of an answer as is looked at.
#[derive(Deserialize)]
struct Seen<'a> {
    status: &'a str,
}

impl Shop {
    /// Shops with these keys, at least one, at a hub.
    pub(crate) const fn new(address: SocketAddr, keys: Vec<String>, names_buyers: bool) -> Self {
        Self { address, keys, names_buyers, next: AtomicU32::new(0) }
    }

    /// Where the hub listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// A payment to create and confirm: another card, order and idempotency key each time. Merchants take turns.
    pub(crate) fn order(&self) -> Request<Full<Bytes>> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let key = &self.keys[n as usize % self.keys.len()];
        let builder = Request::builder()
            .method(Method::POST)
            .uri("/v1/payments")
            .header(header::HOST, self.address.to_string())
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", format!("bench-key-{n}"));
        builder.body(Full::from(self.body(n))).expect("every part is printable ASCII")
    }

    fn body(&self, n: u32) -> String {
        let number = card::numbered(n);
        let buyer = if self.names_buyers {
            let [_, b, c, d] = n.to_be_bytes();
            format!(r#""customer":{{"email":"buyer-{n}@example.com","language":"en","ip":"10.{b}.{c}.{d}"}},"#)
        } else {
            String::new()
        };
        format!(
            r#"{{"order_ref":"bench-{n}","amount":1050,"currency":"EUR","description":"Two coffees",{buyer}"confirm":true,"card":{{"number":"{number}","exp_month":12,"exp_year":2035,"cvc":"123"}}}}"#
        )
    }

    /// Checks an answer: the payment exists and its money was taken.
    ///
    /// # Errors
    ///
    /// [`Refusal`] for anything else.
    pub(crate) fn check(status: u16, body: &[u8]) -> Result<(), Refusal> {
        let word = serde_json::from_slice::<Seen<'_>>(body).map(|seen| seen.status);
        match (status, word) {
            (201, Ok("captured")) => Ok(()),
            (201, Ok(word)) => Err(Refusal(format!("201, but {word}"))),
            (status, _) => {
                let said: String = String::from_utf8_lossy(body).chars().take(200).collect();
                Err(Refusal(format!("{status}: {said}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_json_and_differ() {
        for names_buyers in [false, true] {
            let shop = Shop::new(SocketAddr::from(([127, 0, 0, 1], 1)), vec!["sk_test_x".to_owned()], names_buyers);
            let read = |n| serde_json::from_str::<serde_json::Value>(&shop.body(n)).unwrap();
            let (one, two) = (read(1), read(2));
            assert_ne!(one["order_ref"], two["order_ref"]);
            assert_ne!(one["card"]["number"], two["card"]["number"]);
            assert_eq!(one["customer"].is_object(), names_buyers);
        }
    }

    #[test]
    fn only_a_captured_payment_counts() {
        assert_eq!(Shop::check(201, br#"{"id":"pay_1","status":"captured"}"#), Ok(()));
        assert!(Shop::check(201, br#"{"status":"in_review"}"#).is_err());
        assert!(Shop::check(402, br#"{"status":402}"#).is_err());
        assert!(Shop::check(201, b"").is_err());
    }
}
