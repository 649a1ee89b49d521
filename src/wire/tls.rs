//! Certificate and key of the gate, reloadable, and what one handshake agreed on.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::crypto::aws_lc_rs::{Ticketer, default_provider};
use rustls::server::{NoServerSessionStorage, ServerConnection};
use rustls::{ProtocolVersion, ServerConfig, SupportedProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::certificate;
use crate::base::{Secret, Timestamp};

/// The protocol's name in ALPN (PostgreSQL: `PG_ALPN_PROTOCOL`).
pub(super) const ALPN: &[u8] = b"postgresql";

/// What the configuration says about TLS; files are read by the caller.
#[derive(Clone, Debug)]
pub struct TlsSettings {
    /// PEM, the gate's own certificate first.
    pub certificate: Vec<u8>,
    /// PEM: PKCS #8, PKCS #1 or SEC1.
    pub key: Secret<Vec<u8>>,
    pub min_version: TlsVersion,
    pub plaintext: Plaintext,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    V1_2,
    V1_3,
}

impl TlsVersion {
    /// As PostgreSQL writes it in `pg_stat_ssl`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_2 => "TLSv1.2",
            Self::V1_3 => "TLSv1.3",
        }
    }
}

/// Who may connect without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plaintext {
    /// Clients on a loopback address. For development.
    LoopbackOnly,
    /// Nobody.
    Refuse,
}

/// Why certificate and key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadTlsError {
    #[error("the certificate file holds no certificate in PEM")]
    NoCertificate,
    #[error("the certificate cannot be read")]
    Certificate,
    #[error("the key file holds no private key in PEM")]
    NoKey,
    #[error("certificate and key do not serve together")]
    Unusable(#[source] rustls::Error),
}

/// The gate's TLS as it stands now. A reload reaches the next connection.
#[derive(Debug)]
pub struct TlsState(ArcSwap<Loaded>);

/// One certificate with its key and everything that is bound to them.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) config: Arc<ServerConfig>,
    pub(super) plaintext: Plaintext,
    end_point: Option<Arc<[u8]>>,
    not_after: Timestamp,
}

impl TlsState {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// What cannot be used, and why.
    pub fn load(settings: &TlsSettings) -> Result<Self, LoadTlsError> {
        Ok(Self(ArcSwap::from_pointee(Loaded::new(settings)?)))
    }

    /// Puts a new certificate in force; session tickets of the old one end with it. After an error the old one stays.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn reload(&self, settings: &TlsSettings) -> Result<(), LoadTlsError> {
        self.0.store(Arc::new(Loaded::new(settings)?));
        Ok(())
    }

    /// What to tell the operator at start when channel binding cannot be offered with this certificate.
    pub fn channel_binding_note(&self) -> Option<&'static str> {
        match self.0.load().end_point {
            Some(_) => None,
            None => Some(
                "SCRAM-SHA-256-PLUS is not offered: the signature of the server certificate has no hash that channel binding \
                 (tls-server-end-point) could use; take an RSA or ECDSA certificate signed with SHA-2",
            ),
        }
    }

    /// When the certificate ends.
    pub fn not_after(&self) -> Timestamp {
        self.0.load().not_after
    }

    pub(super) fn current(&self) -> Arc<Loaded> {
        self.0.load_full()
    }
}

impl Loaded {
    fn new(settings: &TlsSettings) -> Result<Self, LoadTlsError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&settings.certificate)
            .collect::<Result<_, _>>()
            .map_err(|_| LoadTlsError::NoCertificate)?;
        let leaf = chain.first().ok_or(LoadTlsError::NoCertificate)?;
        let facts = certificate::read(leaf).ok_or(LoadTlsError::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(settings.key.reveal()).map_err(|_| LoadTlsError::NoKey)?;
        let versions: &[&SupportedProtocolVersion] = match settings.min_version {
            TlsVersion::V1_2 => &[&rustls::version::TLS13, &rustls::version::TLS12],
            TlsVersion::V1_3 => &[&rustls::version::TLS13],
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(LoadTlsError::Unusable)?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        // The ticket key is made here, so it lives and dies with this certificate; no state is kept on our side.
        config.ticketer = Ticketer::new().map_err(LoadTlsError::Unusable)?;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        // 0-RTT data can be replayed: never taken.
        config.max_early_data_size = 0;
        Ok(Self {
            config: Arc::new(config),
            plaintext: settings.plaintext,
            end_point: facts.end_point.map(Arc::from),
            not_after: facts.not_after,
        })
    }

    /// What a finished handshake agreed on; `None` for a version that cannot have been offered.
    pub(super) fn facts(&self, connection: &ServerConnection) -> Option<TlsFacts> {
        let version = connection.protocol_version()?;
        let known = [(ProtocolVersion::TLSv1_2, TlsVersion::V1_2), (ProtocolVersion::TLSv1_3, TlsVersion::V1_3)];
        let version = known.into_iter().find_map(|(theirs, ours)| (theirs == version).then_some(ours))?;
        let suite = connection.negotiated_cipher_suite()?.suite();
        Some(TlsFacts {
            version,
            cipher: suite.as_str().unwrap_or("unknown"),
            server_name: connection.server_name().map(str::to_owned),
            end_point: self.end_point.clone(),
        })
    }
}

/// What one TLS connection agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFacts {
    pub version: TlsVersion,
    /// The cipher suite by its name in the IANA registry, as rustls writes it.
    pub cipher: &'static str,
    /// What the client called us (SNI).
    pub server_name: Option<String>,
    end_point: Option<Arc<[u8]>>,
}

impl TlsFacts {
    /// The channel binding data `tls-server-end-point` of the certificate that this client saw; `None` = PLUS is not offered.
    pub fn end_point(&self) -> Option<&[u8]> {
        self.end_point.as_deref()
    }
}
