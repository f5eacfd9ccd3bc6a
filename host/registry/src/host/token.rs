//! What a token server is asked, and what it answers (distribution's token and `OAuth2` specifications).

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use serde::Deserialize;
use shipworthy_contract::Secret;

use super::{basic, get};
use crate::{
    Problem,
    credentials::Proof,
    limits::LARGEST_TOKEN,
    wire::{Address, Asked},
};

/// What a token server knows this client by.
const CLIENT: &str = "shipworthy";

/// What is asked for, in words.
const WHAT: &str = "the token";

#[derive(Deserialize)]
struct Answer {
    token: Option<String>,
    access_token: Option<String>,
}

/// The request for a token.
pub(super) fn ask(realm: Address, service: Option<&str>, scope: &str, proof: Option<&Proof>) -> Result<Asked, Problem> {
    let mut form = Vec::new();
    form.extend(service.map(|service| format!("service={}", encoded(service))));
    if !scope.is_empty() {
        form.push(format!("scope={}", encoded(scope)));
    }
    match proof {
        Some(Proof::Identity(token)) => {
            form.push(format!("client_id={CLIENT}"));
            form.push("grant_type=refresh_token".to_owned());
            form.push(format!("refresh_token={}", encoded(token.reveal())));
            let mut asked = Asked::new(Method::POST, realm, WHAT, LARGEST_TOKEN)
                .with(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
            asked.body = Bytes::from(form.join("&"));
            Ok(asked)
        }
        Some(Proof::Password(name, password)) => {
            let asked = get(realm.and(&form.join("&")), WHAT, LARGEST_TOKEN);
            Ok(asked.with(header::AUTHORIZATION, basic(name, password)?))
        }
        None => Ok(get(realm.and(&form.join("&")), WHAT, LARGEST_TOKEN)),
    }
}

/// The token in an answer.
pub(super) fn read(body: &[u8]) -> Option<Secret> {
    let answer: Answer = serde_json::from_slice(body).ok()?;
    answer.token.or(answer.access_token).filter(|token| !token.is_empty()).map(Secret::new)
}

/// `application/x-www-form-urlencoded`: all but RFC 3986's unreserved characters as `%XX`.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
            continue;
        }
        out.push('%');
        for nibble in [byte >> 4, byte & 15] {
            out.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Address {
        Address::parse("https://t.example/token?a=1").unwrap()
    }

    #[test]
    fn a_form_holds_any_text() {
        assert_eq!(encoded("repository:a/b:pull,push"), "repository%3Aa%2Fb%3Apull%2Cpush");
        assert_eq!(encoded("ü &=+~"), "%C3%BC%20%26%3D%2B~");
    }

    #[test]
    fn what_is_asked_depends_on_what_there_is_to_show() {
        let asked = ask(at(), Some("r"), "s", None).unwrap();
        assert_eq!((asked.method.as_str(), asked.address.path.as_str()), ("GET", "/token?a=1&service=r&scope=s"));
        assert!(asked.headers.is_empty());
        let password = Proof::Password("user".to_owned(), Secret::new("pass".to_owned()));
        let asked = ask(at(), None, "s", Some(&password)).unwrap();
        assert_eq!(asked.address.path, "/token?a=1&scope=s");
        assert_eq!(asked.headers[header::AUTHORIZATION], "Basic dXNlcjpwYXNz");
        assert!(!format!("{:?}", asked.headers).contains("dXNl"), "{:?}", asked.headers);
        let identity = Proof::Identity(Secret::new("a b".to_owned()));
        let asked = ask(at(), Some("r"), "s", Some(&identity)).unwrap();
        assert_eq!((asked.method.as_str(), asked.address.path.as_str()), ("POST", "/token?a=1"));
        let form = "service=r&scope=s&client_id=shipworthy&grant_type=refresh_token&refresh_token=a%20b";
        assert_eq!(asked.body, form.as_bytes());
    }

    #[test]
    fn a_token_has_two_names() {
        assert_eq!(read(br#"{"token":"a","access_token":"b"}"#).unwrap().reveal(), "a");
        assert_eq!(read(br#"{"access_token":"b","expires_in":60}"#).unwrap().reveal(), "b");
        for none in [&b"{}"[..], br#"{"token":""}"#, b"[]", b"nonsense"] {
            assert!(read(none).is_none());
        }
    }
}
