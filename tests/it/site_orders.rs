//! Orders that a shop's own site signs, with the code that the documentation shows.

use std::process::Command;

use aviso_core::audit::Actor;
use aviso_tests::actor::{Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::browser::Browser;
use aviso_tests::{card, on_both_databases};
use serde_json::{Map, Value, json};

/// The code between two marks of docs/merchants.md.
fn documented(name: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/merchants.md");
    let text = std::fs::read_to_string(path).expect("docs/merchants.md");
    let (start, end) = (format!("<!-- {name} -->\n```"), format!("```\n<!-- /{name} -->"));
    let code = text.split_once(&start).and_then(|(_, rest)| rest.split_once(&end)).expect("the example").0;
    code.split_once('\n').expect("its first line").1.to_owned()
}

fn run(program: &str, flag: &str, script: &str, order: &Value, key: &str) -> String {
    let output = Command::new(program).args([flag, script, &order.to_string(), key]).output();
    let output = output.unwrap_or_else(|error| panic!("{program}; scripts/test installs it: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn by_python(order: &Value, key: &str) -> String {
    let script =
        format!("{}\nimport json, sys\nprint(sign(json.loads(sys.argv[1]), sys.argv[2]))", documented("sign.py"));
    run("python3", "-c", &script, order, key)
}

fn by_javascript(order: &Value, key: &str) -> String {
    let script = format!("{}\nconsole.log(sign(JSON.parse(process.argv[1]), process.argv[2]));", documented("sign.js"));
    run("node", "-e", &script, order, key)
}

fn order(merchant: &Merchant) -> Map<String, Value> {
    let made = json!({
        "merchant": merchant.scope.merchant.id.to_string(), "order_ref": "W-1", "amount": "4990", "currency": "EUR",
        "description": "Zapatos de piel, niña", "expires_at": "2126-12-31T23:00:00Z",
    });
    made.as_object().cloned().unwrap_or_default()
}

async fn key_of(merchant: &Merchant) -> String {
    merchant.get("/v1/account").await.expect(200).text_at("/site_key")
}

fn link(order: &Map<String, Value>, signature: &str) -> String {
    let start = "/pay/start?".to_owned();
    let mut query = url::form_urlencoded::Serializer::for_suffix(start.clone(), start.len());
    for (name, value) in order {
        query.append_pair(name, value.as_str().unwrap_or_default());
    }
    query.append_pair("signature", signature).finish()
}

on_both_databases! {
    async fn a_signed_order_opens_its_payment_once(app: TestApp) {
        let merchant = app.merchant().await;
        let (order, key) = (order(&merchant), key_of(&merchant).await);
        let signature = by_python(&Value::Object(order.clone()), &key);
        assert_eq!(signature, by_javascript(&Value::Object(order.clone()), &key));
        let mut browser = Browser::new(&app);
        let started = browser.get(&link(&order, &signature)).await.expect(303);
        let page = browser.follow(started.clone()).await.expect(200);
        assert!(page.text.contains("Pay 49.90") && page.text.contains("Zapatos de piel, niña"), "{}", page.text);
        let mut fields: Vec<(&str, &str)> = order.iter().map(|(n, v)| (n.as_str(), v.as_str().unwrap_or_default())).collect();
        fields.push(("signature", &signature));
        let again = browser.post("/pay/start", &fields).await.expect(303);
        assert_eq!(again.location, started.location, "the same order is the same payment");
        let path = started.location.unwrap_or_default();
        let form = [("number", card::GOOD), ("expiry", "12/30"), ("cvc", "123"), ("attempt", "0")];
        let sent = browser.submit(&page, &path, &form).await.expect(303);
        assert!(browser.follow(sent).await.text.contains("The payment was made"));
        assert_eq!(merchant.get("/v1/payments?order_ref=W-1").await.expect(200).json()["data"][0]["status"], "captured");
    }

    async fn a_changed_order_is_refused(app: TestApp) {
        let merchant = app.merchant().await;
        let (order, key) = (order(&merchant), key_of(&merchant).await);
        let signature = by_python(&Value::Object(order.clone()), &key);
        let mut browser = Browser::new(&app);
        for (field, value) in [("amount", "1"), ("currency", "RUB"), ("order_ref", "W-2"), ("description", "x"), ("return_url", "https://evil.example/"), ("expires_at", "2127-12-31T23:00:00Z"), ("merchant", "mer_01h455vb4pex5vsknk084sn02q")] {
            let mut changed = order.clone();
            changed.insert(field.to_owned(), json!(value));
            let refused = browser.get(&link(&changed, &signature)).await.expect(403);
            assert!(refused.location.is_none(), "{field}");
        }
        browser.get(&link(&order, "")).await.expect(403);
        browser.get(&format!("{}&amount=1", link(&order, &signature))).await.expect(422);
        assert!(!merchant.get("/v1/payments").await.text.contains("pay_"));
        // The key of another shop signs nothing of this one.
        let other = by_python(&Value::Object(order.clone()), &key_of(&app.merchant().await).await);
        browser.get(&link(&order, &other)).await.expect(403);
        // What is late, or what cannot be, is said when the signature holds.
        let mut late = order.clone();
        late.insert("expires_at".to_owned(), json!("2020-01-01T00:00:00Z"));
        let signed = by_python(&Value::Object(late.clone()), &key);
        browser.get(&link(&late, &signed)).await.expect(410);
        let mut wrong = order.clone();
        wrong.insert("amount".to_owned(), json!("49.90"));
        let signed = by_python(&Value::Object(wrong.clone()), &key);
        browser.get(&link(&wrong, &signed)).await.expect(422);
        // An order number that stands for another amount already.
        let mut taken = Order::new(100, card::GOOD).unpaid();
        taken.body["order_ref"] = json!("W-1");
        merchant.pay(&taken).await.expect(201);
        browser.get(&link(&order, &signature)).await.expect(409);
        // A new key.
        app.hub.services.sites.change_key(Actor::Operator, merchant.scope.merchant.id).await.expect("a new key");
        assert_ne!(key_of(&merchant).await, key);
        browser.get(&link(&order, &signature)).await.expect(403);
    }
}
