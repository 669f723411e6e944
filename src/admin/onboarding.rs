//! What an operator decides about shops on their way to live payments.

use aviso_core::audit::Actor;
use aviso_core::onboarding::Onboarding;

use crate::app::Services;
use crate::cli::OnboardingCommand;

/// Carries out one command and gives what to print.
pub(super) async fn run(services: &Services, command: OnboardingCommand) -> anyhow::Result<String> {
    let (shops, actor) = (&services.onboardings, Actor::Operator);
    let shop = match command {
        OnboardingCommand::List => {
            let waiting = shops.queue(1_000).await?;
            if waiting.is_empty() {
                return Ok("No shop waits for a step of ours.".to_owned());
            }
            return Ok(waiting.iter().map(|shop| line(shop) + "\n").collect());
        }
        OnboardingCommand::Show { merchant } => {
            let shop = shops.look(merchant).await?;
            let steps = shops.steps(merchant).await?;
            let steps = steps.iter().map(|step| {
                format!("\n{}  {} → {}  {}  {}", step.at, step.from.as_str(), step.to.as_str(), step.actor, step.reason)
            });
            return Ok(std::iter::once(line(&shop)).chain(steps).collect());
        }
        OnboardingCommand::Approve { merchant } => shops.approve(&actor, merchant, None).await?,
        OnboardingCommand::Decline { merchant, reason } => shops.decline(&actor, merchant, &reason).await?,
        OnboardingCommand::FeePaid { merchant, reference } => {
            shops.fee_paid(&actor, merchant, None, &reference).await?
        }
        OnboardingCommand::Suspend { merchant, reason } => shops.suspend(&actor, merchant, &reason).await?,
        OnboardingCommand::Resume { merchant, reason } => shops.resume(&actor, merchant, &reason).await?,
        OnboardingCommand::Close { merchant, reason } => shops.close(&actor, merchant, &reason).await?,
        OnboardingCommand::ExtendTrial { merchant, days, reason } => {
            shops.extend_trial(&actor, merchant, days, &reason).await?
        }
    };
    Ok(line(&shop))
}

fn line(shop: &Onboarding) -> String {
    let until = shop.expected_by().or(shop.test_until).map(|until| format!(", until {until}")).unwrap_or_default();
    format!("{}  {}  {} since {}{until}", shop.merchant_id, shop.shop, shop.stage.as_str(), shop.since)
}
