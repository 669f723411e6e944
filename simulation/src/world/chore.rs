//! What happens by itself: the janitor's rounds.

use aviso_core::audit::Actor;
use aviso_core::id::MerchantId;
use rand::Rng;

use super::{Stepped, World};
use crate::bank::{Chances, Conduct};
use crate::fuse;
use crate::process::Services;

/// What the janitor does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chore {
    /// Asks banks about messages without outcome.
    Ask,
    /// Ends payments that nobody finished.
    Expire,
    /// Tells of reservations that run out soon.
    Warn,
    /// Releases reservations that ran out.
    Release,
    /// Tells staff of messages that have had no outcome for too long.
    Escalate,
    /// Asks issuers about buyers who did not come back.
    Issuers,
    /// Ends mandates and erases cards whose time is over.
    Vault,
    /// Sends merchants' answers to disputes, and ends those whose time is over.
    Disputes,
    /// Seals what was booked, and settles what was taken.
    Ledger,
}

impl World {
    /// A round of one of the janitor's chores.
    pub(crate) fn janitor(&mut self, chore: Chore, chances: Chances) -> Stepped {
        self.say(format!("janitor: {chore:?}"));
        let salt = self.rng.random();
        self.ground.bank.conduct(Conduct::Immediate { salt, chances });
        let (services, scope) = (self.process().services().clone(), self.scope.clone());
        let handle = self.process().spawn(async move { work(chore, services, scope.merchant.id).await });
        let joined = self.process().run(handle);
        self.ground.bank.conduct(Conduct::Gated);
        match joined {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(format!("the janitor failed: {error:#}")),
            Err(_) if fuse::has_burnt() => self.say("    -> died"),
            Err(error) => return Err(format!("the janitor failed: {error}")),
        }
        // The ledger's chores touch no payment.
        if chore == Chore::Ledger { Ok(()) } else { self.look_at_all() }
    }
}

async fn work(chore: Chore, services: Services, merchant: MerchantId) -> anyhow::Result<()> {
    let Services { payments, vault, disputes, ledger, clock, .. } = services;
    match chore {
        Chore::Ask => payments.resolve_due().await?,
        Chore::Expire => payments.expire_due().await?,
        Chore::Warn => payments.warn_due().await?,
        Chore::Release => payments.release_due().await?,
        Chore::Escalate => payments.escalate_due().await?,
        Chore::Issuers => payments.check_issuers_due().await?,
        Chore::Vault => vault.sweep().await?,
        Chore::Disputes => disputes.send_replies().await? + disputes.expire_due().await?,
        Chore::Ledger => {
            ledger.seal().await?;
            ledger.settle(&Actor::System, clock.now(), Some(merchant)).await?.len()
        }
    };
    Ok(())
}
