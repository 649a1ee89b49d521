//! Forms of texts in postern.yaml and people.yaml.

use core::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::base::is_printable;
use crate::document::Form;

use super::signature::{FunctionSignature, TypeName};

pub(super) static ADDRESS: Form = Form::new(
    "an address and port such as 127.0.0.1:6432 or [::1]:6432 (port 0: a free one)",
    Some(r"^(\[[0-9a-fA-F:.]+\]|[0-9.]+):[0-9]{1,5}$"),
    |text| text.parse::<SocketAddr>().is_ok(),
);

pub(super) static PUBLIC_FILE: Form = Form::new("file:PATH", Some(r"^file:\S.*$"), |text| {
    text.strip_prefix("file:").is_some_and(|path| !path.is_empty() && !path.starts_with(char::is_whitespace))
});

pub(super) static SIGNATURE: Form =
    Form::new("a function by signature, such as ref.fx_rate(text,date)", Some(r"^[^(]+\.[^(]+\([\s\S]*\)$"), |text| {
        FunctionSignature::parse(text).is_some()
    });

pub(super) static TYPE: Form =
    Form::new("a type by schema and name, such as crm.status", Some(r"^[^.]+\.[\s\S]+$"), |text| TypeName::parse(text).is_some());

pub(super) static TEXT_SEARCH_NAME: Form = Form::new(
    "a text search configuration or dictionary by schema and name, such as crm.unaccented",
    Some(r"^[^.]+\.[\s\S]+$"),
    |text| TypeName::parse(text).is_some(),
);

pub(super) static USER: Form = Form::new(
    "a user name of 1 to 200 characters without spaces around it, control characters or marks of direction",
    Some(r"^\S(.{0,198}\S)?$"),
    |text| (1..=200).contains(&text.chars().count()) && text.trim() == text && text.chars().all(is_printable),
);

/// As `rolpassword` of PostgreSQL has it; `postern password` prints it.
pub(super) static VERIFIER: Form = Form {
    expected: "a SCRAM verifier as `postern password` prints it: SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>",
    pattern: Some(r"^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/]+=*\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$"),
    accepts: |text| is_verifier(text).is_some(),
    secret: true,
};

fn is_verifier(text: &str) -> Option<()> {
    let (parameters, keys) = text.strip_prefix("SCRAM-SHA-256$")?.split_once('$')?;
    let (iterations, salt) = parameters.split_once(':')?;
    let (stored_key, server_key) = keys.split_once(':')?;
    let decoded = |part: &str| STANDARD.decode(part).ok().map(|bytes| bytes.len());
    let iterations: u32 = iterations.parse().ok()?;
    let keys = decoded(stored_key)? == 32 && decoded(server_key)? == 32;
    ((4096..=10_000_000).contains(&iterations) && (1..=1024).contains(&decoded(salt)?) && keys).then_some(())
}
