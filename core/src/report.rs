//! Reports for merchants: figures by time, method, country and reason, exports, and the daily registry.
//!
//! Nothing of it is written by a payment. What counts is told by events and by the ledger; a task adds it to
//! rollups, each thing once ([`Reports::fold`]); whoever reads adds what is not folded yet, so that figures are
//! never stale. [`Reports::verify`] computes everything again from payments and ledger.

mod annual;
mod calendar;
mod export;
mod figures;
mod fold;
mod fraud;
mod queue;
mod read;
mod registry;
mod setting;
mod today;
mod verify;

use std::sync::Arc;

use crate::clock::Clock;
use crate::store::{Store, StoreError};

pub use annual::{Annual, AnnualSide};
pub use calendar::{Day, Grain, NoDay, Period};
pub use export::{EXPORT_PAGE, Field, Line, OperationLine, PaymentLine, RefundLine, table_head, table_lines};
pub(crate) use figures::slot_of;
pub(crate) use figures::{Cells, Fact};
pub use figures::{DAY_SECS, Dimension, Figures, Measure, SLOT_SECS, UNKNOWN};
pub use fraud::Fraud;
pub(crate) use queue::{ATTEMPT_FACT, Waiting, decides};
pub use queue::{Happened, State};
pub use read::{ByCurrency, Groups, Part, Series};
pub use registry::{Registry, RegistryFacts};
pub use setting::{Setting, SettingError};
pub use today::{MinuteFigures, Today};
pub use verify::Verified;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// More stretches of time than a report shows.
    #[error("a report shows at most {0} stretches of time: ask for fewer days or longer stretches")]
    TooLong(usize),
    /// It ends before it begins.
    #[error("the last day is before the first one")]
    Backwards,
    /// Beyond the calendar.
    #[error("the calendar does not have these days")]
    Calendar,
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// The service for reports.
#[derive(Debug, Clone)]
pub struct Reports {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Reports {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}
