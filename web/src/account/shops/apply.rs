//! The application for live payments.

use std::collections::BTreeMap;

use askama::Template;
use aviso_core::id::MerchantId;
use aviso_core::onboarding::OnboardingError;
use aviso_core::onboarding::application::{Application, Fault, Field as ApplicationField};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::{logged_in, theirs};
use crate::account::field::Field;
use crate::account::form::PageForm;
use crate::account::page::{self, Frame};
use crate::account::visitor::Visitor;
use crate::account::words::Words;
use crate::extract::ApiPath;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "shop_apply.html")]
struct ApplyPage {
    frame: Frame,
    id: String,
    failed: bool,
    fields: Vec<Field>,
    acquirers: Vec<String>,
    acquirer: String,
    acquirer_error: Option<String>,
}

/// What is typed, by field.
type Given = BTreeMap<String, String>;

/// `GET /account/shops/{merchant}/apply`: filled in with what was said before.
pub(super) async fn show(
    State(web): State<WebState>,
    ApiPath(merchant): ApiPath<MerchantId>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let Some(account) = logged_in(&visitor) else { return Ok(Redirect::to("/login").into_response()) };
    let shop = theirs(&web, account, merchant).await?;
    let before = |field: ApplicationField| {
        let said = shop.application.as_ref().map(|application| application.field(field).to_owned());
        let known = if field == ApplicationField::ContactEmail { account.email.clone() } else { String::new() };
        (field.as_str().to_owned(), said.unwrap_or(known))
    };
    let given = ApplicationField::ALL.iter().map(|field| before(*field)).collect();
    answer(&web, &visitor, merchant, &given, &[], problem::DONE)
}

fn answer(
    web: &WebState,
    visitor: &Visitor,
    merchant: MerchantId,
    given: &Given,
    faults: &[(ApplicationField, Fault)],
    status: StatusCode,
) -> Result<Response, Problem> {
    let words = visitor.words();
    let fields = ApplicationField::ALL.iter().filter(|field| **field != ApplicationField::Acquirer);
    let page = ApplyPage {
        frame: Frame::new(visitor, "apply-title").within("shops"),
        id: merchant.to_string(),
        failed: !faults.is_empty(),
        fields: fields.map(|field| shown(*field, given, faults, words)).collect(),
        acquirers: web.onboardings.terms().acquirers.clone(),
        acquirer: given.get(ApplicationField::Acquirer.as_str()).cloned().unwrap_or_default(),
        acquirer_error: fault_of(ApplicationField::Acquirer, faults, words),
    };
    page::answer(status, &page)
}

fn fault_of(field: ApplicationField, faults: &[(ApplicationField, Fault)], words: Words) -> Option<String> {
    let fault = faults.iter().find(|(wrong, _)| *wrong == field)?.1;
    Some(words.say(&format!("applicant-fault-{}", fault.as_str())))
}

fn shown(field: ApplicationField, given: &Given, faults: &[(ApplicationField, Fault)], words: Words) -> Field {
    let (kind, autocomplete) = match field {
        ApplicationField::ContactEmail => ("email", "email"),
        ApplicationField::ContactPhone => ("tel", "tel"),
        ApplicationField::Site => ("url", "url"),
        ApplicationField::Company => ("text", "organization"),
        ApplicationField::Country => ("text", "country"),
        ApplicationField::Address => ("text", "street-address"),
        ApplicationField::ContactName => ("text", "name"),
        ApplicationField::RegistrationNumber
        | ApplicationField::Goods
        | ApplicationField::CategoryCode
        | ApplicationField::BankName
        | ApplicationField::BankAccount
        | ApplicationField::BankCode
        | ApplicationField::Acquirer => ("text", "off"),
    };
    let id = field.as_str();
    let label = words.say(&format!("applicant-{}", id.replace('_', "-")));
    let shown = Field::new(id, kind, label, autocomplete)
        .value(given.get(id).map(String::as_str).unwrap_or_default())
        .error(fault_of(field, faults, words));
    match field {
        ApplicationField::Country
        | ApplicationField::CategoryCode
        | ApplicationField::ContactPhone
        | ApplicationField::BankAccount
        | ApplicationField::BankCode => shown.hint(words.say(&format!("applicant-hint-{}", id.replace('_', "-")))),
        ApplicationField::Company
        | ApplicationField::RegistrationNumber
        | ApplicationField::Address
        | ApplicationField::Site
        | ApplicationField::Goods
        | ApplicationField::ContactName
        | ApplicationField::ContactEmail
        | ApplicationField::BankName
        | ApplicationField::Acquirer => shown,
    }
}

/// `POST /account/shops/{merchant}/apply`.
pub(super) async fn submit(
    State(web): State<WebState>,
    ApiPath(merchant): ApiPath<MerchantId>,
    PageForm(visitor, given): PageForm<Given>,
) -> Result<Response, Problem> {
    let Some(account) = logged_in(&visitor) else { return Ok(Redirect::to("/login").into_response()) };
    web.limiters().account.check(&account.id)?;
    theirs(&web, account, merchant).await?;
    let filled = |field: ApplicationField| given.get(field.as_str()).cloned().unwrap_or_default();
    let application = match Application::new(filled, &web.onboardings.terms().acquirers) {
        Ok(application) => application,
        Err(faults) => {
            return answer(&web, &visitor, merchant, &given, &faults, Code::FieldInvalid.status());
        }
    };
    match web.onboardings.apply(account.id, merchant, &application).await {
        // Sent twice: it is there.
        Ok(_) | Err(OnboardingError::Stage(_)) => {
            Ok(Redirect::to(&format!("/account/shops/{merchant}")).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
