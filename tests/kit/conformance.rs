//! The probe `conformance` of every SDK gives the same evidence of the same stack, to the letter.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Mutex,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::{
    ROOT,
    tools::{self, LANGUAGES},
};

/// Builds take a core or two each, and memory.
static ONE_BUILD_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The component of a language; none where its toolchain is not here.
fn component(language: &str) -> Result<Option<PathBuf>> {
    let _turn = ONE_BUILD_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !tools::has(language)? {
        return Ok(None);
    }
    let project = ROOT.join("sdk").join(language).join("conformance");
    let out = ROOT.join("target/tmp").join(format!("conformance-{language}.wasm"));
    let out_text = out.to_str().context("a path that is text")?;
    tools::shipworthy(&project, &["plugin", "build", "--lang", language, "--out", out_text])?.expect(0)?;
    Ok(Some(out))
}

/// Runs test files against a component, and gives what was told of each.
fn tested(component: &Path, cases: &[PathBuf], status: i32) -> Result<Vec<Value>> {
    let mut arguments = vec!["plugin".to_owned(), "test".to_owned(), component.display().to_string()];
    arguments.extend(cases.iter().flat_map(|case| ["--case".to_owned(), case.display().to_string()]));
    arguments.extend(["--format".to_owned(), "json".to_owned()]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let told = tools::shipworthy(&ROOT, &arguments)?.expect(status)?;
    let told: Value = serde_json::from_str(&told)?;
    Ok(told["tests"].as_array().context("a list of tests")?.clone())
}

fn cases() -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(ROOT.join("sdk/conformance/tests"))?;
    let mut cases: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    cases.sort();
    ensure!(cases.len() > 30, "the test files of conformance are there");
    Ok(cases)
}

/// A line of evidence without what is each language's own: the words of its parsers.
fn comparable(line: &str) -> String {
    for own in ["not JSON: ", "GET /text: "] {
        if line.starts_with("failed unreadable: ")
            && let Some((before, _)) = line.split_once(own)
        {
            return format!("{before}{own}");
        }
    }
    line.to_owned()
}

/// Evidence and log, by test.
type Told = BTreeMap<String, (Vec<String>, Value)>;

/// Whoever comes first is what the others are held against.
static FIRST: Mutex<Option<Told>> = Mutex::new(None);

fn conforms(language: &str) -> Result<()> {
    let Some(component) = component(language)? else { return Ok(()) };
    let tests = tested(&component, &cases()?, 0)?;
    let evidence = tests.iter().map(|test| {
        let lines = test["runs"][0]["evidence"].as_array().context("lines")?;
        let lines: Vec<String> = lines.iter().filter_map(Value::as_str).map(comparable).collect();
        Ok((test["name"].as_str().context("a name")?.to_owned(), (lines, test["runs"][0]["log"].clone())))
    });
    let evidence: Told = evidence.collect::<Result<_>>()?;
    let mut first = FIRST.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    assert_eq!(first.get_or_insert_with(|| evidence.clone()), &evidence, "{language}");
    Ok(())
}

#[test]
fn rust_conforms() -> Result<()> {
    conforms("rust")
}

#[test]
fn python_conforms() -> Result<()> {
    conforms("python")
}

#[test]
fn go_conforms() -> Result<()> {
    conforms("go")
}

#[test]
fn js_conforms() -> Result<()> {
    conforms("js")
}

/// The example of each language does the same job: it is held to the same tests, and says the same of itself.
#[test]
fn the_examples_are_one_probe() -> Result<()> {
    let read = |language: &str, file: &str| {
        let path = ROOT.join("sdk").join(language).join("example").join(file);
        std::fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    let tests = ["tests/healthy.toml", "tests/no-queue.toml", "tests/recorded.toml", "tests/recorded.json"];
    for file in ["probe.json"].iter().chain(&tests) {
        let first = read("rust", file)?;
        for language in LANGUAGES {
            assert_eq!(read(language, file)?, first, "sdk/{language}/example/{file}");
        }
    }
    Ok(())
}

/// Clients of Go's own ecosystem work unchanged: `net/http`, and what protoc generates for gRPC.
#[test]
fn clients_that_know_nothing_of_shipworthy_work_in_go() -> Result<()> {
    if !tools::has("go")? {
        return Ok(());
    }
    let turn = ONE_BUILD_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let project = ROOT.join("sdk/go/clients");
    let out = ROOT.join("target/tmp/clients-go.wasm");
    let out_text = out.to_str().context("a path that is text")?;
    tools::shipworthy(&project, &["plugin", "build", "--lang", "go", "--out", out_text])?.expect(0)?;
    drop(turn);
    let entries = std::fs::read_dir(project.join("tests"))?;
    let cases: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    ensure!(cases.len() >= 4, "the test files of the clients are there");
    tested(&out, &cases, 0).map(drop)
}

/// An error that nobody catches arrives with its own message and stack, and what was given before it stays.
#[test]
fn an_uncaught_error_arrives_with_its_message_and_its_stack() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let case = folder.path().join("crash.toml");
    std::fs::write(&case, "[config]\nparts = [\"findings\", \"crash\", \"digest\"]\n")?;
    for language in LANGUAGES {
        let Some(component) = component(language)? else { continue };
        let tests = tested(&component, std::slice::from_ref(&case), 4)?;
        let run = &tests[0]["runs"][0];
        let evidence = run["evidence"].as_array().context("lines")?;
        assert_eq!(evidence.len(), 3, "{language}: {run:#}");
        assert_eq!(evidence[0], "finding always holds: it holds", "{language}");
        let end = evidence[2].as_str().context("a line")?;
        let message = match language {
            "rust" => "index out of bounds: the len is 3 but the index is 7",
            "python" => "IndexError: list index out of range",
            "go" => "index out of range [7] with length 3",
            _ => "Error",
        };
        assert!(end.starts_with("trapped: ") && end.contains(message), "{language}: {end}");
        let stack = run["stack"].to_string().to_lowercase().replace('_', "");
        let (inner, outer) = (stack.find("thirdparty"), stack.find("deeper"));
        assert!(inner.is_some() && outer.is_some() && inner < outer, "{language}: {run:#}");
    }
    Ok(())
}
