//! Headers of a guest, vetted; headers of an answer, made plain.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use shipworthy_contract::text::excerpt;

use crate::{Header, NetworkError, Target, mask::Masks, network::Excess};

/// Whether a header belongs to the connection or to the message's framing (RFC 9110, 7.6.1), and so to the host alone:
/// a guest that sets one could smuggle a second request past the grant of the first.
pub(crate) fn is_of_the_connection(name: &HeaderName) -> bool {
    const NAMES: [HeaderName; 10] = [
        header::HOST,
        header::CONNECTION,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::CONTENT_LENGTH,
        header::EXPECT,
        HeaderName::from_static("keep-alive"),
        HeaderName::from_static("http2-settings"),
    ];
    NAMES.contains(name) || name.as_str().starts_with("proxy-")
}

/// Whether a service may take a header for another method, path, host or client than those that were granted, as many
/// frameworks and proxies do. An environment may set them for an endpoint, a guest may not.
fn stands_for_another_request(name: &HeaderName) -> bool {
    const NAMES: [&str; 7] = [
        "forwarded",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-original-url",
        "x-real-ip",
        "x-rewrite-url",
    ];
    NAMES.contains(&name.as_str()) || name.as_str().starts_with("x-forwarded-")
}

/// The guest's headers, if each may be sent. `reserved` says why a name is not the guest's in this protocol.
pub(crate) fn vet(
    headers: &[Header],
    target: Option<&Target>,
    limit: u64,
    reserved: impl Fn(&HeaderName) -> Option<&'static str>,
) -> Result<HeaderMap, NetworkError> {
    if exceeds(total(headers), limit) || headers.len() > MOST {
        return Err(NetworkError::TooLarge { what: Excess::RequestHeaders, limit });
    }
    let mut vetted = HeaderMap::new();
    for Header { name, value } in headers {
        let shown = excerpt(name, 80);
        let wrong = |reason: &str| NetworkError::InvalidRequest(format!("the header `{shown}` {reason}"));
        let name =
            HeaderName::from_bytes(name.as_bytes()).ok().ok_or_else(|| wrong("has a name that cannot be sent"))?;
        if is_of_the_connection(&name) {
            return Err(wrong("is set by the host alone"));
        }
        if stands_for_another_request(&name) {
            return Err(wrong("could stand for another request than the one that is granted"));
        }
        if target.is_some_and(|target| target.headers().contains_key(&name)) {
            return Err(wrong("is set by the environment for this endpoint"));
        }
        if let Some(reason) = reserved(&name) {
            return Err(wrong(reason));
        }
        let value = HeaderValue::from_str(value)
            .ok()
            .ok_or_else(|| wrong("has a value that cannot be sent: a line break or another control character"))?;
        vetted.append(name, value);
    }
    Ok(vetted)
}

/// Most headers in one message. Servers and hyper's own parser stop near 100.
pub(crate) const MOST: usize = 256;

/// The answer's headers as a guest is given them.
pub(crate) fn plain(headers: &HeaderMap, masks: &Masks) -> Vec<Header> {
    headers
        .iter()
        .map(|(name, value)| Header {
            name: masks.text(name.as_str()),
            value: masks.text(&String::from_utf8_lossy(value.as_bytes())),
        })
        .collect()
}

/// Bytes of names and values.
pub(crate) fn total(headers: &[Header]) -> usize {
    headers.iter().map(|header| header.name.len() + header.value.len()).sum()
}

/// The same of headers that are not plain yet.
pub(crate) fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// Whether a size in memory is over a limit in bytes.
pub(crate) fn exceeds(size: usize, limit: u64) -> bool {
    u64::try_from(size).is_ok_and(|size| size > limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, value: &str) -> Header {
        Header { name: name.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn what_could_smuggle_is_refused() {
        for (name, value, passes) in [
            ("accept", "application/json", true),
            ("Authorization", "Bearer of-the-guest", true),
            ("x-text", "ünï\tx", true),
            ("x", "", true),
            ("Host", "elsewhere", false),
            ("content-length", "5", false),
            ("Transfer-Encoding", "chunked", false),
            ("proxy-authorization", "x", false),
            ("connection", "close", false),
            ("te", "trailers", false),
            ("expect", "100-continue", false),
            ("keep-alive", "x", false),
            ("upgrade", "h2c", false),
            (":authority", "elsewhere", false),
            ("", "x", false),
            ("x y", "x", false),
            ("x\r\nhost", "x", false),
            ("x", "a\r\nHost: elsewhere", false),
            ("x", "a\nb", false),
            ("x", "a\0", false),
        ] {
            let result = vet(&[header(name, value)], None, 1_000, |_| None);
            assert_eq!(result.is_ok(), passes, "{name:?}: {value:?}");
        }
    }

    #[test]
    fn too_many_or_too_long_headers_are_refused() {
        let too_large = NetworkError::TooLarge { what: Excess::RequestHeaders, limit: 10 };
        assert_eq!(vet(&[header("x", "0123456789")], None, 10, |_| None), Err(too_large));
        let many = vec![header("x", ""); MOST + 1];
        assert!(vet(&many, None, 10_000, |_| None).is_err());
    }
}
