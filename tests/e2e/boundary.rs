//! The boundary between the two contracts, held against the running binary: what the kernel saw it do.

use std::{collections::BTreeMap, fs, os::unix::fs::MetadataExt as _, path::Path, process::Command};

use anyhow::{Result, ensure};
use shipworthy_stand_ins::{Sandbox, Stack, Tree};

use crate::sandbox;

/// The root of the only entry: a name that nothing else has, so that it can be looked for in a trace.
const ROOT: &str = "orders-root";

/// An artifact in `ROOT` that passes, and an environment for a stand-in stack.
fn prepared(stack: &Stack) -> Result<Sandbox> {
    let manifest = format!(
        "schema_version: '1'\nproject: demo\nenv: dev\nmode: docker\nartifacts:\n  - artifact_root: {ROOT}\n    \
         runtime_config_dir: config\n    source_template:\n      path: svc/template.yaml\nruntime_stack:\n  \
         api_version: '1.0'\n  mode: docker\n"
    );
    let sandbox = sandbox();
    sandbox.tree(
        &Tree::new()
            .file("artifact.yml", manifest)
            .file(&format!("{ROOT}/config/functions.yml"), "functions: {}\n")
            .file(&format!("{ROOT}/config/routing.yml"), "routes: []\n")
            .file(&format!("{ROOT}/runtime-base/Dockerfile"), "FROM scratch\n"),
    )?;
    let declared = "[probes.declared]\nplugin = \"builtin:static\"\nconfig = { mode = \"docker\" }";
    sandbox.file("env.toml", stack.environment(|e| e.probe_gateway().probe_agent().section(declared)))?;
    Ok(sandbox)
}

/// The system calls of a run, one a line; none where they cannot be seen.
fn trace(sandbox: &Sandbox, calls: &str, words: &[&str]) -> Result<Option<String>> {
    let plain = sandbox.command(words);
    let file = sandbox.dir().join("trace");
    let mut traced = Command::new("strace");
    // Strings are shown whole, as far as a path can be long.
    traced.args(["-f", "-qq", "-s", "4096", "-e", &format!("trace={calls}"), "-o"]).arg(&file);
    traced.arg(plain.get_program()).args(plain.get_args()).current_dir(sandbox.dir()).env_clear();
    traced.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = match traced.output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            crate::skipped("strace is not installed");
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    ensure!(output.status.code() == Some(0), "{words:?}: {output:?}");
    let trace = fs::read_to_string(&file)?;
    fs::remove_file(&file)?;
    Ok(Some(trace))
}

#[test]
fn the_payload_side_opens_no_socket() -> Result<()> {
    let stack = Stack::start()?;
    let sandbox = prepared(&stack)?;
    let calls = "socket,socketpair,connect";
    for words in [&["payload", "check"][..], &["payload", "check", "--env", "env.toml"]] {
        let Some(trace) = trace(&sandbox, calls, words)? else { return Ok(()) };
        assert_eq!(trace, "", "{words:?}");
    }
    assert_eq!(stack.gateway.connections(), 0);
    // What is asserted not to be there can be seen where it is.
    let Some(both) = trace(&sandbox, calls, &["check", "--env", "env.toml"])? else { return Ok(()) };
    assert!(both.contains("socket(AF_INET"), "{both}");
    assert!(stack.gateway.connections() > 0);
    Ok(())
}

#[test]
fn the_stack_side_opens_no_file_of_the_artifact() -> Result<()> {
    let stack = Stack::start()?;
    let sandbox = prepared(&stack)?;
    let calls = "%file,openat2";
    let words = ["stack", "check", "artifact.yml", "--env", "env.toml"];
    let Some(of_stack) = trace(&sandbox, calls, &words)? else { return Ok(()) };
    assert!(of_stack.contains("artifact.yml\""), "the manifest is opened:\n{of_stack}");
    let inside: Vec<&str> = of_stack.lines().filter(|line| line.contains(ROOT)).collect();
    assert!(inside.is_empty(), "{inside:#?}");

    let Some(both) = trace(&sandbox, calls, &["check", "--env", "env.toml"])? else { return Ok(()) };
    assert!(both.lines().any(|line| line.contains(ROOT)), "the payload side does open it");
    Ok(())
}

#[test]
fn a_check_leaves_the_artifact_as_it_was() -> Result<()> {
    let stack = Stack::start()?;
    let sandbox = prepared(&stack)?;
    let before = picture(&sandbox.dir().join(ROOT))?;
    assert_eq!(before.len(), 6, "{before:?}");
    let output = sandbox.run(&["check", "--env", "env.toml"])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    assert_eq!(picture(&sandbox.dir().join(ROOT))?, before);

    let writing = "%file,openat2,ftruncate,fchmod,fchown,fsetxattr";
    let Some(trace) = trace(&sandbox, writing, &["check", "--env", "env.toml"])? else { return Ok(()) };
    let written: Vec<&str> = trace
        .lines()
        .filter(|line| line.contains(ROOT) && ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| line.contains(flag)))
        .collect();
    assert!(written.is_empty(), "{written:#?}");
    Ok(())
}

/// Everything about every file and folder that a write would change; the last change cannot be set back.
fn picture(folder: &Path) -> Result<BTreeMap<String, [i64; 4]>> {
    let mut picture = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut paths = vec![folder.clone()];
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { paths.push(path) }
        }
        for path in paths {
            let seen = fs::symlink_metadata(&path)?;
            let facts = [seen.ctime(), seen.ctime_nsec(), i64::from(seen.mode()), i64::try_from(seen.size())?];
            picture.insert(path.to_string_lossy().into_owned(), facts);
        }
    }
    Ok(picture)
}
