//! A certificate authority of its own and a leaf for `localhost` and `127.0.0.1`.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::standin::StartError;

/// What the sink shows, and what a client must trust.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) ca_pem: String,
}

/// Makes a fresh authority and leaf. They must differ: rustls takes no authority for a server.
pub(crate) fn identity() -> Result<Identity, StartError> {
    let failed = |error: rcgen::Error| StartError::Certificate(error.to_string());
    let mut params = CertificateParams::new(Vec::<String>::new()).map_err(failed)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name.push(DnType::CommonName, "Aviso sandbox CA");
    let ca_key = KeyPair::generate().map_err(failed)?;
    let ca_pem = params.self_signed(&ca_key).map_err(failed)?.pem();
    let issuer = Issuer::new(params, ca_key);

    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let leaf_key = KeyPair::generate().map_err(failed)?;
    let leaf = CertificateParams::new(names).map_err(failed)?.signed_by(&leaf_key, &issuer).map_err(failed)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));

    let failed = |error: rustls::Error| StartError::Certificate(error.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .map_err(failed)?;
    Ok(Identity { acceptor: TlsAcceptor::from(Arc::new(config)), ca_pem })
}
