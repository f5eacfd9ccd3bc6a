//! The published schema of environments agrees with the reader.

use shipworthy_plugins::environment::ENVIRONMENT_SCHEMA;

use crate::support::Folder;

/// What both take: TOML, and the same in JSON.
const GOOD: &[(&str, &str)] = &[
    ("", "{}"),
    (
        "policy = \"warn\"\ndeadline = \"10s\"\n[endpoints.a]\nurl = \"https://h:1\"\nheaders = { token = { env = \"T\" }, accept = \"x\" }\n[probes.a]\nplugin = \"builtin:a\"\nlimits = { memory = \"1MiB\" }\nretry = { for = \"5s\" }",
        r#"{ "policy": "warn", "deadline": "10s",
          "endpoints": { "a": { "url": "https://h:1", "headers": { "token": { "env": "T" }, "accept": "x" } } },
          "probes": { "a": { "plugin": "builtin:a", "limits": { "memory": "1MiB" }, "retry": { "for": "5s" } } } }"#,
    ),
    (
        "[requirements]\nmode = \"docker\"\nservices.gateway = { version = \">=2\", capabilities = [\"invoke\"], facts = { n = 1 } }\n[containers]\nsocket = \"unix:///x\"\ngroups.f = { a = \"b\" }\n[[waivers]]\nrule = \"stack.mode\"\nreason = \"r\"\nexpires = \"2026-01-01\"",
        r#"{ "requirements": { "mode": "docker", "services": { "gateway": { "version": ">=2", "capabilities": ["invoke"], "facts": { "n": 1 } } } },
          "containers": { "socket": "unix:///x", "groups": { "f": { "a": "b" } } },
          "waivers": [{ "rule": "stack.mode", "reason": "r", "expires": "2026-01-01" }] }"#,
    ),
    (
        "[trust]\nplugins = [\"k\"]\nartifact = []\nprobes.a = [\"k\"]\n[trust.keys]\nk = { file = \"k.pub\", expires = \"2027-01-01\" }\nl = \"l.pub\"\n[probes.a]\nplugin = \"oci://h:5000/r:1\"\n[registries.\"h:5000\"]\nca = \"c\"",
        r#"{ "trust": { "plugins": ["k"], "artifact": [], "probes": { "a": ["k"] },
                        "keys": { "k": { "file": "k.pub", "expires": "2027-01-01" }, "l": "l.pub" } },
             "probes": { "a": { "plugin": "oci://h:5000/r:1" } }, "registries": { "h:5000": { "ca": "c" } } }"#,
    ),
];

/// What both refuse.
const BAD: &[(&str, &str)] = &[
    ("polcy = \"warn\"", r#"{ "polcy": "warn" }"#),
    ("policy = \"lax\"", r#"{ "policy": "lax" }"#),
    ("deadline = 5", r#"{ "deadline": 5 }"#),
    ("[payload]\ncontract = \"2\"", r#"{ "payload": { "contract": "2" } }"#),
    ("[requirements]\nmode = \"podman\"", r#"{ "requirements": { "mode": "podman" } }"#),
    (
        "[requirements]\nservices.a.verison = \"1\"",
        r#"{ "requirements": { "services": { "a": { "verison": "1" } } } }"#,
    ),
    ("[endpoints.a]\nurl = \"https://h/p\"", r#"{ "endpoints": { "a": { "url": "https://h/p" } } }"#),
    ("[endpoints.a]\nurl = \"https://u@h\"", r#"{ "endpoints": { "a": { "url": "https://u@h" } } }"#),
    ("[endpoints.a]\ncontainer = \"x\"", r#"{ "endpoints": { "a": { "container": "x" } } }"#),
    (
        "[endpoints.a]\nurl = \"https://h\"\nclient_key = \"k\"",
        r#"{ "endpoints": { "a": { "url": "https://h", "client_key": "k" } } }"#,
    ),
    (
        "[endpoints.a]\nurl = \"https://h\"\nheaders.x = {}",
        r#"{ "endpoints": { "a": { "url": "https://h", "headers": { "x": {} } } } }"#,
    ),
    ("[endpoints.a]\ninstances = []", r#"{ "endpoints": { "a": { "instances": [] } } }"#),
    ("[probes.A]\nplugin = \"x\"", r#"{ "probes": { "A": { "plugin": "x" } } }"#),
    ("[probes.a]\nplugin = \"x\"\ngrants = [\"x\"]", r#"{ "probes": { "a": { "plugin": "x", "grants": ["x"] } } }"#),
    ("[probes.a]\nplugin = \"x\"\nretry = {}", r#"{ "probes": { "a": { "plugin": "x", "retry": {} } } }"#),
    (
        "[probes.a]\nplugin = \"x\"\nlimits.cpu = 1",
        r#"{ "probes": { "a": { "plugin": "x", "limits": { "cpu": 1 } } } }"#,
    ),
    ("[trust]\nkeys.k = {}", r#"{ "trust": { "keys": { "k": {} } } }"#),
    ("[trust]\nplugins = \"k\"", r#"{ "trust": { "plugins": "k" } }"#),
    ("[registries.h]\npassword = \"x\"", r#"{ "registries": { "h": { "password": "x" } } }"#),
    ("[containers]\ngroups.f = {}", r#"{ "containers": { "groups": { "f": {} } } }"#),
    ("[[waivers]]\nrule = \"stack.mode\"", r#"{ "waivers": [{ "rule": "stack.mode" }] }"#),
];

#[test]
fn the_schema_and_the_reader_agree() {
    let schema = jsonschema::validator_for(&serde_json::from_str(ENVIRONMENT_SCHEMA).unwrap()).unwrap();
    for (cases, expected) in [(GOOD, true), (BAD, false)] {
        for (toml, json) in cases {
            let folder = Folder::new(&[("e.toml", toml)]);
            let loaded = folder.load("e.toml");
            assert_eq!(loaded.is_ok(), expected, "{toml}: {:?}", loaded.err());
            let document = serde_json::from_str(json).unwrap();
            let faults: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
            assert_eq!(faults.is_empty(), expected, "{json}: {faults:?}");
        }
    }
}
