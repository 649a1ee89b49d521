//! The keys of pseudonyms: one for each vendor, engagement, epoch and domain, all from one master key; only their padded halves leave.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::base::Secret;

/// Block length of SHA-256, bytes.
const BLOCK: usize = 64;
/// Shortest master key, bytes.
pub const SHORTEST_MASTER: usize = 32;

/// Salt of the extraction: what the keys are for, and the version of this scheme.
const SALT: &[u8] = b"postern/p1";

/// Whose pseudonyms, of which engagement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engagement<'a> {
    pub vendor: &'a str,
    /// The grant's name.
    pub engagement: &'a str,
    /// Raised when the pseudonyms of a running engagement are to change.
    pub epoch: u32,
}

/// The two halves of a domain's key as the mask expressions read them: hexadecimal, 128 digits each.
#[derive(Clone, Debug)]
pub struct DomainKey {
    /// Value of the setting `postern.i_<domain>`.
    pub inner: Secret<String>,
    /// Value of the setting `postern.o_<domain>`.
    pub outer: Secret<String>,
}

/// Names of the settings that hold a domain's key: inner, outer.
pub fn settings(domain: &str) -> [String; 2] {
    [format!("postern.i_{domain}"), format!("postern.o_{domain}")]
}

/// Derives a domain's key: HKDF-SHA256 (RFC 5869) of the master key, then the pads of RFC 2104.
/// Every part of the context is preceded by its length, so no two contexts read alike.
pub fn derive(master: &[u8], engagement: &Engagement<'_>, domain: &str) -> DomainKey {
    let mut info = Vec::new();
    for part in [engagement.vendor, engagement.engagement, &engagement.epoch.to_string(), domain] {
        info.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        info.extend_from_slice(part.as_bytes());
    }
    info.push(1);
    // HKDF: one block of output is the whole key, so the expansion has one step.
    pads(&mac(&mac(SALT, master), &info))
}

/// RFC 2104: the key, padded with zeros to a block, XOR 0x36 and XOR 0x5c.
fn pads(key: &[u8]) -> DomainKey {
    let half = |with: u8| {
        let padded = key.iter().copied().chain(std::iter::repeat(0)).take(BLOCK);
        Secret::new(padded.map(|byte| format!("{:02x}", byte ^ with)).collect::<String>())
    };
    DomainKey { inner: half(0x36), outer: half(0x5c) }
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length: this cannot fail, and an empty MAC would be no key.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_expansion_is_that_of_rfc_5869() {
        // Appendix A.1: PRK and the first block of OKM.
        let ikm = [0x0b; 22];
        let salt: Vec<u8> = (0..=0x0c).collect();
        let prk = mac(&salt, &ikm);
        assert_eq!(hex(&prk), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        let mut info: Vec<u8> = (0xf0..=0xf9).collect();
        info.push(1);
        assert_eq!(hex(&mac(&prk, &info)), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    }

    #[test]
    fn each_part_of_the_context_changes_the_key() {
        let key = |vendor, engagement, epoch, domain| {
            derive(&[7; 32], &Engagement { vendor, engagement, epoch }, domain).inner.reveal().clone()
        };
        let all = [
            key("acme", "q4", 1, "customer"),
            key("bravo", "q4", 1, "customer"),
            key("acme", "q5", 1, "customer"),
            key("acme", "q4", 2, "customer"),
            key("acme", "q4", 1, "email"),
            key("acmeq", "4", 1, "customer"),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|other| one != other));
            assert_eq!(one.len(), 2 * BLOCK);
        }
        assert_eq!(all[0], key("acme", "q4", 1, "customer"));
    }

    #[test]
    fn a_key_does_not_print() {
        let key = derive(&[7; 32], &Engagement { vendor: "v", engagement: "e", epoch: 1 }, "d");
        assert!(!format!("{key:?}").contains(key.inner.reveal()));
    }
}
