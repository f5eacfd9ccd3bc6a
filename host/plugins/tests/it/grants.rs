//! What a plugin gets of what it needs.

use shipworthy_contract::grant::Grant;
use shipworthy_plugins::{
    Descriptor, Severity,
    grants::{GrantError, Settled, settle},
};

use crate::support::{probe, told};

const AGENT: &str = r#"{ "name": "agent", "version": "0.3.0", "services": ["agent"],
  "roles": { "main": "the agent's gRPC port", "metrics": "its Prometheus port" },
  "needs": ["grpc grpc.health.v1.Health/Check", "grpc esb.agent.v1.AgentService/ListContainers",
            "http@metrics GET /metrics", "container .", "env . ESB_TAG"],
  "optional": ["http@metrics GET /metrics", "container .", "env . ESB_TAG"],
  "rules": [{ "name": "owner-empty", "severity": "warn", "summary": "the owner has no container", "hint": "..." }],
  "config": { "type": "object" } }"#;

const ENDPOINTS: &str =
    "[endpoints.agent]\nurl = \"https://h\"\n[endpoints.m]\nurl = \"http://h\"\n[probes.agent]\nplugin = \"a.wasm\"\n";

fn settled(keys: &str, bundled: bool) -> Result<Settled, GrantError> {
    settle(&Descriptor::parse(AGENT).unwrap(), &probe(&format!("{ENDPOINTS}{keys}")), bundled)
}

fn lines(grants: &[Grant]) -> Vec<String> {
    grants.iter().map(Grant::to_string).collect()
}

#[test]
fn a_bundled_plugin_has_what_it_declares_on_its_own_endpoint() {
    let got = settled("endpoints.metrics = \"m\"", true).unwrap();
    assert_eq!(got.grants.len(), 5);
    assert!(got.refused_optional.is_empty());
}

#[test]
fn without_an_endpoint_an_optional_need_is_given_up_and_told() {
    let got = settled("", true).unwrap();
    assert_eq!(lines(&got.refused_optional), ["http@metrics GET /metrics"]);
    assert!(!lines(&got.grants).contains(&"http@metrics GET /metrics".to_owned()));
}

#[test]
fn a_list_replaces_what_is_declared_as_a_whole() {
    let list = "grants = [\"grpc grpc.health.v1.Health/Check\", \"grpc esb.agent.v1.AgentService/ListContainers\", \"env agent ESB_TAG\"]";
    for bundled in [true, false] {
        let got = settled(list, bundled).unwrap();
        assert_eq!(got.grants.len(), 3);
        assert_eq!(
            lines(&got.refused_optional),
            ["http@metrics GET /metrics", "container ."],
            "`agent` is its own service"
        );
    }
    assert!(settled("grants = []", true).is_err(), "an empty list is a list");
}

#[test]
fn any_other_plugin_has_the_environments_list_only() {
    assert!(settled("", false).is_err());
}

#[test]
fn the_environment_changes_severities() {
    assert_eq!(settled("", true).unwrap().severity["owner-empty"], Severity::Warn);
    let got = settled("severity = { owner-empty = \"fail\" }", true).unwrap();
    assert_eq!(got.severity["owner-empty"], Severity::Fail);
}

#[test]
fn a_plugin_for_any_service_serves_each() {
    for services in ["", "\"services\": [],", "\"services\": [\"*\"],"] {
        let descriptor =
            Descriptor::parse(&format!("{{ {services} \"name\": \"http\", \"version\": \"1.0.0\" }}")).unwrap();
        assert!(settle(&descriptor, &probe(ENDPOINTS), true).is_ok(), "{services}");
    }
}

#[test]
fn every_misfit_is_told_with_what_to_write() {
    let no_endpoint = probe("[probes.agent]\nplugin = \"a.wasm\"");
    let descriptor = Descriptor::parse(AGENT).unwrap();
    let errors = [
        settled("grants = [\"container agent\"]", false).unwrap_err(),
        settle(&descriptor, &no_endpoint, true).unwrap_err(),
        settle(
            &Descriptor::parse(&AGENT.replace("\"optional\": [\"http@metrics GET /metrics\",", "\"optional\": ["))
                .unwrap(),
            &probe(ENDPOINTS),
            true,
        )
        .unwrap_err(),
        settled("endpoints.metrcs = \"m\"", true).unwrap_err(),
        settled("service = \"gateway\"\nendpoint = \"agent\"", true).unwrap_err(),
        settled("severity = { owner-empy = \"fail\" }", true).unwrap_err(),
        settled("severity = { zzz = \"fail\" }", true).unwrap_err(),
    ];
    let page: Vec<String> = errors.iter().map(|error| told(error)).collect();
    let page = page.join("\n");
    let cleaned: Vec<String> = page
        .lines()
        .map(|line| line.split_once("e.toml").map_or(line.to_owned(), |(_, rest)| format!("e.toml{rest}")))
        .collect();
    insta::assert_snapshot!(cleaned.join("\n"));
}
