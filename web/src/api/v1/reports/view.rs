//! What reports look like.

use std::collections::BTreeMap;

use aviso_core::clock::Timestamp;
use aviso_core::merchant::Scope;
use aviso_core::report::{
    Annual, AnnualSide, ByCurrency, Figures, Fraud, Grain, Groups, MinuteFigures, OperationLine, Part, Period, Series,
};
use serde::Serialize;
use utoipa::ToSchema;

/// Figures in one currency. Currencies are never added to each other. Amounts are minor units.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportFigures, example = json!({
    "currency": "EUR", "payments": 4, "amount_asked": 21_000, "approved": 3, "amount_approved": 16_000,
    "declined": 1, "amount_declined": 5_000, "approval_percent": "75.00", "conversion_percent": "75.00",
    "captures": 3, "turnover": 16_000, "average": 5_333, "refunds": 1, "amount_refunded": 1_000, "fees": 554,
    "fraud_stopped": 0, "amount_fraud_stopped": 0, "buyers_new": 2, "buyers_returning": 1
}))]
pub(crate) struct FiguresView {
    /// ISO 4217 code.
    currency: String,
    /// Payments created.
    payments: i64,
    /// What they asked for.
    amount_asked: i64,
    /// Attempts that a bank approved.
    approved: i64,
    /// Their amounts.
    amount_approved: i64,
    /// Attempts that were refused, by whomever.
    declined: i64,
    /// Their amounts.
    amount_declined: i64,
    /// Of a hundred decided attempts, how many were approved; two decimals. Absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_percent: Option<String>,
    /// Of a hundred payments created, how many attempts were approved; two decimals. Absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversion_percent: Option<String>,
    /// How often money was taken.
    captures: i64,
    /// Taken, refunded money included.
    turnover: i64,
    /// Taken at a time on average. Absent when nothing was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    average: Option<i64>,
    /// How often money went back.
    refunds: i64,
    /// Gone back.
    amount_refunded: i64,
    /// What the hub charged.
    fees: i64,
    /// Attempts that antifraud refused, by itself or by staff; they are among the declined ones.
    fraud_stopped: i64,
    /// Their amounts.
    amount_fraud_stopped: i64,
    /// Approved attempts of buyers who never bought before, told apart by e-mail, else by card.
    buyers_new: i64,
    /// Approved attempts of buyers who had bought before.
    buyers_returning: i64,
    /// What became of disputes that were opened in the period. Only in totals.
    #[serde(skip_serializing_if = "Option::is_none")]
    disputes: Option<DisputesView>,
}

/// Disputes that were opened in the period, as they stand today, and the fraud that was missed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportDisputes)]
pub(crate) struct DisputesView {
    /// Opened.
    opened: i64,
    /// What they are about.
    amount_opened: i64,
    /// Won.
    won: i64,
    /// What those are about.
    amount_won: i64,
    /// Lost.
    lost: i64,
    /// What those are about.
    amount_lost: i64,
    /// Lost disputes, and payments that their buyer told us were not theirs.
    fraud_missed: i64,
    /// What those are about.
    amount_fraud_missed: i64,
}

impl DisputesView {
    fn of(fraud: &Fraud) -> Self {
        let (fraud_missed, amount_fraud_missed) = fraud.missed();
        Self {
            opened: fraud.opened,
            amount_opened: fraud.opened_amount,
            won: fraud.won,
            amount_won: fraud.won_amount,
            lost: fraud.lost,
            amount_lost: fraud.lost_amount,
            fraud_missed,
            amount_fraud_missed,
        }
    }
}

impl FiguresView {
    fn of(currency: &str, figures: &Figures) -> Self {
        Self {
            currency: currency.to_owned(),
            payments: figures.payments,
            amount_asked: figures.asked,
            approved: figures.approved,
            amount_approved: figures.approved_amount,
            declined: figures.declined,
            amount_declined: figures.declined_amount,
            approval_percent: figures.approval().map(percent),
            conversion_percent: figures.conversion().map(percent),
            captures: figures.captures,
            turnover: figures.captured,
            average: figures.average(),
            refunds: figures.refunds,
            amount_refunded: figures.refunded,
            fees: figures.fees,
            fraud_stopped: figures.blocked,
            amount_fraud_stopped: figures.blocked_amount,
            buyers_new: figures.buyers_new,
            buyers_returning: figures.buyers_returning,
            disputes: None,
        }
    }
}

/// Hundredths of a percent as people read them: 7500 is 75.00.
pub(super) fn percent(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// One for each currency; with disputes, where they are known.
pub(super) fn figures_of(figures: &ByCurrency, fraud: Option<&BTreeMap<String, Fraud>>) -> Vec<FiguresView> {
    let none = Figures::default();
    let only_disputed = fraud.into_iter().flatten().filter(|(currency, _)| !figures.contains_key(*currency));
    let all: BTreeMap<&String, &Figures> =
        figures.iter().chain(only_disputed.map(|(currency, _)| (currency, &none))).collect();
    let view = |(currency, one): (&String, &Figures)| FiguresView {
        disputes: fraud.map(|fraud| DisputesView::of(&fraud.get(currency).copied().unwrap_or_default())),
        ..FiguresView::of(currency, one)
    };
    all.into_iter().map(view).collect()
}

/// What happened in one minute, in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportMinute)]
pub(crate) struct MinuteView {
    /// Its first moment, RFC 3339.
    at: String,
    /// ISO 4217 code.
    currency: String,
    /// Payments created.
    payments: i64,
    /// How often money was taken.
    captures: i64,
    /// Taken, minor units.
    turnover: i64,
    /// Gone back, minor units.
    amount_refunded: i64,
}

impl MinuteView {
    pub(super) fn of(at: Timestamp, currency: &str, figures: &MinuteFigures) -> Self {
        Self {
            at: at.to_string(),
            currency: currency.to_owned(),
            payments: figures.payments,
            captures: figures.captures,
            turnover: figures.captured,
            amount_refunded: figures.refunded,
        }
    }
}

/// A stretch of time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportStretch)]
pub(crate) struct StretchView {
    /// An hour as `2026-11-24T09:00:00+01:00`, a day, the Monday of a week, or a month as `2026-11`.
    start: String,
    /// One for each currency in which something happened.
    figures: Vec<FiguresView>,
}

fn stretches(series: &Series) -> Vec<StretchView> {
    let view = |(start, figures): &(String, ByCurrency)| StretchView {
        start: start.clone(),
        figures: figures_of(figures, None),
    };
    series.stretches.iter().map(view).collect()
}

/// A part of a period.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportGroup)]
pub(crate) struct GroupView {
    /// A brand or `wallet:` and its name, a country or `unknown`, a currency, a decline's code, a weekday from 1
    /// for Monday, or an hour of the day.
    value: String,
    /// One for each currency in which something happened. A dimension that a figure does not have leaves it 0: a
    /// payment that nobody tried to pay has no method.
    figures: Vec<FiguresView>,
}

fn groups(groups: &Groups) -> Vec<GroupView> {
    let view = |(value, figures): (&String, &ByCurrency)| GroupView {
        value: value.clone(),
        figures: figures_of(figures, None),
    };
    groups.iter().map(view).collect()
}

/// A period.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PeriodReport)]
pub(crate) struct PeriodView {
    /// Always `report.period`.
    object: &'static str,
    /// `test` or `live`.
    mode: String,
    /// On whose clocks.
    time_zone: String,
    /// The first day.
    from: String,
    /// The last day.
    to: String,
    /// `hour`, `day`, `week` or `month`.
    by: String,
    /// All of it, one for each currency.
    totals: Vec<FiguresView>,
    /// Every stretch in order, also those in which nothing happened.
    stretches: Vec<StretchView>,
    /// By what else it is told apart, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// The parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<GroupView>>,
}

impl PeriodView {
    pub(super) fn of(
        scope: &Scope,
        period: &Period,
        grain: Grain,
        series: &Series,
        fraud: &BTreeMap<String, Fraud>,
        parts: Option<(Part, Groups)>,
    ) -> Self {
        Self {
            object: "report.period",
            mode: scope.mode.as_str().to_owned(),
            time_zone: period.zone.name().to_owned(),
            from: period.first.to_string(),
            to: period.last.to_string(),
            by: grain.as_str().to_owned(),
            totals: figures_of(&series.total, Some(fraud)),
            stretches: stretches(series),
            group: parts.as_ref().map(|(part, _)| part.as_str().to_owned()),
            groups: parts.as_ref().map(|(_, parts)| groups(parts)),
        }
    }
}

/// One of two years.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnnualReportSide)]
pub(crate) struct SideView {
    /// The first day.
    from: String,
    /// The last day: today while the year lasts, and the same day of the year before beside it.
    to: String,
    /// All of it, one for each currency.
    totals: Vec<FiguresView>,
    /// Month by month.
    months: Vec<StretchView>,
}

impl SideView {
    fn of(side: &AnnualSide) -> Self {
        Self {
            from: side.period.first.to_string(),
            to: side.period.last.to_string(),
            totals: figures_of(&side.months.total, Some(&side.fraud)),
            months: stretches(&side.months),
        }
    }
}

/// A year beside the one before.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnnualReport)]
pub(crate) struct AnnualView {
    /// Always `report.annual`.
    object: &'static str,
    /// `test` or `live`.
    mode: String,
    /// The year.
    year: i32,
    /// Whether it is not over.
    running: bool,
    /// On whose clocks.
    time_zone: String,
    /// The year.
    current: SideView,
    /// The same days of the year before.
    previous: SideView,
    /// The year by brand or wallet.
    methods: Vec<GroupView>,
    /// The year by the issuer's country.
    countries: Vec<GroupView>,
    /// The year by why attempts were refused.
    declines: Vec<GroupView>,
    /// The year by weekday, 1 for Monday.
    weekdays: Vec<GroupView>,
    /// The year by the hour of the day.
    hours: Vec<GroupView>,
}

impl AnnualView {
    pub(super) fn of(scope: &Scope, annual: &Annual) -> Self {
        Self {
            object: "report.annual",
            mode: scope.mode.as_str().to_owned(),
            year: annual.year,
            running: annual.is_running,
            time_zone: annual.current.period.zone.name().to_owned(),
            current: SideView::of(&annual.current),
            previous: SideView::of(&annual.previous),
            methods: groups(&annual.methods),
            countries: groups(&annual.countries),
            declines: groups(&annual.declines),
            weekdays: groups(&annual.weekdays),
            hours: groups(&annual.hours),
        }
    }
}

/// Something that moved money, or reserved or released it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportOperation)]
pub(crate) struct OperationView {
    /// `ltx_…`, the transaction in the ledger.
    id: String,
    /// `authorization`, `capture`, `release`, `refund`, `dispute_opened`, `dispute_won` or `dispute_lost`.
    kind: String,
    /// Minor units.
    amount: i64,
    /// What the hub charged for it, minor units.
    fee: i64,
    /// ISO 4217 code.
    currency: String,
    /// The payment.
    payment: String,
    /// The payment's short name.
    reference: String,
    /// The merchant's own order number.
    order_ref: String,
    /// The message to the bank.
    operation: String,
    /// The bank.
    acquirer: String,
    /// The bank's own reference.
    acquirer_ref: String,
    /// The bank's approval code.
    approval_code: String,
    /// The refund or dispute, if it is about one.
    subject: String,
    /// RFC 3339.
    created_at: String,
}

impl From<&OperationLine> for OperationView {
    fn from(line: &OperationLine) -> Self {
        Self {
            id: line.id.to_string(),
            kind: line.kind.clone(),
            amount: line.amount,
            fee: line.fee,
            currency: line.currency.code().to_owned(),
            payment: line.payment.map(|id| id.to_string()).unwrap_or_default(),
            reference: line.reference.clone(),
            order_ref: line.order_ref.clone(),
            operation: line.operation.map(|id| id.to_string()).unwrap_or_default(),
            acquirer: line.acquirer.clone(),
            acquirer_ref: line.acquirer_ref.clone(),
            approval_code: line.approval_code.clone(),
            subject: line.subject.clone(),
            created_at: line.created_at.to_string(),
        }
    }
}
