//! The pages, as a browser without JavaScript sees them.

use std::collections::BTreeMap;

use aviso_core::account::TelegramUser;
use aviso_core::account::email::EmailAddress;
use aviso_core::event::EventType;
use aviso_core::language::Language;
use axum::body::Body;
use axum::http::Request;

use super::harness::{GOOD_CARD, Hub, Reply, new_payment};
use crate::{Limits, Rate};

/// A browser: it keeps cookies and fills in the form's token.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
    language: &'static str,
}

impl Browser {
    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header("accept", "text/html,application/xhtml+xml")
            .header("accept-language", self.language)
            .header("cookie", cookies.join("; "))
    }

    fn keep(&mut self, reply: &Reply) {
        for line in reply.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            assert!(line.contains("HttpOnly") && line.contains("SameSite=Lax") && line.contains("Path=/"), "{line}");
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    async fn open(&mut self, hub: &Hub, path: &str) -> Reply {
        let reply = hub.send(self.request("GET", path).body(Body::empty()).unwrap()).await;
        self.keep(&reply);
        reply
    }

    /// Opens the page, then sends its form.
    async fn send(&mut self, hub: &Hub, path: &str, fields: &[(&str, &str)]) -> Reply {
        let page = self.open(hub, path).await;
        self.send_to(hub, path, &token_in(&page), fields).await
    }

    async fn send_to(&mut self, hub: &Hub, path: &str, token: &str, fields: &[(&str, &str)]) -> Reply {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("form_token", token).extend_pairs(fields);
        let request = self.request("POST", path).header("content-type", "application/x-www-form-urlencoded");
        let reply = hub.send(request.body(Body::from(body.finish())).unwrap()).await;
        self.keep(&reply);
        reply
    }
}

fn token_in(page: &Reply) -> String {
    let rest = page.text.split("name=\"form_token\" value=\"").nth(1).unwrap_or_default();
    rest.split('"').next().unwrap_or_default().to_owned()
}

const PASSWORD: &str = "Correct1horse";

async fn registered(hub: &Hub, email: &str) -> Browser {
    let mut browser = Browser::default();
    let fields = [("email", email), ("username", ""), ("password", PASSWORD), ("language", "es")];
    let reply = browser.send(hub, "/register", &fields).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/register/telegram"), "{}", reply.text);
    browser
}

#[tokio::test]
async fn every_wrong_field_of_the_registration_has_its_message_and_keeps_what_was_typed() {
    let hub = Hub::start().await;
    let mut browser = Browser::default();
    let wrong = [("email", "ana@"), ("username", "@1x\"<script>"), ("password", "secret-Word"), ("language", "xx")];
    let page = browser.send(&hub, "/register", &wrong).await;
    assert_eq!(page.status, 422);
    for part in [
        "id=\"email-error\"",
        "aria-describedby=\"email-error\"",
        "aria-describedby=\"username-hint username-error\"",
        "aria-describedby=\"password-hint password-error\"",
        "id=\"language-error\"",
        "value=\"ana@\"",
        "role=\"alert\"",
    ] {
        assert!(page.text.contains(part), "{part} in {}", page.text);
    }
    assert!(!page.text.contains("secret-Word") && !page.text.contains("<script>"));
    for (password, message) in [
        ("Ab1", "at least 8"),
        ("abcdefg1", "upper case, lower case and a digit"),
        ("Password1", "first that are guessed"),
        (&*"Aa1".repeat(50), "more than 128"),
    ] {
        let fields = [("email", "a@b.co"), ("password", password), ("language", "en")];
        let page = browser.send(&hub, "/register", &fields).await;
        assert!(page.status == 422 && page.text.contains(message), "{message}");
        assert!(!page.text.contains("email-error"));
    }
}

#[tokio::test]
async fn a_form_without_its_token_or_from_another_browser_is_refused() {
    let hub = Hub::start().await;
    for path in [
        "/register",
        "/login",
        "/logout",
        "/forgot",
        "/confirm/x",
        "/reset/x",
        "/account/language",
        "/account/telegram",
        "/register/telegram",
    ] {
        let mut browser = Browser::default();
        let token = token_in(&browser.open(&hub, "/login").await);
        assert_eq!(browser.send_to(&hub, path, "", &[]).await.status, 403, "{path}");
        assert_eq!(browser.send_to(&hub, path, "0123", &[]).await.status, 403, "{path}");
        assert_eq!(Browser::default().send_to(&hub, path, &token, &[]).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_log_in_is_refused_with_one_answer_whatever_was_wrong() {
    let hub = Hub::start().await;
    registered(&hub, "ana@example.com").await;
    let mut browser = Browser::default();
    let mut answers = Vec::new();
    for (name, password) in
        [("ana@example.com", "Wrong1word"), ("nobody@example.com", "Wrong1word"), ("@nobody", "x"), ("", "")]
    {
        let page = browser.send(&hub, "/login", &[("name", name), ("password", password)]).await;
        assert_eq!(page.status, 401);
        assert!(!page.text.contains("Wrong1word"));
        answers.push(page.text.replace(&format!("value=\"{name}\" auto"), "auto"));
    }
    // The last one has an empty name, which the replacement above cannot tell from an empty password.
    assert!(answers[..3].iter().all(|answer| *answer == answers[0]));
    assert!(answers[0].contains("role=\"alert\""));
}

#[tokio::test]
async fn who_registers_twice_sees_the_same_page() {
    let hub = Hub::start().await;
    let mut first = registered(&hub, "ana@example.com").await;
    let mut second = registered(&hub, "Ana@Example.com").await;
    for browser in [&mut first, &mut second] {
        let page = browser.open(&hub, "/register/telegram").await;
        assert!(page.status == 200 && page.text.contains("http-equiv=\"refresh\""), "{}", page.text);
        assert!(page.text.contains("https://t.me/aviso_bot?start=r_"));
    }
    let mut stranger = Browser::default();
    stranger.cookies.insert("aviso-ticket".to_owned(), first.cookies["aviso-ticket"].clone());
    assert_eq!(stranger.open(&hub, "/register/telegram").await.header("location"), "/register");
    // Even the bot asks both for their number.
    for (id, browser) in [(7, &mut first), (8, &mut second)] {
        let page = browser.open(&hub, "/register/telegram").await;
        let token = page.text.split("start=r_").nth(1).unwrap().split('"').next().unwrap();
        let user = TelegramUser { id, chat_id: id, username: None, first_name: "Ana".to_owned(), language_tag: None };
        assert_eq!(hub.parts.accounts.claim_link(token, &user).await.unwrap().options.len(), 3);
    }
    hub.clock.advance(std::time::Duration::from_secs(901));
    for browser in [&mut first, &mut second] {
        assert!(!browser.open(&hub, "/register/telegram").await.text.contains("http-equiv=\"refresh\""));
    }
}

#[tokio::test]
async fn telegram_is_connected_by_number_and_finished_in_the_same_browser() {
    let hub = Hub::start().await;
    let mut browser = registered(&hub, "ana@example.com").await;
    let page = browser.open(&hub, "/register/telegram").await;
    let token = page.text.split("start=r_").nth(1).unwrap().split('"').next().unwrap();
    let code = page.text.split("class=\"code\"").nth(1).unwrap().split('>').nth(1).unwrap().split('<').next().unwrap();
    let user = TelegramUser {
        id: 7,
        chat_id: 7,
        username: Some("Ana_Lopez".to_owned()),
        first_name: "Ana".to_owned(),
        language_tag: None,
    };
    let question = hub.parts.accounts.claim_link(token, &user).await.unwrap();
    hub.parts.accounts.answer_link(question.link_id, 7, Some(code.parse().unwrap())).await.unwrap();
    let page = browser.open(&hub, "/register/telegram").await;
    assert!(!page.text.contains("http-equiv=\"refresh\""));
    let done = browser.send_to(&hub, "/register/telegram", &token_in(&page), &[]).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/account"));
    assert!(browser.cookies.contains_key("aviso") && !browser.cookies.contains_key("aviso-ticket"));
    assert!(browser.open(&hub, "/account").await.text.contains("@ana_lopez"));
}

#[tokio::test]
async fn the_browser_that_registered_confirms_with_one_press() {
    let hub = Hub::start().await;
    let mut browser = registered(&hub, "ana@example.com").await;
    let path = format!("/confirm/{}", hub.token_mailed(EventType::AccountRegistered, "ana@example.com").await);
    let page = browser.open(&hub, &path).await;
    assert!(!page.text.contains("type=\"password\"") && !page.text.contains("not_mine"), "{}", page.text);
    let done = browser.send(&hub, &path, &[]).await;
    assert!(done.status == 200 && done.text.contains("href=\"/login\""), "{}", done.text);
    let reply = browser.send(&hub, "/login", &[("name", "ana@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(reply.status, 303);
}

#[tokio::test]
async fn another_browser_confirms_with_the_password_or_puts_out_who_registered() {
    let hub = Hub::start().await;
    let mut attacker = registered(&hub, "ana@example.com").await;
    let login = [("name", "ana@example.com"), ("password", PASSWORD)];
    assert_eq!(attacker.send(&hub, "/login", &login).await.status, 303);
    let path = format!("/confirm/{}", hub.token_mailed(EventType::AccountRegistered, "ana@example.com").await);
    let mut phone = Browser::default();
    let page = phone.open(&hub, &path).await;
    for part in ["type=\"password\"", "id=\"password\"", "name=\"not_mine\"", "data-testid=\"not-mine\""] {
        assert!(page.text.contains(part), "{part} in {}", page.text);
    }
    for (fields, status) in [(&[][..], 422), (&[("password", "Slip1ofthefinger")][..], 401)] {
        let page = phone.send(&hub, &path, fields).await;
        assert_eq!(page.status, status);
        assert!(page.text.contains("id=\"password-error\"") && !page.text.contains("Slip1"), "{}", page.text);
    }
    let done = phone.send(&hub, &path, &[("password", ""), ("not_mine", "1")]).await;
    assert!(done.status == 200 && done.text.contains("href=\"/forgot\""), "{}", done.text);
    assert_eq!(attacker.open(&hub, "/account").await.header("location"), "/login");
    assert_eq!(attacker.send(&hub, "/login", &login).await.status, 401);
}

#[tokio::test]
async fn a_chat_is_connected_by_its_number_and_names_who_asks() {
    let hub = Hub::start().await;
    let user = TelegramUser {
        id: 7,
        chat_id: 7,
        username: None,
        first_name: "<b>@Ana\u{202e}".to_owned(),
        language_tag: None,
    };
    let email = EmailAddress::new("ana@example.com").unwrap();
    let number = hub.parts.accounts.register_in_bot(&user, &email, Language::En).await.unwrap();
    let path = format!("/confirm/{}", hub.token_mailed(EventType::AccountRegistered, "ana@example.com").await);
    let mut browser = Browser::default();
    let page = browser.open(&hub, &path).await;
    assert!(page.text.contains("data-testid=\"telegram-user\"><bdi>bAna</bdi>"), "{}", page.text);
    assert!(page.text.contains("id=\"number\"") && !page.text.contains(&format!(">{number}<")));
    for slip in ["", "4", "forty"] {
        let page = browser.send(&hub, &path, &[("number", slip)]).await;
        assert!(page.status == 422 && page.text.contains("id=\"number-error\""), "{}", page.text);
    }
    let done = browser.send(&hub, &path, &[("number", &format!(" {number} "))]).await;
    assert!(done.status == 200 && hub.parts.accounts.by_telegram(7).await.unwrap().is_some(), "{}", done.text);

    let other = TelegramUser { id: 8, chat_id: 8, ..user };
    let email = EmailAddress::new("bea@example.com").unwrap();
    let number = hub.parts.accounts.register_in_bot(&other, &email, Language::En).await.unwrap();
    let path = format!("/confirm/{}", hub.token_mailed(EventType::AccountRegistered, "bea@example.com").await);
    let wrong = if number == 10 { "11" } else { "10" };
    assert_eq!(browser.send(&hub, &path, &[("number", wrong)]).await.status, 422);
    assert_eq!(browser.open(&hub, &path).await.status, 404);
    assert!(hub.parts.accounts.by_telegram(8).await.unwrap().is_none());
}

#[tokio::test]
async fn an_account_that_is_not_confirmed_shows_no_payments_of_its_address() {
    let hub = Hub::start().await;
    let mut browser = registered(&hub, "ana@example.com").await;
    let path = format!("/confirm/{}", hub.token_mailed(EventType::AccountRegistered, "ana@example.com").await);
    let body = |order: &str| {
        let mut body = new_payment(order);
        body["customer"] = serde_json::json!({"email": "Ana@example.com"});
        body
    };
    hub.post("/v1/payments", body("before")).await;
    browser.send(&hub, "/login", &[("name", "ana@example.com"), ("password", PASSWORD)]).await;
    hub.post("/v1/payments", body("while")).await;
    let page = browser.open(&hub, "/account").await;
    assert!(page.status == 200 && page.text.contains("action=\"/account/telegram\""), "{}", page.text);
    assert!(!page.text.contains("class=\"shop\""), "{}", page.text);
    browser.send(&hub, &path, &[]).await;
    assert_eq!(browser.open(&hub, "/account").await.text.matches("class=\"shop\"").count(), 2);
}

#[tokio::test]
async fn a_confirmation_link_that_is_only_opened_changes_nothing() {
    let hub = Hub::start().await;
    registered(&hub, "ana@example.com").await;
    let path = format!("/confirm/{}", hub.token_mailed(EventType::AccountRegistered, "ana@example.com").await);
    let mut browser = Browser::default();
    for _ in 0..3 {
        assert_eq!(browser.open(&hub, &path).await.status, 200);
    }
    assert_eq!(browser.send(&hub, &path, &[("password", PASSWORD)]).await.status, 200);
    let gone = browser.open(&hub, &path).await;
    assert_eq!(gone.status, 404);
    assert!(gone.text.contains("<h1>") && gone.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn an_account_shows_its_payments_a_page_at_a_time_in_its_language() {
    let hub = Hub::start().await;
    registered(&hub, "ana@example.com").await;
    for number in 0..12 {
        hub.clock.advance(std::time::Duration::from_millis(2));
        let mut body = new_payment(&format!("A-{number}"));
        body["customer"] = serde_json::json!({"email": "ana@example.com"});
        if number == 11 {
            body["confirm"] = serde_json::json!(true);
            body["card"] = serde_json::json!({"number": GOOD_CARD, "exp_month": 12, "exp_year": 2040, "cvc": "123"});
        }
        hub.post("/v1/payments", body).await;
    }
    let mut browser = Browser { language: "en", ..Browser::default() };
    assert_eq!(browser.open(&hub, "/account").await.header("location"), "/login");
    let confirm = format!("/confirm/{}", hub.token_mailed(EventType::AccountRegistered, "ana@example.com").await);
    browser.send(&hub, &confirm, &[("password", PASSWORD)]).await;
    let reply = browser.send(&hub, "/login", &[("name", "ANA@example.com"), ("password", PASSWORD)]).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/account"), "{}", reply.text);
    let page = browser.open(&hub, "/account").await;
    assert!(page.text.contains("<html lang=\"es\">") && page.text.contains("prueba, sin dinero real"));
    assert!(page.text.contains("Café Luna") && page.text.contains("10,00\u{a0}EUR"), "{}", page.text);
    assert_eq!(page.text.matches("class=\"shop\"").count(), 10);
    let older = page.text.split("/account/payments?before=").nth(1).unwrap().split('"').next().unwrap();
    let page = browser.open(&hub, &format!("/account/payments?before={older}")).await;
    assert_eq!(page.text.matches("class=\"shop\"").count(), 2);
    assert!(!page.text.contains("?before="));

    let changed = browser.send_to(&hub, "/account/language", &token_in(&page), &[("language", "ru")]).await;
    assert_eq!(changed.status, 303);
    let page = browser.open(&hub, "/account?lang=en").await;
    assert!(page.text.contains("<html lang=\"ru\">"));
    assert_eq!(browser.send_to(&hub, "/logout", &token_in(&page), &[]).await.header("location"), "/");
    assert_eq!(browser.open(&hub, "/account").await.header("location"), "/login");
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail_and_sessions_end() {
    let hub = Hub::start().await;
    registered(&hub, "ana@example.com").await;
    let mut browser = Browser::default();
    browser.send(&hub, "/login", &[("name", "ana@example.com"), ("password", PASSWORD)]).await;
    let mut other = Browser::default();
    let known = other.send(&hub, "/forgot", &[("email", "ana@example.com")]).await;
    let unknown = other.send(&hub, "/forgot", &[("email", "nobody@example.com")]).await;
    assert_eq!((known.status.as_u16(), &known.text), (200, &unknown.text));
    assert_eq!(other.send(&hub, "/forgot", &[("email", "x")]).await.status, 422);
    let path = format!("/reset/{}", hub.token_mailed(EventType::AccountPasswordReset, "ana@example.com").await);
    assert_eq!(other.send(&hub, &path, &[("password", "short")]).await.status, 422);
    assert_eq!(other.send(&hub, &path, &[("password", "Battery2staple")]).await.status, 200);
    assert_eq!(other.open(&hub, &path).await.status, 404);
    assert_eq!(browser.open(&hub, "/account").await.header("location"), "/login");
    let reply = browser.send(&hub, "/login", &[("name", "ana@example.com"), ("password", "Battery2staple")]).await;
    assert_eq!(reply.status, 303);
}

#[tokio::test]
async fn pages_carry_strict_headers_and_speak_the_visitors_language() {
    let hub = Hub::start().await;
    let mut browser = Browser { language: "de,ru;q=0.5", ..Browser::default() };
    for path in ["/", "/register", "/login", "/forgot", "/nothing"] {
        let page = browser.open(&hub, path).await;
        assert!(page.text.contains("<html lang=\"ru\">"), "{path}");
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(!page.text.contains("<script") && !page.text.contains("style=\""), "{path}");
        let style = page.text.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(browser.open(&hub, style).await.header("content-type").starts_with("text/css"));
    }
    assert!(browser.open(&hub, "/?lang=es").await.text.contains("<html lang=\"es\">"));
    assert!(browser.open(&hub, "/login").await.text.contains("<html lang=\"es\">"));
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down_by_address_and_name() {
    let hub = Hub::start_with(Limits { form: Rate::new(600, 600), login: Rate::new(1, 2), ..Limits::default() }).await;
    let mut browser = Browser::default();
    let mut statuses = Vec::new();
    for name in ["@Ana_lopez", "ana_lopez", "ANA_LOPEZ", "@other"] {
        statuses.push(browser.send(&hub, "/login", &[("name", name), ("password", "x")]).await.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 429, 401]);
    let hub = Hub::start_with(Limits { form: Rate::new(1, 1), ..Limits::default() }).await;
    let mut browser = Browser::default();
    assert_eq!(browser.send(&hub, "/forgot", &[("email", "x")]).await.status, 422);
    let refused = browser.send(&hub, "/forgot", &[("email", "x")]).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, "60"));
}
