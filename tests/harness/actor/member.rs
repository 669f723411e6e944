//! A buyer with a password and a browser that is logged in.

use std::ops::Deref;

use aviso_core::clock::Clock;
use aviso_core::language::Language;
use totp_rs::{Builder, Secret};

use crate::actor::Buyer;
use crate::app::TestApp;
use crate::browser::{Browser, Page};

/// The password that members have at first.
pub const PASSWORD: &str = "Correct1horse";

/// A buyer with a confirmed e-mail, a chat, a password and a browser.
#[derive(Debug)]
pub struct Member {
    /// The person.
    pub buyer: Buyer,
    /// Their browser.
    pub browser: Browser,
    app: TestApp,
}

impl Deref for Member {
    type Target = Buyer;

    fn deref(&self) -> &Buyer {
        &self.buyer
    }
}

impl TestApp {
    /// A member who is logged in.
    ///
    /// # Panics
    ///
    /// When a page does not do what it should.
    pub async fn member(&self, language: Language) -> Member {
        let buyer = self.buyer(language).await;
        let browser = Browser::new(self);
        let mut member = Member { buyer, browser, app: self.clone() };
        member.reset(PASSWORD).await.expect(200);
        member.log_in(PASSWORD).await;
        member
    }
}

impl Member {
    /// Sets a password by the link in the mail, logged in or not. Gives the page that answers.
    ///
    /// # Panics
    ///
    /// When no link comes.
    pub async fn reset(&mut self, password: &str) -> Page {
        let mut browser = Browser::new(&self.app);
        let form = browser.get("/forgot").await.expect(200);
        let asked = self.links("/reset/").len();
        browser.submit(&form, "/forgot", &[("email", &self.buyer.email)]).await.expect(200);
        let path = self.mailed("/reset/", asked).await;
        let form = browser.get(&path).await.expect(200);
        browser.submit(&form, &path, &[("password", password)]).await
    }

    /// Logs this browser in.
    ///
    /// # Panics
    ///
    /// When it is not let in at once.
    pub async fn log_in(&mut self, password: &str) {
        let answer = self.give_password(password).await;
        assert_eq!((answer.status, answer.location.as_deref()), (303, Some("/account")), "{}", answer.text);
    }

    /// Gives e-mail and password in this browser, which is logged out first.
    pub async fn give_password(&mut self, password: &str) -> Page {
        if self.browser.get("/account").await.status == 200 {
            self.send("/account", "/logout", &[]).await.expect(303);
        }
        let form = self.browser.get("/login").await.expect(200);
        let email = self.buyer.email.clone();
        self.browser.submit(&form, "/login", &[("name", &email), ("password", password)]).await
    }

    /// Another browser of the same person, logged in.
    ///
    /// # Panics
    ///
    /// When it is not let in.
    pub async fn elsewhere(&self) -> Browser {
        let mut browser = Browser::new(&self.app);
        let form = browser.get("/login").await.expect(200);
        let sent = browser.submit(&form, "/login", &[("name", &self.buyer.email), ("password", PASSWORD)]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        browser
    }

    /// Opens a page and sends a form of it.
    pub async fn send(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Page {
        let form = self.browser.get(page).await.expect(200);
        self.browser.submit(&form, action, fields).await
    }

    fn links(&self, part: &str) -> Vec<String> {
        let letters = self.app.smtp.mails_to(&self.buyer.email);
        // A button and its address in plain text are the same link twice.
        let mut links: Vec<String> = Vec::new();
        for link in letters.iter().flat_map(|mail| mail.links.clone()).filter(|link| link.contains(part)) {
            if !links.contains(&link) {
                links.push(link);
            }
        }
        links
    }

    /// The path of a link that was mailed after so many others.
    ///
    /// # Panics
    ///
    /// When none comes.
    pub async fn mailed(&self, part: &str, after: usize) -> String {
        let link =
            crate::until::until(&format!("a letter with {part}"), async || self.links(part).into_iter().nth(after))
                .await;
        link[link.find(part).unwrap_or_default()..].to_owned()
    }

    /// Adds an authenticator. Gives its secret and the recovery codes.
    ///
    /// # Panics
    ///
    /// When a page does not do what it should.
    pub async fn add_authenticator(&mut self) -> (Authenticator, Vec<String>) {
        self.send("/account/totp", "/account/totp/start", &[("password", PASSWORD)]).await;
        let page = self.browser.get("/account/totp").await.expect(200);
        let secret = page.between("data-testid=\"totp-secret\">", "<").replace(' ', "");
        let authenticator = Authenticator { secret, app: self.app.clone() };
        let code = authenticator.code();
        let done = self.browser.submit(&page, "/account/totp/confirm", &[("code", &code)]).await.expect(200);
        let codes = done.text.split("<li><code>").skip(1);
        (authenticator, codes.filter_map(|rest| rest.split_once("</code>")).map(|(code, _)| code.to_owned()).collect())
    }
}

/// An app that shows codes.
#[derive(Debug, Clone)]
pub struct Authenticator {
    secret: String,
    app: TestApp,
}

impl Authenticator {
    /// Its secret in base 32.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The code that it shows now.
    ///
    /// # Panics
    ///
    /// When the secret is none.
    #[must_use]
    pub fn code(&self) -> String {
        let secret = Secret::try_from_base32(&self.secret).expect("a secret in base 32");
        let totp = Builder::new().with_secret(secret).build().expect("a generator");
        let now = u64::try_from(self.app.clock.now().as_secs()).expect("a time after 1970");
        totp.generate(now).to_string()
    }

    /// A code that it does not show.
    #[must_use]
    pub fn wrong_code(&self) -> String {
        let right: u32 = self.code().parse().unwrap_or_default();
        format!("{:06}", (right + 500_000) % 1_000_000)
    }
}
