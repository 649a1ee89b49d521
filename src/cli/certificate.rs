//! A self-signed certificate for a gate on this machine.

use anyhow::Context;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, PKCS_ECDSA_P256_SHA256};

use crate::base::{Secret, Timestamp};

/// Names and addresses that the certificate is for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A certificate and its key.
pub(crate) struct SelfSigned {
    /// PEM.
    pub(crate) certificate: String,
    /// PKCS #8 in PEM.
    pub(crate) key: Secret<String>,
}

/// Makes an ECDSA P-256 certificate for localhost, 127.0.0.1 and ::1 that is valid from the day before `now` for two years. Clients take
/// it as its own root.
///
/// # Errors
/// No randomness, or a time beyond the calendar.
pub(crate) fn self_signed(now: Timestamp) -> Result<SelfSigned, anyhow::Error> {
    let today = now.to_jiff().context("the clock is beyond the calendar")?.to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |date: jiff::civil::Date| -> Result<_, anyhow::Error> {
        Ok(rcgen::date_time_ymd(date.year().into(), u8::try_from(date.month())?, u8::try_from(date.day())?))
    };
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).context("make a key")?;
    let mut parameters = CertificateParams::new(NAMES.map(str::to_owned)).context("name the certificate")?;
    parameters.distinguished_name.push(DnType::CommonName, "postern");
    parameters.not_before = day(today.yesterday().context("the clock is beyond the calendar")?)?;
    parameters.not_after = day(today.checked_add(jiff::Span::new().years(2)).context("the clock is beyond the calendar")?)?;
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = parameters.self_signed(&key).context("sign the certificate")?;
    Ok(SelfSigned { certificate: certificate.pem(), key: Secret::new(key.serialize_pem()) })
}
