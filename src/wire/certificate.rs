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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::test_kit::settings_with;
    use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SignatureAlgorithm as Algorithm};
    use rustls_pki_types::CertificateDer;
    use rustls_pki_types::pem::PemObject;

    fn end_point(algorithm: &'static Algorithm) -> (Vec<u8>, Option<Vec<u8>>) {
        let der = CertificateDer::from_pem_slice(&settings_with(algorithm).certificate).unwrap();
        (der.to_vec(), read(&der).unwrap().end_point)
    }

    #[test]
    fn the_certificate_is_hashed_as_its_signature_was() {
        let (der, hash) = end_point(&PKCS_ECDSA_P256_SHA256);
        assert_eq!(hash.unwrap(), Sha256::digest(&der).to_vec());
        let (der, hash) = end_point(&PKCS_ECDSA_P384_SHA384);
        assert_eq!(hash.unwrap(), Sha384::digest(&der).to_vec());
        assert_eq!(end_point(&PKCS_ED25519).1, None);
    }

    /// Signed with RSASSA-PSS and SHA-384: `openssl req -x509 -newkey rsa:2048 -sigopt rsa_padding_mode:pss -sha384`.
    const PSS: &[u8] = b"\
-----BEGIN CERTIFICATE-----\n\
MIIDZzCCAhugAwIBAgIUSyeiENF4xMeAInFd2V72k73hFYwwQQYJKoZIhvcNAQEK\n\
MDSgDzANBglghkgBZQMEAgIFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgIF\n\
AKIDAgEgMA4xDDAKBgNVBAMMA3BzczAgFw0yNjExMjExMzE3MTVaGA8yMTI2MTAy\n\
ODEzMTcxNVowDjEMMAoGA1UEAwwDcHNzMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n\
MIIBCgKCAQEAx6YtQZuM7NE63lDfWJ5yYaOSTkog9ZwkFT92L7sjuiJjr7SNgsQA\n\
DChhwQxWsM5wmrLFQwu4SVu3ws4zzHa2KPqJAKkUI4GOuihfstdHVOGs9EjaJmD9\n\
2pqGjbgYrEUzYVnu5DxXbKHru+Oo8pgUJjfZp4paZuMc5hSsP1fKC1YNiLiF+fFz\n\
PpGBEuk0fe2gfdLv+L7rGulp/z7+pJgXZu95aFQ9l5sHAi5/SizKb6wIf1hITO6C\n\
Z3caeQcsedbCUjfmk15K8Yk0XhovtbqVCL8t+SzJSfxk9tCezRXDM6WESK2OqtdA\n\
GD7fyl4X8Og4f5jrZTNWpFrAgB3JisyqQQIDAQABo1MwUTAdBgNVHQ4EFgQUyLZB\n\
zJ+8hwU40mXcOk6wARgLRFcwHwYDVR0jBBgwFoAUyLZBzJ+8hwU40mXcOk6wARgL\n\
RFcwDwYDVR0TAQH/BAUwAwEB/zBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQC\n\
AgUAoRwwGgYJKoZIhvcNAQEIMA0GCWCGSAFlAwQCAgUAogMCASADggEBACPsgkTY\n\
NrCZ0lIOKF8LYnAf9WpsAewZGu4phLy7Rgg3VkJADu3/TE86B1aPQLj+gThlJV4x\n\
Nwj8dOPqnTHrbvBodlIqPIOwF68zZwHZf+r5p1Psc4cZXx0n1TOlXQHqUSzotLHj\n\
SMIciauK9DNFi/XBTeYd/xzwLMTpCVGxk6vR+ikC6+yzbE46bakk5PiUfIqLAEVt\n\
2PV4AVPIvaqZC4sryqg6rjoo+nVjCg8Y0qqP5+w+rWU9OabQNXnqz6+fwldBBr72\n\
ma2q2HcBLZiN2h5vDdhRN2AzobJ8ge6yv3dhN7qH1bhAfQ4Ety6MJHVaQFmc/deT\n\
FQw3zZGs9GiIwss=\n\
-----END CERTIFICATE-----\n\
";

    #[test]
    fn rsa_pss_says_its_hash_in_the_parameters() {
        let der = CertificateDer::from_pem_slice(PSS).unwrap();
        let hash: String = read(&der).unwrap().end_point.unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
        // `openssl x509 -outform der | openssl dgst -sha384`
        let expected = "58f5f165797226ba13b75ab2d3004932748b85d388f40f8d5e5f3537feb8c169743af642e786c7c849e654bbfbac4380";
        assert_eq!(hash, expected);
    }

    #[test]
    fn weak_and_long_hashes_by_their_names() {
        for (oid, length) in [
            ("1.3.14.3.2.26", 32),
            ("1.2.840.113549.1.1.4", 32),
            ("1.2.840.113549.1.1.5", 32),
            ("1.2.840.10045.4.1", 32),
            ("1.2.840.113549.1.1.11", 32),
            ("1.2.840.113549.1.1.12", 48),
            ("1.2.840.113549.1.1.13", 64),
            ("2.16.840.1.101.3.4.2.3", 64),
            ("1.2.840.10045.4.3.4", 64),
        ] {
            assert_eq!(hash_named(oid).unwrap().of(b"").len(), length, "{oid}");
        }
        assert!(hash_named("1.3.101.112").is_none());
    }

    #[test]
    fn the_end_of_a_certificate_is_read_and_other_bytes_are_refused() {
        let (der, _) = end_point(&PKCS_ECDSA_P256_SHA256);
        assert!(read(&der).unwrap().not_after > Timestamp::parse("2030-01-01T00:00:00Z").unwrap());
        assert_eq!(read(b"0\x03\x02\x01\x01"), None);
        assert_eq!(read(&der[..der.len() - 1]), None);
    }
}
