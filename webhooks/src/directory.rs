//! Where a callback goes: the lookup that the channel asks before each attempt. It is a trait, so that the
//! channel's answers to a failing or slow lookup can be tried without a database.

use async_trait::async_trait;
use aviso_core::id::EndpointId;
use aviso_core::merchant::endpoint::{EndpointError, EndpointTarget, Endpoints};

/// The merchants' endpoints.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// The endpoint, unless it is gone or switched off.
    async fn target(&self, id: EndpointId) -> Result<Option<EndpointTarget>, EndpointError>;
}

#[async_trait]
impl Directory for Endpoints {
    async fn target(&self, id: EndpointId) -> Result<Option<EndpointTarget>, EndpointError> {
        Self::target(self, id).await
    }
}
