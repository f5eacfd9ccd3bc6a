//! Every way in which an environment can be wrong, as it is told.

use std::collections::BTreeSet;

use shipworthy_plugins::environment::{Problem, find};

use crate::support::{Folder, told, told_all};

/// Files of which the first is loaded; each case with the problem it is about.
const CASES: &[(&str, &[(&str, &str)])] = &[
    ("File", &[("e.toml", "\nextends = \"none\"\n")]),
    ("Syntax", &[("e.toml", "policy = \"strict\"\ntoken = hunter2 x\n[probes.a\n")]),
    ("Syntax", &[("e.toml", "policy = \"strict\"\npolicy = \"warn\"\n")]),
    ("Cycle", &[("e.toml", "extends = \"b\""), ("b.toml", "extends = \"c\""), ("c.toml", "extends = \"b\"")]),
    ("Cycle", &[("e.toml", "extends = \"e\"")]),
    ("NotAName", &[("e.toml", "extends = \"../b\"")]),
    ("Kind", &[("e.toml", "extends = [\"b\"]")]),
    (
        "UnknownKey",
        &[(
            "e.toml",
            "polcy = \"warn\"\nzzz = 1\n[probes.a]\nplugin = \"x\"\ngrant = []\nlimits.cpu = 1\nretry = { for = \"1s\", evry = \"1s\" }\n[endpoints.a]\nurl = \"http://h\"\ntoken = \"hunter2\"\n[payload]\nenvironment = \"x\"\n[containers]\nsockets = \"x\"\n[[waivers]]\nrules = 1\nrule = \"stack.mode\"\nreason = \"r\"\nexpires = 2026-01-01\n",
        )],
    ),
    (
        "Kind",
        &[(
            "e.toml",
            "policy = 1\nprobes = []\nendpoints.a = \"x\"\nwaivers = 1\n[payload]\nrequire_tree = \"yes\"\ncontract = 1.3\n[containers]\nsocket = []\ngroups.x = 1\n",
        )],
    ),
    (
        "Kind",
        &[(
            "e.toml",
            "requirements = 1\n[probes.a]\nplugin = 1\ngrants = \"logs .\"\nconfig = []\nseverity = { x = 1 }\n[endpoints.b]\ncontainer = \"x\"\nport = \"1\"\nheaders = { x = 1 }\n[[waivers]]\nrule = \"stack.mode\"\nreason = \"r\"\nexpires = 7\n",
        )],
    ),
    (
        "Value",
        &[(
            "e.toml",
            "policy = \"lax\"\ndeadline = \"soon\"\n[payload]\ncontract = \"1.4\"\nmode = \" \"\n[probes.Agent]\nplugin = \"builtin:\"\n[probes.a]\nservice = \"B\"\nplugin = \"https://h/x.wasm\"\nsha256 = \"ABC\"\ngrants = [\"htp GET /\", \"http POST /functions/*\", \"env . *\"]\nseverity = { x = \"fatal\" }\nconfig = { x = nan }\n[probes.b]\nplugin = \"oci://registry.example/x:latest\"\n",
        )],
    ),
    (
        "Value",
        &[(
            "e.toml",
            "[endpoints.A]\nurl = \"http://h\"\n[endpoints.b]\ncontainer = \"x\"\nport = 70000\nscheme = \"grpc\"\nserver_name = \"a b\"\nhttp2 = \"yes\"\n[endpoints.c]\nurl = \"http://h\"\nheaders = { x = \" \", token = { env = \"hunter2!\" } }\n[endpoints.d]\ninstances = []\n[endpoints.e]\ninstances = [\"a http://h\", \"a http://i\"]\n[containers]\ngroups.x = {}\n[[waivers]]\nrule = \"stack.mode\"\nreason = \" \"\nexpires = \"2026-02-30\"\n",
        )],
    ),
    (
        "Missing",
        &[(
            "e.toml",
            "[probes.a]\nservice = \"b\"\n[probes.b]\nplugin = \"x\"\nretry = { every = \"1s\" }\n[endpoints.a]\nca = \"x\"\n[endpoints.b]\ncontainer = \"x\"\n[[waivers]]\nservice = \"x\"\n",
        )],
    ),
    (
        "Conflict",
        &[(
            "e.toml",
            "[endpoints.a]\nurl = \"http://h\"\ncontainer = \"x\"\nport = 1\n[endpoints.b]\nurl = \"http://h\"\nca = \"x\"\nport = 1\n[endpoints.c]\nurl = \"https://h\"\nclient_key = \"x\"\nheaders = { y = { env = \"A\", file = \"b\" }, z = {} }\n[endpoints.d]\ninstances_from = \"-\"\n[endpoints.e]\ninstances_from = \"-\"\n[probes.a]\nplugin = \"x\"\nendpoint = \"a\"\nendpoints.main = \"b\"\n",
        )],
    ),
    (
        "Bound",
        &[(
            "e.toml",
            "deadline = \"0s\"\n[probes.a]\nplugin = \"x\"\nlimits = { memory = \"5GiB\", deadline = \"1ms\", request = \"11m\", response = \"0\", log = \"17MiB\" }\nretry = { for = \"2000m\", every = \"1ms\" }\n",
        )],
    ),
    (
        "Url",
        &[(
            "e.toml",
            "[endpoints.a]\nurl = \"https://h/path\"\n[endpoints.b]\nurl = \"https://me:hunter2@h\"\n[endpoints.c]\nurl = \"h:80\"\n[endpoints.d]\nurl = \"https://h?x\"\n[endpoints.e]\ninstances = [\"a https://h/x\", \"https://u:hunter2@h\", \"a b c\"]\n[containers]\nsocket = \"https://h\"\n",
        )],
    ),
    (
        "Header",
        &[(
            "e.toml",
            "[endpoints.a]\nurl = \"http://h\"\nheaders = { Host = \"x\", content-length = \"1\", \"a b\" = \"x\", accept = \"x\", Accept = \"y\" }\n",
        )],
    ),
    (
        "PlainSecret",
        &[(
            "e.toml",
            "[endpoints.a]\nurl = \"http://h\"\nheaders = { authorization = \"Bearer hunter2\", X-Api-Key = \"hunter2\" }\n",
        )],
    ),
    (
        "UnknownName",
        &[(
            "e.toml",
            "[endpoints.gateway]\nurl = \"http://h\"\n[probes.a]\nplugin = \"x\"\nendpoint = \"gatway\"\nendpoints.metrics = \"zzz\"\n[[waivers]]\nrule = \"stack.relase\"\nreason = \"r\"\nexpires = 2026-01-01\n",
        )],
    ),
    (
        "Requirement",
        &[
            ("e.toml", "extends = \"base\"\n[requirements]\nmode = \"podman\"\n"),
            ("base.toml", "[requirements]\nservices.gateway.verison = \"1\"\n"),
        ],
    ),
];

/// The name of a problem; a new one has to be named here and then needs a case.
fn name(problem: &Problem) -> &'static str {
    match problem {
        Problem::NotFound { .. } => "NotFound",
        Problem::NotAName { .. } => "NotAName",
        Problem::Folder { .. } => "Folder",
        Problem::File(_) => "File",
        Problem::Syntax { .. } => "Syntax",
        Problem::Cycle { .. } => "Cycle",
        Problem::Depth { .. } => "Depth",
        Problem::UnknownKey { .. } => "UnknownKey",
        Problem::Kind { .. } => "Kind",
        Problem::Value { .. } => "Value",
        Problem::Missing { .. } => "Missing",
        Problem::Conflict { .. } => "Conflict",
        Problem::Bound { .. } => "Bound",
        Problem::Url { .. } => "Url",
        Problem::Header { .. } => "Header",
        Problem::PlainSecret { .. } => "PlainSecret",
        Problem::UnknownName { .. } => "UnknownName",
        Problem::Requirement { .. } => "Requirement",
        Problem::Secret { .. } => "Secret",
        Problem::SecretFile { .. } => "SecretFile",
    }
}

#[test]
fn every_problem_is_told_with_its_place_and_shows_no_secret() {
    let mut seen = BTreeSet::new();
    let mut page = Vec::new();
    for (about, files) in CASES {
        let folder = Folder::new(files);
        let errors = folder.load("e.toml").expect_err(about);
        seen.extend(errors.iter().map(|error| name(error.problem())));
        assert!(errors.iter().any(|error| name(error.problem()) == *about), "{about}: {errors}");
        page.push(format!("## {about}\n{}", folder.clean(&told_all(&errors))));
    }
    let page = page.join("\n");
    assert!(!page.contains("hunter"), "{page}");
    // These have tests of their own: `Depth` and `NotFound` below, `Folder` beside `find`, the secrets in `endpoints`.
    let elsewhere = ["Depth", "Folder", "NotFound", "Secret", "SecretFile"];
    assert_eq!(seen.len() + elsewhere.len(), 20, "{seen:?}");
    insta::assert_snapshot!(page);
}

#[test]
fn too_many_files_on_top_of_each_other_are_refused() {
    let files: Vec<(String, String)> =
        (0..20).map(|level| (format!("e{level}.toml"), format!("extends = \"e{}\"", level + 1))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = Folder::new(&files);
    let errors = folder.load("e0.toml").unwrap_err();
    insta::assert_snapshot!(folder.clean(&told_all(&errors)));
}

#[test]
fn an_environment_that_is_not_there_is_told_with_those_that_are() {
    let folder = Folder::new(&[("environments/staging.toml", ""), ("environments/production.toml", "")]);
    let told: Vec<String> = [("stagin", folder.path().to_owned()), ("x", folder.path().to_owned())]
        .iter()
        .map(|(name, from)| told(&find(name, from).unwrap_err()))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_file_with_very_many_faults_is_told_in_part() {
    let text = (0..500).map(|index| format!("unknown{index} = 1")).collect::<Vec<_>>().join("\n");
    let folder = Folder::new(&[("e.toml", &text)]);
    assert_eq!(folder.load("e.toml").unwrap_err().iter().count(), 100);
}
