//! What 3-D Secure found out about a buyer (EMV 3-D Secure 2.2, `transStatus` and its companions).

use crate::secret::Secret;

/// The issuer's verdict (`transStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthenticationStatus {
    /// `Y`: the buyer was authenticated.
    Authenticated,
    /// `A`: the issuer could not, but vouches for the attempt.
    Attempted,
    /// `N`: the buyer failed.
    Failed,
    /// `R`: the issuer refuses; an authorization must not be tried.
    Rejected,
    /// `U`: nobody could be asked.
    Unavailable,
}

impl AuthenticationStatus {
    const ALL: [Self; 5] = [Self::Authenticated, Self::Attempted, Self::Failed, Self::Rejected, Self::Unavailable];

    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authenticated => "authenticated",
            Self::Attempted => "attempted",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Unavailable => "unavailable",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether the issuer answers for fraud from here on (Y and A).
    #[must_use]
    pub const fn shifts_liability(self) -> bool {
        matches!(self, Self::Authenticated | Self::Attempted)
    }
}

/// The result of an authentication, passed on with the authorization.
#[derive(Debug, Clone)]
pub struct Authentication {
    /// The verdict.
    pub status: AuthenticationStatus,
    /// Electronic commerce indicator, two digits (Visa 05, 06, 07; Mastercard 02, 01, 00).
    pub eci: Option<String>,
    /// The cryptogram (CAVV or AAV). Only its digest is kept.
    pub cavv: Option<Secret>,
    /// The directory server's transaction id.
    pub ds_trans_id: Option<String>,
}

impl PartialEq for Authentication {
    fn eq(&self, other: &Self) -> bool {
        let same_cavv = match (&self.cavv, &other.cavv) {
            (Some(one), Some(two)) => one.matches(two.expose()),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        self.status == other.status && self.eci == other.eci && same_cavv && self.ds_trans_id == other.ds_trans_id
    }
}

impl Eq for Authentication {}
