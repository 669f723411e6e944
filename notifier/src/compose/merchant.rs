//! Letters to the people of a merchant and to staff, and the answer to a buyer's report.

use aviso_core::clock::Timestamp;
use aviso_core::document::EndpointDocument;
use url::Url;

use super::ComposeError;
use super::draft::{Draft, Source, Tone, written};
use super::payment::letter;
use crate::clean;

/// The longest address of an endpoint that is shown.
const ENDPOINT_GRAPHEMES_MAX: usize = 120;

pub(super) fn endpoint_failing(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let since = source.words.moment(failing_since(source.endpoint()?).unwrap_or(source.happened_at()));
    let draft = endpoint(source, "endpoint-failing", Tone::Waiting)?;
    Ok(draft.row(source.row("label-since", &since)).row(source.date_row()).with("since", since))
}

pub(super) fn endpoint_disabled(source: &Source<'_>) -> Result<Draft, ComposeError> {
    Ok(endpoint(source, "endpoint-disabled", Tone::Stopped)?.row(source.date_row()))
}

fn endpoint(source: &Source<'_>, id: &'static str, tone: Tone) -> Result<Draft, ComposeError> {
    let endpoint = source.endpoint()?;
    let (host, address) = shown_address(&endpoint.url);
    Ok(Draft::new(id, tone)
        .with("shop", source.shop())
        .with("host", host)
        .row(source.row("label-shop", source.shop()))
        .row(source.row("label-endpoint", address))
        .row(source.row("label-endpoint-id", &endpoint.id))
        .button(source.button("button-endpoint", "/account")))
}

/// Host and address without user, password, query and fragment: shops put tokens there.
fn shown_address(url: &str) -> (String, String) {
    let parsed = Url::parse(url).ok();
    let host = parsed.as_ref().and_then(Url::host_str).and_then(clean::name);
    let address = parsed.and_then(|mut url| {
        url.set_query(None);
        url.set_fragment(None);
        url.set_username("").and_then(|()| url.set_password(None)).ok()?;
        clean::line(url.as_str(), ENDPOINT_GRAPHEMES_MAX)
    });
    (host.unwrap_or_else(|| "—".to_owned()), address.unwrap_or_else(|| "—".to_owned()))
}

fn failing_since(endpoint: &EndpointDocument) -> Option<Timestamp> {
    endpoint.failing_since.as_deref().and_then(written)
}

pub(super) fn case_opened(source: &Source<'_>) -> Result<Draft, ComposeError> {
    if !source.job.staff {
        return letter(source, "case-opened", Tone::Waiting, |payment| payment.amount);
    }
    let draft = letter(source, "case-opened-staff", Tone::Waiting, |payment| payment.amount)?;
    Ok(draft.row(source.fact("reason").map(|reason| source.row("label-reason", reason))))
}

pub(super) fn review_opened(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let draft = letter(source, "review-opened", Tone::Waiting, |payment| payment.amount)?;
    Ok(draft.row(source.fact("reason").map(|reason| source.row("label-risk", reason))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_shown_without_its_secrets() {
        let (host, address) = shown_address("https://user:pw@shop.example/hook?token=1#x");
        assert_eq!(host, "shop.example");
        assert_eq!(address, "https://shop.example/hook");
        assert_eq!(shown_address("no address").0, "—");
    }
}
