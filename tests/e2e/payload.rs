//! `payload check`: everything that is wrong, with its place, and nothing of a secret but its name.

use anyhow::Result;
use shipworthy_contract::Sha256;
use shipworthy_stand_ins::{Output, Sandbox, Tree};

use crate::sandbox;

const BROKEN: &str = "\
schema_version: \"1\"
project: shop
env: staging
mode: \"\"
artifacts:
  - artifact_root: orders
    runtime_config_dir: ../config
    source_template:
      path: services/orders/template.yaml
      sha256: 6A6B
  - artifact_root: users
    runtime_config_dir: config
    required_secret_env: [DB_PASSWORD, API_TOKEN]
    source_template:
      path: \"\"
  - artifact_root: nowhere
    runtime_config_dir: config
    source_template: template.yaml
runtime_stack:
  api_version: one
  mode: Docker
";

/// An artifact of 1.2 that wants two secrets.
fn with_secrets() -> Result<Sandbox> {
    let sandbox = sandbox();
    let secrets = "    required_secret_env: [DB_PASSWORD, API_TOKEN]\n";
    sandbox.tree(&Tree::minimal().append("artifact.yml", secrets))?;
    Ok(sandbox)
}

fn rules(output: &Output, outcome: &str) -> Result<Vec<String>> {
    let report = output.json()?;
    let results = report["results"].as_array().into_iter().flatten();
    let rules = results.filter(|result| result["outcome"] == outcome).filter_map(|result| result["rule"].as_str());
    Ok(rules.map(str::to_owned).collect())
}

#[test]
fn all_findings_are_told_at_once_each_with_its_place() -> Result<()> {
    let sandbox = sandbox();
    sandbox.tree(
        &Tree::new()
            .file("artifact.yml", BROKEN)
            .file("secrets.env", "DB_PASSWORD=hunter2\n")
            .file("orders/config/functions.yml", "functions: {}\n")
            .file("users/config/functions.yml", "- not\n- a map\n"),
    )?;
    let words = ["payload", "check", "--contract", "1.2", "--secret-env", "secrets.env"];
    let human = sandbox.run(&words)?;
    insta::assert_snapshot!(human.snapshot());

    let json = sandbox.run(&[&words[..], &["--format", "json"]].concat())?;
    let report = json.json()?;
    let failures = report["results"].as_array().into_iter().flatten().filter(|result| result["outcome"] == "fail");
    let mut places = Vec::new();
    for failure in failures {
        let location = &failure["location"];
        let rule = failure["rule"].as_str().unwrap_or_default();
        let file = location["file"].as_str().unwrap_or_default();
        // A file that does not exist has no line.
        places.push(match (location["line"].as_u64(), location["column"].as_u64()) {
            (Some(line), Some(column)) => format!("{rule} {file}:{line}:{column}"),
            _ => format!("{rule} {file}"),
        });
    }
    insta::assert_snapshot!("places", places.join("\n"));
    Ok(())
}

#[test]
fn secrets_are_looked_for_by_name_and_their_values_never_shown() -> Result<()> {
    let sandbox = with_secrets()?;
    for (file, code) in [
        ("DB_PASSWORD=hunter2\nAPI_TOKEN=swordfish\n", 0),
        (" export DB_PASSWORD = hunter2 \n# note\n\nAPI_TOKEN=\n", 0),
        ("DB_PASSWORD=hunter2\n", 1),
        ("hunter2\nDB_PASSWORD=hunter2\n", 1),
        ("", 1),
    ] {
        sandbox.file("secrets.env", file)?;
        for format in ["human", "json"] {
            let words =
                ["payload", "check", "--secret-env", "secrets.env", "--format", format, "--output", "human=page.txt"];
            let output = sandbox.run(&words)?;
            assert_eq!(output.status, Some(code), "{file:?}\n{}", output.snapshot());
            let page = std::fs::read_to_string(sandbox.dir().join("page.txt"))?;
            for shown in [&output.stdout, &output.stderr, &page] {
                assert!(!shown.contains("hunter2") && !shown.contains("swordfish"), "{shown}");
            }
            assert!(code == 0 || output.stdout.contains("API_TOKEN"), "{}", output.snapshot());
        }
    }
    Ok(())
}

#[test]
fn secrets_that_are_required_and_not_looked_for_fail() -> Result<()> {
    let sandbox = with_secrets()?;
    let without = sandbox.run(&["payload", "check", "--format", "json"])?;
    assert_eq!(without.status, Some(1), "{}", without.snapshot());
    assert_eq!(rules(&without, "fail")?, ["payload.secret-env"; 2], "one for each");
    let missing = sandbox.run(&["payload", "check", "--secret-env", "none.env"])?;
    assert!(missing.snapshot().contains("none.env"), "{}", missing.snapshot());
    assert_ne!(missing.status, Some(0));
    Ok(())
}

#[test]
fn the_manifest_is_the_one_that_was_reviewed() -> Result<()> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal())?;
    let digest = Sha256::of(&std::fs::read(sandbox.dir().join("artifact.yml"))?).to_string();
    let reviewed = sandbox.run(&["payload", "check", "--artifact-sha256", &digest, "--format", "json"])?;
    assert_eq!(reviewed.status, Some(0), "{}", reviewed.snapshot());
    assert_eq!(reviewed.json()?["artifact"]["sha256"], digest.as_str());
    assert!(rules(&reviewed, "pass")?.contains(&"payload.manifest-digest".to_owned()));

    sandbox.tree(&Tree::minimal().append("artifact.yml", "# a comment\n"))?;
    let altered = sandbox.run(&["payload", "check", "--artifact-sha256", &digest, "--format", "json"])?;
    assert_eq!(altered.status, Some(1), "{}", altered.snapshot());
    assert_eq!(rules(&altered, "fail")?, ["payload.manifest-digest"]);
    Ok(())
}

#[test]
fn an_environment_says_what_it_accepts() -> Result<()> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal())?;
    let table: &[(&str, &[&str])] = &[
        ("project = \"demo\"\nenv = \"dev\"\nmode = \"docker\"", &[]),
        ("env = \"staging\"", &["payload.environment"]),
        ("project = \"shop\"\nenv = \"staging\"\nmode = \"containerd\"", &["payload.environment"; 3]),
        ("require_tree = true", &["payload.environment"]),
        ("contract = \"1.0\"", &["payload.entry-id"]),
    ];
    for (demands, expected) in table {
        sandbox.file("env.toml", format!("[payload]\n{demands}\n"))?;
        let output = sandbox.run(&["payload", "check", "--env", "env.toml", "--format", "json"])?;
        assert_eq!(rules(&output, "fail")?, *expected, "{demands}\n{}", output.snapshot());
    }
    let output = sandbox.run(&["payload", "check", "--env", "env.toml", "--contract", "auto"])?;
    assert_eq!(output.status, Some(0), "the command line wins\n{}", output.snapshot());
    Ok(())
}

#[test]
fn a_manifest_that_is_not_there_is_told_apart_from_one_that_cannot_be_read() -> Result<()> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal().fifo("pipe.yml").file("list.yml", "- a\n").file("latin.yml", b"project: \xe9\n"))?;
    let missing = sandbox.run(&["payload", "check", "elsewhere/artifact.yml"])?;
    assert_eq!((missing.status, missing.stdout.as_str()), (Some(2), ""));
    assert!(missing.stderr.contains("elsewhere/artifact.yml"), "{}", missing.snapshot());

    for (path, told) in [
        (".", "`./artifact.yml`"),
        ("a", "`a/artifact.yml`"),
        ("pipe.yml", "FIFO"),
        ("list.yml", "map"),
        ("latin.yml", "UTF-8"),
    ] {
        let output = sandbox.run(&["payload", "check", path])?;
        assert_eq!(output.status, Some(1), "{path}\n{}", output.snapshot());
        assert!(output.stdout.contains("payload.manifest-unreadable"), "{path}\n{}", output.snapshot());
        assert!(output.stdout.contains(told), "expected `{told}` for `{path}`\n{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn a_passing_artifact_says_what_is_not_covered() -> Result<()> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal())?;
    insta::assert_snapshot!(sandbox.run(&["payload", "check"])?.snapshot());
    Ok(())
}
