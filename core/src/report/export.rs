//! Exports: payments, refunds and operations of a period, page by page, so that a million rows take the
//! memory of one page and nothing in the database is held between two pages.

use crate::clock::Timestamp;
use crate::id::{OperationId, PaymentId, RefundId, TransactionId};
use crate::merchant::Scope;
use crate::money::{Currency, plain_minor};
use crate::preference::TimeZone;
use crate::report::read::world;
use crate::report::{Period, ReportError, Reports};
use crate::spreadsheet::harmless;
use crate::store::report::list::{self as rows, Span};

/// Rows of one page.
pub const EXPORT_PAGE: usize = 500;

/// What stands in one place of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// Words or an id; may be empty.
    Text(String),
    /// An amount.
    Amount(i64, Currency),
    /// A moment.
    Moment(Timestamp),
}

impl Field {
    /// As a table for people shows it: harmless text, a plain number, a moment on the zone's clocks with its
    /// offset.
    #[must_use]
    pub fn cell(&self, zone: TimeZone) -> String {
        match self {
            Self::Text(text) => harmless(text),
            Self::Amount(minor, currency) => plain_minor(*minor, *currency),
            Self::Moment(at) => zone.at(*at).to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
        }
    }
}

/// A line of an export.
pub trait Line {
    /// What names the line's place in the list, to go on behind it.
    type Id: Copy + Send;

    /// The names of its fields, in order.
    const NAMES: &'static [&'static str];

    /// Its id.
    fn id(&self) -> Self::Id;

    /// Its fields, in order.
    fn fields(&self) -> Vec<Field>;
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentLine {
    pub(crate) id: PaymentId,
    pub(crate) reference: String,
    pub(crate) order_ref: String,
    pub(crate) status: String,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) authorized: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) disputed: i64,
    pub(crate) decline: Option<String>,
    pub(crate) method: String,
    pub(crate) last4: String,
    pub(crate) country: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Line for PaymentLine {
    type Id = PaymentId;

    const NAMES: &'static [&'static str] = &[
        "id",
        "reference",
        "order_ref",
        "status",
        "amount",
        "currency",
        "amount_authorized",
        "amount_captured",
        "amount_refunded",
        "amount_disputed",
        "decline_code",
        "method",
        "last4",
        "issuer_country",
        "created_at",
        "updated_at",
    ];

    fn id(&self) -> PaymentId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        let amount = |minor| Field::Amount(minor, self.currency);
        vec![
            Field::Text(self.id.to_string()),
            Field::Text(self.reference.clone()),
            Field::Text(self.order_ref.clone()),
            Field::Text(self.status.clone()),
            amount(self.amount),
            Field::Text(self.currency.code().to_owned()),
            amount(self.authorized),
            amount(self.captured),
            amount(self.refunded),
            amount(self.disputed),
            Field::Text(self.decline.clone().unwrap_or_default()),
            Field::Text(self.method.clone()),
            Field::Text(self.last4.clone()),
            Field::Text(self.country.clone()),
            Field::Moment(self.created_at),
            Field::Moment(self.updated_at),
        ]
    }
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundLine {
    pub(crate) id: RefundId,
    pub(crate) payment: PaymentId,
    pub(crate) order_ref: String,
    pub(crate) refund_ref: String,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) status: String,
    pub(crate) reason: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Line for RefundLine {
    type Id = RefundId;

    const NAMES: &'static [&'static str] = &[
        "id",
        "payment",
        "order_ref",
        "refund_ref",
        "status",
        "amount",
        "currency",
        "reason",
        "created_at",
        "updated_at",
    ];

    fn id(&self) -> RefundId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            Field::Text(self.id.to_string()),
            Field::Text(self.payment.to_string()),
            Field::Text(self.order_ref.clone()),
            Field::Text(self.refund_ref.clone()),
            Field::Text(self.status.clone()),
            Field::Amount(self.amount, self.currency),
            Field::Text(self.currency.code().to_owned()),
            Field::Text(self.reason.clone()),
            Field::Moment(self.created_at),
            Field::Moment(self.updated_at),
        ]
    }
}

/// Something that moved money, or reserved or released it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationLine {
    /// Its id.
    pub id: TransactionId,
    /// The kind of the ledger's transaction.
    pub kind: String,
    /// Minor units.
    pub amount: i64,
    /// What the hub charged for it; minor units.
    pub fee: i64,
    /// The currency.
    pub currency: Currency,
    /// The payment.
    pub payment: Option<PaymentId>,
    /// The payment's short name.
    pub reference: String,
    /// The merchant's own order number.
    pub order_ref: String,
    /// The message to the bank.
    pub operation: Option<OperationId>,
    /// The bank.
    pub acquirer: String,
    /// The bank's own reference.
    pub acquirer_ref: String,
    /// The bank's approval code.
    pub approval_code: String,
    /// The refund or dispute that it is about.
    pub subject: String,
    /// When.
    pub created_at: Timestamp,
}

impl Line for OperationLine {
    type Id = TransactionId;

    const NAMES: &'static [&'static str] = &[
        "id",
        "kind",
        "amount",
        "fee",
        "currency",
        "payment",
        "reference",
        "order_ref",
        "operation",
        "acquirer",
        "acquirer_ref",
        "approval_code",
        "subject",
        "created_at",
    ];

    fn id(&self) -> TransactionId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            Field::Text(self.id.to_string()),
            Field::Text(self.kind.clone()),
            Field::Amount(self.amount, self.currency),
            Field::Amount(self.fee, self.currency),
            Field::Text(self.currency.code().to_owned()),
            Field::Text(self.payment.map(|id| id.to_string()).unwrap_or_default()),
            Field::Text(self.reference.clone()),
            Field::Text(self.order_ref.clone()),
            Field::Text(self.operation.map(|id| id.to_string()).unwrap_or_default()),
            Field::Text(self.acquirer.clone()),
            Field::Text(self.acquirer_ref.clone()),
            Field::Text(self.approval_code.clone()),
            Field::Text(self.subject.clone()),
            Field::Moment(self.created_at),
        ]
    }
}

/// A table's first line: the names, behind the mark without which spreadsheets take the letters for those
/// of another century.
#[must_use]
pub fn table_head<L: Line>() -> Vec<u8> {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    bytes.extend(record(L::NAMES.iter().copied()));
    bytes
}

/// Lines of a table.
#[must_use]
pub fn table_lines<L: Line>(lines: &[L], zone: TimeZone) -> Vec<u8> {
    let cells = |line: &L| -> Vec<String> { line.fields().iter().map(|field| field.cell(zone)).collect() };
    lines.iter().flat_map(|line| record(cells(line).iter().map(String::as_str))).collect()
}

/// One record as RFC 4180 writes it.
fn record<'a>(cells: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells).expect("a vector takes every record");
    writer.into_inner().expect("a vector takes every record")
}

impl Reports {
    fn span(scope: &Scope, period: &Period) -> Result<Span, ReportError> {
        let (from, until) = period.bounds()?;
        Ok(Span { world: world(scope), from, until })
    }

    /// Payments that were created in a period, oldest first, behind the last one of the page before. A page of
    /// fewer than [`EXPORT_PAGE`] is the last one.
    ///
    /// # Errors
    ///
    /// [`ReportError`].
    pub async fn payment_lines(
        &self,
        scope: &Scope,
        period: &Period,
        after: Option<PaymentId>,
    ) -> Result<Vec<PaymentLine>, ReportError> {
        let span = Self::span(scope, period)?;
        Ok(rows::payments(self.store.reader(), &span, after, EXPORT_PAGE as i64).await?)
    }

    /// Refunds that were asked for in a period, as payments are listed.
    ///
    /// # Errors
    ///
    /// [`ReportError`].
    pub async fn refund_lines(
        &self,
        scope: &Scope,
        period: &Period,
        after: Option<RefundId>,
    ) -> Result<Vec<RefundLine>, ReportError> {
        let span = Self::span(scope, period)?;
        Ok(rows::refunds(self.store.reader(), &span, after, EXPORT_PAGE as i64).await?)
    }

    /// What moved in a period, as payments are listed.
    ///
    /// # Errors
    ///
    /// [`ReportError`].
    pub async fn operation_lines(
        &self,
        scope: &Scope,
        period: &Period,
        after: Option<TransactionId>,
    ) -> Result<Vec<OperationLine>, ReportError> {
        let span = Self::span(scope, period)?;
        Ok(rows::operations(self.store.reader(), &span, after, EXPORT_PAGE as i64).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(order_ref: &str) -> RefundLine {
        let at = Timestamp::from_micros(1_774_749_600_000_000);
        RefundLine {
            id: RefundId::new(at),
            payment: PaymentId::new(at),
            order_ref: order_ref.to_owned(),
            refund_ref: String::new(),
            amount: 12_345,
            currency: "KWD".parse().unwrap(),
            status: "succeeded".to_owned(),
            reason: "a \"word\",\r\nand more".to_owned(),
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn a_table_reads_back_and_has_no_formulas() {
        let zone = "Europe/Madrid".parse().unwrap();
        let mut bytes = table_head::<RefundLine>();
        bytes.extend(table_lines(&[line("=cmd|' /C calc'!A0"), line("A-2")], zone));
        let text = String::from_utf8(bytes).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), RefundLine::NAMES);
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(&rows[0][2], "'=cmd|' /C calc'!A0");
        assert_eq!((&rows[1][5], &rows[1][6], &rows[1][7]), ("12.345", "KWD", "a \"word\",and more"));
        // Two hours before clocks go forward.
        assert_eq!(&rows[1][8], "2026-03-29T04:00:00+02:00");
    }

    #[test]
    fn every_line_has_as_many_fields_as_names() {
        assert_eq!(line("a").fields().len(), RefundLine::NAMES.len());
    }
}
