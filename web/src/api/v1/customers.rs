//! Customers: whether they may save cards and pay with saved ones.

use aviso_core::vault::VaultSettings;
use aviso_core::vault::customer::{CustomerRef, CustomerState};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::field::required;
use crate::extract::{ApiJson, ApiPath, AuthenticatedMerchant, JsonBody};
use crate::problem::Problem;
use crate::state::WebState;

/// A customer of yours, as far as saved cards go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Customer)]
pub(crate) struct CustomerDocument {
    /// Your own name for the customer.
    customer_ref: String,
    /// `member`, `denied` by you, or `frozen` after *Not me*.
    state: &'static str,
}

/// What to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CustomerChange, example = json!({"state": "denied"}))]
pub(crate) struct CustomerBody {
    /// Whether the customer may save cards and pay with saved ones.
    #[schema(required = true, nullable = false)]
    state: Option<StateWord>,
}

/// What a merchant may say.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CustomerState)]
pub(crate) enum StateWord {
    /// Yes.
    Member,
    /// No more.
    Denied,
}

impl JsonBody for CustomerBody {}

/// A customer. One that you never named is a member.
#[utoipa::path(get, path = "/v1/customers/{customer_ref}", operation_id = "get_customer", tag = "saved cards",
    params(("customer_ref" = String, Path, description = "Your own name for the customer")),
    responses((status = 200, description = "The customer", body = CustomerDocument)))]
pub(crate) async fn get(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(customer): ApiPath<CustomerRef>,
) -> Result<Json<CustomerDocument>, Problem> {
    let state = web.payments.vault(VaultSettings::default()).customer(&scope, &customer).await?;
    Ok(Json(CustomerDocument { customer_ref: customer.to_string(), state: state.as_str() }))
}

/// Lets a customer save cards and pay with saved ones, or not. Cards that are kept stay.
#[utoipa::path(patch, path = "/v1/customers/{customer_ref}", operation_id = "update_customer", tag = "saved cards",
    params(("customer_ref" = String, Path, description = "Your own name for the customer")),
    request_body = CustomerBody,
    responses((status = 200, description = "Changed", body = CustomerDocument)))]
pub(crate) async fn update(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(customer): ApiPath<CustomerRef>,
    ApiJson(body): ApiJson<CustomerBody>,
) -> Result<Json<CustomerDocument>, Problem> {
    let state = match required(body.state, "/state")? {
        StateWord::Member => CustomerState::Member,
        StateWord::Denied => CustomerState::Denied,
    };
    web.payments.vault(VaultSettings::default()).set_customer(&scope, &customer, state).await?;
    Ok(Json(CustomerDocument { customer_ref: customer.to_string(), state: state.as_str() }))
}
