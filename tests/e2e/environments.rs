//! Environments as people write them: what works, and what each mistake says.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use shipworthy_stand_ins::{Output, Sandbox, Stack, Tree, unpacked};

use crate::sandbox;

/// The smallest useful one.
const FIVE_LINES: &str = "\
[endpoints.gateway]
url = \"https://gateway.test:8443\"
[probes.gateway]
plugin = \"builtin:gateway\"
endpoint = \"gateway\"
";

/// A probe of a plugin that the binary does not bring along.
const OWN: &str = "\
[endpoints.web]
url = \"http://127.0.0.1:8080\"

[probes.web]
plugin = \"../plugins/own.wasm\"
endpoint = \"web\"
config = { requests = [{ path = \"/version\" }] }
";

/// `env check` of one environment file.
fn checked(text: &str) -> Result<Output> {
    let sandbox = sandbox();
    sandbox.file("environments/staging.toml", text)?;
    sandbox.run(&["env", "check", "staging"])
}

/// `builtin:http` as anybody else's plugin would lie there: a component without a descriptor in it, and one beside it.
fn plugin() -> Result<(Vec<u8>, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let built = root.join("target/guests/wasm32-wasip2/release/shipworthy_probe_http.wasm");
    let component = fs::read(&built).context("the bundled probes, which the binary's build script builds")?;
    Ok((component, fs::read_to_string(root.join("plugins/http/probe.json"))?))
}

/// A sandbox with a plugin of one's own, made by `change` out of a good one, and an environment that uses it.
fn with_plugin(environment: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Result<Sandbox> {
    let (component, descriptor) = plugin()?;
    let sandbox = sandbox();
    sandbox.file("plugins/own.wasm", change(component))?;
    sandbox.file("plugins/own.probe.json", descriptor)?;
    sandbox.file("environments/staging.toml", environment)?;
    Ok(sandbox)
}

fn replaced(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len(), "what stands behind must not move");
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(old.as_bytes())).collect();
    assert!(!places.is_empty(), "`{old}` is in the component");
    let mut bytes = bytes.to_vec();
    for at in places {
        bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
    }
    bytes
}

/// Text of errors with every error on one line: where it was wrapped depends on how long the sandbox's path is.
fn unwrapped(shown: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in shown.lines() {
        let continued = line.strip_prefix("       ").filter(|rest| !rest.starts_with(' '));
        match (continued, lines.last_mut()) {
            (Some(rest), Some(last)) => *last = format!("{last} {rest}"),
            _ => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}

#[test]
fn five_lines_are_enough() -> Result<()> {
    let output = checked(FIVE_LINES)?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    assert_eq!(output.stdout.lines().next(), Some("environment `staging` can be used: 1 probe"));
    assert_eq!(FIVE_LINES.lines().count(), 5);
    Ok(())
}

#[test]
fn names_are_looked_for_from_here_upwards_and_the_nearest_wins() -> Result<()> {
    let sandbox = sandbox();
    sandbox.file("environments/staging.toml", FIVE_LINES)?;
    sandbox.file("environments/prod.toml", FIVE_LINES)?;
    sandbox.file("sub/environments/staging.toml", "policy = \"warn\"\n")?;
    sandbox.file("sub/deeper/keep", "")?;
    let below = |words: &[&str]| -> Result<(Option<i32>, String)> {
        let output = sandbox.command(words).current_dir(sandbox.dir().join("sub/deeper")).output()?;
        Ok((output.status.code(), String::from_utf8(output.stdout)?))
    };
    let (status, listed) = below(&["env", "list"])?;
    let listed = listed.replace(&*sandbox.dir().to_string_lossy(), "[DIR]");
    assert_eq!(status, Some(0));
    assert_eq!(listed, "prod     [DIR]/environments/prod.toml\nstaging  [DIR]/sub/environments/staging.toml\n");
    let (status, shown) = below(&["env", "show", "staging"])?;
    assert_eq!(
        (status, shown.lines().next().is_some_and(|line| line.starts_with("policy = \"warn\""))),
        (Some(0), true)
    );
    Ok(())
}

#[test]
fn where_there_is_no_environment_the_list_says_so() -> Result<()> {
    let output = sandbox().run(&["env", "list"])?;
    assert_eq!((output.status, output.stdout.as_str()), (Some(0), ""));
    assert_eq!(output.stderr, "no environments/*.toml here or in a folder above\n");
    Ok(())
}

#[test]
fn show_says_where_each_value_comes_from_and_keeps_secrets() -> Result<()> {
    let mut sandbox = sandbox();
    sandbox.variable("X_API_KEY", "hunter2");
    sandbox.file("environments/base.toml", format!("policy = \"warn\"\ndeadline = \"20s\"\n\n{FIVE_LINES}"))?;
    sandbox.file(
        "environments/staging.toml",
        "extends = \"base\"\npolicy = \"strict\"\n\n[endpoints.gateway]\nheaders.x-api-key = { env = \"X_API_KEY\" }\n\n\
         [probes.gateway]\nlimits = { memory = \"32MiB\" }\nseverity = { healthy = \"warn\" }\n",
    )?;
    let output = sandbox.run(&["env", "show", "staging"])?;
    assert!(!output.stdout.contains("hunter2"), "{}", output.snapshot());
    insta::assert_snapshot!(output.snapshot());
    Ok(())
}

#[test]
fn a_chain_of_environments_is_read_whole_and_a_circle_is_refused() -> Result<()> {
    let sandbox = sandbox();
    sandbox.file("environments/base.toml", FIVE_LINES)?;
    sandbox.file("environments/test.toml", "extends = \"base\"\n[endpoints.gateway]\nhttp2 = \"off\"\n")?;
    sandbox
        .file("environments/staging.toml", "extends = \"test\"\n[probes.gateway]\nlimits = { request = \"1s\" }\n")?;
    let shown = sandbox.run(&["env", "show", "staging"])?;
    for (value, origin) in [
        ("probes.gateway.plugin = \"builtin:gateway\"", "base.toml:4:10"),
        ("endpoints.gateway.http2 = \"off\"", "test.toml:3:9"),
        ("probes.gateway.limits.request = \"1s\"", "staging.toml:3:22"),
    ] {
        let told = shown.stdout.lines().any(|line| line.starts_with(value) && line.ends_with(origin));
        assert!(told, "expected `{value}` from `{origin}`\n{}", shown.snapshot());
    }
    assert_eq!(sandbox.run(&["env", "check", "staging"])?.status, Some(0));

    sandbox.file("environments/base.toml", "extends = \"staging\"\n")?;
    let circle = sandbox.run(&["env", "check", "staging"])?;
    assert_eq!(circle.status, Some(2));
    assert!(circle.stderr.contains("goes in a circle"), "{}", circle.snapshot());
    Ok(())
}

#[test]
fn mistakes_are_shown_where_they_are() -> Result<()> {
    let unknown = checked(&format!("polcy = \"warn\"\n\n{}", FIVE_LINES.replace("url", "ulr")))?;
    let syntax = checked("policy = warn\n")?;
    let kind = checked("policy = \"lax\"\ndeadline = 30\n")?;
    insta::assert_snapshot!([unknown, syntax, kind].map(|output| output.snapshot()).join("\n\n"));
    Ok(())
}

#[test]
fn an_environment_that_is_not_there_has_a_nearest_name() -> Result<()> {
    let sandbox = sandbox();
    sandbox.file("environments/staging.toml", FIVE_LINES)?;
    sandbox.tree(&Tree::minimal())?;
    for words in [&["env", "show", "stagging"][..], &["env", "check", "stagging"], &["check", "--env", "stagging"]] {
        let output = sandbox.run(words)?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        let told = "error: cannot find the environment `stagging`\n  help: did you mean `staging`?\n  [env.not-found] at fault: the environment\n";
        assert_eq!(output.stderr, told);
    }
    let output = sandbox.run(&["env", "check", "environments/prod.toml"])?;
    assert_eq!(output.status, Some(2));
    assert!(output.stderr.contains("environments/prod.toml"), "{}", output.snapshot());
    Ok(())
}

#[test]
fn secrets_come_by_reference_and_are_told_by_name() -> Result<()> {
    let stack = Stack::start()?;
    let mut sandbox = sandbox();
    sandbox.tree(
        &Tree::minimal().runtime_stack("api_version: '1.0'\nmode: docker\nservices:\n  gateway: { version: '2.0.0' }"),
    )?;
    let header = "headers.authorization = { env = \"GATEWAY_TOKEN\" }";
    let text = stack.environment(|e| {
        let declared = "[probes.declared]\nplugin = \"builtin:static\"\nconfig = { mode = \"docker\" }";
        e.trusted_endpoint("gateway", &stack.gateway.url())
            .section(header)
            .probe("gateway", "builtin:gateway")
            .section(declared)
    });
    sandbox.file("env.toml", text.replace(&format!("\n\n{header}"), &format!("\n{header}")))?;

    let missing = sandbox.run(&["check", "--env", "env.toml"])?;
    assert_eq!(missing.status, Some(2), "{}", missing.snapshot());
    insta::assert_snapshot!(missing.stderr.replace(&*sandbox.dir().to_string_lossy(), "[DIR]"));
    assert_eq!(
        sandbox.run(&["env", "check", "env.toml"])?.status,
        Some(0),
        "it may be there only where the check runs"
    );

    sandbox.variable("GATEWAY_TOKEN", "Bearer hunter2");
    for words in
        [&["check", "--env", "env.toml", "--verbose", "--record", "told.json"][..], &["env", "show", "env.toml"]]
    {
        let output = sandbox.run(words)?;
        assert_eq!(output.status, Some(0), "{}", output.snapshot());
        assert!(!output.snapshot().contains("hunter2"), "{}", output.snapshot());
    }
    assert!(!unpacked(sandbox.dir().join("told.json"))?.contains("hunter2"));
    let asked = stack.gateway.requests();
    let sent: Vec<_> = asked.iter().filter_map(|request| request.header("authorization")).collect();
    assert!(!sent.is_empty() && sent.iter().all(|value| *value == "Bearer hunter2"), "{sent:?}");
    Ok(())
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_shown() -> Result<()> {
    let output = checked(&FIVE_LINES.replace("[probes", "headers.x-api-key = \"hunter2\"\n[probes"))?;
    assert_eq!(output.status, Some(2));
    assert!(!output.stderr.contains("hunter2"), "{}", output.snapshot());
    insta::assert_snapshot!(output.snapshot());
    Ok(())
}

#[test]
fn a_missing_grant_comes_with_the_lines_to_add() -> Result<()> {
    let sandbox = with_plugin(OWN, |component| component)?;
    sandbox.tree(&Tree::minimal())?;
    let refused = sandbox.run(&["check", "--env", "staging"])?;
    assert_eq!(refused.status, Some(2), "nothing has run");
    insta::assert_snapshot!(refused.snapshot());

    let (_, lines) = refused.stderr.split_once("write in `[probes.web]`:\n").context("where they belong")?;
    let (lines, _) = lines.split_once("  [plugin.grants]").context("the code behind them")?;
    sandbox.file("environments/staging.toml", format!("{OWN}{lines}"))?;
    let granted = sandbox.run(&["env", "check", "staging"])?;
    assert_eq!(granted.status, Some(0), "the lines fit as they are\n{}", granted.snapshot());
    Ok(())
}

#[test]
fn a_pin_holds_the_plugin_to_its_bytes() -> Result<()> {
    let granted = format!("{OWN}grants = [\"http GET /**\"]\n");
    let (component, _) = plugin()?;
    let digest = shipworthy_contract::Sha256::of(&component);
    let right = with_plugin(&format!("{granted}sha256 = \"{digest}\"\n"), |component| component)?;
    assert_eq!(right.run(&["env", "check", "staging"])?.status, Some(0));

    let wrong = with_plugin(&format!("{granted}sha256 = \"{}\"\n", "0".repeat(64)), |component| component)?;
    let output = wrong.run(&["env", "check", "staging"])?;
    assert_eq!(output.status, Some(2));
    insta::assert_snapshot!(unwrapped(&output.snapshot()).replace(&digest.to_string(), "[DIGEST]"));
    Ok(())
}

#[test]
fn what_is_no_probe_is_refused_before_anything_runs() -> Result<()> {
    type Change = fn(Vec<u8>) -> Vec<u8>;
    let table: &[(Change, &str)] = &[
        (
            |bytes| replaced(&bytes, "shipworthy:probe/guest@0.1.0", "shipworthy:probe/guest@0.9.0"),
            "[plugin.wit-version]",
        ),
        (|bytes| replaced(&bytes, "wasi:io/streams", "evil:io/streams"), "[plugin.import]"),
        (|_| b"\0asm\x01\0\0\0".to_vec(), "expected a component, found a core WebAssembly module"),
        (|_| b"#!/bin/sh\n".to_vec(), "expected a WebAssembly component, found other bytes"),
        (|bytes| bytes[..1000].to_vec(), "cannot read the component"),
    ];
    let mut told = Vec::new();
    for (change, expected) in table {
        let sandbox = with_plugin(&format!("{OWN}grants = [\"http GET /**\"]\n"), change)?;
        let output = sandbox.run(&["env", "check", "staging"])?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        assert!(output.stderr.contains(expected), "expected `{expected}`\n{}", output.snapshot());
        told.push(unwrapped(&output.stderr).replace(&*sandbox.dir().to_string_lossy(), "[DIR]"));
    }
    insta::assert_snapshot!(told.join("\n"));
    Ok(())
}

#[test]
fn a_config_is_held_against_its_plugins_schema() -> Result<()> {
    let http = FIVE_LINES.replace("builtin:gateway", "builtin:http");
    let output = checked(&format!("{http}config = {{ requests = [{{ paht = \"/\" }}] }}\n"))?;
    assert_eq!(output.status, Some(2));
    insta::assert_snapshot!(output.snapshot());
    Ok(())
}

#[test]
fn an_unknown_plugin_has_a_nearest_one() -> Result<()> {
    let output = checked(&FIVE_LINES.replace("builtin:gateway", "builtin:gatway"))?;
    assert_eq!(output.status, Some(2));
    assert!(output.stderr.contains("did you mean `builtin:gateway`?"), "{}", output.snapshot());
    Ok(())
}

#[test]
fn every_mistake_of_an_environment_is_told_at_once() -> Result<()> {
    let output =
        checked(&format!("polcy = \"warn\"\ndeadline = \"soon\"\n[payload]\ncontrakt = \"auto\"\n{FIVE_LINES}"))?;
    assert_eq!(output.status, Some(2));
    for told in ["polcy", "deadline", "contrakt"] {
        assert!(output.stderr.contains(told), "{told}\n{}", output.snapshot());
    }
    Ok(())
}
