//! Which warehouse to connect to, and as whom.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::base::{Secret, WarehouseName};

/// A warehouse as the gate connects to it.
#[derive(Clone, Debug)]
pub struct Target {
    pub warehouse: WarehouseName,
    /// Host name or address; with TLS the certificate must name it.
    pub host: String,
    pub port: u16,
    pub database: String,
    pub user: String,
    /// `None` where the warehouse asks for none.
    pub password: Option<Secret<String>>,
    pub tls: Tls,
}

/// How the way to the warehouse is protected.
#[derive(Clone)]
pub enum Tls {
    /// Plain text; only to a loopback address, which is checked again when the address is known.
    Disabled,
    /// The certificate must lead to the authority and name the host.
    VerifyFull(Arc<rustls::ClientConfig>),
}

/// The certificate authority of a warehouse cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadAuthorityError {
    #[error("read the certificates of the authority")]
    Pem(#[source] rustls::pki_types::pem::Error),
    #[error("the file holds no certificate")]
    Empty,
    #[error("use the certificates of the authority")]
    Tls(#[source] rustls::Error),
}

impl Tls {
    /// Full verification against the authority whose certificates are in this PEM text.
    ///
    /// # Errors
    /// The text holds no usable certificate.
    pub fn verify_full(authority_pem: &[u8]) -> Result<Self, LoadAuthorityError> {
        let mut roots = rustls::RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(authority_pem) {
            roots.add(certificate.map_err(LoadAuthorityError::Pem)?).map_err(LoadAuthorityError::Tls)?;
        }
        if roots.is_empty() {
            return Err(LoadAuthorityError::Empty);
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(LoadAuthorityError::Tls)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(Self::VerifyFull(Arc::new(config)))
    }

    /// An address that may be spoken to in this way.
    pub(super) fn allows(&self, address: IpAddr) -> bool {
        match self {
            Self::Disabled => address.to_canonical().is_loopback(),
            Self::VerifyFull(_) => true,
        }
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Disabled => "Disabled",
            Self::VerifyFull(_) => "VerifyFull",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_goes_to_loopback_only() {
        assert!(Tls::Disabled.allows("127.0.0.1".parse().unwrap()));
        assert!(Tls::Disabled.allows("::1".parse().unwrap()));
        assert!(Tls::Disabled.allows("::ffff:127.0.0.1".parse().unwrap()));
        assert!(!Tls::Disabled.allows("10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn an_authority_without_certificate_is_refused() {
        assert!(matches!(Tls::verify_full(b"nothing"), Err(LoadAuthorityError::Empty)));
    }
}
