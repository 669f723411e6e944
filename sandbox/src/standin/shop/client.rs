//! Aviso's merchant API, as a shop calls it.

use std::time::Duration;

use serde_json::Value;

use super::order::{Answered, Order};

const ANSWER_WITHIN: Duration = Duration::from_secs(60);
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// No base URL or key was set yet.
    #[error("the shop does not know Aviso's address and key yet")]
    NotConnected,
    /// The request did not come through; whether money moved is not known.
    #[error("aviso did not answer: {0}")]
    NoAnswer(String),
}

/// Where Aviso is, and who we are there.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) api_url: String,
    pub(crate) secret_key: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
}

impl Client {
    pub(crate) fn new() -> Self {
        let built = reqwest::Client::builder().timeout(ANSWER_WITHIN).no_proxy().build();
        Self { http: built.unwrap_or_default() }
    }

    /// `POST /v1/payments`.
    pub(crate) async fn create(&self, account: &Account, order: &Order, key: &str) -> Result<Answered, ShopError> {
        let request =
            self.http.post(url(account, "/v1/payments")).header("Idempotency-Key", key).json(&order.as_request());
        send(account, request, key).await
    }

    /// Any call of the merchant API, such as `GET /v1/payments/{id}` or `POST /v1/refunds`.
    pub(crate) async fn call(
        &self,
        account: &Account,
        method: reqwest::Method,
        path: &str,
        body: Option<&Value>,
        key: &str,
    ) -> Result<Answered, ShopError> {
        let mut request = self.http.request(method.clone(), url(account, path));
        if method == reqwest::Method::POST {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        send(account, request, key).await
    }
}

fn url(account: &Account, path: &str) -> String {
    format!("{}{path}", account.api_url.trim_end_matches('/'))
}

async fn send(account: &Account, request: reqwest::RequestBuilder, key: &str) -> Result<Answered, ShopError> {
    // The URL may be shown to a person; it carries no secret, but the words are enough.
    let no_answer = |error: reqwest::Error| ShopError::NoAnswer(error.without_url().to_string());
    let mut answer = request.bearer_auth(&account.secret_key).send().await.map_err(no_answer)?;
    let http_status = answer.status().as_u16();
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(no_answer)? {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(ShopError::NoAnswer("the answer is too long".to_owned()));
        }
        bytes.extend_from_slice(&chunk);
    }
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Ok(Answered { http_status, body, idempotency_key: key.to_owned() })
}
