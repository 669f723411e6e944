//! What happens by itself: answers go to acquirers until they are taken, time runs out.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::dispute::carry::Case;
use crate::dispute::status::Status;
use crate::dispute::{Dispute, DisputeError, Disputes};
use crate::id::DisputeId;
use crate::payment::janitor_chain as chain;
use crate::port::DisputeReply;
use crate::store::{StoreError, dispute as rows};

/// Disputes handled in one round.
const ROUND_MAX: u64 = 100;
/// How long after a failure an answer is sent again. Longer than an acquirer may take.
const RETRY_AFTER: Duration = Duration::from_secs(60);

impl Disputes {
    /// Ends disputes that nobody answered in time: the money is lost. Gives how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn expire_due(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let overdue = rows::overdue(self.store.reader(), now, ROUND_MAX).await?;
        for id in &overdue {
            if let Err(error) = self.expire(*id, now).await {
                tracing::error!(dispute = %id, error = %chain(&error), "a dispute was not ended");
            }
        }
        Ok(overdue.len())
    }

    async fn expire(&self, id: DisputeId, now: Timestamp) -> Result<(), DisputeError> {
        self.store
            .write(async |tx| {
                let Some((payment, dispute)) = rows::lock(tx, id).await? else { return Ok(()) };
                // Somebody may have answered since it was listed.
                let is_due = dispute.respond_by.is_some_and(|by| by <= now);
                if !is_due || dispute.standing.go(dispute.standing.stage, Status::Expired).is_err() {
                    return Ok(());
                }
                let stage = dispute.standing.stage;
                Case { tx, payment, dispute, is_new: false, now }.go(stage, Status::Expired).await?;
                Ok::<_, DisputeError>(())
            })
            .await
    }

    /// Tells acquirers what merchants answered, until they took it. Gives how many were told.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what failed for one dispute is logged and tried again later.
    pub async fn send_replies(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let due = rows::replies_due(self.store.reader(), now, ROUND_MAX).await?;
        let mut sent = 0;
        for dispute in due {
            // Taken before it is sent, so that no other instance sends meanwhile.
            let next = Some(now.after(RETRY_AFTER));
            let taken = self.store.write(async |tx| rows::take_reply(tx, dispute.id, now, next).await).await?;
            if taken && self.send(&dispute).await? {
                self.store
                    .write(async |tx| rows::take_reply(tx, dispute.id, now.after(RETRY_AFTER), None).await)
                    .await?;
                sent += 1;
            }
        }
        Ok(sent)
    }

    async fn send(&self, dispute: &Dispute) -> Result<bool, StoreError> {
        let Some(acquirer) = self.acquirers.get(&dispute.acquirer) else {
            tracing::error!(dispute = %dispute.id, acquirer = dispute.acquirer, "no such acquirer is configured");
            return Ok(false);
        };
        let evidence = rows::evidence(self.store.reader(), dispute.id).await?;
        let texts: Vec<(&str, &str)> = evidence.iter().map(|one| (one.kind.as_str(), one.text.as_str())).collect();
        let reply = match dispute.standing.status {
            Status::Accepted => DisputeReply::Accepted,
            Status::Opened | Status::Challenged | Status::Won | Status::Lost | Status::Expired => {
                DisputeReply::Challenged(&texts)
            }
        };
        match tokio::time::timeout(RETRY_AFTER / 2, acquirer.reply_to_dispute(&dispute.dispute_ref, reply)).await {
            Ok(Ok(())) => Ok(true),
            Ok(Err(error)) => {
                tracing::warn!(dispute = %dispute.id, %error, "an answer was not taken; it is sent again");
                Ok(false)
            }
            Err(_) => {
                tracing::warn!(dispute = %dispute.id, "an answer was not taken in time; it is sent again");
                Ok(false)
            }
        }
    }
}
