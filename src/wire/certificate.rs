//! What the server certificate says: its hash for channel binding, and when it ends.

use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::signature_algorithm::SignatureAlgorithm;

use crate::base::Timestamp;

/// The parts of a certificate that the gate reads.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CertificateFacts {
    /// `tls-server-end-point` (RFC 5929 §4.1); `None` when the certificate's signature has no hash of its own, as with Ed25519.
    pub(super) end_point: Option<Vec<u8>>,
    pub(super) not_after: Timestamp,
}

/// Reads a certificate in DER; `None` when it is not one.
pub(super) fn read(der: &[u8]) -> Option<CertificateFacts> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let seconds = certificate.validity().not_after.timestamp();
    let end_point = signature_hash(&certificate).map(|hash| hash.of(der));
    Some(CertificateFacts { end_point, not_after: Timestamp::from_micros(seconds.saturating_mul(1_000_000)) })
}

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn of(self, der: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(der).to_vec(),
            Self::Sha384 => Sha384::digest(der).to_vec(),
            Self::Sha512 => Sha512::digest(der).to_vec(),
        }
    }
}

/// RFC 5929 §4.1: the hash of the signature, SHA-256 in place of MD5 and SHA-1.
fn signature_hash(certificate: &X509Certificate<'_>) -> Option<Hash> {
    let algorithm = &certificate.signature_algorithm;
    let oid = match SignatureAlgorithm::try_from(algorithm) {
        Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) => parameters.hash_algorithm_oid().to_id_string(),
        Ok(
            SignatureAlgorithm::RSA
            | SignatureAlgorithm::ECDSA
            | SignatureAlgorithm::DSA
            | SignatureAlgorithm::RSAAES_OAEP(_)
            | SignatureAlgorithm::ED25519,
        )
        | Err(_) => algorithm.algorithm.to_id_string(),
    };
    hash_named(&oid)
}

/// Signature and hash algorithms by OID (RFC 3279, RFC 4055, RFC 5758).
fn hash_named(oid: &str) -> Option<Hash> {
    Some(match oid {
        // MD5, SHA-1 with RSA; SHA-1 with ECDSA; SHA-1 by itself (RSASSA-PSS without parameters).
        "1.2.840.113549.1.1.4" | "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" | "1.3.14.3.2.26" => Hash::Sha256,
        // RSA, ECDSA, by itself.
        "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" | "2.16.840.1.101.3.4.2.1" => Hash::Sha256,
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" | "2.16.840.1.101.3.4.2.2" => Hash::Sha384,
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" | "2.16.840.1.101.3.4.2.3" => Hash::Sha512,
        _ => return None,
    })
}
