//! What the sandbox starts with. Safe to run again on the same data.

use aviso_core::account::email::EmailAddress;
use aviso_core::account::{Role, TelegramUser};
use aviso_core::audit::Actor;
use aviso_core::clock::Timestamp;
use aviso_core::language::Language;
use aviso_core::merchant::{Merchant, Mode, Scope};
use aviso_core::payment::text::Reason;
use aviso_core::risk::{Attribute, List, NewEntry};
use aviso_core::secret::Secret;
use aviso_sandbox::standin::shop::Shop;
use url::Url;

use super::{BUYER, STAFF};
use crate::app::Services;

/// The shop's name.
pub(super) const SHOP: &str = "Zapatería Luna";
/// The card that antifraud holds for staff.
const HELD_CARD: &str = "4000000000009235";
/// The card that antifraud blocks.
const BLOCKED_CARD: &str = "4100000000000019";

/// Makes the shop with a key and an endpoint, the buyer, the member of staff and two list entries.
/// Gives the shop's key.
///
/// # Errors
///
/// When the database does not allow it.
pub(super) async fn run(services: &Services, shop: &Shop, api: &Url, is_local_bot: bool) -> anyhow::Result<Secret> {
    let merchant = merchant(services).await?;
    let scope = Scope { merchant: merchant.clone(), mode: Mode::Test, key_id: None };
    let key = services.merchants.issue_key(Actor::Operator, merchant.id, Mode::Test).await?;
    // The shop listens on another port each time.
    for endpoint in services.endpoints.list(&scope).await? {
        services.endpoints.delete(&scope, endpoint.id).await?;
    }
    let (_, secret) = services.endpoints.create(&scope, &shop.webhook_url(), Default::default()).await?;
    shop.trust_only(secret.expose());
    shop.connect(api.as_str(), key.expose());

    let email = EmailAddress::new(BUYER.1)?;
    services.accounts.seed_buyer(&telegram_user(BUYER.0, "Ana", "ana_lopez"), &email, Language::En).await?;
    // With a real bot the number could be a real stranger's.
    if is_local_bot && services.accounts.staff(STAFF).await?.is_none() {
        let staff = telegram_user(STAFF, "Boris", "boris_support");
        services.accounts.seed_staff(&staff, "Boris", Role::Owner).await?;
    }
    listed(services, List::Gray, HELD_CARD, "shows how a payment is held for staff").await?;
    listed(services, List::Block, BLOCKED_CARD, "shows how a payment is blocked").await?;
    Ok(key)
}

async fn merchant(services: &Services) -> anyhow::Result<Merchant> {
    let known = services.merchants.list().await?.into_iter().find(|merchant| merchant.name == SHOP);
    match known {
        Some(merchant) => Ok(merchant),
        None => Ok(services.merchants.create(Actor::Operator, SHOP, Language::Es).await?),
    }
}

async fn listed(services: &Services, list: List, number: &str, reason: &str) -> anyhow::Result<()> {
    let value = services.keyring.fingerprint("platform", number);
    if services.risk.entries(1_000).await?.iter().any(|entry| entry.list == list && entry.value == value) {
        return Ok(());
    }
    let entry = NewEntry {
        merchant_id: None,
        list,
        attribute: Attribute::Card,
        value,
        reason: Reason::new(reason)?,
        author: "sandbox".to_owned(),
        expires_at: None::<Timestamp>,
    };
    services.risk.add_entry(&Actor::Operator, &entry).await?;
    Ok(())
}

fn telegram_user(id: i64, first_name: &str, username: &str) -> TelegramUser {
    TelegramUser {
        id,
        chat_id: id,
        username: Some(username.to_owned()),
        first_name: first_name.to_owned(),
        language_tag: Some("en".to_owned()),
    }
}
