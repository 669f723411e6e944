//! Reports: today, periods, years, registries. Days and hours are those of the merchant's time zone, or of the
//! one that is asked for.

pub(crate) mod export;
mod view;

use aviso_core::id::TransactionId;
use aviso_core::merchant::Scope;
use aviso_core::preference::TimeZone;
use aviso_core::report::{Annual, Day, Grain, Part, Period, ReportError};
use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::view::{AnnualView, FiguresView, MinuteView, OperationView, PeriodView, figures_of};
use super::list;
use crate::account::words::Words;
use crate::extract::{ApiQuery, AuthenticatedMerchant};
use crate::problem::{Code, Problem, fault};
use crate::report::annual::drawing;
use crate::report::paper;
use crate::state::WebState;

/// On whose clocks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TodayQuery {
    /// The time zone, like `Europe/Madrid`; the merchant's own when absent.
    #[param(nullable = false, example = "Europe/Madrid")]
    time_zone: Option<String>,
}

/// The day so far.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RealtimeReport)]
pub(crate) struct TodayView {
    /// Always `report.realtime`.
    object: &'static str,
    /// `test` or `live`.
    mode: String,
    /// On whose clocks.
    time_zone: String,
    /// The day there.
    date: String,
    /// When the figures were read, RFC 3339.
    as_of: String,
    /// All of the day, one for each currency.
    totals: Vec<FiguresView>,
    /// Every minute in which something happened, in order.
    minutes: Vec<MinuteView>,
}

/// Today, minute by minute.
#[utoipa::path(get, path = "/v1/reports/realtime", operation_id = "get_realtime_report", tag = "reports",
    params(TodayQuery),
    responses((status = 200, description = "The day so far", body = TodayView)))]
pub(crate) async fn realtime(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<TodayQuery>,
) -> Result<Json<TodayView>, Problem> {
    let zone = zone_of(&web, &scope, query.time_zone.as_deref()).await?;
    let today = web.reports.today(&scope, zone).await?;
    let period = Period { first: today.day, last: today.day, zone };
    let fraud = web.reports.fraud(&scope, &period).await?;
    Ok(Json(TodayView {
        object: "report.realtime",
        mode: scope.mode.as_str().to_owned(),
        time_zone: zone.name().to_owned(),
        date: today.day.to_string(),
        as_of: today.now.to_string(),
        totals: figures_of(&today.total, Some(&fraud)),
        minutes: today.minutes.iter().map(|((at, currency), one)| MinuteView::of(*at, currency, one)).collect(),
    }))
}

/// Which days, how cut.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeriodQuery {
    /// The first day.
    #[param(value_type = String, example = "2026-11-01")]
    from: Option<String>,
    /// The last day, which belongs to it.
    #[param(value_type = String, example = "2026-11-30")]
    to: Option<String>,
    /// How long each stretch is; `day` when absent. A report has at most 2,400 stretches.
    #[param(nullable = false)]
    by: Option<String>,
    /// By what else the period is told apart.
    #[param(nullable = false)]
    group: Option<String>,
    /// The time zone, like `Europe/Madrid`; the merchant's own when absent.
    #[param(nullable = false, example = "Europe/Madrid")]
    time_zone: Option<String>,
}

/// A period, stretch by stretch.
#[utoipa::path(get, path = "/v1/reports/period", operation_id = "get_period_report", tag = "reports",
    params(PeriodQuery),
    responses((status = 200, description = "The period", body = PeriodView)))]
pub(crate) async fn period(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<PeriodQuery>,
) -> Result<Json<PeriodView>, Problem> {
    let zone = zone_of(&web, &scope, query.time_zone.as_deref()).await?;
    let period = days(query.from.as_deref(), query.to.as_deref(), zone)?;
    let grain = list::named(query.by.as_deref(), Grain::from_name, "by")?.unwrap_or(Grain::Day);
    let part = list::named(query.group.as_deref(), Part::from_name, "group")?;
    let series = web.reports.series(&scope, &period, grain).await?;
    let fraud = web.reports.fraud(&scope, &period).await?;
    let groups = match part {
        Some(part) => Some((part, web.reports.groups(&scope, &period, part).await?)),
        None => None,
    };
    Ok(Json(PeriodView::of(&scope, &period, grain, &series, &fraud, groups)))
}

/// Which year.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AnnualQuery {
    /// The year, four digits.
    #[param(value_type = String, example = "2026")]
    year: Option<String>,
    /// The time zone, like `Europe/Madrid`; the merchant's own when absent.
    #[param(nullable = false, example = "Europe/Madrid")]
    time_zone: Option<String>,
}

/// A year beside the same days of the year before.
#[utoipa::path(get, path = "/v1/reports/annual", operation_id = "get_annual_report", tag = "reports",
    params(AnnualQuery),
    responses((status = 200, description = "The year", body = AnnualView)))]
pub(crate) async fn annual(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<AnnualQuery>,
) -> Result<Json<AnnualView>, Problem> {
    let annual = year_of(&web, &scope, &query).await?;
    Ok(Json(AnnualView::of(&scope, &annual)))
}

/// A year on paper, in the merchant's language.
#[utoipa::path(get, path = "/v1/reports/annual.pdf", operation_id = "get_annual_report_pdf", tag = "reports",
    params(AnnualQuery),
    responses((status = 200, description = "The file", body = String, content_type = "application/pdf")))]
pub(crate) async fn annual_pdf(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<AnnualQuery>,
) -> Result<Response, Problem> {
    let annual = year_of(&web, &scope, &query).await?;
    let name = format!("attachment; filename=\"aviso-{}.pdf\"", annual.year);
    let words = Words(scope.merchant.language);
    // Some milliseconds of computing: others are served meanwhile.
    let made = tokio::task::spawn_blocking(move || paper::pdf(words, &scope, &annual)).await;
    let file = made.map_err(|error| fault(&error))?.map_err(|error| fault(&error))?;
    Ok(([(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, name)], file).into_response())
}

/// The turnover of a year by month beside that of the year before, drawn; in the merchant's language.
#[utoipa::path(get, path = "/v1/reports/annual.svg", operation_id = "get_annual_report_svg", tag = "reports",
    params(AnnualQuery),
    responses((status = 200, description = "The drawing", body = String, content_type = "image/svg+xml")))]
pub(crate) async fn annual_svg(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<AnnualQuery>,
) -> Result<Response, Problem> {
    let annual = year_of(&web, &scope, &query).await?;
    let drawing = drawing(Words(scope.merchant.language), &annual);
    Ok(([(CONTENT_TYPE, "image/svg+xml")], drawing).into_response())
}

async fn year_of(web: &WebState, scope: &Scope, query: &AnnualQuery) -> Result<Annual, Problem> {
    let zone = zone_of(web, scope, query.time_zone.as_deref()).await?;
    let text = query.year.as_deref().ok_or_else(|| missing("year"))?;
    let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = text.parse().ok().filter(|_| digits);
    let year = year.ok_or_else(|| Problem::new(Code::QueryInvalid, "a year has four digits").at("year"))?;
    web.reports.annual(scope, year, zone).await.map_err(at_year)
}

fn at_year(error: ReportError) -> Problem {
    match error {
        ReportError::Calendar => {
            Problem::new(Code::QueryInvalid, "the year has not begun, or the calendar does not have it").at("year")
        }
        ReportError::TooLong(_) | ReportError::Backwards | ReportError::Store(_) => error.into(),
    }
}

/// Which day, and which page of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RegistryQuery {
    /// The day.
    #[param(value_type = String, example = "2026-11-24")]
    date: Option<String>,
    /// The time zone, like `Europe/Madrid`; the merchant's own when absent.
    #[param(nullable = false, example = "Europe/Madrid")]
    time_zone: Option<String>,
    /// 1 to 100; 20 when absent.
    #[param(value_type = Option<u8>, nullable = false, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The last id of the page before.
    #[param(nullable = false)]
    starting_after: Option<String>,
}

/// A page of a day's operations.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryReport)]
pub(crate) struct RegistryView {
    /// Always `report.registry`.
    object: &'static str,
    /// `test` or `live`.
    mode: String,
    /// The day.
    date: String,
    /// On whose clocks.
    time_zone: String,
    /// All of the day, one for each currency.
    totals: Vec<FiguresView>,
    /// The operations, oldest first.
    data: Vec<OperationView>,
    /// Whether later ones follow: ask again with `starting_after` set to the last id.
    has_more: bool,
}

/// The operations of a day, oldest first.
#[utoipa::path(get, path = "/v1/reports/registry", operation_id = "get_registry", tag = "reports",
    params(RegistryQuery),
    responses((status = 200, description = "A page of the day's operations", body = RegistryView)))]
pub(crate) async fn registry(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<RegistryQuery>,
) -> Result<Json<RegistryView>, Problem> {
    let zone = zone_of(&web, &scope, query.time_zone.as_deref()).await?;
    let limit = usize::try_from(list::limit(query.limit.as_deref())?).unwrap_or(usize::MAX);
    let after: Option<TransactionId> = list::parameter(query.starting_after.as_deref(), "starting_after")?;
    let day = day(query.date.as_deref(), "date")?;
    let period = Period { first: day, last: day, zone };
    let lines = web.reports.operation_lines(&scope, &period, after).await?;
    let total = web.reports.series(&scope, &period, Grain::Day).await?.total;
    Ok(Json(RegistryView {
        object: "report.registry",
        mode: scope.mode.as_str().to_owned(),
        date: day.to_string(),
        time_zone: zone.name().to_owned(),
        totals: figures_of(&total, None),
        has_more: lines.len() > limit,
        data: lines.iter().take(limit).map(OperationView::from).collect(),
    }))
}

/// The zone that is asked for, or the merchant's own.
async fn zone_of(web: &WebState, scope: &Scope, asked: Option<&str>) -> Result<TimeZone, Problem> {
    match list::parameter(asked, "time_zone")? {
        Some(zone) => Ok(zone),
        None => Ok(web.reports.setting(scope.merchant.id).await?.time_zone),
    }
}

fn days(from: Option<&str>, to: Option<&str>, zone: TimeZone) -> Result<Period, Problem> {
    Ok(Period { first: day(from, "from")?, last: day(to, "to")?, zone })
}

fn day(text: Option<&str>, name: &str) -> Result<Day, Problem> {
    list::parameter(text, name)?.ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Problem {
    Problem::new(Code::QueryInvalid, "the parameter must be there").at(name)
}
