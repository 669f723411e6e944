//! The published document of a dispute.

use crate::dispute::{Dispute, Evidence};
use crate::document::{DisputeDocument, EvidenceDocument};

/// What the merchant sees of a dispute.
pub(crate) fn dispute_document(dispute: &Dispute, evidence: &[Evidence]) -> DisputeDocument {
    DisputeDocument {
        id: dispute.id.to_string(),
        payment: dispute.payment_id.to_string(),
        mode: dispute.mode.as_str().to_owned(),
        amount: dispute.amount.minor(),
        currency: dispute.amount.currency().code().to_owned(),
        amount_held: dispute.held,
        stage: dispute.standing.stage.as_str().to_owned(),
        status: dispute.standing.status.as_str().to_owned(),
        reason_code: dispute.reason_code.clone(),
        respond_by: dispute.respond_by.map(|at| at.to_string()),
        evidence: evidence.iter().map(evidence_document).collect(),
        created_at: dispute.created_at.to_string(),
        updated_at: dispute.updated_at.to_string(),
    }
}

fn evidence_document(evidence: &Evidence) -> EvidenceDocument {
    EvidenceDocument {
        kind: evidence.kind.as_str().to_owned(),
        text: evidence.text.clone(),
        created_at: evidence.created_at.to_string(),
    }
}
