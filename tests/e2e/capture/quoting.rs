//! What services say comes back from the block as it was said, or is left out; it is never more than text.

use anyhow::Result;
use serde_json::json;
use shipworthy_stand_ins::{
    Tree,
    docker::{Container, Docker},
    hostile,
};

use super::{CAPTURE, containers, declared, round_trip, static_stack};
use crate::{
    sandbox,
    told::{Told, text},
};

#[test]
fn versions_that_would_be_read_as_ranges_are_left_out() -> Result<()> {
    for (version, kept) in [
        ("2.0.0", true),
        ("1.0", true),
        ("1.6.20~ds1", true),
        ("v1.32.3-gke.1785003", true),
        ("latest", true),
        ("null", true),
        ("~1.2", false),
        (">=1", false),
        ("=1.0.0", false),
        ("^1", false),
        ("1.*", false),
        ("1.0, 1.1", false),
    ] {
        let sandbox =
            static_stack(&[declared("web", "web", &format!("{{ mode = \"docker\", version = \"{version}\" }}"))])?;
        let (block, checked) = round_trip(&sandbox)?;
        let line = format!("version: \"{version}\"");
        assert_eq!(block.contains(&line), kept, "{version}: {block}");
        assert_eq!(checked.of("stack.version").len(), usize::from(kept), "{version}: {block}");
        assert_eq!(block.contains("would be read as a range"), !kept, "{version}: {block}");
    }
    Ok(())
}

#[test]
fn no_capability_can_leave_its_scalar() -> Result<()> {
    let names = [
        "route:/orders/{id}",
        "a\" # b: {c}, [d]",
        "back\\slash \\n",
        "- dash: and colon",
        "'single' \"double\"",
        "#comment",
        "&anchor *alias !tag %x @y `z`",
        "true",
        "ünï 漢字 🚢",
        "##[group]x ##vso[task.y]z",
        "x\nruntime_stack:\n  mode: containerd",
        "\u{1b}[31mred\u{1b}[0m",
        "zero\u{200b}width\u{feff}",
    ];
    let config = format!("{{ mode = \"docker\", capabilities = {} }}", json!(names));
    let sandbox = static_stack(&[declared("web", "web", &config)])?;
    let (block, checked) = round_trip(&sandbox)?;
    let passed = checked.of("stack.capability").into_iter().filter(|result| result["outcome"] == "pass").count();
    assert_eq!(passed, names.len(), "{block}\n{}", checked.output.snapshot());
    assert_eq!(block.matches("mode:").count(), 2, "one key, and one within a name: {block}");
    assert!(!block.contains("##[") && !block.contains("##vso["), "{block}");
    assert!(block.chars().all(|c| c == '\n' || !c.is_control()), "{block:?}");
    Ok(())
}

#[test]
fn what_a_hostile_gateway_says_stays_text() -> Result<()> {
    let hostile = r"\u001b[31m2.0\r\n  mode: containerd # ::error::owned\n##[error]owned\u202e";
    let body = format!(
        r#"{{ "status": "{hostile}", "info": {{ "version": "{hostile}" }}, "paths": {{ "/{hostile}": {{}} }} }}"#
    );
    let server = hostile::fixed(&body)?;
    let sandbox = sandbox();
    let endpoint =
        format!("[endpoints.gateway]\nurl = \"{}\"\n[probes.gateway]\nplugin = \"builtin:gateway\"\n", server.url());
    let docker = Docker::start([Container::new("esb", "gateway")])?;
    sandbox.file("env.toml", format!("{endpoint}\n{}", containers(&docker)))?;
    let output = sandbox.run(&CAPTURE)?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    assert!(output.stdout.contains("owned"), "{}", output.snapshot());
    for stream in [&output.stdout, &output.stderr] {
        assert!(stream.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}')), "{stream:?}");
        assert!(!stream.contains("##["), "{stream}");
        assert!(!stream.lines().any(|line| line.trim_start().starts_with("::")), "{stream}");
    }
    sandbox.tree(&Tree::minimal().append("artifact.yml", &output.stdout))?;
    let told = Told::by(&sandbox, &["stack", "check", "artifact.yml", "--env", "env.toml"])?;
    assert_eq!(text(told.one("stack.mode", "")?, "expected"), "docker", "{}", told.output.snapshot());
    assert_eq!(told.with("fail"), ["stack.gateway.healthy gateway"], "{}", told.output.snapshot());
    Ok(())
}
