//! The syntax of SCRAM messages (RFC 5802 §7), read as PostgreSQL's `auth-scram.c` reads it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::AuthError;
use crate::base::{SqlState, UserError};

/// The client's view of channel binding (gs2-cbind-flag).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BindingFlag<'a> {
    /// `n`: it cannot.
    Unsupported,
    /// `y`: it can, and believes that the server cannot.
    NotOffered,
    /// `p=`: this binding is used.
    Used(&'a str),
}

/// client-first-message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ClientFirst<'a> {
    pub(super) flag: BindingFlag<'a>,
    /// gs2-header with both commas: repeated in `c=`.
    pub(super) gs2_header: &'a str,
    pub(super) bare: &'a str,
    pub(super) nonce: &'a str,
}

/// client-final-message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ClientFinal<'a> {
    pub(super) binding: &'a str,
    pub(super) nonce: &'a str,
    pub(super) proof: [u8; 32],
    pub(super) without_proof: &'a str,
}

impl<'a> ClientFirst<'a> {
    pub(super) fn parse(message: &'a [u8]) -> Result<Self, AuthError> {
        let message = text(message)?;
        let (flag, rest) = message.split_once(',').ok_or_else(comma_expected)?;
        let flag = match flag {
            "n" => BindingFlag::Unsupported,
            "y" => BindingFlag::NotOffered,
            _ => BindingFlag::Used(
                flag.strip_prefix("p=")
                    .ok_or_else(|| AuthError::malformed("The client sent an unknown channel-binding flag."))?,
            ),
        };
        let (authorization, bare) = rest.split_once(',').ok_or_else(comma_expected)?;
        if authorization.starts_with("a=") {
            return Err(not_supported("client uses authorization identity, but it is not supported"));
        }
        if !authorization.is_empty() {
            return Err(AuthError::malformed("Unexpected attribute where an authorization identity may stand."));
        }
        if bare.starts_with("m=") {
            return Err(not_supported("client requires an unsupported SCRAM extension"));
        }
        let mut attributes = bare.split(',');
        // The name is not used: the startup packet has named the user (as PostgreSQL does it).
        value(attributes.next(), "n=")?;
        let nonce = value(attributes.next(), "r=")?;
        if nonce.is_empty() || !nonce.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(AuthError::malformed("Non-printable characters in SCRAM nonce."));
        }
        attributes.try_for_each(extension)?;
        let gs2_header = message.strip_suffix(bare).unwrap_or_default();
        Ok(Self { flag, gs2_header, bare, nonce })
    }
}

impl<'a> ClientFinal<'a> {
    pub(super) fn parse(message: &'a [u8]) -> Result<Self, AuthError> {
        let message = text(message)?;
        let (without_proof, proof) = message.rsplit_once(',').ok_or_else(comma_expected)?;
        let mut attributes = without_proof.split(',');
        let binding = value(attributes.next(), "c=")?;
        let nonce = value(attributes.next(), "r=")?;
        attributes.try_for_each(|attribute| match attribute.starts_with("p=") {
            true => Err(AuthError::malformed("Garbage found at the end of client-final-message.")),
            false => extension(attribute),
        })?;
        let proof = STANDARD.decode(value(Some(proof), "p=")?).ok().and_then(|bytes| bytes.try_into().ok());
        let proof = proof.ok_or_else(|| AuthError::malformed("Malformed proof in client-final-message."))?;
        Ok(Self { binding, nonce, proof, without_proof })
    }
}

fn text(message: &[u8]) -> Result<&str, AuthError> {
    if message.is_empty() {
        return Err(AuthError::malformed("The message is empty."));
    }
    if message.contains(&0) {
        return Err(AuthError::malformed("Message length does not match input length."));
    }
    std::str::from_utf8(message).map_err(|_| AuthError::malformed("The message is not UTF-8."))
}

fn value<'a>(attribute: Option<&'a str>, name: &str) -> Result<&'a str, AuthError> {
    attribute.and_then(|text| text.strip_prefix(name)).ok_or_else(|| AuthError::malformed("An expected attribute is missing."))
}

/// Optional extensions are ignored, mandatory ones do not come here.
fn extension(attribute: &str) -> Result<(), AuthError> {
    match attribute.as_bytes() {
        [b'A'..=b'Z' | b'a'..=b'z', b'=', ..] => Ok(()),
        _ => Err(AuthError::malformed("Attribute expected, but found an invalid character.")),
    }
}

fn comma_expected() -> AuthError {
    AuthError::malformed("Comma expected, but found the end of the message.")
}

fn not_supported(message: &'static str) -> AuthError {
    AuthError::sasl(UserError::fatal(SqlState::FEATURE_NOT_SUPPORTED, message))
}
