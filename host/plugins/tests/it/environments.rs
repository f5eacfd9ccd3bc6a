//! What an environment's file says, and what holds where it says nothing.

use std::time::Duration;

use shipworthy_contract::{Policy, Role, quantity::Bytes, requirement::Source};
use shipworthy_plugins::{
    Severity,
    environment::{Limits, Origin, PluginSource, Retry, show},
};

use crate::support::{Folder, load, probe};

/// The example of design.md, part 4, whole.
const EXAMPLE: &str = r#"extends = "base"
policy = "strict"
deadline = "20s"

[payload]
env = "staging"
contract = "auto"
require_tree = true

[requirements]
mode = "docker"
services.gateway.version = ">=2.0, <3"

[endpoints.gateway]
url = "https://127.0.0.1:8443"
ca = "certs/rootCA.crt"
http2 = "auto"
headers.x-api-key = { env = "X_API_KEY" }
[endpoints.agent]
container = "agent"
port = 50051
scheme = "https"
[endpoints.agent-metrics]
url = "http://127.0.0.1:9091"

[containers]
socket = "unix:///var/run/docker.sock"
project = "esb-staging"
groups.functions = { created_by = "esb-agent", esb_env = "staging" }

[probes.agent]
plugin = "builtin:agent"
sha256 = "6a6b873fc6f14e8e2d81093b2c1dd5d9210099ee8f15d4fc684606c05217cd47"
endpoint = "agent"
endpoints.metrics = "agent-metrics"
grants = ["grpc grpc.health.v1.Health/Check", "grpc esb.agent.v1.AgentService/ListContainers"]
config = { }
limits = { memory = "32MiB", deadline = "4s", request = "1s", response = "1MiB", log = "16KiB", requests = 20, compile_time = "90s", compile_memory = "4GiB" }
retry = { for = "20s", every = "2s" }
severity = { "owner-empty" = "fail" }

[[waivers]]
rule = "stack.release"
service = "agent"
reason = "hotfix rolls out until Friday"
expires = 2026-12-04
"#;

#[test]
fn the_example_of_the_design_is_read_whole() {
    let folder = Folder::new(&[("staging.toml", EXAMPLE), ("base.toml", "")]);
    let environment = folder.load("staging.toml").unwrap();
    assert_eq!(environment.name, "staging");
    assert_eq!(environment.policy, Some(Policy::Strict));
    assert_eq!(environment.deadline, Duration::from_secs(20));
    assert_eq!(environment.payload.env.as_deref(), Some("staging"));
    assert_eq!(environment.payload.contract.as_deref(), Some("auto"));
    assert!(environment.payload.require_tree);
    assert_eq!(environment.requirements.len(), 1);
    assert_eq!(environment.containers.project.as_deref(), Some("esb-staging"));
    assert_eq!(environment.containers.socket.as_deref(), Some("unix:///var/run/docker.sock"));
    let labels = &environment.containers.groups[&"functions".parse().unwrap()];
    assert_eq!(labels["esb_env"], "staging");
    let probe = &environment.probes[0];
    assert_eq!(probe.plugin, PluginSource::Builtin("agent".to_owned()));
    assert!(probe.sha256.is_some());
    assert_eq!(probe.endpoints[&Role::main()], "agent");
    assert_eq!(probe.endpoints[&"metrics".parse().unwrap()], "agent-metrics");
    assert_eq!(probe.grants.as_ref().unwrap().len(), 2);
    let second = Duration::from_secs(1);
    let limits = Limits {
        memory: Bytes(32 << 20),
        deadline: 4 * second,
        request: second,
        response: Bytes(1 << 20),
        log: Bytes(16 << 10),
        requests: 20,
        compile_time: 90 * second,
        compile_memory: Bytes(4 << 30),
    };
    assert_eq!(probe.limits, limits);
    assert_eq!(probe.retry, Some(Retry { within: 20 * second, every: 2 * second }));
    assert_eq!(probe.severity["owner-empty"], Severity::Fail);
    let waiver = &environment.waivers[0];
    assert_eq!(waiver.expires.to_string(), "2026-12-04");
    assert!(!waiver.waivable);
}

#[test]
fn what_nobody_says_has_its_default() {
    let environment = load("");
    assert_eq!(environment.policy, None);
    assert_eq!(environment.deadline, Duration::from_secs(30));
    assert_eq!(environment.payload.contract, None);
    assert!(environment.requirements.is_empty() && environment.probes.is_empty() && environment.waivers.is_empty());
    let smallest = "[endpoints.gateway]\nurl = \"https://127.0.0.1:8443\"\nca = \"ca.pem\"\n[probes.gateway]\nplugin = \"builtin:gateway\"\n";
    let probe = probe(smallest);
    assert_eq!(probe.service.as_str(), "gateway");
    assert_eq!(probe.endpoints[&Role::main()], "gateway");
    assert_eq!((probe.grants, probe.retry), (None, None));
    assert_eq!(probe.config, serde_json::json!({}));
    let second = Duration::from_secs(1);
    let limits = Limits {
        memory: Bytes(64 << 20),
        deadline: 5 * second,
        request: 2 * second,
        response: Bytes(4 << 20),
        log: Bytes(64 << 10),
        requests: 256,
        compile_time: 120 * second,
        compile_memory: Bytes(2 << 30),
    };
    assert_eq!(probe.limits, limits);
}

#[test]
fn the_probe_looks_at_its_service_and_the_service_names_the_endpoint() {
    let endpoints = "[endpoints.gateway]\nurl = \"http://h\"\n[endpoints.other]\nurl = \"http://i\"\n";
    let first = probe(&format!("{endpoints}[probes.edge]\nservice = \"gateway\"\nplugin = \"p.wasm\""));
    assert_eq!((first.service.as_str(), first.endpoints[&Role::main()].as_str()), ("gateway", "gateway"));
    let second = probe(&format!("{endpoints}[probes.gateway]\nendpoint = \"other\"\nplugin = \"p.wasm\""));
    assert_eq!(second.endpoints[&Role::main()], "other");
    let third = probe(&format!("{endpoints}[probes.gateway]\nendpoints.main = \"other\"\nplugin = \"p.wasm\""));
    assert_eq!(third.endpoints[&Role::main()], "other");
    let none = probe("[probes.static]\nplugin = \"builtin:static\"");
    assert!(none.endpoints.is_empty());
    let retry = probe("[probes.a]\nplugin = \"builtin:static\"\nretry = { for = \"5s\" }").retry.unwrap();
    assert_eq!(retry.every, Duration::from_secs(1));
}

#[test]
fn probes_are_in_the_order_of_their_names() {
    let environment = load("[probes.b]\nplugin = \"x\"\n[probes.a]\nplugin = \"x\"\n[probes.c]\nplugin = \"x\"");
    let names: Vec<&str> = environment.probes.iter().map(|probe| probe.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn files_are_laid_over_each_other() {
    let base = r#"policy = "warn"
[requirements]
mode = "docker"
services.gateway.version = "2.0.0"
[endpoints.gateway]
url = "https://base"
ca = "base.pem"
headers.authorization = { env = "BASE" }
[probes.gateway]
plugin = "base.wasm"
grants = ["container gateway"]
limits = { memory = "32MiB", log = "1KiB" }
[[waivers]]
rule = "stack.mode"
reason = "base"
expires = "2026-01-01"
"#;
    let middle = r#"extends = "base"
[requirements]
mode = "containerd"
[endpoints.gateway]
ca = "middle.pem"
[probes.gateway]
limits = { memory = "16MiB" }
"#;
    let child = r#"extends = "../shared/middle.toml"
[endpoints.gateway]
url = "https://child"
[probes.gateway]
grants = []
[[waivers]]
rule = "stack.release"
reason = "child"
expires = 2026-01-02
"#;
    let folder = Folder::new(&[("env/c.toml", child), ("shared/middle.toml", middle), ("shared/base.toml", base)]);
    let environment = folder.load("env/c.toml").unwrap();
    assert_eq!((environment.name.as_str(), environment.policy), ("c", Some(Policy::Warn)));
    let endpoint = &environment.endpoints["gateway"].outline().unwrap()[0];
    assert_eq!(endpoint.url(), "https://child:443");
    assert_eq!(endpoint.tls.as_ref().unwrap().ca, None, "the child's url keeps nothing of the base");
    let probe = &environment.probes[0];
    // The base names the file, so it lies beside the base.
    assert_eq!(probe.plugin, PluginSource::File(folder.file("env/../shared/base.wasm")));
    assert_eq!(probe.grants.as_deref(), Some([].as_slice()));
    assert_eq!((probe.limits.memory, probe.limits.log), (Bytes(16 << 20), Bytes(1 << 10)));
    let reasons: Vec<&str> = environment.waivers.iter().map(|waiver| waiver.reason.as_str()).collect();
    assert_eq!(reasons, ["base", "child"]);
}

#[test]
fn each_requirement_names_the_file_in_which_it_stands() {
    let folder = Folder::new(&[
        ("c.toml", "extends = \"base\"\n\n\n[requirements]\nmode = \"containerd\"\n"),
        ("base.toml", "[requirements]\nmode = \"docker\"\nservices.gateway.version = \"2.0.0\"\n"),
    ]);
    let environment = folder.load("c.toml").unwrap();
    let told: Vec<(String, Option<u32>, usize)> = environment
        .requirements
        .iter()
        .map(|requirement| {
            let Source::Environment { file } = &requirement.source else { panic!("an environment's") };
            (folder.clean(file), requirement.mode.as_ref().map(|mode| mode.at.line), requirement.services.len())
        })
        .collect();
    assert_eq!(told, [("c.toml".to_owned(), Some(5), 0), ("base.toml".to_owned(), None, 1)]);
}

#[test]
fn everything_in_force_can_be_shown_and_no_secret_is() {
    let base = "[endpoints.gateway]\nurl = \"https://h\"\nheaders.x-api-key = { env = \"KEY\" }\nheaders.accept = \"text/plain\"\n";
    let child = "extends = \"base\"\n[probes.gateway]\nplugin = \"builtin:gateway\"\nconfig = { token = \"hunter2\", paths = [\"/a\", \"/b\"] }\nretry.for = \"5s\"\n[[waivers]]\nrule = \"stack.mode\"\nreason = \"r\"\nexpires = 2026-12-04\n";
    let folder = Folder::new(&[("c.toml", child), ("base.toml", base)]);
    let environment = folder.load("c.toml").unwrap();
    let lines: Vec<String> = show(&environment)
        .iter()
        .map(|setting| {
            let origin = match &setting.origin {
                Origin::Written(place) => folder.clean(&place.to_string()),
                Origin::Default => "default".to_owned(),
            };
            format!("{} = {} # {origin}", setting.key, setting.value)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    assert_eq!(environment.place("probes.gateway.plugin").unwrap().line, Some(3));
    assert_eq!(environment.place("policy"), None);
}

proptest::proptest! {
    #[test]
    fn any_file_is_loaded_or_refused(text in "\\PC{0,80}(\n\\[(endpoints|probes|requirements)\\.a\\]\n(url|plugin|mode|headers|grants) = (1|\"\\PC{0,12}\"|\\[\\]|\\{ a = \"x\" \\}))?") {
        let folder = Folder::new(&[("e.toml", &text)]);
        if let Err(errors) = folder.load("e.toml") {
            proptest::prop_assert!(errors.iter().count() >= 1);
        }
    }
}
