//! `plugin inspect`: what a plugin is and what an environment grants it, before anything of it is run or compiled.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use serde_json::Value;
use shipworthy_contract::Sha256;
use shipworthy_stand_ins::{Output, Sandbox};

use crate::sandbox;

const GUEST: &str = "shipworthy:probe/guest@0.1.0";

/// What a toolchain leaves in a component, one import of each kind.
const IMPORTS: [&str; 4] =
    ["shipworthy:probe/evidence@0.1.0", "shipworthy:probe/http@0.1.0", "wasi:io/poll@0.2.6", "wasi:sockets/tcp@0.2.6"];

const DESCRIPTOR: &str = r#"{
  "name": "orders", "version": "1.2.0", "services": ["orders"],
  "roles": { "main": "its API", "metrics": "its Prometheus port" },
  "needs": ["http GET /info", "http GET /queue", "http@metrics GET /metrics"],
  "optional": ["http@metrics GET /metrics"],
  "rules": [{ "name": "queue-short", "severity": "warn", "summary": "few orders wait", "hint": "start a worker" }],
  "config": { "type": "object", "required": ["longest"], "additionalProperties": false,
              "properties": { "longest": { "type": "number", "description": "how many orders may wait" },
                              "exact": { "type": "boolean" } } }
}"#;

/// The probe of an environment that uses it, all but its grants.
const ORDERS: &str = "\
[endpoints.orders]
url = \"http://127.0.0.1:8080\"

[probes.orders]
plugin = \"../plugins/orders.wasm\"
config = { longest = 3 }
";

/// A section of the binary format.
fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [vec![id], length(content.len()), content.to_vec()].concat()
}

fn length(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        bytes.push(if value == 0 { low } else { low | 0x80 });
        if value == 0 {
            return bytes;
        }
    }
}

fn named(name: &str) -> Vec<u8> {
    [length(name.len()), name.as_bytes().to_vec()].concat()
}

/// A component of these imports and exports. It could not be compiled: its parts refer to types that are not there.
fn component(imports: &[&str], exports: &[&str], descriptor: Option<&str>) -> Vec<u8> {
    let vector = |names: &[&str], tail: &[u8]| {
        let entries: Vec<Vec<u8>> = names.iter().map(|name| [vec![0], named(name), tail.to_vec()].concat()).collect();
        [length(names.len()), entries.concat()].concat()
    };
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    bytes.extend(section(10, &vector(imports, &[5, 0])));
    bytes.extend(section(11, &vector(exports, &[5, 0, 0])));
    if let Some(descriptor) = descriptor {
        bytes.extend(section(0, &[named("shipworthy:descriptor"), descriptor.as_bytes().to_vec()].concat()));
    }
    bytes
}

/// A sandbox with the plugin `orders`, and an environment of this text.
fn orders(environment: &str) -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.file("plugins/orders.wasm", component(&IMPORTS, &[GUEST, "wasi:cli/run@0.2.6"], Some(DESCRIPTOR)))?;
    sandbox.file("environments/staging.toml", environment)?;
    Ok(sandbox)
}

fn inspect(sandbox: &Sandbox, words: &[&str]) -> Result<Output> {
    let output = sandbox.run(&[&["plugin", "inspect"], words].concat())?;
    assert!(!sandbox.dir().join(".home").read_dir()?.any(|_| true), "nothing was compiled");
    Ok(output)
}

/// One that is refused: nothing is shown, and the error names the file.
fn refused(bytes: &[u8], beside: Option<&str>) -> Result<String> {
    let sandbox = sandbox();
    sandbox.file("own.wasm", bytes)?;
    if let Some(descriptor) = beside {
        sandbox.file("own.probe.json", descriptor)?;
    }
    let output = inspect(&sandbox, &["own.wasm"])?;
    assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""), "{}", output.snapshot());
    assert!(output.stderr.contains("own.wasm") || output.stderr.contains("own.probe.json"), "{}", output.snapshot());
    Ok(output.stderr)
}

/// A bundled probe as anybody else's plugin would lie there, and its descriptor.
fn built(name: &str) -> Result<(Vec<u8>, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join(format!("target/guests/wasm32-wasip2/release/shipworthy_probe_{name}.wasm"));
    let component = fs::read(&file).context("the bundled probes, which the binary's build script builds")?;
    Ok((component, fs::read_to_string(root.join(format!("plugins/{name}/probe.json")))?))
}

#[test]
fn the_page_says_who_a_plugin_is_and_what_it_needs() -> Result<()> {
    let output = inspect(&orders("")?, &["plugins/orders.wasm"])?;
    insta::assert_snapshot!(output.snapshot());
    Ok(())
}

#[test]
fn a_real_component_is_read_with_its_descriptor_beside_it() -> Result<()> {
    let (component, descriptor) = built("http")?;
    let sandbox = sandbox();
    sandbox.file("http.wasm", &component)?;
    sandbox.file("http.probe.json", &descriptor)?;
    let human = inspect(&sandbox, &["http.wasm"])?;
    assert_eq!(human.status, Some(0), "{}", human.snapshot());
    assert!(human.stdout.contains("http.probe.json, beside the component"), "{}", human.snapshot());

    let json = inspect(&sandbox, &["http.wasm", "--format", "json"])?.json()?;
    assert_eq!(json["schema"], "shipworthy.plugin/1");
    assert_eq!(json["file"], "http.wasm");
    assert_eq!(json["size_bytes"], component.len());
    assert_eq!(json["sha256"], Sha256::of(&component).to_string());
    assert_eq!((&json["descriptor_from"], &json["descriptor_file"]), (&"file".into(), &"http.probe.json".into()));
    assert_eq!(json["needs"], serde_json::json!([{ "line": "http GET /**", "optional": false }]));
    let imports = json["imports"].as_array().context("imports")?;
    let kinds = |kind: &str| imports.iter().filter(|import| import["kind"] == kind).count();
    assert!(kinds("shipworthy") > 0 && kinds("wasi") > 0, "{json}");
    let own: Value = serde_json::from_str(&descriptor)?;
    assert_eq!(json["descriptor"]["config"], own["config"]);
    Ok(())
}

#[test]
fn every_bundled_probe_can_be_looked_at_by_its_name() -> Result<()> {
    let sandbox = sandbox();
    let schema = sandbox.run(&["schema", "descriptor"])?.json()?;
    let validator = jsonschema::validator_for(&schema)?;
    for name in ["agent", "container", "gateway", "grpc-health", "http", "provisioner", "python-hooks", "runtime-node"]
    {
        let file = format!("builtin:{name}");
        let output = inspect(&sandbox, &[&file, "--format", "json"])?;
        assert_eq!(output.status, Some(0), "{}", output.snapshot());
        let json = output.json()?;
        assert_eq!((&json["file"], &json["descriptor"]["name"]), (&file.as_str().into(), &name.into()));
        assert_eq!((&json["wit_version"], &json["descriptor_from"]), (&"0.1.0".into(), &"section".into()));
        assert!(validator.is_valid(&json["descriptor"]), "{json}");
    }
    let unknown = inspect(&sandbox, &["builtin:gatway"])?;
    assert_eq!(unknown.status, Some(2));
    assert!(unknown.stderr.contains("did you mean `builtin:gateway`?"), "{}", unknown.snapshot());
    Ok(())
}

#[test]
fn json_has_every_key_with_an_environment_and_without() -> Result<()> {
    let sandbox = orders(&format!("{ORDERS}grants = [\"http GET /info\", \"logs .\"]\n"))?;
    let alone = inspect(&sandbox, &["plugins/orders.wasm", "--format", "json"])?.json()?;
    assert!(alone["environment"].is_null() && alone["probes"].is_null() && alone["draft"].is_null(), "{alone}");
    let imports: Vec<_> = alone["imports"].as_array().context("imports")?.iter().map(|one| &one["kind"]).collect();
    assert_eq!(imports, ["shipworthy", "shipworthy", "wasi", "stubbed"]);
    assert_eq!(alone["extra_exports"], serde_json::json!(["wasi:cli/run@0.2.6"]));

    let output = inspect(&sandbox, &["plugins/orders.wasm", "--env", "staging", "--format", "json"])?;
    assert_eq!(output.status, Some(2), "{}", output.snapshot());
    let held = output.json()?;
    let keys = |json: &Value| json.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>());
    assert_eq!(keys(&held), keys(&alone));
    assert_eq!(held["environment"]["name"], "staging");
    let probe = &held["probes"][0];
    assert_eq!((&probe["probe"], &probe["usable"]), (&"orders".into(), &false.into()));
    let states: Vec<_> = probe["needs"].as_array().context("needs")?.iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["granted", "not-granted", "not-granted"]);
    assert_eq!(probe["unneeded_grants"], serde_json::json!(["logs ."]));
    assert_eq!(probe["roles"][0], serde_json::json!({ "role": "main", "endpoint": "orders", "required": true }));
    assert!(probe["errors"][0].as_str().is_some_and(|error| error.contains("`http GET /queue`")), "{probe}");
    Ok(())
}

#[test]
fn what_is_granted_in_full_can_be_used() -> Result<()> {
    let grants = "grants = [\"http GET /info\", \"http GET /queue\", \"http@metrics GET /metrics\"]\n";
    let sandbox = orders(&format!("{ORDERS}endpoints.metrics = \"orders\"\n{grants}"))?;
    for env in ["staging", "environments/staging.toml"] {
        let output = inspect(&sandbox, &["plugins/orders.wasm", "--env", env])?;
        assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""), "{}", output.snapshot());
        assert!(output.stdout.contains("probe orders, of the service orders: it can run\n"), "{}", output.snapshot());
        for absent in ["×", "‼", "left out", "the whole list"] {
            assert!(!output.stdout.contains(absent), "{absent}\n{}", output.snapshot());
        }
    }
    Ok(())
}

#[test]
fn what_is_missing_is_shown_and_then_refused_with_the_lines_to_add() -> Result<()> {
    let sandbox = orders(&format!("{ORDERS}grants = [\"http GET /info\", \"logs .\"]\n"))?;
    let output = inspect(&sandbox, &["plugins/orders.wasm", "--env", "staging"])?;
    let shown = output.snapshot();
    let (_, held) = shown.split_once("in the environment").context("what is held")?;
    insta::assert_snapshot!(held);

    let checked = sandbox.run(&["env", "check", "staging"])?;
    assert_eq!((checked.status, &checked.stderr), (Some(2), &output.stderr), "a check says the same");

    let (_, list) = output.stdout.split_once("grants = [").context("the list to paste")?;
    let (list, _) = list.split_once("\n  ]").context("its end")?;
    sandbox.file("environments/staging.toml", format!("{ORDERS}grants = [{list}\n]\n"))?;
    let granted = inspect(&sandbox, &["plugins/orders.wasm", "--env", "staging"])?;
    assert_eq!(granted.status, Some(0), "the lines fit as they are\n{}", granted.snapshot());
    Ok(())
}

#[test]
fn a_grant_that_nobody_needs_is_a_hint_and_no_fault() -> Result<()> {
    let sandbox = orders(&format!("{ORDERS}grants = [\"http GET /**\", \"file . /etc/passwd\"]\n"))?;
    let output = inspect(&sandbox, &["plugins/orders.wasm", "--env", "staging"])?;
    assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""), "{}", output.snapshot());
    for told in ["‼ file . /etc/passwd (granted, and not needed: it can be dropped)", "# not needed", "left out"] {
        assert!(output.stdout.contains(told), "{told}\n{}", output.snapshot());
    }
    assert!(!output.stdout.contains("‼ http GET /**"), "{}", output.snapshot());
    Ok(())
}

#[test]
fn where_nobody_uses_it_the_lines_that_it_would_take_are_shown() -> Result<()> {
    let endpoints = "[endpoints.orders]\nurl = \"http://127.0.0.1:8080\"\n\n";
    let sandbox = orders(endpoints)?;
    let output = inspect(&sandbox, &["plugins/orders.wasm", "--env", "staging"])?;
    assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""), "{}", output.snapshot());
    let (_, told) = output.stdout.split_once("No probe of this environment").context("what is said")?;
    insta::assert_snapshot!(told.trim(), @r#"
    uses the plugin. One that does would take:

      [probes.orders]
      plugin = "../plugins/orders.wasm"
      endpoint = "orders" # its API
      # endpoints.metrics = "orders-metrics" # optional: its Prometheus port
      grants = [
          "http GET /info",
          "http GET /queue",
          # "http@metrics GET /metrics", # optional
      ]
      # config = { ... } # must have: longest
    "#);

    let (_, lines) = told.split_once("\n\n").context("the lines")?;
    let lines: String = lines.lines().map(|line| line.strip_prefix("  ").unwrap_or(line).to_owned() + "\n").collect();
    sandbox.file("environments/staging.toml", format!("{endpoints}{lines}config = {{ longest = 3 }}\n"))?;
    let pasted = inspect(&sandbox, &["plugins/orders.wasm", "--env", "staging"])?;
    assert_eq!(pasted.status, Some(0), "the lines fit as they are\n{}", pasted.snapshot());
    assert!(pasted.stdout.contains("it can run"), "{}", pasted.snapshot());
    Ok(())
}

#[test]
fn a_copy_and_a_bundled_name_are_found_in_the_environment() -> Result<()> {
    let text = format!(
        "{}grants = [\"http GET /info\", \"http GET /queue\"]\n[endpoints.gateway]\nurl = \"http://127.0.0.1:1\"\n\
         [probes.gateway]\nplugin = \"builtin:gateway\"\n",
        ORDERS.replace("orders.wasm", "copy.wasm")
    );
    let sandbox = orders(&text)?;
    let bytes = fs::read(sandbox.dir().join("plugins/orders.wasm"))?;
    sandbox.file("plugins/copy.wasm", bytes)?;
    for (word, probe) in [("plugins/orders.wasm", "orders"), ("builtin:gateway", "gateway")] {
        let output = inspect(&sandbox, &[word, "--env", "staging", "--format", "json"])?;
        assert_eq!(output.status, Some(0), "{}", output.snapshot());
        let json = output.json()?;
        assert_eq!(json["probes"].as_array().map(Vec::len), Some(1), "{json}");
        assert_eq!((&json["probes"][0]["probe"], &json["probes"][0]["usable"]), (&probe.into(), &true.into()));
    }
    Ok(())
}

#[test]
fn what_else_keeps_a_probe_from_running_is_told() -> Result<()> {
    let full = "grants = [\"http GET /info\", \"http GET /queue\"]\n";
    for (text, told) in [
        (format!("{}{full}", ORDERS.replace("longest = 3", "longst = 3")), "[plugin.config]"),
        (format!("{ORDERS}{full}service = \"shop\"\nendpoint = \"orders\"\n"), "[plugin.service]"),
        (format!("{ORDERS}{full}sha256 = \"{}\"\n", "0".repeat(64)), "[plugin.pin]"),
        (format!("{}{full}", ORDERS.replace("[endpoints.orders]", "[endpoints.other]")), "[plugin.endpoint]"),
    ] {
        let output = inspect(&orders(&text)?, &["plugins/orders.wasm", "--env", "staging"])?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        assert!(output.stderr.contains(told), "{told}\n{}", output.snapshot());
        assert!(output.stdout.contains("it cannot run") && output.stdout.contains("  × "), "{}", output.snapshot());
    }
    let missing = inspect(&orders("")?, &["plugins/orders.wasm", "--env", "stagging"])?;
    assert_eq!((missing.status, missing.stdout.as_str()), (Some(2), ""), "{}", missing.snapshot());
    assert!(missing.stderr.contains("did you mean `staging`?"), "{}", missing.snapshot());
    Ok(())
}

#[test]
fn what_this_host_does_not_run_is_told_with_what_it_does() -> Result<()> {
    let version = refused(&component(&[], &["shipworthy:probe/guest@0.9.0"], None), None)?;
    let import = refused(&component(&["evil:host/escape@1.0.0"], &[GUEST], None), None)?;
    let near = refused(&component(&["shipworthy:probe/htp@0.1.0"], &[GUEST], None), None)?;
    let core = refused(b"\0asm\x01\0\0\0", None)?;
    let nobody = refused(&component(&[], &[GUEST], None), None)?;
    let no_probe = refused(&component(&[], &[], Some(DESCRIPTOR)), None)?;
    let beside = refused(&component(&[], &[GUEST], None), Some("{ \"name\": \"x\" }"))?;
    insta::assert_snapshot!([version, import, near, core, nobody, no_probe, beside].join("\n"));
    Ok(())
}

#[test]
fn real_components_with_another_version_or_import_are_refused() -> Result<()> {
    let (component, descriptor) = built("http")?;
    for (old, new, code) in [
        (GUEST, "shipworthy:probe/guest@0.9.0", "[plugin.wit-version]"),
        ("wasi:io/streams", "evil:io/streams", "[plugin.import]"),
    ] {
        let told = refused(&replaced(&component, old, new), Some(&descriptor))?;
        assert!(told.contains(code), "{told}");
    }
    Ok(())
}

fn replaced(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(old.as_bytes())).collect();
    for at in places {
        bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
    }
    bytes
}

/// What a terminal or a CI log would obey.
fn obeyed(text: &str) -> Option<&str> {
    text.lines().find(|line| {
        line.trim_start().starts_with("::")
            || line.contains("##[")
            || line.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c))
    })
}

#[test]
fn hostile_texts_of_a_descriptor_are_shown_as_text() -> Result<()> {
    let hostile = r"::error::owned ##[error]owned \u202eevil\u2066";
    let need = r"label . \u001b]0;t\u0007\u202e";
    let key = r"\u001b[31mred\r\n::error::owned";
    let descriptor = format!(
        r#"{{ "name": "orders", "version": "1.0.0", "roles": {{ "main": "{hostile}" }},
             "needs": ["http GET /info", "{need}"],
             "rules": [{{ "name": "x", "severity": "warn", "summary": "{hostile}", "hint": "{hostile}" }}],
             "config": {{ "required": ["{key}"], "properties": {{ "{key}": {{ "description": "{key}" }} }} }} }}"#
    );
    let sandbox = orders("[probes.web]\nplugin = \"../plugins/evil.wasm\"\n")?;
    let imports = ["wasi:\u{1b}[31mx/y@0.2.0"];
    sandbox.file("plugins/evil.wasm", component(&IMPORTS, &[GUEST, "::error::x"], Some(&descriptor)))?;
    sandbox.file("plugins/worse.wasm", component(&imports, &[GUEST], Some(&descriptor)))?;
    sandbox.file("environments/other.toml", "")?;
    for (words, status) in [
        (&["plugins/evil.wasm"][..], 0),
        (&["plugins/evil.wasm", "--format", "json"], 0),
        (&["plugins/evil.wasm", "--env", "staging"], 2),
        (&["plugins/evil.wasm", "--env", "staging", "--format", "json"], 2),
        (&["plugins/evil.wasm", "--env", "other"], 0),
        (&["plugins/worse.wasm"], 0),
    ] {
        let output = inspect(&sandbox, words)?;
        for text in [&output.stdout, &output.stderr] {
            assert_eq!(obeyed(text), None, "{words:?}");
        }
        assert_eq!(output.status, Some(status), "{}", output.snapshot());
    }
    let shown = inspect(&sandbox, &["plugins/evil.wasm"])?;
    assert!(shown.stdout.contains("·::error::owned #·#[error]owned evil"), "{}", shown.snapshot());
    Ok(())
}

#[test]
fn control_characters_in_a_descriptors_texts_are_refused() -> Result<()> {
    for hostile in [r"\u001b[31mred", r"a\rb", r"a\n::error::b"] {
        let descriptor = DESCRIPTOR.replace("few orders wait", hostile);
        let told = refused(&component(&[], &[GUEST], Some(&descriptor)), None)?;
        assert!(told.contains("[plugin.descriptor]") && obeyed(&told).is_none(), "{told:?}");
    }
    Ok(())
}
