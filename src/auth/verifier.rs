//! A stored SCRAM verifier: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, as PostgreSQL writes it in `rolpassword`.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::mac::hmac_sha256;
use crate::base::Secret;

/// Iterations of a new verifier (RFC 7677 §4, PostgreSQL's default) and the fewest that are taken.
pub(super) const ITERATIONS: u32 = 4096;
/// More would keep the client busy for minutes.
const ITERATIONS_MAX: u32 = 10_000_000;
/// Bytes of salt in a new verifier, as PostgreSQL makes it.
pub(super) const SALT_BYTES: usize = 16;
const SALT_BYTES_MAX: usize = 1024;

/// What the gate keeps of a password: enough to check a proof, not enough to log in.
#[derive(Clone)]
pub struct Verifier {
    pub(super) iterations: u32,
    pub(super) salt: Vec<u8>,
    pub(super) stored_key: Secret<[u8; 32]>,
    pub(super) server_key: Secret<[u8; 32]>,
}

/// The text is not a verifier that can be used. Never shows the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseVerifierError {
    #[error("not a SCRAM verifier: expected SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>")]
    Form,
    #[error("a SCRAM verifier needs {ITERATIONS} to {ITERATIONS_MAX} iterations")]
    Iterations,
    #[error("a SCRAM verifier's salt is base64 of 1 to {SALT_BYTES_MAX} bytes")]
    Salt,
    #[error("a SCRAM verifier's keys are base64 of 32 bytes each")]
    Key,
}

impl Verifier {
    /// Reads a verifier.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ParseVerifierError> {
        let form = ParseVerifierError::Form;
        let rest = text.strip_prefix("SCRAM-SHA-256$").ok_or(form)?;
        let (parameters, keys) = rest.split_once('$').ok_or(form)?;
        let (iterations, salt) = parameters.split_once(':').ok_or(form)?;
        let (stored_key, server_key) = keys.split_once(':').ok_or(form)?;
        let iterations = iterations.parse().ok().filter(|number| (ITERATIONS..=ITERATIONS_MAX).contains(number));
        let salt = STANDARD.decode(salt).ok().filter(|salt| (1..=SALT_BYTES_MAX).contains(&salt.len()));
        Ok(Self {
            iterations: iterations.ok_or(ParseVerifierError::Iterations)?,
            salt: salt.ok_or(ParseVerifierError::Salt)?,
            stored_key: key(stored_key)?,
            server_key: key(server_key)?,
        })
    }

    /// Makes the verifier of a password with a fresh salt. `postern password` prints it.
    ///
    /// # Errors
    /// The machine has no random bytes.
    pub fn make(password: &Secret<String>) -> Result<Self, getrandom::Error> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt)?;
        Ok(Self::derive(password, &salt, ITERATIONS))
    }

    /// RFC 5802 §3.
    pub(super) fn derive(password: &Secret<String>, salt: &[u8], iterations: u32) -> Self {
        // As PostgreSQL's pg_saslprep and its callers: a password that SASLprep refuses is used as it is.
        let prepared = stringprep::saslprep(password.reveal()).ok().filter(|text| !text.is_empty());
        let prepared = Secret::new(prepared.map_or_else(|| password.reveal().clone(), std::borrow::Cow::into_owned));
        let mut salted = [0; 32];
        pbkdf2::pbkdf2_hmac::<Sha256>(prepared.reveal().as_bytes(), salt, iterations, &mut salted);
        let salted = Secret::new(salted);
        let client_key = Secret::new(hmac_sha256(salted.reveal(), &[b"Client Key"]));
        Self {
            iterations,
            salt: salt.to_vec(),
            stored_key: Secret::new(Sha256::digest(client_key.reveal()).into()),
            server_key: Secret::new(hmac_sha256(salted.reveal(), &[b"Server Key"])),
        }
    }
}

fn key(text: &str) -> Result<Secret<[u8; 32]>, ParseVerifierError> {
    let bytes = STANDARD.decode(text).map(Secret::new).map_err(|_| ParseVerifierError::Key)?;
    bytes.reveal().as_slice().try_into().map(Secret::new).map_err(|_| ParseVerifierError::Key)
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [salt, stored, server] =
            [&self.salt[..], self.stored_key.reveal(), self.server_key.reveal()].map(|bytes| STANDARD.encode(bytes));
        write!(f, "SCRAM-SHA-256${}:{salt}${stored}:{server}", self.iterations)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({} iterations)", self.iterations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verifier of the password "example-only", as the reference configuration has it.
    const EXAMPLE: &str = "SCRAM-SHA-256$4096:tZAXWUQqe7sUOJNO38voNA==$4sXNCjAEpr5YuwN1g9FRiTNmgoCdQH4mhCJWyabArlc=:X4nAjhge+YhOU7egOr3bzx2/IM8PlX5+lkQdVjEP7YQ=";

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_verifier_reads_prints_and_is_made_as_elsewhere() {
        let read = Verifier::parse(EXAMPLE).unwrap();
        assert_eq!(read.to_string(), EXAMPLE);
        assert_eq!(Verifier::derive(&secret("example-only"), &read.salt, read.iterations).to_string(), EXAMPLE);
        assert_ne!(Verifier::derive(&secret("example-0nly"), &read.salt, read.iterations).to_string(), EXAMPLE);
    }

    #[test]
    fn two_verifiers_of_one_password_differ() {
        let [first, second] = [(); 2].map(|()| Verifier::make(&secret("pencil")).unwrap().to_string());
        assert_ne!(first, second);
        assert!(Verifier::parse(&first).is_ok());
    }

    #[test]
    fn a_password_is_prepared_before_it_is_hashed() {
        let of = |password: &str| Verifier::derive(&secret(password), b"salt", ITERATIONS).to_string();
        assert_eq!(of("I\u{ad}X"), of("IX"), "soft hyphen is mapped to nothing");
        assert_eq!(of("\u{2168}"), of("IX"), "NFKC");
        assert_ne!(of("a\u{7}"), of("a"), "what SASLprep refuses is used as it is");
    }

    #[test]
    fn each_malformed_part_is_named() {
        let replaced = |from: &str, to: &str| Verifier::parse(&EXAMPLE.replacen(from, to, 1)).unwrap_err();
        assert_eq!(replaced("SCRAM-SHA-256$", "md5"), ParseVerifierError::Form);
        assert_eq!(replaced("4096:", "4096"), ParseVerifierError::Form);
        assert_eq!(replaced("4096:", "4095:"), ParseVerifierError::Iterations);
        assert_eq!(replaced("4096:", "-1:"), ParseVerifierError::Iterations);
        assert_eq!(replaced("tZAXWUQqe7sUOJNO38voNA==", "tZAX*"), ParseVerifierError::Salt);
        assert_eq!(replaced("tZAXWUQqe7sUOJNO38voNA==", ""), ParseVerifierError::Salt);
        assert_eq!(replaced("Arlc=", "Arl="), ParseVerifierError::Key);
        assert_eq!(replaced("$4sXNCjAEpr5YuwN1g9FRiTNmgoCdQH4mhCJWyabArlc=", "$QUJD"), ParseVerifierError::Key);
    }

    #[test]
    fn debug_shows_no_key() {
        let shown = format!("{:?}", Verifier::parse(EXAMPLE).unwrap());
        assert_eq!(shown, "Verifier(4096 iterations)");
    }
}
