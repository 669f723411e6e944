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

    /// Waits until a task ends that should not have, or until `until` ends; then stops all.
    /// Gives `false` when a task ended early.
    pub async fn supervise(&mut self, until: impl Future<Output = ()>) -> bool {
        let healthy = tokio::select! {
            () = until => true,
            ended = self.set.join_next() => {
                match ended {
                    Some(Ok(name)) => tracing::error!(task = name, "a task ended early"),
                    Some(Err(error)) => tracing::error!(%error, "a task died"),
                    None => tracing::error!("there is nothing to run"),
                }
                false
            }
        };
        self.stop_all().await && healthy
    }

    /// Stops every task and waits for them. Gives `false` when one had to be cut off or died.
    pub async fn stop_all(&mut self) -> bool {
        self.stop.cancel();
        let mut clean = true;
        let ended = tokio::time::timeout(STOP_WITHIN, async {
            while let Some(ended) = self.set.join_next().await {
                if let Err(error) = ended {
                    tracing::error!(%error, "a task died");
                    clean = false;
                }
            }
        })
        .await;
        if ended.is_err() {
            tracing::warn!("tasks did not stop in time");
            self.set.abort_all();
            clean = false;
        }
        clean
    }
}
