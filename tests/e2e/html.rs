//! The HTML report in a real browser: `tests/browser` says what a page must do, this makes the pages and says what is in
//! them. Some are of the binary itself, the others of sample reports.
//!
//! Where there is no Chromium the test says so and passes, unless `SHIPWORTHY_REQUIRE_DOCKER=1` makes that a failure.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use shipworthy_contract::{CheckResult, Outcome, Report, text::one_line};
use shipworthy_stand_ins::{Gateway, Sandbox, Tree, hostile, real};

use crate::sandbox;

#[path = "../../host/report/tests/it/filled.rs"]
mod filled;
#[path = "../../host/report/tests/it/pages.rs"]
mod pages;
#[path = "../../host/report/tests/it/samples.rs"]
mod samples;
#[path = "../../host/report/tests/it/fleets/stack.rs"]
#[expect(dead_code, reason = "the samples of other tests stand there too")]
mod stack;

/// Checks that every page must pass; `tests/browser/check.mjs` knows them by these names.
const ALWAYS: [&str; 3] = ["filters", "withoutScript", "printed"];

/// What `.ci/tools` installs, and the browser.
struct Tools {
    modules: PathBuf,
    chromium: PathBuf,
}

impl Tools {
    fn find() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let modules = root.join("target/toolchains/browser");
        for module in ["puppeteer-core", "axe-core"] {
            if !modules.join("node_modules").join(module).is_dir() {
                return Err(format!("`{module}` is not installed: `.ci/tools` does"));
            }
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let find =
            |name: &str| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
        find("node").ok_or("`node` is not installed")?;
        let chromium = ["chromium", "chromium-browser"].into_iter().find_map(find);
        Ok(Self { modules, chromium: chromium.ok_or("`chromium` is not installed: `.ci/tools` does")? })
    }
}

/// Pages in a folder, with what is in each.
struct Pages {
    folder: tempfile::TempDir,
    expected: Vec<Value>,
}

impl Pages {
    fn new() -> Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, expected: Vec::new() })
    }

    fn page(&mut self, name: &str, html: &str, report: &Report, more: &[&str]) -> Result<()> {
        fs::write(self.folder.path().join(format!("{name}.html")), html)?;
        let checks: Vec<&str> = ALWAYS.into_iter().chain(more.iter().copied()).collect();
        let mut expected = expected(report);
        expected["name"] = json!(name);
        expected["checks"] = json!(checks);
        self.expected.push(expected);
        Ok(())
    }

    /// A page of a sample report.
    fn sample(&mut self, name: &str, report: &Report, more: &[&str]) -> Result<()> {
        self.page(name, &shipworthy_report::html::render(report), report, more)
    }

    /// The page that the binary writes; what it shows is what the JSON report of the same run says.
    fn real(&mut self, name: &str, sandbox: &Sandbox, more: &[&str]) -> Result<()> {
        let words = ["check", "--env", "env.toml", "--output", "html=page.html", "--output", "json=page.json"];
        let output = sandbox.run(&words)?;
        ensure!(matches!(output.status, Some(0 | 1 | 3 | 4)), "{}", output.snapshot());
        let read = |file: &str| fs::read_to_string(sandbox.dir().join(file)).context(file.to_owned());
        self.page(name, &read("page.html")?, &serde_json::from_str(&read("page.json")?)?, more)
    }

    /// Runs the checks.
    fn check(&self, tools: &Tools) -> Result<()> {
        fs::write(self.folder.path().join("expected.json"), serde_json::to_vec(&self.expected)?)?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/browser/check.mjs");
        let mut command = Command::new("node");
        command.arg(script).args([&tools.modules, &tools.chromium]).arg(self.folder.path());
        let output = command.output()?;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if !output.status.success() {
            bail!("{}{}", said(&output.stdout), said(&output.stderr));
        }
        let checks: usize = self.expected.iter().filter_map(|page| page["checks"].as_array()).map(Vec::len).sum();
        ensure!(said(&output.stdout).starts_with(&format!("{checks} checks of")), "{}", said(&output.stdout));
        Ok(())
    }
}

/// What a page of a report must show, counted from the report.
fn expected(report: &Report) -> Value {
    let results = &report.results;
    let counts = |key: &dyn Fn(&CheckResult) -> String| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for result in results {
            *counts.entry(key(result)).or_default() += 1;
        }
        counts
    };
    let words = results.first().map(|result| result.rule.to_string()).into_iter();
    let searches = words.chain(["edge-204", "1.8.4", "stack.VERSION edge-17"].map(str::to_owned));
    let searches: BTreeMap<String, usize> =
        searches.map(|words| (words.clone(), results.iter().filter(|result| says(result, &words)).count())).collect();
    let cells: Vec<Value> =
        counts(&|result| format!("{} {}", result.rule, result.service.as_ref().map_or("", |service| service.as_str())))
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .take(4)
            .filter_map(|(key, count)| {
                let (rule, service) = key.split_once(' ')?;
                Some(json!({ "rule": rule, "service": service, "results": count }))
            })
            .collect();
    json!({
        "results": results.len(),
        "outcomes": counts(&|result| result.outcome.to_string()),
        "sides": counts(&|result| result.side.to_string()),
        "services": counts(&service),
        "searches": searches,
        "cells": cells,
        "literals": literals(report),
        "instances": instances(results).len(),
        "worst": instances(results).into_iter().find(|name| {
            results.iter().any(|result| result.outcome == Outcome::Fail && result.instance.as_deref() == Some(name))
        }),
        "of_first": instances(results).first().map(|first| {
            results.iter().filter(|result| result.instance.as_deref() == Some(first)).count()
        }),
    })
}

/// The service, as the filter names it.
fn service(result: &CheckResult) -> String {
    result.service.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
}

/// Whether a result says all of these words.
fn says(result: &CheckResult, words: &str) -> bool {
    let mut text = format!("{} {} {}", result.rule, result.message, result.instance.as_deref().unwrap_or_default());
    for part in [&result.expected, &result.observed, &result.hint].into_iter().flatten() {
        write!(text, " {part}").unwrap_or_default();
    }
    for line in &result.evidence {
        write!(text, " {} {} {}", line.name, line.value, line.source).unwrap_or_default();
    }
    let text = text.to_lowercase();
    words.to_lowercase().split(' ').all(|word| text.contains(word))
}

/// Names of instances of a fleet, in the order of the results.
fn instances(results: &[CheckResult]) -> Vec<&str> {
    let mut instances: Vec<&str> = Vec::new();
    for instance in results.iter().filter_map(|result| result.instance.as_deref()) {
        if !instances.contains(&instance) {
            instances.push(instance);
        }
    }
    instances
}

/// Texts of somebody else that must be seen as they are, but for what no format shows.
fn literals(report: &Report) -> Vec<String> {
    let injected = pages::INJECTIONS.iter().map(|text| one_line(text));
    let all = serde_json::to_string(report).unwrap_or_default();
    injected.filter(|text| all.contains(&serde_json::to_string(text).unwrap_or_default())).collect()
}

#[test]
fn pages_hold_in_a_browser() -> Result<()> {
    let tools = match Tools::find() {
        Ok(tools) => tools,
        Err(reason) => {
            ensure!(!real::required(), "required, and not to be had: {reason}");
            crate::skipped(&reason);
            return Ok(());
        }
    };
    let mut pages = Pages::new()?;
    for (name, report) in pages::all() {
        let more: &[&str] = match name.as_str() {
            "mixed" => &["accessible", "fits", "fragments", "themes", "keys"],
            "fleet" => &["accessibleAsItOpens", "fits", "fragments", "maps"],
            "small-fleet" => &["accessible", "fits", "maps"],
            "injected" => &["accessibleAsItOpens", "fits", "injection"],
            "nothing" => &["accessible", "fits", "themes"],
            "complete" | "replayed" => &["accessibleAsItOpens", "fits"],
            _ => &[],
        };
        pages.sample(&name, &report, more)?;
    }
    // Ten thousand results, to see that they can still be filtered; how long that takes is not held.
    pages.sample("crowd", &pages::fleet(2_000), &[])?;
    pages.real("real-pass", &passing()?, &["accessible", "fits", "fragments", "keys"])?;
    let (_gateway, fleet) = fleet()?;
    pages.real("real-fleet", &fleet, &["fits"])?;
    let body = json!({ "openapi": pages::INJECTIONS[1], "info": { "version": pages::INJECTIONS[0] }, "paths": {} });
    let server = hostile::fixed(&body.to_string())?;
    pages.real("real-hostile", &asking(&server.url())?, &["accessible", "fits", "injection"])?;
    pages.check(&tools)
}

/// An artifact that passes, with an environment that needs no network.
fn passing() -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal().runtime_stack("api_version: '1.0'\nmode: docker"))?;
    sandbox.file("env.toml", "[probes.gateway]\nplugin = \"builtin:static\"\nconfig = { mode = \"docker\" }\n")?;
    Ok(sandbox)
}

/// The same, and gateways: some that answer, one that cannot be reached.
fn fleet() -> Result<(shipworthy_stand_ins::StandIn, Sandbox)> {
    let gateway = Gateway::new().start_plain()?;
    let (there, gone) = (gateway.url(), { hostile::refuse()?.url() });
    let mut instances = String::new();
    for number in 1..=60 {
        writeln!(instances, "edge-{number} {}", if number == 7 { &gone } else { &there })?;
    }
    let sandbox = asking("")?;
    sandbox.file("fleet.txt", instances)?;
    sandbox.file(
        "env.toml",
        "[endpoints.gateway]\ninstances_from = \"fleet.txt\"\n\
         [probes.gateway]\nplugin = \"builtin:gateway\"\nendpoint = \"gateway\"\n",
    )?;
    Ok((gateway, sandbox))
}

/// An artifact whose texts are hostile, and a gateway at this address.
fn asking(url: &str) -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal().runtime_stack(
        "api_version: '1.0'\nmode: docker\nservices:\n  gateway: { version: '2.0.0', capabilities: [invoke] }\n\
         \"<img src=x onerror='window.owned = 1'>\": 1",
    ))?;
    let text = format!(
        "[endpoints.gateway]\nurl = \"{url}\"\n[probes.gateway]\nplugin = \"builtin:gateway\"\nendpoint = \"gateway\"\n"
    );
    sandbox.file("env.toml", text)?;
    Ok(sandbox)
}

#[test]
fn a_page_may_go_to_standard_output() -> Result<()> {
    let output = passing()?.run(&["check", "--env", "env.toml", "--format", "html"])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    assert!(output.stdout.starts_with("<!doctype html>\n<html lang=\"en\">"), "{}", output.snapshot());
    assert!(output.stdout.ends_with("</html>\n"), "{}", output.snapshot());
    Ok(())
}
