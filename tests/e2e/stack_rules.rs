//! A mismatch for each rule of the stack, required by the artifact and by the environment, under strict and warn.

use anyhow::Result;
use serde_json::{Value, json};
use shipworthy_stand_ins::{Environment, Sandbox, Stack, Tree};

use crate::{sandbox, told::Told};

/// What is required, what runs instead, and what has to come of it.
struct Mismatch {
    /// As under `runtime_stack`; what else that has to say is added.
    required: Value,
    /// Probes of the environment besides the one that shows mode `docker`.
    probes: fn(Environment) -> Environment,
    rule: &'static str,
    /// None of them where it is the stack as a whole.
    service: &'static str,
    expected: &'static str,
    observed: &'static str,
    /// Whether it stops a deploy under `warn` as well.
    hard: bool,
}

/// Runs the mismatch from both sources under both policies, and gives what people read of the artifact's under strict.
fn shown(mismatch: &Mismatch) -> Result<String> {
    let stack = Stack::start()?;
    let declared = |e: Environment| e.probe_static("declared", "{ mode = \"docker\" }");
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal().runtime_stack(&yaml(&mismatch.required)))?;
    sandbox.file("plain.toml", stack.environment(|e| (mismatch.probes)(declared(e))))?;
    let demanding = stack.environment(|e| {
        toml(&mismatch.required).iter().fold((mismatch.probes)(declared(e)), |e, line| e.requires(line))
    });
    sandbox.file("demanding.toml", demanding)?;
    let by_artifact: &[&str] = &["check", "--env", "plain.toml"];
    let by_environment: &[&str] = &["stack", "check", "--env", "demanding.toml"];
    for (words, root, file) in
        [(by_artifact, "runtime_stack", "artifact.yml"), (by_environment, "requirements", "demanding.toml")]
    {
        for (policy, stops) in [("strict", true), ("warn", mismatch.hard)] {
            let told = Told::by(&sandbox, &[words, &["--policy", policy]].concat())?;
            let (exit, outcome, verdict) = if stops { (3, "fail", "fail") } else { (0, "warn", "warn") };
            let result = told.one(mismatch.rule, mismatch.service)?;
            let snapshot = told.output.snapshot();
            assert_eq!((told.exit(), &told.report["verdict"]), (Some(exit), &json!(verdict)), "{snapshot}");
            for (field, expected) in [
                ("side", "stack"),
                ("outcome", outcome),
                ("class", "violated"),
                ("expected", mismatch.expected),
                ("observed", mismatch.observed),
            ] {
                assert_eq!(result[field], expected, "{policy}: {field} in {snapshot}");
            }
            let at = &result["location"];
            assert!(at["field"].as_str().is_some_and(|field| field.starts_with(root)), "{snapshot}");
            assert!(at["file"].as_str().is_some_and(|path| path.ends_with(file)), "{snapshot}");
            assert!(at["line"].is_u64() && at["column"].is_u64(), "{snapshot}");
            assert!(!result["hint"].as_str().unwrap_or_default().is_empty(), "{snapshot}");
            assert!(!result["evidence"].as_array().is_none_or(Vec::is_empty), "{snapshot}");
            // Nothing but this rule stands in the way.
            assert_eq!(told.with(outcome).len(), 1, "{snapshot}");
        }
    }
    // The stack side alone: what the payload's tells has tests of its own.
    Ok(sandbox.run(&["stack", "check", "artifact.yml", "--env", "plain.toml", "--quiet"])?.snapshot())
}

/// Lines under `runtime_stack`. JSON is YAML; what 1.2 wants in any case is added.
fn yaml(required: &Value) -> String {
    let mut all = json!({ "api_version": "1.0", "mode": "docker" });
    for (key, value) in required.as_object().into_iter().flatten() {
        all[key] = value.clone();
    }
    let lines: Vec<String> =
        all.as_object().into_iter().flatten().map(|(key, value)| format!("{key}: {value}")).collect();
    lines.join("\n")
}

/// Lines under `[requirements]`.
fn toml(required: &Value) -> Vec<String> {
    required.as_object().into_iter().flatten().map(|(key, value)| format!("{key} = {}", inline(value))).collect()
}

fn inline(value: &Value) -> String {
    match value {
        Value::Object(table) => {
            let entries: Vec<String> =
                table.iter().map(|(key, value)| format!("{} = {}", json!(key), inline(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        // Text, numbers and lists of them are written alike.
        other => other.to_string(),
    }
}

#[test]
fn another_mode_is_incompatible() -> Result<()> {
    let shown = shown(&Mismatch {
        required: json!({ "mode": "containerd" }),
        probes: |e| e,
        rule: "stack.mode",
        service: "",
        expected: "containerd",
        observed: "docker",
        hard: true,
    })?;
    insta::assert_snapshot!(shown, @r"
    exit code: 3
    ----- stdout -----
    stack
    -----
    × expected mode `containerd`, found `docker` [stack.mode]
        expected  containerd
        observed  docker
        items     declared: docker
        → deploy to a stack in mode `containerd`, or change `runtime_stack.mode` in `artifact.yml`
        at        artifact.yml:12:9 (runtime_stack.mode)

      1 stack failure; 3 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn another_major_version_of_the_stack_contract_is_incompatible() -> Result<()> {
    let shown = shown(&Mismatch {
        required: json!({ "api_version": "2.0" }),
        probes: |e| e,
        rule: "stack.api-version",
        service: "",
        expected: "2.0",
        observed: "1.0",
        hard: true,
    })?;
    insta::assert_snapshot!(shown, @r"
    exit code: 3
    ----- stdout -----
    stack
    -----
    × expected api version `2.0`, found `1.0` [stack.api-version]
        expected  2.0
        observed  1.0
        items     shipworthy's stack contract: 1.0
        → rebuild the artifact for the stack contract that runs, or upgrade the stack; required by
          `runtime_stack.api_version` in `artifact.yml`
        at        artifact.yml:11:16 (runtime_stack.api_version)

      1 stack failure; 3 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn another_minor_version_of_the_stack_contract_is_a_warning_under_warn() -> Result<()> {
    let shown = shown(&Mismatch {
        required: json!({ "api_version": "1.1" }),
        probes: |e| e,
        rule: "stack.api-version",
        service: "",
        expected: "1.1",
        observed: "1.0",
        hard: false,
    })?;
    insta::assert_snapshot!(shown, @r"
    exit code: 3
    ----- stdout -----
    stack
    -----
    × expected api version `1.1`, found `1.0` [stack.api-version]
        expected  1.1
        observed  1.0
        items     shipworthy's stack contract: 1.0
        → rebuild the artifact for the stack contract that runs, or upgrade the stack; required by
          `runtime_stack.api_version` in `artifact.yml`
        at        artifact.yml:11:16 (runtime_stack.api_version)

      1 stack failure; 3 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn another_major_version_of_a_services_api_is_incompatible() -> Result<()> {
    let shown = shown(&Mismatch {
        required: json!({ "services": { "provisioner": { "api_version": "1.4" } } }),
        probes: |e| e.probe_static("provisioner", "{ api_version = \"2.4\" }"),
        rule: "stack.api-version",
        service: "provisioner",
        expected: "1.4",
        observed: "2.4",
        hard: true,
    })?;
    insta::assert_snapshot!(shown, @r"
    exit code: 3
    ----- stdout -----
    stack: provisioner
    ------------------
    × expected api version `1.4`, found `2.4` [stack.api-version]
        expected  1.4
        observed  2.4
        → roll `provisioner` to api version `1.4`, or change
          `runtime_stack.services.provisioner.api_version` in `artifact.yml`
        at        artifact.yml:13:43 (runtime_stack.services.provisioner.api_version)

      1 stack failure; 4 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn another_release_is_incompatible() -> Result<()> {
    let shown = shown(&Mismatch {
        required: json!({ "esb_version": "v1.4.2" }),
        probes: |e| {
            e.probe_static("provisioner", "{ release = \"v1.4.2\" }")
                .probe_static("runtime-node", "{ release = \"latest\" }")
        },
        rule: "stack.release",
        service: "",
        expected: "v1.4.2",
        observed: "v1.4.2 (provisioner), latest (runtime-node)",
        hard: false,
    })?;
    insta::assert_snapshot!(shown, @r"
    exit code: 3
    ----- stdout -----
    stack
    -----
    × expected release `v1.4.2`, found `v1.4.2` (provisioner), `latest` (runtime-node) [stack.release]
        expected  v1.4.2
        observed  v1.4.2 (provisioner), latest (runtime-node)
        items     runtime-node: latest
        → roll the stack to release `v1.4.2`, or change `runtime_stack.esb_version` in `artifact.yml`
        at        artifact.yml:13:16 (runtime_stack.esb_version)

      1 stack failure; 4 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn another_version_of_a_service_is_incompatible() -> Result<()> {
    let shown = shown(&Mismatch {
        required: json!({ "services": { "gateway": { "version": ">=3, <4" } } }),
        probes: Environment::probe_gateway,
        rule: "stack.version",
        service: "gateway",
        expected: ">=3, <4",
        observed: "2.0.0",
        hard: false,
    })?;
    insta::assert_snapshot!(shown, @r"
    exit code: 3
    ----- stdout -----
    stack: gateway
    --------------
    × expected version `>=3, <4`, found `2.0.0` [stack.version]
        expected  >=3, <4
        observed  2.0.0
        → roll `gateway` to version `>=3, <4`, or change `runtime_stack.services.gateway.version` in
          `artifact.yml`
        at        artifact.yml:13:35 (runtime_stack.services.gateway.version)

      1 stack failure; 7 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn a_capability_that_is_not_on_a_complete_list_is_incompatible() -> Result<()> {
    let shown = shown(&Mismatch {
        required: json!({ "services": { "gateway": { "capabilities": ["route:/payments"] } } }),
        probes: Environment::probe_gateway,
        rule: "stack.capability",
        service: "gateway",
        expected: "route:/payments",
        observed: "absent",
        hard: false,
    })?;
    insta::assert_snapshot!(shown, @r"
    exit code: 3
    ----- stdout -----
    stack: gateway
    --------------
    × expected capability `route:/payments`, found it absent from the complete list of `route:`
      [stack.capability]
        expected  route:/payments
        observed  absent
        → roll `gateway` to a version with capability `route:/payments`, or drop it from
          `runtime_stack.services.gateway.capabilities` in `artifact.yml`
        at        artifact.yml:13:41 (runtime_stack.services.gateway.capabilities)

      1 stack failure; 7 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn another_value_of_a_fact_is_incompatible() -> Result<()> {
    let shown = shown(&Mismatch {
        required: json!({ "services": { "agent": { "facts": { "health": "NOT_SERVING" } } } }),
        probes: Environment::probe_agent,
        rule: "stack.fact",
        service: "agent",
        expected: "NOT_SERVING",
        observed: "SERVING",
        hard: false,
    })?;
    insta::assert_snapshot!(shown, @r"
    exit code: 3
    ----- stdout -----
    stack: agent
    ------------
    × expected fact `health` to be `NOT_SERVING`, found `SERVING` [stack.fact]
        expected  NOT_SERVING
        observed  SERVING
        → bring fact `health` of `agent` to `NOT_SERVING`, or change
          `runtime_stack.services.agent.facts.health` in `artifact.yml`
        at        artifact.yml:13:41 (runtime_stack.services.agent.facts.health)

      1 stack failure; 6 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn a_number_on_the_wrong_side_of_a_comparison_is_incompatible() -> Result<()> {
    let shown = shown(&Mismatch {
        required: json!({ "services": { "gateway": { "facts": { "openapi-status": "<200" } } } }),
        probes: |e| {
            let config =
                "config = { requests = [{ path = \"/openapi.json\", facts.openapi-status = { status = true } }] }";
            let e = e.probe_gateway();
            e.section(&format!("[probes.numbers]\nservice = \"gateway\"\nplugin = \"builtin:http\"\n{config}"))
        },
        rule: "stack.fact",
        service: "gateway",
        expected: "<200",
        observed: "200",
        hard: false,
    })?;
    insta::assert_snapshot!(shown, @r"
    exit code: 3
    ----- stdout -----
    stack: gateway
    --------------
    × expected fact `openapi-status` to be `<200`, found `200` [stack.fact]
        expected  <200
        observed  200
        → bring fact `openapi-status` of `gateway` to `<200`, or change
          `runtime_stack.services.gateway.facts.openapi-status` in `artifact.yml`
        at        artifact.yml:13:51 (runtime_stack.services.gateway.facts.openapi-status)

      1 stack failure; 7 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn a_file_with_another_digest_is_incompatible() -> Result<()> {
    let shown = shown(&Mismatch {
        required: json!({ "services": { "python-hooks": { "sha256": { "sitecustomize.py": ["0".repeat(64)] } } } }),
        probes: |e| {
            let config = format!(
                "{{ digests = {{ \"sitecustomize.py\" = [\"{}\", \"{}\"] }} }}",
                "0".repeat(64),
                "1".repeat(64)
            );
            e.probe_static("python-hooks", &config)
        },
        rule: "stack.digest",
        service: "python-hooks",
        expected: "0000000000000000000000000000000000000000000000000000000000000000",
        observed: "1111111111111111111111111111111111111111111111111111111111111111",
        hard: false,
    })?;
    insta::assert_snapshot!(shown, @r"
    exit code: 3
    ----- stdout -----
    stack: python-hooks
    -------------------
    × expected an allowed digest of `sitecustomize.py`, found 1 of 2 not allowed: config [stack.digest]
        expected  0000000000000000000000000000000000000000000000000000000000000000
        observed  1111111111111111111111111111111111111111111111111111111111111111
        items     config
        → rebuild what carries another digest of `sitecustomize.py`, or allow it in
          `runtime_stack.services.python-hooks.sha256.sitecustomize.py` in `artifact.yml`
        at        artifact.yml:13:59 (runtime_stack.services.python-hooks.sha256.sitecustomize.py)

      1 stack failure; 4 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

/// Gateway 2.0.0, required by the artifact and by the environment; gives the outcome of each, the artifact's first.
fn outcomes(sandbox: &Sandbox, stack: &Stack, artifact: &str, environment: &str) -> Result<(Option<i32>, Vec<String>)> {
    let required = json!({ "services": { "gateway": { "version": artifact } } });
    sandbox.tree(&Tree::minimal().runtime_stack(&yaml(&required)))?;
    let demanded = format!("services.gateway.version = \"{environment}\"");
    let text =
        stack.environment(|e| e.requires(&demanded).probe_gateway().probe_static("declared", "{ mode = \"docker\" }"));
    sandbox.file("env.toml", text)?;
    let told = Told::by(sandbox, &["check", "--env", "env.toml"])?;
    let outcome = |result: &&Value| format!("{} {}", result["outcome"], result["location"]["field"]).replace('"', "");
    Ok((told.exit(), told.of("stack.version").iter().map(outcome).collect()))
}

#[test]
fn what_artifact_and_environment_require_must_both_hold() -> Result<()> {
    let (sandbox, stack) = (sandbox(), Stack::start()?);
    for (artifact, environment, exit, expected) in [
        (
            ">=2",
            "<3",
            0,
            vec!["pass runtime_stack.services.gateway.version", "pass requirements.services.gateway.version"],
        ),
        (
            ">=3",
            "<3",
            3,
            vec!["fail runtime_stack.services.gateway.version", "pass requirements.services.gateway.version"],
        ),
        (
            ">=2",
            "<2",
            3,
            vec!["pass runtime_stack.services.gateway.version", "fail requirements.services.gateway.version"],
        ),
        (
            ">=3",
            "<2",
            3,
            vec!["fail runtime_stack.services.gateway.version", "fail requirements.services.gateway.version"],
        ),
        // What both say alike is told once.
        (">=3", ">=3", 3, vec!["fail runtime_stack.services.gateway.version"]),
    ] {
        let found = outcomes(&sandbox, &stack, artifact, environment)?;
        assert_eq!(
            found,
            (Some(exit), expected.into_iter().map(str::to_owned).collect()),
            "{artifact} and {environment}"
        );
    }
    Ok(())
}

#[test]
fn a_requirement_that_holds_is_told_with_what_it_rests_on() -> Result<()> {
    let (sandbox, stack) = (sandbox(), Stack::start()?);
    let required = json!({ "services": { "gateway": {
        "version": "^2", "capabilities": ["invoke", "auth", "route:/orders/{id}"], "facts": { "health": "healthy" },
    } } });
    sandbox.tree(&Tree::minimal().runtime_stack(&yaml(&required)))?;
    sandbox
        .file("env.toml", stack.environment(|e| e.probe_gateway().probe_static("declared", "{ mode = \"docker\" }")))?;
    let told = Told::by(&sandbox, &["check", "--env", "env.toml"])?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    let version = told.one("stack.version", "gateway")?;
    assert_eq!(
        version["evidence"],
        json!([{ "name": "version", "value": "2.0.0", "source": "GET /openapi.json info.version" }])
    );
    assert_eq!(told.of("stack.capability").len(), 3);
    let shown = sandbox.run(&["stack", "check", "artifact.yml", "--env", "env.toml", "--verbose"])?;
    insta::assert_snapshot!("a_stack_that_fits", shown.snapshot());
    Ok(())
}
