//! 3-D Secure: no money is asked for without the proof that was demanded, and nobody is vouched for whom
//! the issuer did not vouch for.

use aviso_core::payment::action::ThreeDs;
use aviso_core::payment::attempt::Attempt;
use aviso_core::payment::authentication::AuthenticationStatus;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::payment::operation::Operation;

use super::{Checked, sent};
use crate::bank::SimBank;

/// Whether the issuer is asked before the bank.
pub(super) const fn is_demanded(attempt: &Attempt) -> bool {
    match attempt.three_ds {
        ThreeDs::Always | ThreeDs::Required => true,
        ThreeDs::Automatic | ThreeDs::Never => false,
    }
}

/// What holds of one attempt.
pub(super) fn of(attempt: &Attempt, operations: &[Operation], bank: &SimBank) -> Checked {
    let found = attempt.authentication.as_ref().map(|record| record.status);
    if let Some(status) = found.filter(|status| status.shifts_liability()) {
        let theirs = bank.issuer_found(attempt.id);
        if theirs != Some(status) {
            return Err(format!("the buyer counts as {}, the issuer found {theirs:?}", status.as_str()));
        }
    }
    for operation in sent::authorizations(attempt, operations) {
        let wanted_more = operation.decline == Some(DeclineCode::AuthenticationRequired);
        // Sent before the bank wanted the buyer authenticated.
        let before = wanted_more && !is_demanded(attempt);
        if !(before || allows(attempt.three_ds, found)) {
            let wish = attempt.three_ds.as_str();
            return Err(format!("the bank was asked where 3-D Secure is {wish} and ended as {found:?}"));
        }
        let said = bank.proof_of(operation.id);
        if said.is_some() && said != found {
            return Err(format!("the bank was told {said:?} where 3-D Secure ended as {found:?}"));
        }
    }
    Ok(())
}

/// Whether money may be asked for.
const fn allows(three_ds: ThreeDs, found: Option<AuthenticationStatus>) -> bool {
    match (found, three_ds) {
        (Some(AuthenticationStatus::Authenticated), _) => true,
        (Some(AuthenticationStatus::Attempted | AuthenticationStatus::Unavailable), three_ds) => {
            !matches!(three_ds, ThreeDs::Required)
        }
        (Some(AuthenticationStatus::Failed | AuthenticationStatus::Rejected), _) => false,
        (None, three_ds) => matches!(three_ds, ThreeDs::Automatic | ThreeDs::Never),
    }
}
