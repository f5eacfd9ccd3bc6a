//! A failed handshake in words that name both sides of the disagreement.

use std::{net::IpAddr, time::Duration};

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage};
use rustls_pki_types::{CertificateDer, UnixTime};
use shipworthy_contract::text::excerpt;
use x509_parser::prelude::{ASN1Time, FromDer as _, GeneralName, X509Certificate};

/// Longest name that is shown of a certificate, which anybody can have written.
pub(super) const LONGEST_NAME: usize = 120;

/// The whole message.
pub(super) fn explain(
    url: &str,
    trusted: &str,
    certificate: Option<&CertificateDer<'_>>,
    has_identity: bool,
    error: &Error,
) -> String {
    let parsed = certificate.and_then(|der| X509Certificate::from_der(der).ok()).map(|(_, certificate)| certificate);
    let cause = match error {
        Error::InvalidCertificate(error) => refused(error, parsed.as_ref()),
        // The same words whether the alert came or a reset overtook it; the server's certificate was fine.
        Error::AlertReceived(alert) if is_of_the_client(*alert) && !has_identity => return no_identity(url),
        Error::AlertReceived(alert) => turned_away(*alert),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            return format!("`{url}` did not answer with TLS; a plain service has the scheme `http`");
        }
        other => format!("TLS could not be set up: {}", excerpt(&other.to_string(), 200)),
    };
    match parsed {
        Some(seen) => format!(
            "`{url}`: {cause}; trusted: {trusted}; seen: a certificate for `{}`, issued by `{}`",
            excerpt(&seen.subject().to_string(), LONGEST_NAME),
            excerpt(&seen.issuer().to_string(), LONGEST_NAME),
        ),
        None => format!("`{url}`: {cause}; trusted: {trusted}; seen: no certificate"),
    }
}

/// The message where the server asked for a client's certificate in vain.
pub(super) fn no_identity(url: &str) -> String {
    format!("`{url}`: the server asks for a client certificate, and the endpoint has no `client_cert`")
}

/// The message where the server was shown a client's certificate, and closed the connection without a word.
pub(super) fn refused_identity(url: &str, ended: Option<i64>) -> String {
    let seconds = ended.and_then(|ended| u64::try_from(ended).ok());
    let day = seconds.and_then(|seconds| day(UnixTime::since_unix_epoch(Duration::from_secs(seconds))));
    let ended = day.map(|day| format!(", which expired on {day}")).unwrap_or_default();
    format!(
        "`{url}` closed the connection before it answered, having asked for a client certificate: most likely it refuses \
         the one in the endpoint's `client_cert`{ended}"
    )
}

fn refused(error: &CertificateError, seen: Option<&X509Certificate<'_>>) -> String {
    let validity = seen.map(|seen| seen.validity());
    match error {
        // Of the certificate that has ended, which need not be the first.
        CertificateError::ExpiredContext { not_after, .. } => match day(*not_after) {
            Some(day) => format!("the certificate expired on {day}"),
            None => "the certificate has expired".to_owned(),
        },
        CertificateError::Expired => match validity {
            Some(validity) => format!("the certificate expired on {}", validity.not_after.to_datetime().date()),
            None => "the certificate has expired".to_owned(),
        },
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => match validity {
            Some(validity) => {
                format!("the certificate is valid only from {}", validity.not_before.to_datetime().date())
            }
            None => "the certificate is not valid yet".to_owned(),
        },
        CertificateError::UnknownIssuer => "the certificate's issuer is not trusted".to_owned(),
        CertificateError::NotValidForName => "the certificate is for another name".to_owned(),
        CertificateError::NotValidForNameContext { expected, .. } => {
            let names = seen.map(names).unwrap_or_default();
            let found = if names.is_empty() { "no name".to_owned() } else { names.join(", ") };
            format!("expected a certificate for `{}`, found one for: {found}", expected.to_str())
        }
        CertificateError::BadSignature => "the certificate's signature is wrong".to_owned(),
        other => format!("the certificate is refused: {}", excerpt(&other.to_string(), 200)),
    }
}

/// The day, UTC.
fn day(at: UnixTime) -> Option<String> {
    let seconds = i64::try_from(at.as_secs()).ok()?;
    Some(ASN1Time::from_timestamp(seconds).ok()?.to_datetime().date().to_string())
}

/// The first few names that the certificate is for.
pub(super) fn names(seen: &X509Certificate<'_>) -> Vec<String> {
    let names = seen.subject_alternative_name().ok().flatten().map(|extension| &extension.value.general_names);
    let in_words = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some(excerpt(name, LONGEST_NAME)),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from).ok();
            v4.or_else(|| <[u8; 16]>::try_from(*bytes).map(IpAddr::from).ok()).map(|address| address.to_string())
        }
        _ => None,
    };
    names.into_iter().flatten().filter_map(in_words).take(8).collect()
}

fn turned_away(alert: AlertDescription) -> String {
    if is_of_the_client(alert) {
        format!("the server refuses the certificate in the endpoint's `client_cert` ({alert:?})")
    } else {
        format!("the server ends the handshake ({alert:?})")
    }
}

/// Whether a server's alert is about the client's certificate.
const fn is_of_the_client(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::NoCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
    )
}
