//! `doctor`: what this machine lacks, by name, with what to do; never more than a warning for what nobody asked for.

use std::{
    fmt::Write as _,
    fs::Permissions,
    os::unix::{fs::PermissionsExt as _, net::UnixListener},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result};
use serde_json::Value;
use shipworthy_stand_ins::{
    Certs, Sandbox,
    docker::{Container, Docker},
    hostile,
};

use crate::{sandbox, skipped};

/// One area, a line for each thing, then what to do. Of the JSON, since pages wrap by how long a temporary path is.
fn area(sandbox: &Sandbox, words: &[&str], name: &str) -> Result<String> {
    let output = sandbox.run(&[&["doctor", "--format", "json"], words].concat())?;
    // Masked, and then read again.
    let text = output.snapshot();
    let text = text.split("----- stdout -----\n").nth(1).and_then(|rest| rest.split("----- stderr").next());
    let json: Value = serde_json::from_str(text.context("standard output")?)?;
    let mut lines = format!("{name}\n");
    for one in json["looked"].as_array().context("a list")?.iter().filter(|one| one["area"] == name) {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        writeln!(lines, "{} {}: {}", text("outcome"), text("name"), text("message"))?;
        if one["advice"].is_string() {
            writeln!(lines, "  -> {}", text("advice"))?;
        }
        for line in one["paste"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            writeln!(lines, "     {line}")?;
        }
    }
    Ok(lines)
}

/// What was looked at under a name, of the JSON.
fn looked(json: &Value, area: &str, name: &str) -> Result<Value> {
    let all = json["looked"].as_array().context("a list")?;
    all.iter().find(|one| one["area"] == area && one["name"] == name).cloned().context(format!("{area} {name}: {json}"))
}

/// An environment with a probe of containers, on the engine at this socket.
fn of_containers(socket: &str) -> String {
    format!(
        "[containers]\nsocket = \"{socket}\"\n[probes.agent]\nplugin = \"builtin:container\"\n\
         config = {{ facts = {{ release = \"image-tag\" }} }}\n"
    )
}

#[test]
fn where_all_is_well_nothing_is_wrong() -> Result<()> {
    let docker = Docker::start([Container::new("esb", "agent"), Container::new("other", "db")])?;
    let sandbox = sandbox();
    sandbox.file("env.toml", of_containers(&docker.url()))?;
    let output = sandbox.run(&["doctor", "--env", "env.toml"])?;
    assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""), "{}", output.snapshot());
    assert_eq!(output.stdout.lines().last(), Some("nothing is wrong"));
    let words = ["--env", "env.toml"];
    let areas: Result<String> =
        ["docker", "environment", "cache"].iter().map(|name| area(&sandbox, &words, name)).collect();
    insta::assert_snapshot!(areas?, @r"
    docker
    pass engine: `unix://[DIR]/docker.sock`: version 28.0.4, API 1.48; compose projects: esb, other
    environment
    pass file: `[DIR]/env.toml`: 1 probe
    pass plugins: 1 plugin can be used, without a lock
    cache
    pass folder: `[DIR]/.home/cache/shipworthy/compiled`, not there yet: made when a plugin is compiled
    ");
    assert!(!sandbox.dir().join(".home/cache").exists(), "looking makes nothing");
    let lines = docker.request_lines();
    assert!(lines.iter().all(|line| line.starts_with("GET ")), "{lines:?}");
    Ok(())
}

#[test]
fn what_nobody_needs_is_no_failure() -> Result<()> {
    let mut sandbox = sandbox();
    sandbox.file("env.toml", "[containers]\nsocket = \"unix:///nowhere/docker.sock\"\n")?;
    sandbox.variable("PATH", "");
    let json = sandbox.run(&["doctor", "--env", "env.toml", "--format", "json"])?;
    assert_eq!(json.status, Some(0), "{}", json.snapshot());
    let json = json.json()?;
    assert_eq!((&json["schema"], &json["verdict"]), (&"shipworthy.doctor/1".into(), &"pass".into()));
    assert_eq!(looked(&json, "docker", "engine")?["outcome"], "info");
    for language in ["rust", "python", "go", "js"] {
        let one = looked(&json, "toolchains", language)?;
        // `shipworthy-go` may lie beside the binary, and `go` is missing then.
        assert_eq!(one["outcome"], "info", "{one}");
        assert!(one["advice"].is_string(), "{one}");
    }
    // In a project of that language it is worth a warning, and still no failure.
    sandbox.file("probe.json", "{}")?.file("Cargo.toml", "")?;
    let json = sandbox.run(&["doctor", "--format", "json"])?;
    assert_eq!(json.status, Some(0), "{}", json.snapshot());
    assert_eq!(looked(&json.json()?, "toolchains", "rust")?["outcome"], "warn");
    Ok(())
}

#[test]
fn an_engine_that_is_not_there_or_does_not_answer_is_told() -> Result<()> {
    let sandbox = sandbox();
    let socket = sandbox.dir().join("silent.sock");
    // It listens, and nobody ever takes what comes.
    let _silent = UnixListener::bind(&socket)?;
    let broken = Docker::broken()?;
    let mut told = String::new();
    for (name, url) in [
        ("missing", "unix:///nowhere/docker.sock".to_owned()),
        ("silent", format!("unix://{}", socket.display())),
        ("broken", broken.url()),
    ] {
        sandbox.file("env.toml", of_containers(&url))?;
        let output = sandbox.run(&["doctor", "--env", "env.toml"])?;
        assert_eq!(output.status, Some(2), "{name}: {}", output.snapshot());
        write!(told, "{name}: {}", area(&sandbox, &["--env", "env.toml"], "docker")?)?;
    }
    insta::assert_snapshot!(told);
    Ok(())
}

#[test]
fn an_engine_that_this_user_may_not_ask_is_told() -> Result<()> {
    let docker = Docker::start([])?;
    let sandbox = sandbox();
    sandbox.file("env.toml", of_containers(&docker.url()))?;
    let socket = docker.url().trim_start_matches("unix://").to_owned();
    let closed = std::path::Path::new(&socket).parent().context("a folder")?;
    std::fs::set_permissions(closed, Permissions::from_mode(0o755))?;
    std::fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
    std::fs::set_permissions(sandbox.dir(), Permissions::from_mode(0o755))?;
    // Root may do anything; somebody else may not, and for somebody else his own socket has to be closed.
    let own = sandbox.command(&["doctor", "--env", "env.toml", "--format", "json"]);
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(own.get_program()).args(own.get_args());
    command.current_dir(sandbox.dir()).stdin(Stdio::null());
    let Ok(output) = command.output() else {
        skipped("setpriv is not installed");
        return Ok(());
    };
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let Ok(json) = serde_json::from_str::<Value>(&stdout) else {
        skipped(&format!("cannot become somebody else: {}", String::from_utf8_lossy(&output.stderr)));
        return Ok(());
    };
    let engine = looked(&json, "docker", "engine")?;
    assert_eq!((&engine["outcome"], output.status.code()), (&"fail".into(), Some(2)));
    assert!(engine["message"].as_str().is_some_and(|text| text.contains("permission denied")), "{engine}");
    assert_eq!(engine["paste"][0], "sudo usermod -aG docker \"$USER\"");
    Ok(())
}

#[test]
fn a_cache_that_is_not_private_is_told_with_its_remedy() -> Result<()> {
    let sandbox = sandbox();
    let folder = sandbox.dir().join(".home/cache/shipworthy/compiled");
    std::fs::create_dir_all(&folder)?;
    std::fs::set_permissions(&folder, Permissions::from_mode(0o755))?;
    let output = sandbox.run(&["doctor"])?;
    assert_eq!(output.status, Some(0), "checks run without it\n{}", output.snapshot());
    insta::assert_snapshot!(area(&sandbox, &[], "cache")?, @r"
    cache
    warn folder: `[DIR]/.home/cache/shipworthy/compiled` is open to others (mode 755), so it is not used
      -> plugins are compiled in every check until it is this user's alone:
         chmod 700 [DIR]/.home/cache/shipworthy/compiled
    ");
    Command::new("sh").args(["-c", "chmod 700 .home/cache/shipworthy/compiled"]).current_dir(sandbox.dir()).status()?;
    let output = sandbox.run(&["doctor"])?;
    assert!(area(&sandbox, &[], "cache")?.contains("pass folder"), "the remedy is one\n{}", output.snapshot());
    Ok(())
}

/// A sandbox whose plugins come from a registry that refuses connections, and docker's config.
fn of_a_registry(config: &str) -> Result<Sandbox> {
    let mut sandbox = sandbox();
    let host = { hostile::refuse()?.addr() };
    sandbox.file(
        "env.toml",
        format!("[probes.orders]\nplugin = \"oci://{host}/plugins/orders@sha256:{}\"\ngrants = []\n", "0".repeat(64)),
    )?;
    sandbox.file("docker/config.json", config)?;
    let docker = sandbox.dir().join("docker").display().to_string();
    sandbox.variable("DOCKER_CONFIG", &docker);
    Ok(sandbox)
}

#[test]
fn a_registry_and_its_credentials_are_told() -> Result<()> {
    let mut told = String::new();
    for (name, config, helper) in [
        ("unreachable", r#"{"auths":{}}"#, None),
        ("no JSON", r#"{"auths":"#, None),
        ("no helper", r#"{"credsStore":"absent"}"#, None),
        (
            "a helper that fails",
            r#"{"credsStore":"broken"}"#,
            Some("#!/bin/sh\necho hunter2\necho locked >&2\nexit 1\n"),
        ),
    ] {
        let mut sandbox = of_a_registry(config)?;
        if let Some(script) = helper {
            sandbox.file("bin/docker-credential-broken", script)?;
            let program = sandbox.dir().join("bin/docker-credential-broken");
            std::fs::set_permissions(&program, Permissions::from_mode(0o755))?;
            let path = format!("{}:{}", sandbox.dir().join("bin").display(), std::env::var("PATH").unwrap_or_default());
            sandbox.variable("PATH", &path);
        }
        let output = sandbox.run(&["doctor", "--env", "env.toml"])?;
        assert_eq!(output.status, Some(2), "{name}: {}", output.snapshot());
        assert!(!output.stdout.contains("hunter2"), "what a helper says is nobody's");
        write!(told, "{name}: {}", area(&sandbox, &["--env", "env.toml"], "registries")?)?;
    }
    insta::assert_snapshot!(told);
    Ok(())
}

#[test]
fn registries_are_left_alone_offline() -> Result<()> {
    let mut sandbox = of_a_registry("{}")?;
    sandbox.variable("SHIPWORTHY_OFFLINE", "1");
    let output = sandbox.run(&["doctor", "--env", "env.toml"])?;
    assert!(
        area(&sandbox, &["--env", "env.toml"], "registries")?.contains("not asked: SHIPWORTHY_OFFLINE is set"),
        "{}",
        output.snapshot()
    );
    Ok(())
}

#[test]
fn what_an_environment_lacks_is_told() -> Result<()> {
    let mut sandbox = sandbox();
    Certs::generate()?.write_to(&sandbox.dir().join("certs"))?;
    sandbox.file(
        "env.toml",
        "[endpoints.gateway]\nurl = \"https://127.0.0.1:8443\"\nca = \"certs/expired.crt\"\n\
         client_cert = \"certs/client.crt\"\nclient_key = \"certs/client.key\"\n\
         headers.x-api-key = { env = \"GATEWAY_KEY\" }\n\
         [endpoints.other]\nurl = \"https://127.0.0.1:8444\"\nca = \"certs/nowhere.crt\"\n\
         [probes.gateway]\nplugin = \"builtin:gateway\"\n",
    )?;
    let output = sandbox.run(&["doctor", "--env", "env.toml"])?;
    assert_eq!(output.status, Some(2), "{}", output.snapshot());
    insta::assert_snapshot!(area(&sandbox, &["--env", "env.toml"], "environment")?);
    // What is set is not shown.
    sandbox.variable("GATEWAY_KEY", "hunter2");
    let output = sandbox.run(&["doctor", "--env", "env.toml"])?;
    assert!(!output.stdout.contains("GATEWAY_KEY") && !output.stdout.contains("hunter2"), "{}", output.snapshot());
    Ok(())
}

#[test]
fn an_environment_that_cannot_be_read_is_one_of_the_problems() -> Result<()> {
    let sandbox = sandbox();
    sandbox.file("environments/staging.toml", "")?;
    let output = sandbox.run(&["doctor", "--env", "stagin"])?;
    assert_eq!(output.status, Some(2), "{}", output.snapshot());
    insta::assert_snapshot!(area(&sandbox, &["--env", "stagin"], "environment")?, @r"
    environment
    fail file: cannot find the environment `stagin`
      -> did you mean `staging`?
    ");
    assert_eq!(output.stdout.lines().last(), Some("1 problem keeps checks from running"));
    Ok(())
}

#[test]
fn the_page_is_in_ascii_where_the_terminal_is() -> Result<()> {
    let mut sandbox = sandbox();
    sandbox.variable("LC_ALL", "C");
    let output = sandbox.run(&["doctor"])?;
    assert!(output.stdout.is_ascii(), "{}", output.stdout);
    assert!(output.stdout.contains("export LC_ALL=C.UTF-8"), "{}", output.stdout);
    Ok(())
}
