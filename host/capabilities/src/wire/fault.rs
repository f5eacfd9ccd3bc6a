//! What hyper, rustls and the system say of a broken connection, as one of the classes that the report keeps apart.

use std::{error::Error, io};

use shipworthy_contract::text::excerpt;

use crate::{NetworkError, Target, network::Excess, tls::Seen};

/// Why a request has no answer.
pub(super) fn words(target: &Target, seen: Option<&Seen>, http2: bool, error: &hyper::Error) -> NetworkError {
    if let Some(fault) = tls_fault(target, seen, error) {
        return fault;
    }
    let url = target.url();
    if error.is_parse_too_large() {
        // The limit that was set on the connection is the environment's; its value is filled in by the caller.
        return NetworkError::TooLarge { what: Excess::ResponseHeaders, limit: 0 };
    }
    if error.is_parse_version_h2() {
        return NetworkError::Protocol(format!("`{url}` speaks HTTP/2 only; the endpoint's `http2` has to be `only`"));
    }
    if error.is_parse() {
        return NetworkError::Protocol(format!("`{url}` did not answer with HTTP: {}", details(error)));
    }
    // Who speaks before it is asked is none of HTTP, and its connection is given up with the request unsent.
    if error.is_canceled()
        && let Some(spoke) = error.source().and_then(|source| source.downcast_ref::<hyper::Error>())
        && !is_closed(spoke)
    {
        let details = details(spoke);
        return NetworkError::Protocol(format!(
            "`{url}` did not answer with HTTP: it spoke before it was asked ({details})"
        ));
    }
    if is_closed(error) {
        return missing_identity(target, seen).or_else(|| refused_identity(target, seen)).unwrap_or_else(|| {
            let (cause, doubt) = (cause(error), doubt(target, http2));
            NetworkError::Unreachable(format!("`{url}` closed the connection before it answered{cause}{doubt}"))
        });
    }
    let (details, doubt) = (details(error), doubt(target, http2));
    NetworkError::Protocol(format!("`{url}` did not answer in HTTP that can be read: {details}{doubt}"))
}

/// Why an answer's body did not end.
pub(super) fn body_words(target: &Target, seen: Option<&Seen>, error: &hyper::Error) -> NetworkError {
    if let Some(fault) = tls_fault(target, seen, error) {
        return fault;
    }
    let url = target.url();
    match io_in(error) {
        Some(io) if io.kind() == io::ErrorKind::ConnectionReset => {
            NetworkError::Unreachable(format!("`{url}` closed the connection in the middle of its answer"))
        }
        _ => NetworkError::Protocol(format!("`{url}` ended its answer before it was complete: {}", details(error))),
    }
}

/// Whether the connection went away, as opposed to something unreadable having come over it.
pub(super) fn is_closed(error: &hyper::Error) -> bool {
    error.is_incomplete_message() || error.is_closed() || error.is_canceled() || io_in(error).is_some()
}

/// A failure of the stream itself while `doing` something.
pub(super) fn io_fault(target: &Target, seen: Option<&Seen>, error: &io::Error, doing: &str) -> NetworkError {
    if let Some(fault) = tls_fault(target, seen, error) {
        return fault;
    }
    missing_identity(target, seen)
        .or_else(|| refused_identity(target, seen))
        .unwrap_or_else(|| NetworkError::Unreachable(format!("`{}` {doing}: {}", target.url(), io_words(error))))
}

fn tls_fault(target: &Target, seen: Option<&Seen>, error: &(dyn Error + 'static)) -> Option<NetworkError> {
    let (tls, seen) = (target.tls()?, seen?);
    let found = rustls_in(error).or_else(|| seen.fault())?;
    Some(NetworkError::Tls(tls.explain(target.url(), seen, found)))
}

fn missing_identity(target: &Target, seen: Option<&Seen>) -> Option<NetworkError> {
    target.tls()?.missing_identity(target.url(), seen?).map(NetworkError::Tls)
}

fn refused_identity(target: &Target, seen: Option<&Seen>) -> Option<NetworkError> {
    target.tls()?.refused_identity(target.url(), seen?).map(NetworkError::Tls)
}

/// The error of rustls somewhere below, also inside an IO error, which does not show it as a source.
pub(super) fn rustls_in<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    chain(error).find_map(|error| {
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        error
            .downcast_ref::<rustls::Error>()
            .or_else(|| inside.and_then(|inside| inside.downcast_ref::<rustls::Error>()))
    })
}

fn io_in<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    chain(error).find_map(|error| error.downcast_ref::<io::Error>())
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

/// An IO error in words that do not change with the system's version, where it is one of the usual ones.
pub(crate) fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => "connection reset".to_owned(),
        io::ErrorKind::UnexpectedEof => "connection closed".to_owned(),
        io::ErrorKind::NotFound => "no such socket".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "no route to it".to_owned(),
        _ => excerpt(&error.to_string(), 120),
    }
}

/// In plain text HTTP/2 is spoken unasked, and whoever does not know it may hang up without a word.
fn doubt(target: &Target, http2: bool) -> &'static str {
    if http2 && target.tls().is_none() { "; perhaps it does not speak HTTP/2, which was spoken to it" } else { "" }
}

/// `: connection reset`, or nothing.
fn cause(error: &hyper::Error) -> String {
    io_in(error).map(|io| format!(": {}", io_words(io))).unwrap_or_default()
}

/// The innermost words of the chain: the outer ones only say that something went wrong.
fn details(error: &hyper::Error) -> String {
    excerpt(&chain(error).last().map(ToString::to_string).unwrap_or_default(), 160)
}
