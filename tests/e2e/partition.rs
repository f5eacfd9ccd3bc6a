//! A fleet that several jobs share: what each says, and what the merged report says, against a check of the whole.

mod refused;
mod secrets;

use anyhow::Result;
use serde_json::Value;
use shipworthy_stand_ins::{Agent, Gateway, Output, Sandbox, Stack, StandIn, Tree, hostile};

use crate::{
    sandbox,
    told::{Told, timeless},
};

/// A stack with a fleet of gateways: of today's, of yesterday's, and one that nobody reaches.
struct Fleet {
    stack: Stack,
    old: StandIn,
    away: StandIn,
}

impl Fleet {
    fn start() -> Result<Self> {
        let stack = Stack::with(Gateway::new(), Agent::new())?;
        let old = Gateway::new().version("1.9.0").without_route("/orders/{id}").start(&stack.certs)?;
        Ok(Self { stack, old, away: hostile::refuse()? })
    }

    /// A sandbox with an artifact, and an environment of so many gateways.
    fn sandbox(&self, gateways: usize, rest: &str) -> Result<Sandbox> {
        let sandbox = sandbox();
        let required = "api_version: '1.0'\nmode: docker\nesb_version: v1\nservices:\n  gateway:\n    version: '^2'\n    \
            capabilities: [invoke, 'route:/orders/{id}']\n  agent:\n    facts: {health: SERVING}\n  nobody:\n    version: '1'";
        sandbox.tree(&Tree::minimal().runtime_stack(required))?;
        let instance = |number: usize| {
            let url = match number % 5 {
                1 => self.old.url(),
                3 => self.away.url(),
                _ => self.stack.gateway.url(),
            };
            format!("\"edge-{number} {url}\"")
        };
        let instances: Vec<String> = (0..gateways).map(instance).collect();
        let ca = self.stack.certs_dir().join("rootCA.crt");
        let fleet = format!(
            "[endpoints.gateway]\ninstances = [{}]\nca = \"{}\"\n\n[probes.gateway]\nplugin = \"builtin:gateway\"\nendpoint = \"gateway\"\n\n\
             [probes.pages]\nplugin = \"builtin:http\"\nservice = \"gateway\"\nendpoint = \"gateway\"\n\
             config = {{ requests = [{{ path = \"/health\", facts.health = {{ json = \"/status\" }} }}] }}\n{rest}",
            instances.join(", "),
            ca.display()
        );
        let environment = self
            .stack
            .environment(|e| e.section(&fleet).probe_agent().probe_static("declared", "{ mode = \"docker\" }"));
        sandbox.file("env.toml", environment)?;
        Ok(sandbox)
    }
}

/// Runs all parts, each of which writes its report.
fn parts(sandbox: &Sandbox, words: &[&str], of: u32) -> Result<Vec<Output>> {
    let part = |number: u32| {
        let (part, file) = (format!("hash:{number}/{of}"), format!("json=part-{number}.json"));
        sandbox.run(&[words, &["--partition", &part, "--output", &file]].concat())
    };
    (1..=of).map(part).collect()
}

fn merge(sandbox: &Sandbox, of: u32, words: &[&str]) -> Result<Told> {
    // In any order.
    let files: Vec<String> = (1..=of).rev().map(|number| format!("part-{number}.json")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    Told::by(sandbox, &[&["report", "merge"], files.as_slice(), words].concat())
}

const CHECK: [&str; 4] = ["check", "artifact.yml", "--env", "env.toml"];

#[test]
fn parts_merge_to_the_report_of_the_whole() -> Result<()> {
    let fleet = Fleet::start()?;
    let waivers = "\n[[waivers]]\nrule = \"stack.version\"\nservice = \"gateway\"\ninstance = \"edge-1\"\nreason = \"rolls out\"\n\
        expires = 2099-01-01\n\n[[waivers]]\nrule = \"stack.observation\"\nobserved = \"nothing of the kind\"\nreason = \"old\"\nexpires = 2000-01-01\n";
    let tables: [(usize, &str, &[&str]); 5] = [
        (12, waivers, &[]),
        (1, "", &["--policy", "warn"]),
        (3, waivers, &["--skip", "stack.mode=known"]),
        (7, "", &["--only", "gateway"]),
        (4, "", &["--contract", "1.2", "--policy", "warn", "--fail-on", "warn"]),
    ];
    for (gateways, rest, words) in tables {
        let sandbox = fleet.sandbox(gateways, rest)?;
        let words = [&CHECK[..], words].concat();
        let whole = Told::by(&sandbox, &words)?;
        for of in [1, 2, 3, 5, 16] {
            let said = parts(&sandbox, &words, of)?;
            let fail_on: &[&str] = if words.contains(&"--fail-on") { &["--fail-on", "warn"] } else { &[] };
            let merged = merge(&sandbox, of, fail_on)?;
            assert_eq!(timeless(&merged.report), timeless(&whole.report), "{gateways} gateways, {words:?}, {of} parts");
            assert_eq!(merged.exit(), whole.exit());
            // No part says more than is so.
            let worst = whole.exit().unwrap_or_default();
            assert!(worst != 0 || said.iter().all(|part| part.status == Some(0)), "{said:?}");
        }
    }
    Ok(())
}

#[test]
fn every_instance_is_asked_by_one_part() -> Result<()> {
    let fleet = Fleet::start()?;
    let sandbox = fleet.sandbox(10, "")?;
    let counted = |count: &dyn Fn() -> Result<()>| -> Result<usize> {
        let before = fleet.stack.gateway.request_lines().len();
        count()?;
        Ok(fleet.stack.gateway.request_lines().len() - before)
    };
    let whole = counted(&|| sandbox.run(&CHECK).map(drop))?;
    let shared = counted(&|| parts(&sandbox, &CHECK, 4).map(drop))?;
    assert!(whole > 0);
    assert_eq!(shared, whole);
    Ok(())
}

#[test]
fn a_part_fails_for_what_it_saw_and_for_nothing_else() -> Result<()> {
    let fleet = Fleet::start()?;
    let sandbox = fleet.sandbox(5, "")?;
    let whole = Told::by(&sandbox, &CHECK)?;
    for (part, output) in (1..).zip(parts(&sandbox, &CHECK, 3)?) {
        let text = std::fs::read_to_string(sandbox.dir().join(format!("part-{part}.json")))?;
        let report: Value = serde_json::from_str(&text)?;
        let results = report["results"].as_array().into_iter().flatten();
        for failed in results.filter(|result| result["outcome"] == "fail" || result["outcome"] == "error") {
            let same = |other: &&Value| ["rule", "service", "instance"].iter().all(|key| other[*key] == failed[*key]);
            assert!(whole.results().any(|other| same(&other)), "{failed}");
        }
        assert_eq!(report["exit_code"].as_i64(), output.status.map(i64::from));
        assert_eq!((report["part"]["number"].as_u64(), report["part"]["of"].as_u64()), (Some(part), Some(3)));
        assert!(!output.stdout.contains("may go ahead"), "a part cannot say so: {}", output.snapshot());
    }
    Ok(())
}

#[test]
fn a_part_reads_as_one() -> Result<()> {
    let sandbox = sandbox();
    let tree = Tree::minimal()
        .runtime_stack("api_version: '1.0'\nmode: docker\nservices: {gateway: {version: '1'}, web: {version: '1'}}");
    sandbox.tree(&tree)?;
    let probes = "[probes.gateway]\nplugin = \"builtin:static\"\nconfig = { mode = \"docker\", version = \"2\" }\n\n\
        [probes.web]\nplugin = \"builtin:static\"\nconfig = { version = \"1\" }\n";
    sandbox.file("env.toml", probes)?;
    let mut shown = String::new();
    for part in ["hash:1/2", "hash:2/2"] {
        shown.push_str(
            &sandbox.run(&["stack", "check", "artifact.yml", "--env", "env.toml", "--partition", part])?.snapshot(),
        );
        shown.push('\n');
    }
    insta::assert_snapshot!(shown);
    Ok(())
}

#[test]
fn every_part_and_the_merged_report_are_as_the_schema_says() -> Result<()> {
    let fleet = Fleet::start()?;
    let sandbox = fleet.sandbox(3, "")?;
    let schema: Value = sandbox.run(&["schema", "report"])?.json()?;
    let validator = jsonschema::validator_for(&schema)?;
    parts(&sandbox, &CHECK, 2)?;
    let merged = merge(&sandbox, 2, &[])?;
    for part in ["part-1.json", "part-2.json"] {
        let report: Value = serde_json::from_str(&std::fs::read_to_string(sandbox.dir().join(part))?)?;
        assert!(validator.is_valid(&report), "{:?}", validator.iter_errors(&report).next().map(|e| e.to_string()));
    }
    assert!(validator.is_valid(&merged.report));
    Ok(())
}

/// What was recorded by parts is told by them again.
#[test]
fn parts_of_a_recording_merge_as_well() -> Result<()> {
    let sandbox = {
        let fleet = Fleet::start()?;
        let sandbox = fleet.sandbox(6, "")?;
        sandbox.run(&[&CHECK[..], &["--record", "run.json"]].concat())?;
        sandbox
    };
    let words = [&CHECK[..], &["--replay", "run.json"]].concat();
    let whole = Told::by(&sandbox, &words)?;
    parts(&sandbox, &words, 3)?;
    assert_eq!(timeless(&merge(&sandbox, 3, &[])?.report), timeless(&whole.report));
    Ok(())
}

#[test]
fn no_secret_is_in_what_a_part_hands_on() -> Result<()> {
    let (mut sandbox, echo) = (sandbox(), hostile::echo()?);
    sandbox.variable("X_API_KEY", "hunter22-not-for-anybody");
    let config = "config = { requests = [{ path = \"/echo\", facts.key = { json = \"/headers/x-api-key\" } }] }";
    let url = echo.url();
    let endpoint = format!("[endpoints.gateway]\nurl = \"{url}\"\nheaders.x-api-key = {{ env = \"X_API_KEY\" }}");
    sandbox.file("env.toml", format!("{endpoint}\n\n[probes.gateway]\nplugin = \"builtin:http\"\n{config}\n"))?;
    let words = ["stack", "check", "--env", "env.toml", "--partition", "hash:1/1", "--output", "json=part-1.json"];
    assert_eq!(sandbox.run(&words)?.status, Some(0));
    let part = std::fs::read_to_string(sandbox.dir().join("part-1.json"))?;
    assert!(part.contains("\"material\"") && part.contains("[secret]"), "{part}");
    assert!(!part.contains("hunter22"), "{part}");
    assert!(!merge(&sandbox, 1, &[])?.output.stdout.contains("hunter22"));
    Ok(())
}
