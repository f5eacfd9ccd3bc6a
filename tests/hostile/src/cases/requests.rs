//! Questions that are not granted, and answers that lead elsewhere.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use shipworthy_stand_ins::hostile;

use crate::{Case, Lab, Told};

/// Asks a service that gives everything back; nothing of it may reach the service.
fn unreached(lab: &Lab, steps: &Value, grants: &[&str], expected: &[&str]) -> Result<Told> {
    let service = hostile::echo()?;
    let trial = lab.rust(steps)?.endpoint(&service.url()).descriptor("needs", json!([])).grants(grants);
    let told = trial.run()?.exits(0)?.completed()?.steps(expected)?;
    ensure!(service.connections() == 0, "the service was asked: {:?}", service.request_lines());
    Ok(told.because("the service is not reached"))
}

fn http(requests: &Value) -> Value {
    json!([{ "do": "http", "requests": requests }])
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, attack: &str, play: fn(&Lab) -> Result<Told>| Case::new("requests", name, attack, play);
    let mut cases = of_grants(case);
    cases.extend(of_elsewhere(case));
    cases
}

type Of = fn(&str, &str, fn(&Lab) -> Result<Told>) -> Case;

fn of_grants(case: Of) -> Vec<Case> {
    vec![
        case("nothing-granted", "asks over HTTP and gRPC without a grant", |lab| {
            let steps = json!([
                { "do": "http", "requests": [{ "path": "/" }] },
                { "do": "grpc", "methods": ["grpc.health.v1.Health/Check"] },
            ]);
            let expected = ["0: not-granted http GET /", "0: not-granted grpc grpc.health.v1.Health/Check"];
            unreached(lab, &steps, &[], &expected)?.notes("it takes: http GET /")
        }),
        case("path", "asks for paths beside the granted one", |lab| {
            let requests = json!([{ "path": "/status/x" }, { "path": "/statu" }, { "path": "/status/" }]);
            unreached(
                lab,
                &http(&requests),
                &["http GET /status"],
                &["0: not-granted", "1: not-granted", "2: not-granted"],
            )
        }),
        case("segment", "asks across a segment where one is granted", |lab| {
            unreached(
                lab,
                &http(&json!([{ "path": "/a/b/c" }])),
                &["http GET /a/*"],
                &["0: not-granted http GET /a/b/c"],
            )
        }),
        case("role", "asks a role that is not mapped, with a grant on it", |lab| {
            let requests = json!([{ "endpoint": "metrics", "path": "/metrics" }]);
            let trial = lab.rust(&http(&requests))?.descriptor("roles", json!({ "metrics": "its metrics" }));
            let told = trial.endpoint("http://127.0.0.1:9").grants(&["http@metrics GET /metrics"]).run()?;
            told.completed()?.steps(&["0: not-granted"])
        }),
        case("role-names", "asks roles that are addresses, paths and texts for a terminal", |lab| {
            let roles =
                ["http://evil.example", "127.0.0.1:9", "../main", "MAIN", "main\u{0}", "\u{1b}[2J", "", "neighbour"];
            let requests: Vec<Value> = roles.iter().map(|role| json!({ "endpoint": role, "path": "/x" })).collect();
            let expected: Vec<String> = (0..7).map(|at| format!("{at}: invalid-request")).collect();
            let expected: Vec<&str> = expected.iter().map(String::as_str).chain(["7: not-granted"]).collect();
            unreached(lab, &http(&requests.into()), &["http GET /x"], &expected)
        }),
        case("grpc", "calls methods beside the granted one", |lab| {
            let methods = [
                "esb.agent.v1.AgentService/DestroyContainer",
                "esb.agent.v1.AgentService/ListContainers/",
                "esb.agent.v1.AgentService/listcontainers",
                "/esb.agent.v1.AgentService/ListContainers",
                "esb.agent.v1.AgentService/../AgentService/ListContainers",
                "esb.agent.v1.AgentService/ListContainers?x",
                "esb.agent.v1.AgentService/ListContainers\r\nx: y",
                "ListContainers",
                "",
            ];
            let expected: Vec<String> = (0..methods.len()).map(|at| format!("{at}: ")).collect();
            let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
            let steps = json!([{ "do": "grpc", "methods": methods }]);
            let grants = ["grpc esb.agent.v1.AgentService/ListContainers"];
            let told = unreached(lab, &steps, &grants, &expected)?;
            let granted = told
                .all_steps()
                .into_iter()
                .find(|step| !step.contains("not-granted") && !step.contains("invalid-request"));
            ensure!(granted.is_none(), "granted: {granted:?}");
            Ok(told)
        }),
        case("http-for-grpc", "makes a call of gRPC out of a request over HTTP", |lab| {
            let requests =
                json!([{ "method": "POST", "path": "/a.B/Delete", "headers": [["content-type", "application/grpc"]] }]);
            unreached(
                lab,
                &http(&requests),
                &["grpc a.B/List", "http GET /**"],
                &["0: not-granted http POST /a.B/Delete"],
            )
        }),
        case("large-body", "sends a body of 2 MiB", |lab| {
            let requests = json!([{ "path": "/x", "padding": 2 << 20 }]);
            let expected = ["0: too-large request body of 1048576"];
            unreached(lab, &http(&requests), &["http GET /x"], &expected)?.notes("request body")
        }),
    ]
}

fn of_elsewhere(case: Of) -> Vec<Case> {
    vec![
        case("redirect", "is sent to another server by a redirect", |lab| {
            let elsewhere = hostile::fixed("{}")?;
            let service = hostile::redirect(&format!("{}/admin", elsewhere.url()))?;
            let trial = lab.rust(&http(&json!([{ "path": "/x" }])))?.endpoint(&service.url()).granted(&["http GET /x"]);
            let told = trial.run()?.exits(0)?.completed()?.steps(&["0: status 302"])?;
            ensure!(elsewhere.connections() == 0, "the other server was asked");
            ensure!(service.request_lines() == ["GET /x"], "it was asked: {:?}", service.request_lines());
            Ok(told.because("not followed"))
        }),
        case("redirect-within", "is sent to another path of the same server by a redirect", |lab| {
            let service = hostile::redirect("/admin")?;
            let trial =
                lab.rust(&http(&json!([{ "path": "/x" }])))?.endpoint(&service.url()).granted(&["http GET /**"]);
            let told = trial.run()?.exits(0)?.completed()?.steps(&["0: status 302"])?;
            ensure!(service.request_lines() == ["GET /x"], "it was asked: {:?}", service.request_lines());
            Ok(told.because("not followed"))
        }),
        case("proxy", "the host's variables name a proxy", |lab| {
            let (proxy, service) = (hostile::fixed("{}")?, hostile::fixed("{}")?);
            let mut trial = lab.rust(&http(&json!([{ "path": "/x" }])))?.endpoint(&service.url());
            for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
                trial = trial.variable(name, &proxy.url());
            }
            let told = trial.granted(&["http GET /x"]).run()?.exits(0)?.completed()?.steps(&["0: status 200"])?;
            ensure!(proxy.connections() == 0, "the proxy was asked");
            Ok(told.because("no proxy is asked"))
        }),
        case("address", "reads the service's address out of an error", |lab| {
            let closed = hostile::refuse()?;
            let steps = json!([
                { "do": "http", "requests": [{ "path": "/x" }] },
            ]);
            let trial = lab.rust(&steps)?.endpoint(&closed.url()).granted(&["http GET /x"]);
            let told = trial.run()?.completed()?.steps(&["0: unreachable"])?;
            let address = closed.addr().to_string();
            let heard = told.all_steps().join(" ");
            ensure!(!heard.contains(&address), "the guest was told the address: {heard}");
            ensure!(heard.contains("'endpoint 1'"), "the guest was told what stands for it: {heard}");
            Ok(told.because("an address is told to people only"))
        }),
    ]
}
