//! What a plugin is, and what an environment gives it.

use std::path::Path;

use proptest::prelude::*;
use shipworthy_contract::Sha256;
use shipworthy_plugins::{
    Bundled, Descriptor,
    environment::PluginSource,
    grants::{GrantProblem, settle},
    inspect::{Inspected, NeedState, draft, hold, inspect, named},
};

use shipworthy_plugins::registry::Nobody;

use crate::support::{Folder, probe, told};

/// A component that exports what a probe is called by, and nothing else.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0\x0b\x22\x01\0\x1cshipworthy:probe/guest@0.1.0\x05\0\0";

const DESCRIPTOR: &str = r#"{ "name": "own", "version": "1.0.0", "services": ["orders"],
  "roles": { "main": "its API", "metrics": "its \u202eport ::error::" },
  "needs": ["http GET /info", "http@metrics GET /metrics", "env . TAG"],
  "optional": ["http@metrics GET /metrics"],
  "config": { "required": ["limit"], "properties": { "limit": { "type": "number" } } } }"#;

const OTHER: &str = r#"{ "name": "gateway", "version": "1.0.0" }"#;

/// One that differs from [`COMPONENT`] in a section that nobody reads.
const BUNDLED: &[u8] = b"\0asm\x0d\0\x01\0\x0b\x22\x01\0\x1cshipworthy:probe/guest@0.1.0\x05\0\0\0\x02\x01x";

fn bundled() -> Vec<Bundled> {
    vec![Bundled { name: "gateway", component: BUNDLED, sha256: Sha256::of(BUNDLED), descriptor: OTHER }]
}

#[expect(clippy::disallowed_methods, reason = "sets up what is read")]
fn folder(environment: &str) -> Folder {
    let folder = Folder::new(&[("env/e.toml", environment), ("plugins/own.probe.json", DESCRIPTOR)]);
    for name in ["plugins/own.wasm", "plugins/copy.wasm"] {
        std::fs::write(folder.file(name), COMPONENT).unwrap();
    }
    std::fs::write(folder.file("plugins/gateway.wasm"), BUNDLED).unwrap();
    std::fs::write(folder.file("plugins/gateway.probe.json"), OTHER).unwrap();
    std::fs::create_dir(folder.file("plugins/sub")).unwrap();
    folder
}

fn inspected(source: PluginSource) -> Inspected {
    inspect(source, &bundled(), &Nobody).unwrap_or_else(|error| panic!("{}", told(&error)))
}

#[test]
fn a_word_names_a_bundled_plugin_or_a_file() {
    for (word, source) in [
        ("builtin:http", PluginSource::Builtin("http".to_owned())),
        ("oci://h/r:1", PluginSource::Oci("oci://h/r:1".parse().unwrap())),
        ("own.wasm", PluginSource::File("own.wasm".into())),
        ("./builtin:http", PluginSource::File("./builtin:http".into())),
    ] {
        assert_eq!(named(Path::new(word)).unwrap(), source);
    }
    let error = named(Path::new("oci://h/r@sha256:x")).unwrap_err();
    assert!(error.to_string().contains("64 digits"), "{error}");
}

#[test]
fn a_plugin_says_where_its_descriptor_came_from() {
    let folder = folder("");
    let own = inspected(PluginSource::File(folder.file("plugins/own.wasm")));
    assert_eq!(own.descriptor_file, Some(folder.file("plugins/own.probe.json")));
    assert_eq!((own.wit_version.as_str(), own.plugin.sha256), ("0.1.0", Sha256::of(COMPONENT)));
    let gateway = inspected(PluginSource::Builtin("gateway".to_owned()));
    assert_eq!((gateway.descriptor_file, gateway.plugin.bundled), (None, true));
}

#[test]
fn a_plugin_that_was_named_by_itself_is_refused_without_a_probe() {
    let folder = folder("");
    let mut page = Vec::new();
    for word in ["plugins/none.wasm", "plugins/copy.wasm", "plugins/own.probe.json"] {
        let error = inspect(PluginSource::File(folder.file(word)), &bundled(), &Nobody).unwrap_err();
        page.push(folder.clean(&told(&error)));
    }
    for word in ["builtin:gatway", "oci://h/r"] {
        page.push(told(&named(Path::new(word)).and_then(|source| inspect(source, &bundled(), &Nobody)).unwrap_err()));
    }
    insta::assert_snapshot!(page.join("\n"), @r"
    cannot read the plugin [plugin.file, environment]
      cause: cannot find the file: plugins/none.wasm
      help: name the file of a component, or `builtin:` and the name of a bundled probe

    the plugin `plugins/copy.wasm` has no descriptor, and none is beside it: plugins/copy.probe.json [plugin.descriptor, plugin]
      help: the plugin's author puts `probe.json` into the component, or delivers it beside it

    cannot use the plugin `plugins/own.probe.json` [plugin.component, environment]
      cause: expected a WebAssembly component, found other bytes
      help: a plugin is a component: a `.wasm` file

    no bundled plugin is called `gatway` [plugin.unknown, environment]
      help: did you mean `builtin:gateway`?

    expected `oci://HOST/REPOSITORY:TAG` or `oci://HOST/REPOSITORY@sha256:DIGEST`, found neither tag nor digest: oci://h/r [plugin.reference, environment]
    ");
}

#[test]
fn a_probe_uses_a_plugin_by_its_file_its_bytes_its_name_or_its_pin() {
    let sha256 = Sha256::of(COMPONENT);
    let folder = folder(&format!(
        "[probes.a]\nplugin = \"../plugins/own.wasm\"\n[probes.b]\nplugin = \"../plugins/sub/../own.wasm\"\n\
         [probes.c]\nplugin = \"../plugins/copy.wasm\"\n[probes.d]\nplugin = \"none.wasm\"\nsha256 = \"{sha256}\"\n\
         [probes.e]\nplugin = \"none.wasm\"\n[probes.f]\nplugin = \"builtin:gateway\"\n\
         [probes.g]\nplugin = \"../plugins/gateway.wasm\"\n[probes.h]\nplugin = \"builtin:other\"\n"
    ));
    let environment = folder.load("env/e.toml").unwrap();
    let users = |source: PluginSource| {
        let plugin = inspected(source);
        let using = environment.probes.iter().filter(|probe| plugin.is_used_by(probe, &bundled()));
        using.map(|probe| probe.name.as_str()).collect::<String>()
    };
    assert_eq!(users(PluginSource::File(folder.file("plugins/own.wasm"))), "abcd");
    assert_eq!(users(PluginSource::Builtin("gateway".to_owned())), "fg");
    assert_eq!(users(PluginSource::File(folder.file("plugins/gateway.wasm"))), "fg");
}

#[test]
fn needs_are_held_against_grants_and_endpoints() {
    let descriptor = Descriptor::parse(DESCRIPTOR).unwrap();
    let states = |text: &str| {
        let held = hold(&descriptor, &probe(text), false);
        (held.needs.iter().map(|need| need.state).collect::<Vec<_>>(), held.unneeded.len(), held.list)
    };
    let (granted, no_endpoint, not_granted) = (NeedState::Granted, NeedState::NoEndpoint, NeedState::NotGranted);
    let start = "[endpoints.orders]\nurl = \"http://h\"\n[probes.orders]\nplugin = \"x\"\n";
    let full = "grants = [\"http GET /**\", \"http@metrics GET /metrics\", \"env orders TAG\"]";
    let (all, unneeded, list) = states(&format!("{start}endpoints.metrics = \"orders\"\n{full}"));
    assert_eq!((all, unneeded, list), (vec![granted; 3], 0, None));
    let (unmapped, _, list) = states(&format!("{start}{full}"));
    assert_eq!((unmapped, list), (vec![granted, no_endpoint, granted], None));
    let (some, unneeded, list) =
        states(&format!("{start}grants = [\"http GET /info\", \"logs .\", \"http PUT /info\"]"));
    assert_eq!((some, unneeded), (vec![granted, not_granted, not_granted], 2));
    insta::assert_snapshot!(list.unwrap(), @r#"
    grants = [
        "http GET /info",
        "logs .", # not needed
        "http PUT /info", # not needed
        # "http@metrics GET /metrics", # optional
        "env . TAG", # missing
    ]
    "#);
}

#[test]
fn a_grant_that_gives_a_part_of_a_need_is_not_called_unneeded() {
    let wide = Descriptor::parse(r#"{ "name": "a", "version": "1.0.0", "needs": ["http GET /**"] }"#).unwrap();
    let held = hold(&wide, &probe("[probes.a]\nplugin = \"x\"\ngrants = [\"http GET /a\"]"), false);
    assert_eq!(held.unneeded, []);
}

#[test]
fn what_nobody_uses_comes_with_the_lines_that_it_would_take() {
    let folder = folder("[endpoints.orders]\nurl = \"http://h\"\n");
    let own = inspected(PluginSource::File(folder.file("plugins/own.wasm")));
    let lines = draft(&own, &folder.load("env/e.toml").unwrap());
    assert_eq!(lines.new_endpoints, Vec::<String>::new());
    insta::assert_snapshot!(lines.text, @r#"
    [probes.orders]
    plugin = "../plugins/own.wasm"
    endpoint = "orders" # its API
    # endpoints.metrics = "orders-metrics" # optional: its port ::error::
    grants = [
        "http GET /info",
        # "http@metrics GET /metrics", # optional
        "env . TAG",
    ]
    # config = { ... } # must have: limit
    "#);

    // The lines fit as they are, and the plugin can run with them.
    let text = format!("[endpoints.orders]\nurl = \"http://h\"\n{}", lines.text);
    let pasted = self::folder(&text);
    let environment = pasted.load("env/e.toml").unwrap();
    let own = inspected(PluginSource::File(pasted.file("plugins/own.wasm")));
    assert!(own.is_used_by(&environment.probes[0], &[]));
    assert!(settle(&own.plugin.descriptor, &environment.probes[0], false).is_ok());
}

#[test]
fn a_draft_takes_a_free_name_and_tells_endpoints_that_are_not_there() {
    let folder = folder("[probes.orders]\nplugin = \"builtin:gateway\"\n[probes.own]\nplugin = \"builtin:gateway\"\n");
    let own = inspected(PluginSource::File(folder.file("plugins/own.wasm")));
    let lines = draft(&own, &folder.load("env/e.toml").unwrap());
    assert!(lines.text.starts_with("[probes.own-2]\nservice = \"orders\"\n"), "{}", lines.text);
    assert_eq!(lines.new_endpoints, ["orders"]);
}

const LINES: [&str; 5] = ["http GET /info", "http@metrics GET /metrics", "env . TAG", "logs .", "http GET /**"];

proptest! {
    /// The page says "it can run" by [`settle`], and why not by [`hold`]: they must not contradict each other.
    #[test]
    fn what_is_held_and_what_is_settled_agree(
        grants in proptest::option::of(proptest::sample::subsequence(LINES.to_vec(), 0..=LINES.len())),
        main: bool,
        metrics: bool,
        bundled: bool,
    ) {
        let descriptor = Descriptor::parse(DESCRIPTOR).unwrap();
        let mut text = String::from("[endpoints.x]\nurl = \"http://h\"\n[probes.orders]\nplugin = \"x\"\n");
        text.extend(grants.map(|grants| format!("grants = {grants:?}\n")));
        text.extend(main.then_some("endpoint = \"x\"\n"));
        text.extend(metrics.then_some("endpoints.metrics = \"x\"\n"));
        let probe = probe(&text);
        let held = hold(&descriptor, &probe, bundled);
        let lacks = |state| held.needs.iter().any(|need| !need.optional && need.state == state);
        match settle(&descriptor, &probe, bundled) {
            Ok(settled) => {
                prop_assert!(!lacks(NeedState::NotGranted) && !lacks(NeedState::NoEndpoint));
                let left_out = held.needs.iter().filter(|need| need.state != NeedState::Granted).count();
                prop_assert_eq!(settled.refused_optional.len(), left_out);
            }
            Err(error) => match error.problem() {
                GrantProblem::NotGranted { .. } => prop_assert!(lacks(NeedState::NotGranted)),
                GrantProblem::NoEndpoint { .. } => prop_assert!(lacks(NeedState::NoEndpoint)),
                other => prop_assert!(false, "{other:?}"),
            },
        }
    }
}
