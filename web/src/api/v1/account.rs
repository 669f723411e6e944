//! The merchant's own account.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::AuthenticatedMerchant;

/// The merchant that the API key belongs to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountDocument {
    /// `mer_…`
    id: String,
    /// What buyers know it by.
    name: String,
    /// `test` or `live`: the world that the key opens.
    mode: String,
}

/// Whose API key this is.
#[utoipa::path(get, path = "/v1/account", operation_id = "get_account", tag = "account",
    responses((status = 200, description = "The merchant", body = AccountDocument)))]
pub(crate) async fn get(AuthenticatedMerchant(scope): AuthenticatedMerchant) -> Json<AccountDocument> {
    Json(AccountDocument {
        id: scope.merchant.id.to_string(),
        name: scope.merchant.name,
        mode: scope.mode.as_str().to_owned(),
    })
}
