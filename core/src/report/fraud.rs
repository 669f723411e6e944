//! Disputes, and fraud that was missed: what stands today of what was opened in a period.

use std::collections::BTreeMap;

use crate::dispute::status::{Stage, Standing, Status};
use crate::merchant::Scope;
use crate::report::read::world;
use crate::report::{Period, ReportError, Reports};
use crate::store::StoreError;
use crate::store::report::fraud as rows;

/// What became of the disputes that were opened in a period, in one currency; minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fraud {
    /// Disputes that were opened.
    pub opened: i64,
    /// What they are about.
    pub opened_amount: i64,
    /// Those of them that were won.
    pub won: i64,
    /// What those are about.
    pub won_amount: i64,
    /// Those of them that were lost.
    pub lost: i64,
    /// What those are about.
    pub lost_amount: i64,
    /// Payments that somebody said were not theirs, and that no issuer was told of.
    pub cases: i64,
    /// What those are about.
    pub cases_amount: i64,
}

impl Fraud {
    /// What antifraud missed: lost disputes and complaints.
    #[must_use]
    pub const fn missed(&self) -> (i64, i64) {
        (self.lost + self.cases, self.lost_amount + self.cases_amount)
    }
}

impl Reports {
    /// Disputes and complaints of a period by currency.
    ///
    /// # Errors
    ///
    /// [`ReportError`].
    pub async fn fraud(&self, scope: &Scope, period: &Period) -> Result<BTreeMap<String, Fraud>, ReportError> {
        let (from, until) = period.bounds()?;
        let span = (from.as_micros(), until.as_micros());
        let (disputes, cases) = self
            .store
            .read_at_once(async |conn| {
                let disputes = rows::disputes(conn, world(scope), span).await?;
                Ok((disputes, rows::cases(conn, world(scope), span).await?))
            })
            .await?;
        let bad = |column| StoreError::Unreadable { table: "dispute", column };
        let mut found: BTreeMap<String, Fraud> = BTreeMap::new();
        for row in disputes {
            let status = Status::from_name(&row.status).ok_or_else(|| bad("status"))?;
            let stage = Stage::from_name(&row.stage).ok_or_else(|| bad("stage"))?;
            let fraud = found.entry(row.currency).or_default();
            fraud.opened += row.count;
            fraud.opened_amount += row.amount;
            if status == Status::Won {
                fraud.won += row.count;
                fraud.won_amount += row.amount;
            } else if (Standing { stage, status }).is_loss() {
                fraud.lost += row.count;
                fraud.lost_amount += row.amount;
            }
        }
        for row in cases {
            let fraud = found.entry(row.currency).or_default();
            fraud.cases += row.count;
            fraud.cases_amount += row.amount;
        }
        Ok(found)
    }
}
