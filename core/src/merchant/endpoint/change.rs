//! Changing how an endpoint is sent events.

use std::time::Duration;

use super::{Endpoint, EndpointChange, EndpointError, EndpointPace, EndpointStatus, Endpoints, keys};
use crate::clock::Timestamp;
use crate::delivery::ChannelKind;
use crate::store::endpoint::SecretKind;
use crate::store::{Tx, endpoint as rows, recipient as recipients};

impl Endpoints {
    /// Sets what is to change.
    pub(super) async fn change(
        &self,
        tx: &Tx,
        mut endpoint: Endpoint,
        change: &EndpointChange,
        now: Timestamp,
    ) -> Result<Endpoint, EndpointError> {
        let id = endpoint.id;
        if let Some(url) = &change.url {
            endpoint.url.clone_from(url);
        }
        if let Some(kinds) = &change.events {
            endpoint.events.clone_from(kinds);
        }
        match change.active {
            Some(true) => {
                endpoint.status = EndpointStatus::Active;
                endpoint.disabled_reason = None;
                endpoint.recover();
            }
            Some(false) => {
                endpoint.status = EndpointStatus::Disabled;
                endpoint.disabled_reason = Some("switched off by the merchant".to_owned());
            }
            None => {}
        }
        endpoint.payload = change.payload.unwrap_or(endpoint.payload);
        if let Some(headers) = &change.headers {
            endpoint.header_names = headers.iter().map(|header| header.name.clone()).collect();
            rows::forget_secrets(tx, id, SecretKind::Headers).await?;
            let sealed = self.seal(id, &keys::written(headers));
            rows::insert_secret(tx, id, SecretKind::Headers, &sealed, now).await?;
        }
        match (change.asymmetric, &endpoint.public_key) {
            (Some(true), None) => {
                let (pair, public) = keys::new_pair();
                let sealed = self.seal(id, pair.expose());
                rows::insert_secret(tx, id, SecretKind::Asymmetric, &sealed, now).await?;
                endpoint.public_key = Some(public);
            }
            (Some(false), Some(_)) => {
                rows::forget_secrets(tx, id, SecretKind::Asymmetric).await?;
                endpoint.public_key = None;
            }
            (Some(_) | None, _) => {}
        }
        endpoint.pace.max_in_flight = change.max_in_flight.unwrap_or(endpoint.pace.max_in_flight);
        endpoint.pace.rate_per_second = change.rate_per_second.unwrap_or(endpoint.pace.rate_per_second);
        if change.max_in_flight.is_some() || change.rate_per_second.is_some() {
            let EndpointPace { max_in_flight, rate_per_second } = endpoint.pace;
            let interval = Duration::from_secs(1).checked_div(rate_per_second.into()).unwrap_or_default();
            let address = id.to_string();
            recipients::limit(tx, ChannelKind::Webhook, &address, max_in_flight.into(), interval, now).await?;
        }
        rows::update(tx, &endpoint).await?;
        Ok(endpoint)
    }
}
