//! What happens by itself: the tasks of the role `janitor`, each on a clock of its own.

use std::sync::Arc;
use std::time::Duration;

use aviso_acquirers::sandbox::SandboxBank;
use aviso_core::delivery::Planner;
use aviso_core::dispute::Disputes;
use aviso_core::port::Acquirer;
use aviso_core::store::StoreError;
use aviso_core::vault::{Vault, VaultError};
use tokio_util::sync::CancellationToken;

use super::Services;
use crate::lifecycle::Tasks;
use crate::telemetry;

/// How often the janitor looks.
const JANITOR_EVERY: Duration = Duration::from_millis(500);
/// How often reservations that run out and overdue outcomes are looked for.
const RESERVATIONS_EVERY: Duration = Duration::from_secs(1);
/// How often the ledger is sealed.
const SEAL_EVERY: Duration = Duration::from_secs(1);
/// How often histograms are folded, so that they do not grow.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);
/// How often old keys and handled updates are swept.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// How often it is looked whether members of merchants are to be told something.
const DIGESTS_EVERY: Duration = Duration::from_secs(5);
/// How often monthly sums are looked after.
const REPORTS_EVERY: Duration = Duration::from_secs(1_800);
/// How often figures are folded. Reports add what is not folded yet, so it is not for freshness.
const FOLD_EVERY: Duration = Duration::from_secs(5);
/// How often it is looked whether it is morning somewhere.
const REGISTRIES_EVERY: Duration = Duration::from_secs(300);
/// How often old rows are looked for.
const RETENTION_EVERY: Duration = Duration::from_secs(3_600);
/// The pause between two batches of the vault, so that payments are not held up.
const VAULT_PAUSE: Duration = Duration::from_millis(200);

/// Planning, lost leases, unknown outcomes, unanswered questions, buyers at their issuers' pages, expiry, recoveries,
/// sealing and sweeping.
pub(super) fn start(tasks: &mut Tasks, services: &Services) {
    let planner = Planner::new(services.store.clone(), Arc::clone(&services.clock));
    let (stop, planner) = (tasks.token(), planner.with_test_addresses(services.test_addresses.clone()));
    tasks.spawn("planner", async move { planner.run(stop).await });
    let (stop, deliveries) = (tasks.token(), services.deliveries.clone());
    tasks.spawn("leases", async move { deliveries.sweep(stop).await });
    let (stop, payments) = (tasks.token(), services.payments.clone());
    tasks.spawn("janitor", every(JANITOR_EVERY, stop, async move || payments.resolve_due().await.map(|_| ())));
    let (stop, payments) = (tasks.token(), services.payments.clone());
    tasks.spawn("expiry", every(JANITOR_EVERY, stop, async move || payments.expire_due().await.map(|_| ())));
    let (stop, payments) = (tasks.token(), services.payments.clone());
    tasks.spawn(
        "reservations",
        every(RESERVATIONS_EVERY, stop, async move || {
            payments.warn_due().await?;
            payments.release_due().await.map(|_| ())
        }),
    );
    let (stop, payments) = (tasks.token(), services.payments.clone());
    tasks.spawn("overdue", every(RESERVATIONS_EVERY, stop, async move || payments.escalate_due().await.map(|_| ())));
    let (stop, endpoints) = (tasks.token(), services.endpoints.clone());
    tasks.spawn(
        "recoveries",
        every(JANITOR_EVERY, stop, async move || {
            while endpoints.recover_step().await? > 0 {}
            Ok(())
        }),
    );
    let (stop, disputes) = (tasks.token(), services.disputes.clone());
    tasks.spawn(
        "disputes",
        every(JANITOR_EVERY, stop, async move || {
            disputes.expire_due().await?;
            disputes.send_replies().await.map(|_| ())
        }),
    );
    let (stop, bills) = (tasks.token(), services.bills.clone());
    tasks.spawn("bills", every(JANITOR_EVERY, stop, async move || bills.look_after().await.map(|_| ())));
    let (stop, shops) = (tasks.token(), services.onboardings.clone());
    tasks.spawn("trials", every(RESERVATIONS_EVERY, stop, async move || shops.look_after().await.map(|_| ())));
    let (stop, bank, disputes) = (tasks.token(), Arc::clone(&services.bank), services.disputes.clone());
    tasks.spawn("sandbox-notices", every(JANITOR_EVERY, stop, async move || hear_sandbox(&bank, &disputes).await));
    let (stop, ledger) = (tasks.token(), services.ledger.clone());
    tasks.spawn("sealer", every(SEAL_EVERY, stop, async move || ledger.seal().await.map(|_| ())));
    let (stop, payments) = (tasks.token(), services.payments.clone());
    tasks.spawn(
        "verifications",
        every(JANITOR_EVERY, stop, async move || payments.end_verifications_due().await.map(|_| ())),
    );
    let (stop, payments) = (tasks.token(), services.payments.clone());
    tasks.spawn("issuers", every(JANITOR_EVERY, stop, async move || payments.check_issuers_due().await.map(|_| ())));
    let stop = tasks.token();
    tasks.spawn(
        "metrics",
        every(METRICS_UPKEEP, stop, async || {
            telemetry::metrics().run_upkeep();
            Ok(())
        }),
    );
    let (stop, members) = (tasks.token(), services.members.clone());
    tasks.spawn("digests", every(DIGESTS_EVERY, stop, async move || members.send_digests().await.map(|_| ())));
    let (stop, preferences) = (tasks.token(), services.accounts.preferences());
    tasks.spawn("reports", every(REPORTS_EVERY, stop, async move || preferences.send_reports().await.map(|_| ())));
    let (stop, preferences) = (tasks.token(), services.accounts.preferences());
    tasks.spawn("broadcasts", every(JANITOR_EVERY, stop, async move || preferences.broadcast_step().await.map(|_| ())));
    let (stop, reports) = (tasks.token(), services.reports.clone());
    tasks.spawn("figures", every(FOLD_EVERY, stop, async move || reports.fold().await.map(|_| ())));
    let (stop, reports) = (tasks.token(), services.reports.clone());
    tasks.spawn("registries", every(REGISTRIES_EVERY, stop, async move || reports.send_registries().await.map(|_| ())));
    let (stop, retention) = (tasks.token(), services.retention.clone());
    let until = stop.clone();
    tasks.spawn("retention", every(RETENTION_EVERY, stop, async move || retention.sweep(&until).await.map(|_| ())));
    let (stop, payments, memory) = (tasks.token(), services.payments.clone(), services.memory.clone());
    tasks.spawn(
        "sweeper",
        every(SWEEP_EVERY, stop, async move || {
            while payments.sweep_keys().await? > 0 {}
            memory.sweep().await
        }),
    );
    let (stop, vault) = (tasks.token(), services.vault.clone());
    tasks.spawn("vault", every(SWEEP_EVERY, stop, async move || look_after(&vault).await));
}

/// What time and a changed master key do to the vault, in batches with a pause between them.
async fn look_after(vault: &Vault) -> Result<(), StoreError> {
    let round = async {
        while vault.sweep().await? > 0 || vault.reseal_step().await?.rows() > 0 {
            tokio::time::sleep(VAULT_PAUSE).await;
        }
        Ok(())
    };
    match round.await {
        Err(VaultError::Store(error)) => Err(error),
        Err(
            error @ (VaultError::Seal(_)
            | VaultError::CardNotFound(_)
            | VaultError::MandateNotFound(_)
            | VaultError::CustomerFrozen),
        ) => {
            tracing::error!(error = ?error, "the vault was not looked after");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Takes what the sandbox bank says by itself, as a callback would bring it from another bank.
async fn hear_sandbox(bank: &SandboxBank, disputes: &Disputes) -> Result<(), StoreError> {
    for notice in bank.notices() {
        match disputes.heard(bank.name(), &notice).await {
            Ok(_) => bank.acknowledge(&notice.id),
            Err(error) => tracing::warn!(notice = notice.id, %error, "a notice was not taken; the bank says it again"),
        }
    }
    Ok(())
}

/// Does something again and again until it is told to stop; a failure is logged and tried again.
pub(super) async fn every(pause: Duration, stop: CancellationToken, work: impl AsyncFn() -> Result<(), StoreError>) {
    while !stop.is_cancelled() {
        if let Err(error) = work().await {
            tracing::error!(error = ?error, "a round of upkeep failed");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
