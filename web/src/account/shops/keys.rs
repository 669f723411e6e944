//! The first API key of a shop, shown once. Further ones are made in the cabinet.

use askama::Template;
use aviso_core::id::MerchantId;
use aviso_core::secret::Secret;

use crate::account::page::Frame;
use crate::account::visitor::Visitor;
use crate::state::WebState;

/// A new key, and what to do with it.
#[derive(Debug, Template)]
#[template(path = "shop_key.html")]
pub(super) struct KeyPage {
    frame: Frame,
    merchant: String,
    site: String,
    key: Secret,
}

impl KeyPage {
    pub(super) fn new(web: &WebState, visitor: &Visitor, merchant: MerchantId, key: &Secret) -> Self {
        Self {
            frame: Frame::new(visitor, "shop-key-title").within("shops"),
            merchant: merchant.to_string(),
            site: web.config.public_url.as_str().trim_end_matches('/').to_owned(),
            key: key.clone(),
        }
    }
}
