//! A shop: takes payments through Aviso's merchant API and receives its webhooks.
//!
//! It is a merchant like any other: it knows the public API and the Standard Webhooks
//! specification, and verifies signatures with its own code.

mod client;
mod order;
mod receive;
mod signature;
mod state;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::client::ShopError;
pub use self::order::{Answered, CardInput, Order, Purchase};
pub use self::receive::{Answer, Received};
pub use self::signature::{Distrust, SignatureHeaders, verify};

use self::client::{Account, Client};
use self::state::Shared;
use super::StartError;

/// A running shop. Clones are handles of the same one; it stops with the last of them.
#[derive(Clone)]
pub struct Shop {
    server: Arc<Server>,
}

struct Server {
    addr: SocketAddr,
    shared: Arc<Shared>,
    client: Client,
    _stop: DropGuard,
}

impl Shop {
    /// Opens on a loopback address; port 0 for a free one. It can receive at once, and pay after
    /// [`Shop::connect`].
    ///
    /// # Errors
    ///
    /// The address is not loopback or is taken.
    pub async fn start(addr: SocketAddr) -> Result<Self, StartError> {
        let (listener, addr) = super::listen(addr).await?;
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared::new(stop.clone()));
        super::serve(listener, receive::router(Arc::clone(&shared)), stop.clone());
        let server = Server { addr, shared, client: Client::new(), _stop: stop.drop_guard() };
        Ok(Self { server: Arc::new(server) })
    }

    /// Tells the shop where Aviso is and its secret key, `sk_test_…`.
    pub fn connect(&self, api_url: &str, secret_key: &str) {
        let account = Account { api_url: api_url.to_owned(), secret_key: secret_key.to_owned() };
        self.shared().change(|state| state.account = Some(account));
    }

    /// Adds a webhook secret, `whsec_…`; all that were added are tried, as during a rotation.
    pub fn trust(&self, secret: &str) {
        self.shared().change(|state| state.secrets.push(secret.to_owned()));
    }

    /// Forgets all webhook secrets but this one.
    pub fn trust_only(&self, secret: &str) {
        self.shared().change(|state| state.secrets = vec![secret.to_owned()]);
    }

    /// Its address, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.addr)
    }

    /// Where it wants its webhooks.
    pub fn webhook_url(&self) -> String {
        format!("{}/webhooks", self.url())
    }

    /// An address that counts its visitors, for [`Answer::Redirect`].
    pub fn redirect_target(&self) -> String {
        format!("{}/redirected", self.url())
    }

    /// How many came to [`Shop::redirect_target`].
    pub fn followed_redirects(&self) -> u64 {
        self.shared().lock().followed_redirects
    }

    /// Pays for an order: `POST /v1/payments` with `confirm`, under a fresh idempotency key.
    ///
    /// # Errors
    ///
    /// [`ShopError`] when there is no answer; a refusal is an answer.
    pub async fn pay(&self, order: &Order) -> Result<Answered, ShopError> {
        self.pay_with_key(order, &fresh_key()).await
    }

    /// As [`Shop::pay`], under the caller's idempotency key.
    ///
    /// # Errors
    ///
    /// As [`Shop::pay`].
    pub async fn pay_with_key(&self, order: &Order, key: &str) -> Result<Answered, ShopError> {
        let account = self.account()?;
        let number = self.shared().change(|state| state.begin(order));
        let answered = self.server.client.create(&account, order, key).await;
        self.shared().change(|state| state.end(number, &answered));
        answered
    }

    /// `GET /v1/payments/{id}`.
    ///
    /// # Errors
    ///
    /// As [`Shop::pay`].
    pub async fn payment(&self, id: &str) -> Result<Answered, ShopError> {
        let path = format!("/v1/payments/{id}");
        let answered = self.call(reqwest::Method::GET, &path, None).await?;
        if let Some(payment) = answered.payment() {
            self.shared().change(|state| state.learn(payment));
        }
        Ok(answered)
    }

    /// Any call of the merchant API; a `POST` carries a fresh idempotency key.
    ///
    /// # Errors
    ///
    /// As [`Shop::pay`].
    pub async fn call(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Result<Answered, ShopError> {
        let account = self.account()?;
        self.server.client.call(&account, method, path, body, &fresh_key()).await
    }

    /// What was bought, oldest first.
    pub fn purchases(&self) -> Vec<Purchase> {
        self.shared().lock().purchases.iter().cloned().collect()
    }

    /// Every webhook that came, oldest first, duplicates and forgeries too.
    pub fn received(&self) -> Vec<Received> {
        self.shared().lock().received.iter().cloned().collect()
    }

    /// Every webhook that was taken, once.
    pub fn events(&self) -> Vec<Received> {
        self.received().into_iter().filter(|received| received.accepted && !received.duplicate).collect()
    }

    /// Answers like this from now on.
    pub fn set_answer(&self, answer: Answer) {
        self.shared().change(|state| state.answer = answer);
    }

    /// Answers the next webhooks like this, one each, and as before after that.
    pub fn answer_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared().change(|state| state.next_answers.extend(answers));
    }

    /// Rings whenever something is bought or received.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared().subscribe()
    }

    /// Waits for a webhook that fits; the newest one wins.
    ///
    /// # Errors
    ///
    /// What did come, when none fits in time.
    pub async fn wait_for(
        &self,
        within: Duration,
        mut fits: impl FnMut(&Received) -> bool,
    ) -> Result<Received, String> {
        let mut changes = self.subscribe();
        let deadline = tokio::time::Instant::now() + within;
        loop {
            changes.mark_unchanged();
            if let Some(received) = self.received().into_iter().rev().find(|received| fits(received)) {
                return Ok(received);
            }
            if tokio::time::timeout_at(deadline, changes.changed()).await.is_err() {
                let there = self.received();
                let lines: Vec<_> = there
                    .iter()
                    .map(|it| format!("  {} {} verified={}", it.headers.id, it.kind, it.verified))
                    .collect();
                return Err(format!("no webhook fits after {within:?}; there is:\n{}", lines.join("\n")));
            }
        }
    }

    fn account(&self) -> Result<Account, ShopError> {
        self.shared().lock().account.clone().ok_or(ShopError::NotConnected)
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.server.shared
    }
}

/// 144 random bits.
fn fresh_key() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 18]>())
}

impl std::fmt::Debug for Shop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shop").field("url", &self.url()).finish_non_exhaustive()
    }
}
