//! What a merchant puts on its site: a link and a form that open a signed order.

use aviso_core::site::SiteOrder;

use crate::config::Config;

/// The link and the form.
pub(super) fn of(config: &Config, order: &SiteOrder, signature: &str) -> String {
    let start = format!("{}/pay/start", config.server.public_url.as_str().trim_end_matches('/'));
    let fields = [
        ("merchant", order.merchant.as_str()),
        ("order_ref", &order.order_ref),
        ("amount", &order.amount),
        ("currency", &order.currency),
        ("description", &order.description),
        ("expires_at", &order.expires_at),
        ("return_url", &order.return_url),
        ("signature", signature),
    ];
    let given = fields.iter().filter(|(_, value)| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(given.clone()).finish();
    let inputs: String = given
        .map(|(name, value)| format!("  <input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escaped(value)))
        .collect();
    format!("{start}?{query}\n\n<form method=\"post\" action=\"{start}\">\n{inputs}  <button>Pay</button>\n</form>")
}

/// A text inside a quoted attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_leaves_its_attribute() {
        let order = SiteOrder { description: "\"><script>&".to_owned(), ..SiteOrder::default() };
        let text = of(&Config::default(), &order, "abc");
        assert!(text.contains("value=\"&quot;&gt;&lt;script&gt;&amp;\""), "{text}");
        assert!(text.contains("/pay/start?description=%22%3E%3Cscript%3E%26&signature=abc"), "{text}");
    }
}
