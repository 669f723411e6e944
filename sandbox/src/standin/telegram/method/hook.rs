//! Where updates are delivered.

use serde_json::{Value, json};

use super::wanted_text;
use crate::standin::telegram::body::Params;
use crate::standin::telegram::refusal::{Outcome, Refusal};
use crate::standin::telegram::state::State;
use crate::standin::telegram::webhook::Hook;

pub(crate) fn set_webhook(state: &mut State, params: &Params) -> Outcome {
    let url = wanted_text(params, "url", "bad webhook: url is empty")?;
    if url.is_empty() {
        return delete_webhook(state, params);
    }
    let url = checked_url(&url)?;
    let secret = params.text("secret_token").filter(|secret| !secret.is_empty());
    if let Some(secret) = &secret {
        check_secret(secret)?;
    }
    set_allowed(state, params)?;
    if params.flag("drop_pending_updates") {
        state.updates.clear();
    }
    let generation = state.hook.as_ref().map_or(1, |hook| hook.generation + 1);
    // A waiting poll ends: the two ways exclude each other.
    state.poll += 1;
    state.hook = Some(Hook::new(url, secret, generation));
    Ok(json!(true))
}

pub(crate) fn delete_webhook(state: &mut State, params: &Params) -> Outcome {
    if params.flag("drop_pending_updates") {
        state.updates.clear();
    }
    state.hook = None;
    Ok(json!(true))
}

pub(crate) fn get_webhook_info(state: &mut State, _: &Params) -> Outcome {
    let mut info = json!({
        "url": state.hook.as_ref().map_or("", |hook| hook.url.as_str()),
        "has_custom_certificate": false,
        "pending_update_count": state.updates.len(),
    });
    if let Some(hook) = &state.hook {
        info["max_connections"] = json!(1);
        info["ip_address"] = json!("127.0.0.1");
        if let Some((at, message)) = &hook.last_error {
            info["last_error_date"] = json!(at);
            info["last_error_message"] = json!(message);
        }
    }
    if let Some(allowed) = &state.allowed {
        info["allowed_updates"] = json!(allowed);
    }
    Ok(info)
}

/// Remembers `allowed_updates` when they are given; an empty list is the default set.
pub(crate) fn set_allowed(state: &mut State, params: &Params) -> Result<(), Refusal> {
    let Some(given) = params.json("allowed_updates")? else { return Ok(()) };
    let Value::Array(kinds) = given else {
        return Err(Refusal::bad_request("can't parse allowed_updates: expected an Array"));
    };
    let kinds: Vec<String> = kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    state.allowed = if kinds.is_empty() { None } else { Some(kinds) };
    Ok(())
}

/// Telegram wants HTTPS on four ports; on loopback we take what there is.
fn checked_url(url: &str) -> Result<url::Url, Refusal> {
    let parsed =
        url::Url::parse(url).map_err(|_| Refusal::bad_request("bad webhook: invalid webhook URL specified"))?;
    let loopback = match parsed.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match (parsed.scheme(), loopback) {
        ("http" | "https", true) => Ok(parsed),
        ("https", false) => Err(Refusal::bad_request("bad webhook: IP address 0.0.0.0 is reserved")),
        _ => Err(Refusal::bad_request("bad webhook: An HTTPS URL must be provided for webhook")),
    }
}

fn check_secret(secret: &str) -> Result<(), Refusal> {
    if secret.len() > 256 {
        return Err(Refusal::bad_request("secret token is too long"));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !secret.bytes().all(allowed) {
        return Err(Refusal::bad_request("secret token contains unallowed characters"));
    }
    Ok(())
}
