//! Exports that stream: a page is read when the client took the page before. In between nothing is held, neither
//! rows nor a connection to the database, so a client that stops reading costs a socket and no more.

use aviso_core::merchant::Scope;
use aviso_core::preference::TimeZone;
use aviso_core::report::{
    EXPORT_PAGE, Field, Line, OperationLine, PaymentLine, Period, RefundLine, ReportError, Reports, table_head,
    table_lines,
};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use super::{days, zone_of};
use crate::extract::{ApiQuery, AuthenticatedMerchant};
use crate::problem::Problem;
use crate::state::WebState;

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// The first day.
    #[param(value_type = String, example = "2026-11-01")]
    from: Option<String>,
    /// The last day, which belongs to it.
    #[param(value_type = String, example = "2026-11-30")]
    to: Option<String>,
    /// The time zone, like `Europe/Madrid`; the merchant's own when absent.
    #[param(nullable = false, example = "Europe/Madrid")]
    time_zone: Option<String>,
}

/// A list that is read page by page.
trait Paged: Line + Sized + Send + 'static {
    /// What the file is called.
    const NAME: &'static str;

    fn page(
        reports: &Reports,
        scope: &Scope,
        period: &Period,
        after: Option<Self::Id>,
    ) -> impl Future<Output = Result<Vec<Self>, ReportError>> + Send;
}

macro_rules! paged {
    ($($line:ident = $name:literal, $read:ident;)*) => {$(
        impl Paged for $line {
            const NAME: &'static str = $name;

            async fn page(
                reports: &Reports,
                scope: &Scope,
                period: &Period,
                after: Option<Self::Id>,
            ) -> Result<Vec<Self>, ReportError> {
                reports.$read(scope, period, after).await
            }
        }
    )*};
}

paged! {
    PaymentLine = "payments", payment_lines;
    RefundLine = "refunds", refund_lines;
    OperationLine = "operations", operation_lines;
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

impl Format {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    fn head<L: Line>(self) -> Vec<u8> {
        match self {
            Self::Csv => table_head::<L>(),
            Self::Json => b"{\"object\":\"export\",\"data\":[".to_vec(),
        }
    }

    fn lines<L: Line>(self, lines: &[L], zone: TimeZone, is_first: bool) -> Vec<u8> {
        match self {
            Self::Csv => table_lines(lines, zone),
            Self::Json => {
                let mut bytes = Vec::new();
                for (place, line) in lines.iter().enumerate() {
                    bytes.extend_from_slice(if is_first && place == 0 { b"\n" } else { b",\n" });
                    bytes.extend(object(line).to_string().into_bytes());
                }
                bytes
            }
        }
    }

    const fn end(self) -> &'static [u8] {
        match self {
            Self::Csv => b"",
            Self::Json => b"\n]}\n",
        }
    }
}

/// A line as the API writes things: amounts are minor units, times RFC 3339 in UTC.
fn object<L: Line>(line: &L) -> Value {
    let value = |field: Field| match field {
        Field::Text(text) => Value::from(text),
        Field::Amount(minor, _) => Value::from(minor),
        Field::Moment(at) => Value::from(at.to_string()),
    };
    let fields: Map<String, Value> =
        L::NAMES.iter().zip(line.fields()).map(|(name, field)| ((*name).to_owned(), value(field))).collect();
    Value::Object(fields)
}

/// What is left to send.
enum Left<L: Line> {
    /// This page, which was read to see whether there can be an answer at all.
    First(Vec<L>),
    /// What stands behind this line.
    Behind(L::Id),
    Nothing,
}

async fn download<L: Paged>(
    web: WebState,
    scope: Scope,
    query: ExportQuery,
    format: Format,
) -> Result<Response, Problem> {
    let zone = zone_of(&web, &scope, query.time_zone.as_deref()).await?;
    let period = days(query.from.as_deref(), query.to.as_deref(), zone)?;
    let first = L::page(&web.reports, &scope, &period, None).await?;
    let name = format!("{}-{}-{}.{}", L::NAME, period.first, period.last, format.ending());
    let headers = [
        (CONTENT_TYPE, format.media_type().to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    let reports = web.reports.clone();
    let rest = stream::try_unfold(Left::First(first), move |left: Left<L>| {
        let (reports, scope) = (reports.clone(), scope.clone());
        async move {
            let (is_first, lines) = match left {
                Left::First(lines) => (true, lines),
                Left::Behind(id) => (false, L::page(&reports, &scope, &period, Some(id)).await?),
                Left::Nothing => return Ok::<_, ReportError>(None),
            };
            let mut bytes = if is_first { format.head::<L>() } else { Vec::new() };
            bytes.extend(format.lines(&lines, zone, is_first));
            let next = match lines.last() {
                Some(last) if lines.len() == EXPORT_PAGE => Left::Behind(last.id()),
                Some(_) | None => {
                    bytes.extend_from_slice(format.end());
                    Left::Nothing
                }
            };
            Ok(Some((bytes, next)))
        }
    });
    // An error on the way breaks the answer off: the client sees that it is not whole.
    Ok((headers, Body::from_stream(rest)).into_response())
}

macro_rules! exports {
    ($($(#[$doc:meta])* $name:ident = $path:literal, $operation:literal, $line:ident, $format:ident, $media:literal;)*) => {$(
        $(#[$doc])*
        #[utoipa::path(get, path = $path, operation_id = $operation, tag = "reports", params(ExportQuery),
            responses((status = 200, description = "The file", body = String, content_type = $media)))]
        pub(crate) async fn $name(
            State(web): State<WebState>,
            AuthenticatedMerchant(scope): AuthenticatedMerchant,
            ApiQuery(query): ApiQuery<ExportQuery>,
        ) -> Result<Response, Problem> {
            download::<$line>(web, scope, query, Format::$format).await
        }
    )*};
}

exports! {
    /// Payments that were created in a period, oldest first, as a table: plain amounts, times on the zone's clocks.
    payments_csv = "/v1/reports/payments.csv", "export_payments_csv", PaymentLine, Csv, "text/csv";
    /// Payments that were created in a period, oldest first: `{"object": "export", "data": […]}`.
    payments_json = "/v1/reports/payments.json", "export_payments_json", PaymentLine, Json, "application/json";
    /// Refunds that were asked for in a period, oldest first, as a table.
    refunds_csv = "/v1/reports/refunds.csv", "export_refunds_csv", RefundLine, Csv, "text/csv";
    /// Refunds that were asked for in a period, oldest first.
    refunds_json = "/v1/reports/refunds.json", "export_refunds_json", RefundLine, Json, "application/json";
    /// What moved money in a period, oldest first, as a table.
    operations_csv = "/v1/reports/operations.csv", "export_operations_csv", OperationLine, Csv, "text/csv";
    /// What moved money in a period, oldest first.
    operations_json = "/v1/reports/operations.json", "export_operations_json", OperationLine, Json,
        "application/json";
}
