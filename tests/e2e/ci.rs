//! `examples/ci`: the manifests are what their systems take, and their lines of shell give the right exit codes.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use shipworthy_contract::Sha256;
use shipworthy_stand_ins::{Agent, Gateway, Output, Plugin, Sandbox, Stack, StandIn, Tree, real};

use crate::sandbox;

const PARTS: u32 = 4;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn example(name: &str) -> Result<String> {
    let file = root().join("examples/ci").join(name);
    fs::read_to_string(&file).with_context(|| file.display().to_string())
}

/// A tool that `.ci/tools` installs.
fn tool(name: &str) -> Result<Option<Command>> {
    let file = root().join("target/toolchains/ci/bin").join(name);
    if file.is_file() {
        return Ok(Some(Command::new(file)));
    }
    ensure!(!real::required(), "required, and not there: `{}`", file.display());
    crate::skipped(&format!("`{name}` is not installed: `.ci/tools` does"));
    Ok(None)
}

/// Whether a manifest is what a schema says; and the same manifest with something wrong in it is not.
fn is_valid(tool_name: &str, arguments: &[&str], file: &str, spoil: (&str, &str)) -> Result<()> {
    let Some(mut command) = tool(tool_name)? else { return Ok(()) };
    let output = command.args(arguments).arg(root().join("examples/ci").join(file)).output()?;
    ensure!(output.status.success(), "{file}: {output:?}");
    let (right, wrong) = spoil;
    let text = example(file)?;
    ensure!(text.contains(right), "{file} has no `{right}`");
    let sandbox = sandbox();
    sandbox.file(file, text.replacen(right, wrong, 1))?;
    let Some(mut command) = tool(tool_name)? else { return Ok(()) };
    let output = command.args(arguments).arg(sandbox.dir().join(file)).output()?;
    ensure!(!output.status.success(), "{file} with `{wrong}` is taken as well: the schema says nothing");
    Ok(())
}

#[test]
fn manifests_are_what_their_systems_take() -> Result<()> {
    let github = ["--builtin-schema", "vendor.github-workflows"];
    is_valid("check-jsonschema", &github, "github.yml", ("fail-fast: false", "fail-fast: []"))?;
    let gitlab = ["--builtin-schema", "vendor.gitlab-ci"];
    is_valid("check-jsonschema", &gitlab, "gitlab.yml", ("parallel: 4", "parallel: none"))?;
    for file in ["kubernetes-parts.yml", "kubernetes-merge.yml"] {
        is_valid("kubernetes-validate", &["--strict"], file, ("restartPolicy:", "restartPolizy:"))?;
    }
    Ok(())
}

/// The lines of shell in a manifest: what is indented below a `|`.
fn scripts(manifest: &str) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut scripts = Vec::new();
    let mut lines = manifest.lines().peekable();
    while let Some(line) = lines.next() {
        if !line.ends_with(" |") {
            continue;
        }
        let within = lines.peek().map_or(0, |first| indent(first));
        let mut script = String::new();
        while let Some(line) = lines.next_if(|line| line.is_empty() || indent(line) >= within) {
            script.push_str(line.get(within..).unwrap_or_default());
            script.push('\n');
        }
        scripts.push(script);
    }
    scripts
}

/// A fleet of eight gateways, of which `edge-5` may be an old one.
struct Fleet {
    stack: Stack,
    old: StandIn,
}

impl Fleet {
    fn start() -> Result<Self> {
        let stack = Stack::with(Gateway::new(), Agent::new())?;
        let old = Gateway::new().version("1.9.0").start(&stack.certs)?;
        Ok(Self { stack, old })
    }

    /// What a job's runner has: artifact, environment, deploy command.
    fn checkout(&self, has_old: bool) -> Result<Sandbox> {
        let shell = Sandbox::new("/bin/bash")?;
        let required = "api_version: '1.0'\nmode: docker\nservices:\n  gateway:\n    version: '^2'";
        let artifact = shell.dir().join("out");
        Tree::minimal().runtime_stack(required).write_to(&artifact)?;
        let instance = |number: u32| {
            let url = if has_old && number == 5 { self.old.url() } else { self.stack.gateway.url() };
            format!("\"edge-{number} {url}\"")
        };
        let instances: Vec<String> = (1..=8).map(instance).collect();
        let ca = self.stack.certs_dir().join("rootCA.crt");
        let fleet = format!(
            "[endpoints.gateway]\ninstances = [{}]\nca = \"{}\"\n\n[probes.gateway]\nplugin = \"builtin:gateway\"\nendpoint = \"gateway\"\n",
            instances.join(", "),
            ca.display()
        );
        let environment =
            self.stack.environment(|e| e.section(&fleet).probe_static("declared", "{ mode = \"docker\" }"));
        shell.file("environments/staging.toml", environment)?;
        let locked = run(&shell, "bash -e", "shipworthy plugin lock", &[])?;
        ensure!(locked.status == Some(0), "{}", locked.snapshot());
        shell.file("deploy.sh", "#!/bin/sh\ntouch deployed\n")?;
        let mut mode = fs::metadata(shell.dir().join("deploy.sh"))?.permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
        fs::set_permissions(shell.dir().join("deploy.sh"), mode)?;
        Ok(shell)
    }
}

/// Runs a script as its system does, with these variables, and `shipworthy` on the PATH.
fn run(shell: &Sandbox, options: &str, script: &str, variables: &[(&str, String)]) -> Result<Output> {
    let binary = Path::new(env!("CARGO_BIN_EXE_shipworthy")).parent().context("its folder")?;
    let mut preamble = format!("export PATH=\"{}:$PATH\"\n", binary.display());
    // A system's own, which is there in every job of it.
    let summary = ("GITHUB_STEP_SUMMARY", "summary.md".to_owned());
    for (name, value) in variables.iter().chain([&summary]) {
        writeln!(preamble, "export {name}='{value}'")?;
    }
    shell.file("script.sh", script)?;
    shell.run(&["-c", &format!("{preamble}exec {options} script.sh")])
}

/// One system: how it runs a script, and the variables it sets for a part.
struct System {
    manifest: &'static str,
    options: &'static str,
    part: fn(u32) -> Vec<(&'static str, String)>,
}

const GITHUB: System = System {
    manifest: "github.yml",
    options: "bash -e",
    part: |part| vec![("PART", part.to_string()), ("PARTS", PARTS.to_string())],
};

const GITLAB: System = System {
    manifest: "gitlab.yml",
    options: "bash -eo pipefail",
    part: |part| vec![("CI_NODE_INDEX", part.to_string()), ("CI_NODE_TOTAL", PARTS.to_string())],
};

#[test]
fn parts_and_the_merge_give_the_right_exit_codes() -> Result<()> {
    let fleet = Fleet::start()?;
    for system in [GITHUB, GITLAB] {
        let scripts = scripts(&example(system.manifest)?);
        let [part, whole] = scripts.as_slice() else { anyhow::bail!("{}: {scripts:?}", system.manifest) };
        for (has_old, code) in [(false, 0), (true, 3)] {
            let shell = fleet.checkout(has_old)?;
            let reviewed = ("REVIEWED", Sha256::of(&fs::read(shell.dir().join("out/artifact.yml"))?).to_string());
            let mut codes = Vec::new();
            for number in 1..=PARTS {
                let variables = [(system.part)(number), vec![reviewed.clone()]].concat();
                codes.push(run(&shell, system.options, part, &variables)?.status);
            }
            codes.sort_unstable();
            let expected = [Some(0), Some(0), Some(0), Some(code)];
            assert_eq!(codes, expected, "{}: one part has the old gateway", system.manifest);
            let judged = run(&shell, system.options, whole, std::slice::from_ref(&reviewed))?;
            assert_eq!(judged.status, Some(code), "{}\n{}", system.manifest, judged.snapshot());
            assert_eq!(shell.dir().join("deployed").exists(), code == 0, "{}", system.manifest);
            // A job that was lost.
            drop(fs::remove_file(shell.dir().join("deployed")));
            fs::remove_file(shell.dir().join("part-2.json"))?;
            let judged = run(&shell, system.options, whole, &[reviewed])?;
            assert_eq!(judged.status, Some(2), "{}\n{}", system.manifest, judged.snapshot());
            assert!(judged.stderr.contains("part 2 of 4 is missing"), "{}", judged.snapshot());
            assert!(!shell.dir().join("deployed").exists(), "{}", system.manifest);
        }
    }
    Ok(())
}

#[test]
fn an_artifact_that_was_not_reviewed_is_not_deployed() -> Result<()> {
    let fleet = Fleet::start()?;
    for system in [GITHUB, GITLAB] {
        let scripts = scripts(&example(system.manifest)?);
        let shell = fleet.checkout(false)?;
        let manifest = fs::read(shell.dir().join("out/artifact.yml"))?;
        let reviewed = ("REVIEWED", Sha256::of(&manifest).to_string());
        for number in 1..=PARTS {
            run(&shell, system.options, &scripts[0], &[(system.part)(number), vec![reviewed.clone()]].concat())?;
        }
        shell.file("out/artifact.yml", [manifest.as_slice(), b"# changed\n"].concat())?;
        let judged = run(&shell, system.options, &scripts[1], &[reviewed])?;
        assert_eq!(judged.status, Some(1), "{}", judged.snapshot());
        assert!(!shell.dir().join("deployed").exists());
    }
    Ok(())
}

#[test]
fn an_indexed_job_writes_a_report_for_each_index() -> Result<()> {
    let fleet = Fleet::start()?;
    let (parts, whole) = (scripts(&example("kubernetes-parts.yml")?), scripts(&example("kubernetes-merge.yml")?));
    let ([part], [whole]) = (parts.as_slice(), whole.as_slice()) else { anyhow::bail!("{parts:?} {whole:?}") };
    for (has_old, code) in [(false, 0), (true, 3)] {
        let shell = fleet.checkout(has_old)?;
        fs::rename(shell.dir().join("out/artifact.yml"), shell.dir().join("artifact.yml"))?;
        fs::create_dir(shell.dir().join("reports"))?;
        let reports = ("REPORTS", shell.dir().join("reports").display().to_string());
        for index in 0..PARTS {
            let variables =
                [("JOB_COMPLETION_INDEX", index.to_string()), ("PARTS", PARTS.to_string()), reports.clone()];
            let output = run(&shell, "sh", part, &variables)?;
            assert_eq!(output.status, Some(0), "a verdict does not fail a pod: {}", output.snapshot());
        }
        let judged = run(&shell, "sh", whole, std::slice::from_ref(&reports))?;
        assert_eq!(judged.status, Some(code), "{}", judged.snapshot());
        // A check that cannot begin fails its pod, and leaves no report of an earlier run.
        shell.file("environments/staging.toml", "polcy = 1\n")?;
        let variables = [("JOB_COMPLETION_INDEX", "1".to_owned()), ("PARTS", PARTS.to_string()), reports.clone()];
        assert_eq!(run(&shell, "sh", part, &variables)?.status, Some(2));
        assert_eq!(run(&shell, "sh", whole, &[reports])?.status, Some(2));
    }
    Ok(())
}

/// A lock that did not come along with the environment is told, not gone without.
#[test]
fn no_part_runs_a_plugin_that_is_no_longer_locked() -> Result<()> {
    let fleet = Fleet::start()?;
    for manifest in ["github.yml", "gitlab.yml", "kubernetes-parts.yml"] {
        let scripts = scripts(&example(manifest)?);
        let shell = fleet.checkout(false)?;
        let (environment, lock) = ("environments/staging.toml", shell.dir().join("environments/shipworthy.lock"));
        shell.file("plugins/own.wasm", Plugin::new("own", "1.0.0").component()?)?;
        let own = "\n[probes.own]\nplugin = \"../plugins/own.wasm\"\n";
        shell.file(environment, fs::read_to_string(shell.dir().join(environment))? + own)?;
        fs::copy(shell.dir().join("out/artifact.yml"), shell.dir().join("artifact.yml"))?;
        let reviewed = Sha256::of(&fs::read(shell.dir().join("artifact.yml"))?).to_string();
        let variables = [
            ("REVIEWED", reviewed),
            ("PART", "1".to_owned()),
            ("CI_NODE_INDEX", "1".to_owned()),
            ("JOB_COMPLETION_INDEX", "0".to_owned()),
            ("PARTS", PARTS.to_string()),
            ("CI_NODE_TOTAL", PARTS.to_string()),
            ("REPORTS", ".".to_owned()),
        ];
        let stale = run(&shell, "bash", &scripts[0], &variables)?;
        assert!(stale.status == Some(2) && stale.stderr.contains("[lock.entry]"), "{manifest}\n{}", stale.snapshot());
        fs::remove_file(&lock)?;
        let lost = run(&shell, "bash", &scripts[0], &variables)?;
        assert!(lost.status == Some(2) && lost.stderr.contains("[lock.missing]"), "{manifest}\n{}", lost.snapshot());
        let locked = run(&shell, "bash -e", "shipworthy plugin lock", &[])?;
        assert_eq!(locked.status, Some(0), "{}", locked.snapshot());
        let held = run(&shell, "bash", &scripts[0], &variables)?;
        assert!(!held.stderr.contains("[lock."), "{manifest}\n{}", held.snapshot());
    }
    Ok(())
}

/// What the tests set by hand is what the manifests set.
#[test]
fn manifests_set_the_variables_that_their_lines_use() -> Result<()> {
    let github = example("github.yml")?;
    for line in ["PART: ${{ matrix.part }}", "PARTS: ${{ strategy.job-total }}", "REVIEWED: ${{ inputs.reviewed }}"] {
        assert!(github.contains(line), "{line}");
    }
    let matrix: Vec<String> = (1..=PARTS).map(|part| part.to_string()).collect();
    assert!(github.contains(&format!("part: [{}]", matrix.join(", "))), "parts count from 1");
    assert!(example("gitlab.yml")?.contains(&format!("parallel: {PARTS}")));
    let parts = example("kubernetes-parts.yml")?;
    for line in [format!("completions: {PARTS}"), format!("value: \"{PARTS}\""), "completionMode: Indexed".to_owned()] {
        assert!(parts.contains(&line), "{line}");
    }
    // The lock reaches a pod beside its environment, and the page says how it gets into the configmap.
    assert!(parts.contains("- key: shipworthy.lock\n                path: environments/shipworthy.lock\n"));
    assert!(fs::read_to_string(root().join("docs/ci.md"))?.contains("--from-file=environments/shipworthy.lock\n"));
    Ok(())
}

/// What `docs/ci.md` shows of the manifests is what they are.
#[test]
fn the_page_shows_what_the_manifests_are() -> Result<()> {
    let page = fs::read_to_string(root().join("docs/ci.md"))?;
    let all = example("github.yml")? + &example("gitlab.yml")?;
    let shown: Vec<&str> = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(shown.len(), 2);
    for shown in shown {
        for line in shown.lines().map(str::trim) {
            assert!(all.contains(line), "{line}");
        }
    }
    Ok(())
}
