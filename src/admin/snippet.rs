//! What a merchant puts on its site, as it is printed.

use aviso_core::site::SiteOrder;
use aviso_web::Snippet;

use crate::config::Config;

/// The link and the form.
pub(super) fn of(config: &Config, order: &SiteOrder, signature: &str) -> String {
    let start = format!("{}/pay/start", config.server.public_url.as_str().trim_end_matches('/'));
    let Snippet { link, form } = Snippet::new(&start, order, signature, "Pay");
    format!("{link}\n\n{form}")
}
