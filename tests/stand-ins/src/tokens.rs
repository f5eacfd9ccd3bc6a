//! A stand-in for a registry's token server (distribution's token specification). The registry that checks its tokens is
//! a real one; this is not, since none can be shipped.

use std::sync::Arc;

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Method, Response, StatusCode};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose, SigningKey as _};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::certs::{Certs, ServerCert};
use crate::real::registry::{PASSWORD, USER};
use crate::serve::{Body, Speaks, json as answer, serve};
use crate::stand_in::{Received, StandIn};

/// Whom its tokens are for.
pub const SERVICE: &str = "stand-in-registry";

/// Whose they are.
pub const ISSUER: &str = "stand-in-tokens";

/// The identity token that it takes.
pub const IDENTITY: &str = "an identity token";

/// Repositories below this are open to anybody for reading.
pub const OPEN: &str = "open/";

/// A running token server. Whoever has name and password may pull and push, whoever has the identity token may pull.
#[derive(Debug)]
pub struct TokenServer {
    server: StandIn,
    certificate: String,
}

impl TokenServer {
    /// Starts one with the certificate of `certs`.
    pub fn start(certs: &Certs) -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, ISSUER);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
        let certificate = params.self_signed(&key)?;
        let (pem, chain) = (certificate.pem(), STANDARD.encode(certificate.der()));
        let key = Arc::new(key);
        let server =
            serve(Some(certs.tls(ServerCert::Valid)?), Speaks::Both, move |request| reply(request, &key, &chain))?;
        Ok(Self { server, certificate: pem })
    }

    /// Where tokens are asked for.
    pub fn realm(&self) -> String {
        format!("{}/token", self.server.url())
    }

    /// What its tokens are verified with, in PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// What it was asked.
    pub fn requests(&self) -> Vec<Received> {
        self.server.requests()
    }
}

fn reply(request: &Received, key: &KeyPair, chain: &str) -> Response<Body> {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let query = if request.method == Method::POST { body.as_str() } else { request.path.as_str() };
    let parameters = query.split(['?', '&']).filter_map(|pair| pair.split_once('='));
    let of = |name: &str| {
        let found = parameters.clone().find(|(key, _)| *key == name);
        found.map(|(_, value)| value.replace("%3A", ":").replace("%2F", "/").replace("%2C", ",").replace("%20", " "))
    };
    let password = format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")));
    let shown = request.header("authorization");
    let identity = of("refresh_token");
    if shown.is_some_and(|shown| shown != password) || identity.as_deref().is_some_and(|token| token != IDENTITY) {
        let errors = json!({ "errors": [{ "code": "UNAUTHORIZED", "message": "this is somebody else" }] });
        return answer(StatusCode::UNAUTHORIZED, &errors);
    }
    let scope = of("scope").unwrap_or_default();
    let (repository, actions) =
        scope.strip_prefix("repository:").and_then(|rest| rest.rsplit_once(':')).unwrap_or_default();
    let may = |action: &&str| match *action {
        "pull" => shown.is_some() || identity.is_some() || repository.starts_with(OPEN),
        _ => shown.is_some(),
    };
    let actions: Vec<&str> = actions.split(',').filter(may).collect();
    match token(repository, &actions, key, chain) {
        // A refresh is answered with the other name (OAuth2).
        Ok(token) if identity.is_some() => answer(StatusCode::OK, &json!({ "access_token": token })),
        Ok(token) => answer(StatusCode::OK, &json!({ "token": token, "expires_in": 300 })),
        Err(error) => answer(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "error": format!("{error:#}") })),
    }
}

/// A JSON web token, signed by ES256 (RFC 7518, 3.4).
fn token(repository: &str, actions: &[&str], key: &KeyPair, chain: &str) -> Result<String> {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let access: Vec<Value> = match actions {
        [] => Vec::new(),
        actions => vec![json!({ "type": "repository", "name": repository, "actions": actions })],
    };
    let head = json!({ "typ": "JWT", "alg": "ES256", "x5c": [chain] });
    let claims = json!({
        "iss": ISSUER, "sub": USER, "aud": SERVICE, "jti": "1", "access": access,
        "iat": now, "nbf": now - 60, "exp": now + 300,
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&head), part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(raw(&key.sign(text.as_bytes())?));
    Ok(format!("{text}.{signature}"))
}

/// Both numbers of a signature in 32 bytes each, out of DER: a sequence of two integers.
fn raw(der: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = der.get(2..).unwrap_or_default();
    while let [_, length, tail @ ..] = rest {
        let (number, after) = tail.split_at_checked(usize::from(*length)).unwrap_or((tail, &[]));
        let digits = number.strip_prefix(&[0]).unwrap_or(number);
        out.extend(std::iter::repeat_n(0, 32_usize.saturating_sub(digits.len())).chain(digits.iter().copied()));
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_has_two_numbers_of_a_fixed_size() {
        let der = [&[0x30, 0x26, 2, 33, 0][..], &[0xff; 32], &[2, 1, 7]].concat();
        let expected = [&[0xff; 32][..], &[0; 31], &[7]].concat();
        assert_eq!(raw(&der), expected);
    }
}
