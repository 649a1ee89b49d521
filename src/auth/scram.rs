//! SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), the server's side, without I/O (PostgreSQL: `auth-scram.c`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::attributes::{BindingFlag, ClientFinal, ClientFirst};
use super::error::AuthError;
use super::identity::AuthMethod;
use super::mac::hmac_sha256;
use super::verifier::Verifier;
use crate::base::{SqlState, UserError};

const PLAIN: &str = "SCRAM-SHA-256";
const PLUS: &str = "SCRAM-SHA-256-PLUS";
/// Random bytes in the server's nonce, as PostgreSQL has it.
const NONCE_BYTES: usize = 18;

/// The mechanisms to offer, best first; `end_point` is the channel binding data of the connection, where there is any.
pub(super) fn mechanisms(end_point: Option<&[u8]>) -> &'static [&'static str] {
    match end_point {
        Some(_) => &[PLUS, PLAIN],
        None => &[PLAIN],
    }
}

/// The method by the mechanism's name, when it was offered.
pub(super) fn method(mechanism: &str, end_point: Option<&[u8]>) -> Result<AuthMethod, AuthError> {
    match mechanism {
        PLAIN => Ok(AuthMethod::ScramSha256),
        PLUS if end_point.is_some() => Ok(AuthMethod::ScramSha256Plus),
        _ => {
            let message = "client selected an invalid SASL authentication mechanism";
            Err(AuthError::sasl(UserError::fatal(SqlState::PROTOCOL_VIOLATION, message)))
        }
    }
}

/// The server's part of a nonce.
pub(super) fn new_nonce() -> Result<String, AuthError> {
    let mut bytes = [0; NONCE_BYTES];
    getrandom::fill(&mut bytes).map_err(AuthError::Random)?;
    Ok(STANDARD.encode(bytes))
}

/// An exchange after server-first-message, waiting for the proof.
pub(super) struct Exchange {
    verifier: Verifier,
    /// What `c=` must hold, in base64.
    binding: String,
    is_bound: bool,
    nonce: String,
    first_bare: String,
    server_first: String,
}

impl Exchange {
    /// Reads client-first-message. `nonce` is the server's part.
    pub(super) fn begin(
        method: AuthMethod,
        message: &[u8],
        end_point: Option<&[u8]>,
        verifier: Verifier,
        nonce: &str,
    ) -> Result<Self, AuthError> {
        let first = ClientFirst::parse(message)?;
        check_flag(method, first.flag, end_point)?;
        let mut binding = first.gs2_header.as_bytes().to_vec();
        if let BindingFlag::Used(_) = first.flag {
            binding.extend_from_slice(end_point.unwrap_or_default());
        }
        let nonce = format!("{}{nonce}", first.nonce);
        let server_first = format!("r={nonce},s={},i={}", STANDARD.encode(&verifier.salt), verifier.iterations);
        Ok(Self {
            verifier,
            binding: STANDARD.encode(binding),
            is_bound: method == AuthMethod::ScramSha256Plus,
            nonce,
            first_bare: first.bare.to_owned(),
            server_first,
        })
    }

    /// server-first-message.
    pub(super) fn server_first(&self) -> &str {
        &self.server_first
    }

    /// Checks client-final-message; server-final-message when the proof holds, `None` when it does not.
    pub(super) fn finish(&self, message: &[u8]) -> Result<Option<String>, AuthError> {
        let last = ClientFinal::parse(message)?;
        self.check_binding(last.binding)?;
        if last.nonce.as_bytes().ct_eq(self.nonce.as_bytes()).unwrap_u8() == 0 {
            let error = UserError::fatal(SqlState::PROTOCOL_VIOLATION, "invalid SCRAM response").detail("Nonce does not match.");
            return Err(AuthError::sasl(error));
        }
        let auth_message = [self.first_bare.as_str(), &self.server_first, last.without_proof].join(",");
        Ok(self.holds(&last.proof, &auth_message).then(|| {
            let signature = hmac_sha256(self.verifier.server_key.reveal(), &[auth_message.as_bytes()]);
            format!("v={}", STANDARD.encode(signature))
        }))
    }

    fn check_binding(&self, binding: &str) -> Result<(), AuthError> {
        if binding.as_bytes().ct_eq(self.binding.as_bytes()).into() {
            return Ok(());
        }
        // RFC 5802 §6: somebody stands between the client and us, or changed what the client said in its first message.
        let error = match self.is_bound {
            true => UserError::fatal(SqlState::INVALID_AUTHORIZATION_SPECIFICATION, "SCRAM channel binding check failed"),
            false => UserError::fatal(
                SqlState::PROTOCOL_VIOLATION,
                "unexpected SCRAM channel-binding attribute in client-final-message",
            ),
        };
        Err(AuthError::sasl(error))
    }

    /// RFC 5802 §3: StoredKey = H(ClientProof XOR HMAC(StoredKey, AuthMessage)).
    fn holds(&self, proof: &[u8; 32], auth_message: &str) -> bool {
        let stored_key = self.verifier.stored_key.reveal();
        let mut client_key = hmac_sha256(stored_key, &[auth_message.as_bytes()]);
        client_key.iter_mut().zip(proof).for_each(|(byte, proof)| *byte ^= proof);
        Sha256::digest(client_key).as_slice().ct_eq(stored_key).into()
    }
}

/// The flag must fit the mechanism that the client chose and what was offered.
fn check_flag(method: AuthMethod, flag: BindingFlag<'_>, end_point: Option<&[u8]>) -> Result<(), AuthError> {
    match (method, flag) {
        (AuthMethod::ScramSha256, BindingFlag::Unsupported) => Ok(()),
        (AuthMethod::ScramSha256, BindingFlag::NotOffered) => match end_point {
            None => Ok(()),
            // RFC 5802 §6: the offer of PLUS did not reach the client.
            Some(_) => Err(AuthError::sasl(
                UserError::fatal(SqlState::INVALID_AUTHORIZATION_SPECIFICATION, "SCRAM channel binding negotiation error")
                    .detail(
                        "The client supports SCRAM channel binding but thinks the server does not.  However, this server does \
                     support channel binding.",
                    ),
            )),
        },
        (AuthMethod::ScramSha256, BindingFlag::Used(_)) => Err(AuthError::malformed(
            "The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel binding data.",
        )),
        (AuthMethod::ScramSha256Plus, BindingFlag::Unsupported | BindingFlag::NotOffered) => Err(AuthError::malformed(
            "The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include channel binding data.",
        )),
        (AuthMethod::ScramSha256Plus, BindingFlag::Used("tls-server-end-point")) => Ok(()),
        (AuthMethod::ScramSha256Plus, BindingFlag::Used(other)) => {
            let message = format!("unsupported SCRAM channel-binding type \"{other}\"");
            Err(AuthError::sasl(UserError::fatal(SqlState::PROTOCOL_VIOLATION, message)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Secret, ToUserError};
    use crate::wire::SaslInitial;
    use crate::wire::test_kit::Random;

    /// RFC 7677 §3.
    const CLIENT_FIRST: &[u8] = b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    const SERVER_NONCE: &str = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    const SERVER_FIRST: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    const CLIENT_FINAL: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                                p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    const SERVER_FINAL: &str = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
    const END_POINT: &[u8] = b"hash of the certificate";

    fn verifier() -> Verifier {
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        Verifier::derive(&Secret::new("pencil".to_owned()), &salt, 4096)
    }

    fn begin(method: AuthMethod, first: &[u8], end_point: Option<&[u8]>) -> Result<Exchange, AuthError> {
        Exchange::begin(method, first, end_point, verifier(), SERVER_NONCE)
    }

    fn refusal<T>(result: Result<T, AuthError>) -> String {
        let error = result.err().unwrap().to_user_error();
        format!("{} {} / {}", error.sqlstate, error.message, error.detail.unwrap_or_default())
    }

    /// A client that follows the rules, with the password "pencil".
    fn client_final(exchange: &Exchange, first_bare: &str, binding: &[u8]) -> String {
        let nonce = exchange.server_first.split(',').next().unwrap();
        let without_proof = format!("c={},{nonce}", STANDARD.encode(binding));
        let auth_message = format!("{first_bare},{},{without_proof}", exchange.server_first);
        let mut salted = [0; 32];
        pbkdf2::pbkdf2_hmac::<Sha256>(b"pencil", &exchange.verifier.salt, exchange.verifier.iterations, &mut salted);
        let mut proof = hmac_sha256(&salted, &[b"Client Key"]);
        let signature = hmac_sha256(&Sha256::digest(proof), &[auth_message.as_bytes()]);
        proof.iter_mut().zip(signature).for_each(|(byte, other)| *byte ^= other);
        format!("{without_proof},p={}", STANDARD.encode(proof))
    }

    #[test]
    fn the_exchange_of_rfc_7677() {
        let exchange = begin(AuthMethod::ScramSha256, CLIENT_FIRST, None).unwrap();
        assert_eq!(exchange.server_first(), SERVER_FIRST);
        assert_eq!(exchange.finish(CLIENT_FINAL.as_bytes()).unwrap().unwrap(), SERVER_FINAL);
    }

    #[test]
    fn a_wrong_proof_fails_without_a_word() {
        let exchange = begin(AuthMethod::ScramSha256, CLIENT_FIRST, None).unwrap();
        let wrong = CLIENT_FINAL.replace("p=dHz", "p=eHz");
        assert_eq!(exchange.finish(wrong.as_bytes()).unwrap(), None);
        let other = Exchange::begin(
            AuthMethod::ScramSha256,
            CLIENT_FIRST,
            None,
            Verifier::derive(&Secret::new("Pencil".to_owned()), &verifier().salt, 4096),
            SERVER_NONCE,
        );
        assert_eq!(other.unwrap().finish(CLIENT_FINAL.as_bytes()).unwrap(), None);
    }

    #[test]
    fn plus_binds_to_the_certificate_that_the_client_saw() {
        let first = b"p=tls-server-end-point,,n=,r=abc";
        let exchange = begin(AuthMethod::ScramSha256Plus, first, Some(END_POINT)).unwrap();
        let seen = |certificate: &[u8]| [b"p=tls-server-end-point,,", certificate].concat();
        let good = client_final(&exchange, "n=,r=abc", &seen(END_POINT));
        assert!(exchange.finish(good.as_bytes()).unwrap().is_some());
        let relayed = client_final(&exchange, "n=,r=abc", &seen(b"hash of another one"));
        assert_eq!(refusal(exchange.finish(relayed.as_bytes())), "28000 SCRAM channel binding check failed / ");
    }

    #[test]
    fn who_was_made_to_believe_that_plus_is_not_offered_is_told() {
        let first = b"y,,n=,r=abc";
        assert!(
            refusal(begin(AuthMethod::ScramSha256, first, Some(END_POINT)))
                .starts_with("28000 SCRAM channel binding negotiation")
        );
        let exchange = begin(AuthMethod::ScramSha256, first, None).unwrap();
        assert!(exchange.finish(client_final(&exchange, "n=,r=abc", b"y,,").as_bytes()).unwrap().is_some());
        // The flag on the way changed from y to n: the proof is right, `c=` tells.
        let changed = begin(AuthMethod::ScramSha256, b"n,,n=,r=abc", Some(END_POINT)).unwrap();
        let last = client_final(&changed, "n=,r=abc", b"y,,");
        assert!(refusal(changed.finish(last.as_bytes())).starts_with("08P01 unexpected SCRAM channel-binding attribute"));
    }

    #[test]
    fn flag_and_mechanism_must_fit() {
        let (plain, plus) = (AuthMethod::ScramSha256, AuthMethod::ScramSha256Plus);
        let end_point = Some(END_POINT);
        assert!(refusal(begin(plain, b"p=tls-server-end-point,,n=,r=a", end_point)).contains("without channel binding, but"));
        assert!(refusal(begin(plus, b"n,,n=,r=a", end_point)).contains("does not include channel binding data"));
        assert!(refusal(begin(plus, b"y,,n=,r=a", end_point)).contains("does not include channel binding data"));
        assert!(refusal(begin(plus, b"p=tls-unique,,n=,r=a", end_point)).contains("type \"tls-unique\""));
        assert_eq!(method(PLUS, end_point).unwrap(), plus);
        assert!(refusal(method(PLUS, None)).starts_with("08P01 client selected an invalid SASL"));
        assert!(refusal(method("SCRAM-SHA-1", end_point)).starts_with("08P01"));
        assert_eq!(mechanisms(end_point), [PLUS, PLAIN]);
        assert_eq!(mechanisms(None), [PLAIN]);
    }

    #[test]
    fn malformed_first_messages_are_refused_by_name() {
        let told = |first: &[u8]| refusal(begin(AuthMethod::ScramSha256, first, None));
        assert!(told(b"n,a=admin,n=user,r=abc").starts_with("0A000 client uses authorization identity"));
        assert!(told(b"n,,m=x,n=user,r=abc").starts_with("0A000 client requires an unsupported SCRAM extension"));
        assert!(told(b"x,,n=user,r=abc").ends_with("unknown channel-binding flag."));
        assert!(told(b"n,,n=user,r=").ends_with("nonce."));
        assert!(told(b"n,,n=user,r=a\x7fb").ends_with("nonce."));
        assert!(told(b"n,,r=abc,n=user").ends_with("missing."));
        assert!(told(b"n,,n=user,r=abc,??").ends_with("invalid character."));
        assert!(told(b"n,,n=user\0,r=abc").ends_with("input length."));
        assert!(told(b"n,").ends_with("end of the message."));
        assert!(told(b"").ends_with("empty."));
        assert!(told(b"\xff").ends_with("UTF-8."));
    }

    #[test]
    fn malformed_final_messages_are_refused_by_name() {
        let told = |from: &str, to: &str| {
            let exchange = begin(AuthMethod::ScramSha256, CLIENT_FIRST, None).unwrap();
            refusal(exchange.finish(CLIENT_FINAL.replacen(from, to, 1).as_bytes()))
        };
        assert_eq!(told("hNlF$k0", "hNlF$k1"), "08P01 invalid SCRAM response / Nonce does not match.");
        assert_eq!(told("r=rOpr", "r="), "08P01 invalid SCRAM response / Nonce does not match.");
        assert!(told("c=biws", "c=eSws").starts_with("08P01 unexpected SCRAM channel-binding attribute"));
        assert!(told("p=dHzb", "p=").ends_with("Malformed proof in client-final-message."));
        assert!(told("p=dHzb", "q=dHzb").ends_with("missing."));
        assert!(told(",p=", ",p=AAAA,p=").ends_with("end of client-final-message."));
    }

    #[test]
    fn ten_thousand_mutated_answers_log_nobody_in() {
        let first = b"SCRAM-SHA-256-PLUS\0\0\0\0\x20p=tls-server-end-point,,n=,r=abc";
        let exchange = begin(AuthMethod::ScramSha256Plus, &first[23..], Some(END_POINT)).unwrap();
        let last = client_final(&exchange, "n=,r=abc", &[b"p=tls-server-end-point,,", END_POINT].concat());
        assert!(exchange.finish(last.as_bytes()).unwrap().is_some());
        let mut random = Random::new(4);
        let mut begun = 0;
        for _ in 0..10_000 {
            let mutated = random.mutate(last.as_bytes());
            match exchange.finish(&mutated) {
                Ok(Some(_)) => assert_eq!(mutated, last.as_bytes(), "{}", String::from_utf8_lossy(&mutated)),
                Ok(None) => {}
                Err(error) => assert!(matches!(error, AuthError::Sasl(_))),
            }
            let Ok(initial) = SaslInitial::decode(random.mutate(first).into()) else { continue };
            let Ok(method) = method(initial.mechanism.as_str(), Some(END_POINT)) else { continue };
            // What was begun with another first message is no longer what the client signs.
            let Ok(other) = begin(method, &initial.response.unwrap_or_default(), Some(END_POINT)) else { continue };
            begun += 1;
            let holds = matches!(other.finish(last.as_bytes()), Ok(Some(_)));
            assert_eq!(holds, other.first_bare == exchange.first_bare && other.is_bound);
        }
        assert!(begun > 10, "{begun}");
    }

    #[test]
    fn no_other_character_anywhere_in_the_final_message_logs_in() {
        let exchange = begin(AuthMethod::ScramSha256, CLIENT_FIRST, None).unwrap();
        let mut wrong = 0;
        for at in 0..CLIENT_FINAL.len() {
            for byte in (b'+'..=b'z').filter(|byte| *byte != CLIENT_FINAL.as_bytes()[at]) {
                let mut changed = CLIENT_FINAL.as_bytes().to_vec();
                changed[at] = byte;
                let answer = exchange.finish(&changed);
                assert!(!matches!(answer, Ok(Some(_))), "{}", String::from_utf8_lossy(&changed));
                wrong += usize::from(matches!(answer, Ok(None)));
            }
        }
        assert!(wrong > 42 * 60, "each digit of the proof is looked at: {wrong}");
    }

    #[test]
    fn no_nonce_comes_twice() {
        assert_ne!(new_nonce().unwrap(), new_nonce().unwrap());
    }
}
