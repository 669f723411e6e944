//! What a merchant puts on its site: a link and a form that open a signed order.

use aviso_core::site::SiteOrder;
use url::form_urlencoded;

/// A signed order, ready to be copied to a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The link.
    pub link: String,
    /// The form.
    pub form: String,
}

impl Snippet {
    /// A signed order behind the address of `/pay/start`; `button` is what the form's button says.
    #[must_use]
    pub fn new(start: &str, order: &SiteOrder, signature: &str, button: &str) -> Self {
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
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(given.clone()).finish();
        let inputs: String = given
            .map(|(name, value)| format!("  <input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escaped(value)))
            .collect();
        let form = format!("<form method=\"post\" action=\"{start}\">\n{inputs}  <button>{button}</button>\n</form>");
        Self { link: format!("{start}?{query}"), form }
    }
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
        let made = Snippet::new("https://pay.example/pay/start", &order, "abc", "Pay");
        assert!(made.form.contains("value=\"&quot;&gt;&lt;script&gt;&amp;\""), "{}", made.form);
        assert!(made.link.ends_with("/pay/start?description=%22%3E%3Cscript%3E%26&signature=abc"), "{}", made.link);
    }
}
