//! What the binary says of itself: its rules, its help and its schemas.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value;
use shipworthy_plugins::Descriptor;

use crate::sandbox;

/// Rows and columns of a terminal that nobody has enlarged much.
const ROWS: usize = 60;
const COLUMNS: usize = 100;

const COMMANDS: [&[&str]; 41] = [
    &[],
    &["check"],
    &["payload"],
    &["payload", "check"],
    &["stack"],
    &["stack", "check"],
    &["stack", "capture"],
    &["rules"],
    &["explain"],
    &["env"],
    &["env", "init"],
    &["env", "list"],
    &["env", "show"],
    &["env", "check"],
    &["env", "diff"],
    &["plugin"],
    &["plugin", "new"],
    &["plugin", "build"],
    &["plugin", "test"],
    &["plugin", "inspect"],
    &["plugin", "list"],
    &["plugin", "lock"],
    &["plugin", "pull"],
    &["plugin", "push"],
    &["plugin", "sign"],
    &["plugin", "verify"],
    &["bundle"],
    &["bundle", "create"],
    &["bundle", "verify"],
    &["report"],
    &["report", "merge"],
    &["report", "diff"],
    &["cache"],
    &["cache", "path"],
    &["cache", "warm"],
    &["cache", "clean"],
    &["doctor"],
    &["completions"],
    &["man"],
    &["schema"],
    &["help"],
];

/// Every rule that `rules --format json` names, with its side.
fn listed() -> Result<Vec<(String, String)>> {
    let json = sandbox().run(&["rules", "--format", "json"])?.json()?;
    let rules = json["rules"].as_array().context("a list of rules")?;
    let text = |rule: &Value, key: &str| rule[key].as_str().map(str::to_owned).context("text");
    rules.iter().map(|rule| Ok((text(rule, "id")?, text(rule, "side")?))).collect()
}

#[test]
fn each_rule_is_listed_once_on_its_side() -> Result<()> {
    let listed = listed()?;
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, side) in &listed {
        *count.entry(id).or_default() += 1;
        assert!(id.starts_with(&format!("{side}.")), "{id} is on the side {side}");
    }
    let twice: Vec<_> = count.iter().filter(|(_, count)| **count != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    for rule in shipworthy_contract::rules::all() {
        assert!(count.contains_key(rule.id), "{} is not listed", rule.id);
    }
    assert!(count.contains_key("stack.gateway.healthy"), "rules of bundled probes are listed, too");
    Ok(())
}

#[test]
fn people_see_the_same_rules_as_machines() -> Result<()> {
    let output = sandbox().run(&["rules"])?;
    let side = |line: &str| matches!(line, "payload" | "stack").then(|| line.to_owned());
    let mut now = String::new();
    let mut seen = Vec::new();
    for line in output.stdout.lines() {
        now = side(line).unwrap_or(now);
        let id = line.split(' ').next().unwrap_or_default();
        if id.contains('.') {
            seen.push((id.to_owned(), now.clone()));
        }
    }
    assert_eq!(seen, listed()?);
    insta::assert_snapshot!(output.snapshot());
    Ok(())
}

#[test]
fn every_rule_is_explained() -> Result<()> {
    let sandbox = sandbox();
    for (id, side) in listed()? {
        let output = sandbox.run(&["explain", &id])?;
        assert_eq!(output.status, Some(0), "{}", output.snapshot());
        assert_eq!(output.stdout.lines().next(), Some(id.as_str()));
        assert!(output.stdout.contains(&format!("side      {side}")), "{}", output.snapshot());
        assert!(output.stdout.contains("how to mend it"), "{}", output.snapshot());
        let json = sandbox.run(&["explain", &id, "--format", "json"])?.json()?;
        assert!(json.to_string().contains(&format!("\"id\":\"{id}\"")), "{json}");
    }
    Ok(())
}

#[test]
fn an_explanation_says_what_it_means_and_what_to_do() -> Result<()> {
    let output = sandbox().run(&["explain", "payload.secret-env"])?;
    // The example of a waiver ends in a week from today.
    let text: Vec<String> = output
        .stdout
        .lines()
        .map(|line| if line.trim_start().starts_with("expires = ") { "  expires = [DATE]" } else { line }.to_owned())
        .collect();
    insta::assert_snapshot!(text.join("\n"));
    Ok(())
}

#[test]
fn an_unknown_rule_has_a_nearest_one() -> Result<()> {
    for (word, nearest) in [("payload.pth", "payload.path"), ("stack.gateway.heathy", "stack.gateway.healthy")] {
        let output = sandbox().run(&["explain", word])?;
        assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""));
        assert!(output.stderr.contains(&format!("`{nearest}`")), "{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn every_bundled_probe_has_a_descriptor_that_can_be_read() -> Result<()> {
    let schema = sandbox().run(&["schema", "descriptor"])?.json()?;
    let validator = jsonschema::validator_for(&schema)?;
    let plugins = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(plugins)? {
        let folder = entry?;
        let Ok(text) = std::fs::read_to_string(folder.path().join("probe.json")) else { continue };
        let name = folder.file_name().to_string_lossy().into_owned();
        let descriptor = Descriptor::parse(&text).with_context(|| name.clone())?;
        assert_eq!(descriptor.name, name, "`builtin:NAME` names the folder");
        assert!(validator.is_valid(&serde_json::from_str(&text)?), "{name} against `schema descriptor`");
        names.push(name);
    }
    names.sort();
    let expected = [
        "agent",
        "container",
        "gateway",
        "grpc-health",
        "http",
        "provisioner",
        "python-hooks",
        "runtime-node",
        "static",
    ];
    assert_eq!(names, expected);
    Ok(())
}

#[test]
fn help_fits_a_terminal() -> Result<()> {
    let sandbox = sandbox();
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let words = if command == ["help"] { vec!["help"] } else { [command, &[flag]].concat() };
            let output = sandbox.run(&words)?;
            assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""), "{words:?}\n{}", output.snapshot());
            let rows = output.stdout.lines().count();
            assert!(rows <= ROWS, "{words:?}: {rows} lines\n{}", output.stdout);
            let wide = output.stdout.lines().find(|line| line.chars().count() > COLUMNS);
            assert_eq!(wide, None, "{words:?}");
        }
    }
    Ok(())
}

#[test]
fn schemas_are_schemas_and_fit_what_they_describe() -> Result<()> {
    let sandbox = sandbox();
    let report = sandbox.run(&["payload", "check", ".", "--format", "json"])?.json()?;
    let environment = serde_json::json!({
        "policy": "warn",
        "endpoints": { "gateway": { "url": "https://127.0.0.1:8443" } },
        "probes": { "gateway": { "plugin": "builtin:gateway", "endpoint": "gateway" } },
    });
    for (name, fits) in
        [("report", Some(report)), ("environment", Some(environment)), ("lock", None), ("descriptor", None)]
    {
        let output = sandbox.run(&["schema", name])?;
        let schema = output.json()?;
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        let validator = jsonschema::validator_for(&schema)?;
        assert!(!validator.is_valid(&serde_json::json!({ "no": "such key" })), "{name} refuses what it does not know");
        if let Some(fits) = fits {
            let wrong: Vec<String> = validator.iter_errors(&fits).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{name}: {wrong:?}");
        }
    }
    let output = sandbox.run(&["schema", "reprot"])?;
    assert_eq!(output.status, Some(2));
    assert!(output.stderr.contains("did you mean `report`?"), "{}", output.snapshot());
    Ok(())
}
