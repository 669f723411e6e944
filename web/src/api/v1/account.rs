//! The merchant's own account.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::AuthenticatedMerchant;
use crate::problem::Problem;
use crate::state::WebState;

/// The merchant that the API key belongs to.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountDocument {
    /// `mer_…`
    id: String,
    /// What buyers know it by.
    name: String,
    /// `test` or `live`: the world that the key opens.
    mode: String,
    /// How far you are let in: `trial`, `full`, `suspended` or `closed`.
    access: String,
    /// Until when a trial may use the test world.
    #[serde(skip_serializing_if = "Option::is_none")]
    test_until: Option<String>,
    /// What your site signs its orders with, `site_…`. It opens nothing else; an operator can change it.
    site_key: String,
}

/// Whose API key this is.
#[utoipa::path(get, path = "/v1/account", operation_id = "get_account", tag = "account",
    responses((status = 200, description = "The merchant", body = AccountDocument)))]
pub(crate) async fn get(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
) -> Result<Json<AccountDocument>, Problem> {
    let site_key = web.sites.key(scope.merchant.id, scope.mode).await?;
    Ok(Json(AccountDocument {
        id: scope.merchant.id.to_string(),
        name: scope.merchant.name,
        mode: scope.mode.as_str().to_owned(),
        access: scope.merchant.access.as_str().to_owned(),
        test_until: scope.merchant.test_until.map(|until| until.to_string()),
        site_key: site_key.expose().to_owned(),
    }))
}
