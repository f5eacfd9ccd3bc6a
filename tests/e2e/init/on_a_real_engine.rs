//! From a real stack to an environment, to a check, to a requirement that it meets: in both modes.

use anyhow::{Result, ensure};
use shipworthy_stand_ins::{Tree, real};

use super::written;
use crate::{sandbox, told::Told};

/// The engine; none, and said so, where there is none and none is required.
fn engine_or_skip() -> Result<Option<&'static real::Engine>> {
    match real::engine() {
        Ok(engine) => Ok(Some(engine)),
        Err(reason) => {
            ensure!(!real::required(), "required, and not to be had: {reason}");
            crate::skipped(&reason);
            Ok(None)
        }
    }
}

#[test]
fn a_real_stack_can_be_checked_and_captured_at_once() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    for (mode, probes) in [(real::Mode::Docker, 4), (real::Mode::Containerd, 5)] {
        let esb = real::Esb::start(engine, mode)?;
        let sandbox = sandbox();
        let words = ["env", "init", "real", "--project", &esb.project.name(), "--socket", &engine.url()];
        let output = sandbox.run(&words)?;
        assert_eq!(output.status, Some(0), "{}", output.snapshot());
        assert!(!output.stderr.contains("could not be verified"), "{}", output.snapshot());
        let text = written(&sandbox, "real")?;
        assert_eq!(text.lines().filter(|line| line.starts_with("[probes.")).count(), probes, "{text}");
        assert!(text.contains("[endpoints.agent-metrics]") && text.contains("client_cert"), "{text}");

        let told = Told::by(&sandbox, &["stack", "check", "--env", "real"])?;
        assert_eq!(told.exit(), Some(0), "{mode}: {text}\n{}", told.output.snapshot());

        let captured = sandbox.run(&["stack", "capture", "--env", "real"])?;
        assert_eq!(captured.status, Some(0), "{}", captured.snapshot());
        sandbox.tree(&Tree::minimal().append("artifact.yml", &captured.stdout))?;
        let told = Told::by(&sandbox, &["stack", "check", "artifact.yml", "--env", "real"])?;
        assert_eq!(told.exit(), Some(0), "{mode}: {}\n{}", captured.stdout, told.output.snapshot());
        for rule in ["stack.mode", "stack.release", "stack.version", "stack.capability", "stack.digest"] {
            let of = told.of(rule);
            assert!(
                !of.is_empty() && of.iter().all(|result| result["outcome"] == "pass"),
                "{rule}: {}",
                captured.stdout
            );
        }
    }
    Ok(())
}
