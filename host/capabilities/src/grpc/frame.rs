//! One message in its frame: a byte that says whether it is compressed, its length in four bytes, the message.

/// Bytes before the message.
const HEAD: usize = 5;

/// The message in an uncompressed frame.
pub(super) fn wrap(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let mut framed = Vec::with_capacity(HEAD + message.len());
    framed.push(0);
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(message);
    framed
}

/// The message of a body that is exactly one uncompressed frame, or none for an empty body.
pub(super) fn unwrap(body: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let (compressed, length) = match body {
        [] => return Ok(None),
        [compressed, a, b, c, d, ..] => (*compressed, u32::from_be_bytes([*a, *b, *c, *d])),
        short => return Err(format!("expected a frame of at least {HEAD} bytes, found: {}", short.len())),
    };
    if compressed != 0 {
        return Err("expected an uncompressed message, found a compressed one".to_owned());
    }
    let found = body.len() - HEAD;
    match usize::try_from(length) {
        Ok(length) if length == found => Ok(Some(body.get(HEAD..).unwrap_or_default().to_vec())),
        Ok(length) if length < found => Err("expected one message, found several".to_owned()),
        _ => Err(format!("expected a message of {length} bytes, found: {found}")),
    }
}

/// A status message, percent-decoded (gRPC over HTTP/2, "Status-Message"); malformed escapes stay as they are.
pub(super) fn decode_status(text: &[u8]) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        let escaped = if *first == b'%' { tail.get(..2).and_then(hex_pair) } else { None };
        decoded.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(pair).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u8::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn partial_several_and_compressed_frames_are_refused() {
        for (body, expected) in [
            (vec![0, 0, 0], "expected a frame of at least 5 bytes, found: 3"),
            (vec![0, 0, 0, 0, 9, 1], "expected a message of 9 bytes, found: 1"),
            (vec![0, 255, 255, 255, 255], "expected a message of 4294967295 bytes, found: 0"),
            ([wrap(b"a"), wrap(b"b")].concat(), "expected one message, found several"),
            (vec![1, 0, 0, 0, 0], "expected an uncompressed message, found a compressed one"),
        ] {
            assert_eq!(unwrap(&body), Err(expected.to_owned()));
        }
        assert_eq!(unwrap(&[]), Ok(None));
    }

    #[test]
    fn status_messages_are_decoded() {
        assert_eq!(decode_status(b"not%20found: %C3%BC %zz 5%"), "not found: ü %zz 5%");
    }

    proptest! {
        #[test]
        fn unwrapping_is_the_inverse_of_wrapping(message: Vec<u8>) {
            prop_assert_eq!(unwrap(&wrap(&message)), Ok(Some(message)));
        }

        #[test]
        fn no_body_makes_it_panic(body: Vec<u8>) {
            drop(unwrap(&body));
            decode_status(&body);
        }
    }
}
