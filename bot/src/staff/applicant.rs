//! Shops on their way to live payments: the queue, one card, and what staff decide about them.

use aviso_core::account::Role;
use aviso_core::account::email::mask;
use aviso_core::id::MerchantId;
use aviso_core::onboarding::application::Field;
use aviso_core::onboarding::{Onboarding, OnboardingError, Stage};

use super::Shift;
use crate::callback::Press;
use crate::clean;
use crate::command::StaffCommand;
use crate::router::{Handling, HandlingError, Pressed};
use crate::screen::{Key, Screen};
use crate::words::{Args, Words};

/// Shops in the queue's message.
const QUEUE_MAX: u64 = 8;

/// `/applications`: those that wait longest first, each with a button.
pub(super) async fn queue(shift: &Shift<'_>, pressed: Option<&Pressed>) -> Handling {
    let words = shift.words;
    let waiting = shift.services().onboardings.queue(QUEUE_MAX).await?;
    shift.note("onboarding.look", "queue", &format!("{} shown", waiting.len())).await?;
    let screen = if waiting.is_empty() {
        Screen::text(words.say("staff-applicants-none"))
    } else {
        let mut html = words.tell("staff-applicants-title", &Args::new().with("count", waiting.len().to_string()));
        let mut keys = Vec::new();
        for shop in &waiting {
            html.push('\n');
            html.push_str(&words.tell("staff-applicants-line", &head_args(shop, words)));
            keys.push(Key::press(clean::name(&shop.shop), Press::Applicant(shop.merchant_id)));
        }
        keys.into_iter().fold(Screen::text(html), |screen, key| screen.row([key]))
    };
    match pressed {
        Some(pressed) => shift.replace(pressed, &screen).await,
        None => shift.say(&screen).await,
    }
}

/// `/merchant <mer_…> [approve | decline | fee | suspend | resume | close | extend] [words]`.
pub(super) async fn merchant(shift: &Shift<'_>, args: &str) -> Handling {
    let (id, rest) = args.split_once(char::is_whitespace).unwrap_or((args, ""));
    let Ok(id) = id.parse::<MerchantId>() else { return shift.usage(StaffCommand::Merchant).await };
    let (verb, rest) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
    let needed = match verb {
        "" => Role::Viewer,
        "approve" | "decline" => Role::Senior,
        "fee" => Role::Finance,
        "suspend" | "resume" | "close" | "extend" => Role::Admin,
        _ => return shift.usage(StaffCommand::Merchant).await,
    };
    if let Some(refusal) = shift.refusal(needed) {
        return shift.say(&Screen::text(refusal)).await;
    }
    let (shops, actor) = (&shift.services().onboardings, shift.actor());
    let done = match verb {
        "" => {
            shift.note("onboarding.look", &id.to_string(), "").await?;
            shops.look(id).await
        }
        "approve" => shops.approve(&actor, id, None).await,
        "decline" => shops.decline(&actor, id, rest).await,
        "fee" => shops.fee_paid(&actor, id, None, rest).await,
        "suspend" => shops.suspend(&actor, id, rest).await,
        "resume" => shops.resume(&actor, id, rest).await,
        "close" => shops.close(&actor, id, rest).await,
        _ => {
            let (days, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            shops.extend_trial(&actor, id, days.parse().unwrap_or(0), reason).await
        }
    };
    match done {
        Ok(shop) => shift.say(&card(&shop, shift.words)).await,
        Err(error) => shift.say(&Screen::text(refused(error, shift.words)?)).await,
    }
}

/// The card of one shop.
pub(super) async fn show(
    shift: &Shift<'_>,
    pressed: &Pressed,
    id: MerchantId,
) -> Result<Option<String>, HandlingError> {
    shift.note("onboarding.look", &id.to_string(), "").await?;
    match shift.services().onboardings.look(id).await {
        Ok(shop) => shift.replace(pressed, &card(&shop, shift.words)).await?,
        Err(error) => return Ok(Some(refused(error, shift.words)?)),
    }
    Ok(None)
}

/// *Approve*.
pub(super) async fn approve(
    shift: &Shift<'_>,
    pressed: &Pressed,
    id: MerchantId,
    version: i32,
) -> Result<Option<String>, HandlingError> {
    match shift.services().onboardings.approve(&shift.actor(), id, Some(version)).await {
        Ok(shop) => shift.replace(pressed, &card(&shop, shift.words)).await?,
        Err(error) => return Ok(Some(refused(error, shift.words)?)),
    }
    Ok(None)
}

/// Why it was not done, in words; what is a fault of ours is passed on.
fn refused(error: OnboardingError, words: &Words) -> Result<String, HandlingError> {
    Ok(match error {
        OnboardingError::NotFound(_) => words.say("staff-applicant-unknown"),
        OnboardingError::Stage(stage) => {
            let args = Args::new().with_html("stage", words.say(&stage_id(stage)));
            words.tell("staff-applicant-wrong-stage", &args)
        }
        OnboardingError::Changed => words.say("staff-applicant-changed"),
        OnboardingError::Text => words.say("refund-reason-wrong"),
        OnboardingError::Days => words.say("staff-applicant-days"),
        OnboardingError::Store(error) => return Err(error.into()),
        // Only applicants meet these.
        OnboardingError::Name
        | OnboardingError::EmailUnconfirmed
        | OnboardingError::TooMany(_)
        | OnboardingError::Contract => words.say("staff-unavailable"),
    })
}

fn stage_id(stage: Stage) -> String {
    format!("stage-{}", stage.as_str().replace('_', "-"))
}

fn head_args(shop: &Onboarding, words: &Words) -> Args {
    Args::new()
        .with("shop", clean::name(&shop.shop))
        .with("merchant", shop.merchant_id.to_string())
        .with_html("stage", words.say(&stage_id(shop.stage)))
        .with("since", words.moment(shop.since))
        .with("until", shop.expected_by().map_or_else(|| "–".to_owned(), |at| words.moment(at)))
}

fn card(shop: &Onboarding, words: &Words) -> Screen {
    let mut lines = vec![words.tell("staff-applicant", &head_args(shop, words))];
    if let Some(until) = shop.test_until {
        lines.push(words.tell("staff-applicant-trial", &Args::new().with("until", words.moment(until))));
    }
    if !shop.reason.is_empty() {
        let reason = clean::line(&shop.reason, 200).unwrap_or_default();
        lines.push(words.tell("onboarding-line-reason", &Args::new().with("reason", reason)));
    }
    if let Some(application) = &shop.application {
        for field in Field::ALL {
            let value = application.field(*field);
            // What opens a bank account or reaches a person is shown in part.
            let value = match field {
                Field::ContactEmail => mask(value),
                Field::BankAccount | Field::ContactPhone => last_four(value),
                Field::Company
                | Field::RegistrationNumber
                | Field::Country
                | Field::Address
                | Field::Site
                | Field::Goods
                | Field::CategoryCode
                | Field::ContactName
                | Field::BankName
                | Field::BankCode
                | Field::Acquirer => clean::line(value, 200).unwrap_or_default(),
            };
            let label = words.say(&format!("applicant-{}", field.as_str().replace('_', "-")));
            let args = Args::new().with_html("label", label).with("value", value);
            lines.push(words.tell("staff-applicant-field", &args));
        }
    }
    if let Some(signature) = &shop.signature {
        let args = Args::new()
            .with("version", &signature.version)
            .with("digest", signature.digest.get(..12).unwrap_or_default())
            .with("at", words.moment(signature.at));
        lines.push(words.tell("staff-applicant-signed", &args));
    }
    if let Some(fee) = &shop.fee {
        let amount = fee.amount.map_or_else(|| "0".to_owned(), |amount| amount.format(words.language()));
        let args = Args::new().with("amount", amount).with("reference", &fee.reference);
        lines.push(words.tell("staff-applicant-fee-paid", &args));
    }
    let decides = matches!(shop.stage, Stage::InReview | Stage::BankReview);
    if decides || shop.stage == Stage::Fee {
        lines.push(words.say("usage-merchant"));
    }
    let approve = decides.then(|| Key::press(words.say("key-approve"), Press::Admit(shop.merchant_id, shop.version)));
    let queue = Key::press(words.say("key-queue"), Press::Applications);
    Screen::text(lines.join("\n")).row(approve).row([queue])
}

fn last_four(text: &str) -> String {
    let count = text.chars().count();
    let shown: String = text.chars().skip(count.saturating_sub(4)).collect();
    format!("•••• {shown}")
}
