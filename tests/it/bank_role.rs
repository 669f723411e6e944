//! Banks that issue cards: they enrol cards, the holder is asked, and each bank sees its own cards only.

use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::secret::Secret;
use aviso_tests::actor::{Answer, Order};
use aviso_tests::app::TestApp;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use reqwest::Method;
use serde_json::{Value, json};

use crate::verifier::{confirms, member, question, waits};

/// A bank with a test key.
struct Bank {
    app: TestApp,
    key: Secret,
}

impl Bank {
    async fn new(app: &TestApp, name: &str) -> Self {
        let (_, key) = app.hub.services.issuing.add(Actor::Operator, name, Mode::Test).await.expect("a bank");
        Self { app: app.clone(), key }
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.app.http.request(method, self.app.url(path)).bearer_auth(self.key.expose());
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.expect("a body") }
    }

    async fn enrol(&self, body: Value) -> Answer {
        self.send(Method::POST, "/v1/bank/cards", Some(body)).await
    }

    async fn list(&self, path: &str) -> Vec<Value> {
        let list = self.send(Method::GET, path, None).await.expect(200).json();
        list["data"].as_array().cloned().expect("a list")
    }
}

on_both_databases! {
    async fn the_holder_of_an_enrolled_card_is_asked_whoever_pays(app: TestApp) {
        let (sol, luna) = (Bank::new(&app, "Banco Sol").await, Bank::new(&app, "Banco Luna").await);
        let holder = member(&app, Language::En).await;
        let thief = member(&app, Language::En).await;
        let enrolled = sol.enrol(json!({ "number": card::GOOD, "email": holder.email })).await.expect(201);
        let id = enrolled.text_at("/id");
        assert!(id.starts_with("ecd_") && enrolled.text_at("/last4") == "4242", "{}", enrolled.text);
        assert!(!enrolled.text.contains(card::GOOD));
        // It counts within a second.
        app.clock.advance(std::time::Duration::from_secs(2));
        let merchant = app.merchant().await;
        let payment = waits(&merchant, &Order::new(8_800, card::GOOD).by(&thief.email)).await.text_at("/id");
        let asked = question(&holder, "88.00").await;
        assert!(!app.telegram.transcript(thief.id).contains("Is it you"), "who pays is not who is asked");
        confirms(&holder, &asked).await;
        until("the money", async || (merchant.status(&payment).await == "captured").then_some(())).await;
        let seen = sol.list("/v1/bank/verifications").await;
        assert_eq!(seen.len(), 1);
        let expected = json!({
            "card": id, "mode": "test", "result": "passed", "way": "telegram", "demanded_by": "issuer",
            "amount": 8_800, "currency": "EUR", "shop": merchant.scope.merchant.name, "last4": "4242",
        });
        for (name, value) in expected.as_object().expect("fields") {
            assert_eq!(&seen[0][name], value, "{name}");
        }
        assert!(seen[0]["ended_at"].is_string() && seen[0]["digest"].as_str().is_some_and(|text| text.len() == 64));
        assert!(luna.list("/v1/bank/verifications").await.is_empty() && luna.list("/v1/bank/cards").await.is_empty());
        // Another bank neither takes the card over nor away.
        let taken = luna.enrol(json!({ "number": card::GOOD })).await.expect(409);
        assert_eq!((taken.text_at("/code"), taken.text_at("/param")), ("card_enrolled_elsewhere".into(), "/number".into()));
        let path = format!("/v1/bank/cards/{id}");
        assert_eq!(luna.send(Method::DELETE, &path, None).await.expect(404).text_at("/code"), "enrolled_card_not_found");
        sol.send(Method::DELETE, &path, None).await.expect(204);
        sol.send(Method::DELETE, &path, None).await.expect(404);
        app.clock.advance(std::time::Duration::from_secs(2));
        let free = merchant.pay(&Order::new(100, card::GOOD).by(&thief.email)).await.expect(201);
        assert_eq!(free.text_at("/status"), "captured");
        assert_eq!(sol.list("/v1/bank/verifications").await.len(), 1, "what was asked stays");
        luna.enrol(json!({ "number": card::GOOD })).await.expect(201);
    }

    async fn a_bank_is_told_which_field_is_wrong(app: TestApp) {
        let bank = Bank::new(&app, "Banco Sol").await;
        for (body, status, code, param) in [
            (json!({}), 422, "field_missing", "/number"),
            (json!({ "number": "4242424242424241" }), 422, "field_invalid", "/number"),
            (json!({ "number": card::GOOD, "email": "nobody" }), 422, "field_invalid", "/email"),
            (json!({ "number": card::GOOD, "cvc": "123" }), 422, "field_invalid", "/cvc"),
            (json!({ "number": 4_242 }), 422, "field_invalid", "/number"),
        ] {
            let refused = bank.enrol(body.clone()).await;
            assert_eq!(refused.status, status, "{body}: {}", refused.text);
            assert_eq!((refused.text_at("/code"), refused.text_at("/param")), (code.into(), param.into()), "{body}");
            assert!(!refused.text.contains("4242424242424"), "{}", refused.text);
        }
        assert!(bank.list("/v1/bank/cards").await.is_empty());
        let first = bank.enrol(json!({ "number": "4242 4242 4242 4242" })).await.expect(201);
        let again = bank.enrol(json!({ "number": card::GOOD, "email": "ana@example.com" })).await.expect(201);
        assert_eq!(first.text_at("/id"), again.text_at("/id"));
        assert_eq!(again.text_at("/email"), "ana@example.com");
        let listed = bank.list("/v1/bank/cards").await;
        assert_eq!((listed.len(), &listed[0]["email"]), (1, &json!("ana@example.com")));
        let odd = bank.send(Method::GET, "/v1/bank/cards?limit=0", None).await.expect(422);
        assert_eq!(odd.text_at("/param"), "limit");
    }

    async fn keys_open_their_own_doors_until_they_are_revoked(app: TestApp) {
        let bank = Bank::new(&app, "Banco Sol").await;
        let merchant = app.merchant().await;
        assert_eq!(merchant.get("/v1/bank/cards").await.expect(401).text_at("/code"), "api_key_invalid");
        assert_eq!(bank.send(Method::GET, "/v1/payments", None).await.expect(401).text_at("/code"), "api_key_invalid");
        // A live key sees nothing of the test world.
        bank.enrol(json!({ "number": card::GOOD })).await.expect(201);
        let issuing = &app.hub.services.issuing;
        let (_, key) = issuing.add(Actor::Operator, "Banco Sol", Mode::Live).await.expect("a key");
        assert!(key.expose().starts_with("bk_live_"));
        let live = Bank { app: app.clone(), key };
        assert!(live.list("/v1/bank/cards").await.is_empty());
        let banks = issuing.list().await.expect("banks");
        assert_eq!((banks.len(), banks[0].1.len()), (1, 2));
        let test = banks[0].1.iter().find(|key| key.mode == Mode::Test).expect("a key").id;
        issuing.revoke(Actor::Operator, test).await.expect("revoked");
        assert!(issuing.revoke(Actor::Operator, test).await.is_err());
        assert_eq!(bank.send(Method::GET, "/v1/bank/cards", None).await.expect(401).text_at("/code"), "api_key_invalid");
        live.send(Method::GET, "/v1/bank/cards", None).await.expect(200);
    }
}
