//! Start and stop: signals, and the supervision of tasks.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long tasks may take to end after they were told to.
const STOP_WITHIN: Duration = Duration::from_secs(25);

/// Waits for SIGINT or SIGTERM.
///
/// # Errors
///
/// When the system refuses signal handlers.
pub async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// The tasks of one process. Each runs until the token is cancelled; one that ends before takes the
/// others along, so that a half-dead process never looks alive.
#[derive(Debug, Default)]
pub struct Tasks {
    set: JoinSet<&'static str>,
    stop: CancellationToken,
    /// What the others stand on: stopped after them, so that they can finish what they began.
    base: JoinSet<&'static str>,
    base_stop: CancellationToken,
}

impl Tasks {
    /// The token that tells every task to stop.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Starts a task.
    pub fn spawn(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        self.set.spawn(async move {
            task.await;
            name
        });
    }

    /// The token that tells the tasks which others stand on to stop.
    #[must_use]
    pub fn base_token(&self) -> CancellationToken {
        self.base_stop.clone()
    }

    /// Starts a task that others stand on, such as the line to a bank.
    pub fn spawn_base(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        self.base.spawn(async move {
            task.await;
            name
        });
    }

    /// Waits until a task ends that should not have, or until `until` ends; then stops all.
    /// Gives `false` when a task ended early.
    pub async fn supervise(&mut self, until: impl Future<Output = ()>) -> bool {
        let ended = tokio::select! {
            () = until => return self.stop_all().await,
            ended = self.set.join_next() => ended,
            Some(ended) = self.base.join_next() => Some(ended),
        };
        match ended {
            Some(Ok(name)) => tracing::error!(task = name, "a task ended early"),
            Some(Err(error)) => tracing::error!(%error, "a task died"),
            None => tracing::error!("there is nothing to run"),
        }
        self.stop_all().await;
        false
    }

    /// Stops every task and waits for them. Gives `false` when one had to be cut off or died.
    pub async fn stop_all(&mut self) -> bool {
        self.stop.cancel();
        let clean = join(&mut self.set).await;
        self.base_stop.cancel();
        join(&mut self.base).await && clean
    }
}

/// Waits until all tasks ended. Gives `false` when one had to be cut off or died.
async fn join(set: &mut JoinSet<&'static str>) -> bool {
    let mut clean = true;
    let ended = tokio::time::timeout(STOP_WITHIN, async {
        while let Some(ended) = set.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a task died");
                clean = false;
            }
        }
    })
    .await;
    if ended.is_err() {
        tracing::warn!("tasks did not stop in time");
        set.abort_all();
        clean = false;
    }
    clean
}
