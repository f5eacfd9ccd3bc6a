//! Paths that a grant would match and a server would read as others. Each is tried against a service that gives back what
//! it is asked, with a grant on everything below `/granted`, and must not reach it.

use anyhow::{Result, ensure};
use serde_json::json;
use shipworthy_stand_ins::hostile;

use crate::{Case, Lab, Told};

/// Name, path, and how the guest is refused.
const PATHS: [(&str, &str, &str); 53] = [
    ("dot-dot", "/granted/../admin", "invalid-request"),
    ("dot-dot-at-end", "/granted/..", "invalid-request"),
    ("dot", "/granted/./x", "invalid-request"),
    ("dot-at-end", "/granted/.", "invalid-request"),
    ("empty-segment", "/granted//x", "invalid-request"),
    ("empty-segment-first", "//granted/x", "invalid-request"),
    ("escaped-dots", "/granted/%2e%2e/admin", "invalid-request"),
    ("escaped-dots-upper", "/granted/%2E%2e/admin", "invalid-request"),
    ("half-escaped-dots", "/granted/.%2e/admin", "invalid-request"),
    ("escaped-dot", "/granted/%2e/x", "invalid-request"),
    ("escaped-slash", "/granted/..%2fadmin", "invalid-request"),
    ("escaped-slash-upper", "/granted%2F..%2Fadmin", "invalid-request"),
    ("backslash", "/granted/..\\admin", "invalid-request"),
    ("backslash-first", "\\granted\\x", "invalid-request"),
    ("escaped-backslash", "/granted/..%5cadmin", "invalid-request"),
    ("escaped-backslash-upper", "/granted/..%5Cadmin", "invalid-request"),
    ("parameter", "/granted/..;/admin", "invalid-request"),
    ("parameter-with-value", "/granted/..;x=y/admin", "invalid-request"),
    ("parameter-after-dot", "/granted/.;/x", "invalid-request"),
    ("escaped-parameter", "/granted/..%3b/admin", "invalid-request"),
    ("twice-escaped", "/granted/%252e%252e/admin", "invalid-request"),
    ("twice-escaped-slash", "/granted/..%252fadmin", "invalid-request"),
    ("thrice-escaped", "/granted/%25252e%25252e/admin", "invalid-request"),
    ("overlong-dots", "/granted/%c0%ae%c0%ae/admin", "invalid-request"),
    ("overlong-slash", "/granted/..%c0%afadmin", "invalid-request"),
    ("overlong-slash-three", "/granted/..%e0%80%afadmin", "invalid-request"),
    ("escape-of-microsoft", "/granted/%u002e%u002e/admin", "invalid-request"),
    ("half-escape", "/granted/%2", "invalid-request"),
    ("escape-of-nothing", "/granted/%zz", "invalid-request"),
    ("fragment", "/granted/x#/../admin", "invalid-request"),
    ("escaped-nul", "/granted/x%00.json", "invalid-request"),
    ("escaped-line-break", "/granted/x%0d%0ahost:evil", "invalid-request"),
    ("blank", "/granted/x HTTP/1.1", "invalid-request"),
    ("line-break", "/granted/x HTTP/1.1\r\nHost: evil.example\r\n\r\nGET /admin", "invalid-request"),
    ("line-feed", "/granted/x\nGET /admin", "invalid-request"),
    ("carriage-return", "/granted/x\r/admin", "invalid-request"),
    ("nul", "/granted/x\u{0}", "invalid-request"),
    ("tab", "/granted/\tx", "invalid-request"),
    ("delete", "/granted/\u{7f}x", "invalid-request"),
    ("not-ascii", "/granted/\u{ff0e}\u{ff0e}/admin", "invalid-request"),
    ("fraction-slash", "/granted/..\u{2215}admin", "invalid-request"),
    ("url", "http://evil.example/granted/x", "invalid-request"),
    ("url-without-scheme", "//evil.example/granted/x", "invalid-request"),
    ("at-sign", "@evil.example/granted/x", "invalid-request"),
    ("user-info", "http://user@evil.example/granted/x", "invalid-request"),
    ("port", ":9/granted/x", "invalid-request"),
    ("none", "", "invalid-request"),
    ("star", "*", "invalid-request"),
    ("no-slash", "granted/x", "invalid-request"),
    ("query-first", "?/granted/x", "invalid-request"),
    ("other-case", "/GRANTED/x", "not-granted"),
    ("prefix", "/granted", "not-granted"),
    ("longer-prefix", "/grantedadmin", "not-granted"),
];

/// Paths that are as plain as they look, however odd they look, and what the service must see of them.
const PLAIN: [(&str, &str); 4] = [
    ("at-sign-within", "/granted/@evil.example/x"),
    ("dots-in-query", "/granted/x?next=/../admin"),
    ("url-in-query", "/granted/x?next=http://evil.example/"),
    ("three-dots", "/granted/.../x"),
];

fn refused(lab: &Lab, path: &str, expected: &str) -> Result<Told> {
    let service = hostile::echo()?;
    let steps = json!([{ "do": "http", "requests": [{ "path": path }] }]);
    let trial = lab.rust(&steps)?.endpoint(&service.url()).granted(&["http GET /granted/**"]);
    let told = trial.run()?.exits(0)?.completed()?.steps(&[&format!("0: {expected}")])?;
    ensure!(service.connections() == 0, "the service was asked: {:?}", service.request_lines());
    told.notes("GET").map(|told| told.because("the service is not reached"))
}

fn sent(lab: &Lab, path: &str) -> Result<Told> {
    let service = hostile::echo()?;
    let steps = json!([{ "do": "http", "requests": [{ "path": path }] }]);
    let trial = lab.rust(&steps)?.endpoint(&service.url()).granted(&["http GET /granted/**"]);
    let told = trial.run()?.exits(0)?.completed()?.steps(&["0: status 200"])?;
    ensure!(service.request_lines() == [format!("GET {path}")], "it was asked: {:?}", service.request_lines());
    let requests = service.requests();
    let host = requests.first().and_then(|request| request.host.clone());
    ensure!(host == Some(service.addr().to_string()), "another host was asked for: {host:?}");
    Ok(told.because("sent as it was matched"))
}

pub(super) fn cases() -> Vec<Case> {
    let refusals = PATHS.iter().map(|(name, path, expected)| {
        let attack = format!("asks for `{}`", path.escape_debug());
        Case::new("paths", *name, attack, move |lab| refused(lab, path, expected))
    });
    let plain = PLAIN.iter().map(|(name, path)| {
        Case::new("paths", *name, format!("asks for `{path}`, which is what it seems"), move |lab| sent(lab, path))
    });
    let long = Case::new("paths", "too-long", "asks for a path of 1 MiB", |lab| {
        let path = format!("/granted/{}", "a".repeat(900 << 10));
        let service = hostile::echo()?;
        let steps = json!([{ "do": "http", "requests": [{ "path": path }] }]);
        let trial = lab.rust(&steps)?.endpoint(&service.url()).granted(&["http GET /granted/**"]);
        let told = trial.run()?.completed()?.steps(&["0: too-large request path of 8192"])?;
        ensure!(service.connections() == 0, "the service was asked");
        told.notes("request path")
    });
    let slow =
        Case::new("paths", "slow-to-match", "a path that is slow to match against patterns of many wildcards", |lab| {
            let service = hostile::echo()?;
            let path = format!("/{}b", "a".repeat(8_000));
            let pattern = format!("http GET /{}", "*a".repeat(200));
            let steps = json!([{ "do": "http", "requests": [{ "path": path }], "times": 60 }]);
            let grants: Vec<String> = (0..50).map(|number| format!("{pattern}{number}")).collect();
            let grants: Vec<&str> = grants.iter().map(String::as_str).collect();
            let trial = lab.rust(&steps)?.endpoint(&service.url()).descriptor("needs", json!([])).grants(&grants);
            let told = trial.limit("deadline", "20s").run()?.completed()?;
            ensure!(told.all_steps().iter().all(|step| step.contains("not-granted")), "something was granted");
            Ok(told)
        });
    refusals.chain(plain).chain([long, slow]).collect()
}
