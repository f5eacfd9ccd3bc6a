//! Stand-in for ESB's gateway. It answers as `docs/contract.md`, part 3, says, and has no functions to run.

use std::collections::BTreeSet;

use anyhow::Result;
use http::{Method, Response, StatusCode, header};
use serde_json::{Map, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::certs::{Certs, ServerCert};
use crate::serve::{self, Body, Speaks};
use crate::stand_in::{Received, StandIn};

/// The route that functions are invoked by, as `/openapi.json` spells it.
pub const INVOCATIONS: &str = "/2015-03-31/functions/{function_name}/invocations";

/// A gateway that is about to be started.
#[derive(Clone, Debug)]
pub struct Gateway {
    version: String,
    routes: BTreeSet<String>,
}

impl Default for Gateway {
    fn default() -> Self {
        let routes = ["/health", "/user/auth/v1", INVOCATIONS, "/orders/{id}"];
        Self { version: "2.0.0".into(), routes: routes.into_iter().map(str::to_owned).collect() }
    }
}

impl Gateway {
    /// A gateway as today's are: version `2.0.0`, and one customer's route, `/orders/{id}`.
    pub fn new() -> Self {
        Self::default()
    }

    /// What `info.version` of `/openapi.json` says.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// One more path in `/openapi.json`.
    #[must_use]
    pub fn route(mut self, path: &str) -> Self {
        self.routes.insert(path.to_owned());
        self
    }

    /// One path less in `/openapi.json`.
    #[must_use]
    pub fn without_route(mut self, path: &str) -> Self {
        self.routes.remove(path);
        self
    }

    /// Starts it behind TLS, HTTP/1.1 and HTTP/2 by ALPN.
    pub fn start(self, certs: &Certs) -> Result<StandIn> {
        self.start_showing(certs, ServerCert::Valid)
    }

    /// Starts it behind TLS with a certificate of choice.
    pub fn start_showing(self, certs: &Certs, which: ServerCert) -> Result<StandIn> {
        serve::serve(Some(certs.tls(which)?), Speaks::Both, move |request| self.answer(request))
    }

    /// Starts it in plain text.
    pub fn start_plain(self) -> Result<StandIn> {
        serve::serve(None, Speaks::Both, move |request| self.answer(request))
    }

    /// Starts it in plain text, after hanging up on so many connections.
    pub(crate) fn start_late(self, silent: usize) -> Result<StandIn> {
        serve::serve_after(silent, None, Speaks::Both, move |request| self.answer(request))
    }

    fn answer(&self, request: &Received) -> Response<Body> {
        let path = request.path.split('?').next().unwrap_or_default();
        match (&request.method, path) {
            (&Method::GET, "/health") => health(),
            (&Method::GET, "/openapi.json") => serve::json(StatusCode::OK, &self.openapi()),
            (&Method::POST, path) if self.routes.contains(INVOCATIONS) && invoked(path).is_some() => {
                let name = invoked(path).unwrap_or_default();
                serve::json(StatusCode::NOT_FOUND, &json!({ "message": format!("Function not found: {name}") }))
            }
            _ => catch_all(request),
        }
    }

    fn openapi(&self) -> serde_json::Value {
        let paths: Map<_, _> = self
            .routes
            .iter()
            .map(|path| {
                let method = if path == INVOCATIONS || path == "/user/auth/v1" { "post" } else { "get" };
                (path.clone(), json!({ method: { "responses": { "200": { "description": "OK" } } } }))
            })
            .collect();
        json!({ "openapi": "3.1.0", "info": { "title": "stand-in gateway", "version": self.version }, "paths": paths })
    }
}

fn health() -> Response<Body> {
    let timestamp = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
    serve::json(StatusCode::OK, &json!({ "status": "healthy", "timestamp": timestamp }))
}

/// The function's name in a path of the invocations route.
fn invoked(path: &str) -> Option<&str> {
    let name = path.strip_prefix("/2015-03-31/functions/")?.strip_suffix("/invocations")?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

/// What every path without a handler of its own ends in, `/functions`, `/routes` and any `HEAD` among them: the caller
/// is asked who it is first, and only then told that there is nothing.
fn catch_all(request: &Received) -> Response<Body> {
    if request.method == Method::HEAD || !request.headers.contains_key(header::AUTHORIZATION) {
        serve::json(StatusCode::UNAUTHORIZED, &json!({ "message": "Unauthorized" }))
    } else {
        serve::json(StatusCode::NOT_FOUND, &json!({ "message": "Not Found" }))
    }
}
