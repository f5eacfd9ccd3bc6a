//! What the environment's `[payload]` demands, and what is not covered.

use shipworthy_contract::{Outcome, Policy, rules};
use shipworthy_payload::{Declared, Demands};

use crate::sandbox::{Artifact, SOUND};

fn demanding(demands: Demands) -> Artifact {
    let mut artifact = Artifact::new(SOUND);
    artifact.demands = demands;
    artifact
}

#[test]
fn demands_are_compared_trimmed() {
    let artifact = demanding(Demands {
        project: Some(" demo ".to_owned()),
        env: Some("dev".to_owned()),
        mode: Some("docker".to_owned()),
        require_tree: false,
        signers: None,
    });
    assert!(artifact.broken().is_empty(), "{:?}", artifact.broken());
    let held = artifact.results().into_iter().find(|result| result.rule == rules::ENVIRONMENT);
    assert_eq!(held.map(|result| result.outcome), Some(Outcome::Pass));
}

#[test]
fn every_demand_that_is_not_met_is_told() {
    let mut artifact = demanding(Demands {
        project: Some("Demo".to_owned()),
        env: Some("staging".to_owned()),
        mode: None,
        require_tree: true,
        signers: None,
    });
    artifact.policy = Policy::Warn;
    assert_eq!(
        artifact.broken(),
        [
            "payload.environment fail project DIR/artifact.yml:2:10",
            "payload.environment fail env DIR/artifact.yml:3:6",
            "payload.environment fail artifacts[0] DIR/artifact.yml:6:5",
        ]
    );
}

#[test]
fn nothing_is_said_of_an_environment_that_demands_nothing() {
    assert!(Artifact::new(SOUND).results().iter().all(|result| result.rule != rules::ENVIRONMENT));
}

#[test]
fn what_is_not_covered_is_information() {
    assert_eq!(
        Artifact::new(SOUND).found(),
        ["payload.coverage info - DIR/artifact.yml:1:1", "payload.coverage info artifacts[0] DIR/artifact.yml:6:5"]
    );
}

#[test]
fn unknown_fields_are_information_with_the_name_that_may_be_meant() {
    let manifest = SOUND.replace("mode: docker", "mode: docker\nproyect: x\nid: y")
        + "    runtime_confg_dir: z\n    bundle_manifest: b\n    source_template: {pth: q}\n";
    let results = Artifact::new(&manifest).contract("1.3").results();
    let told: Vec<_> = results
        .iter()
        .filter(|result| result.rule == rules::UNKNOWN_FIELD)
        .map(|result| {
            assert_eq!(result.outcome, Outcome::Info);
            format!("{}; {}", result.message, result.hint.as_deref().unwrap_or("-"))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    no reader of 1.3 knows `proyect`; did you mean `project`?
    no reader of 1.3 knows `id`; -
    no reader of 1.3 knows `artifacts[0].runtime_confg_dir`; did you mean `runtime_config_dir`?
    `artifacts[0].bundle_manifest` belongs to 1.0 to 1.2 and is ignored in 1.3; remove it, or name the generation with `--contract`
    no reader of 1.3 knows `artifacts[0].source_template.pth`; did you mean `path`?
    "#);
}

#[test]
fn the_declared_requirement_is_handed_on() {
    let stack = "runtime_stack: {api_version: '1.0', mode: docker}\n";
    let declared =
        |manifest: &str, contract| Artifact::new(manifest).contract(contract).ask().map(|checked| checked.stack);
    let whole = format!("{SOUND}{stack}");
    assert_eq!(declared(SOUND, "auto").unwrap(), Declared::Nothing);
    assert_eq!(declared(&whole, "1.3").unwrap(), Declared::Ignored);
    assert_eq!(declared(&whole, "1.0").unwrap(), Declared::Ignored);
    assert_eq!(declared(&whole, "1.1").unwrap(), Declared::Malformed);
    let Declared::Required(requirement) = declared(&whole, "auto").unwrap() else { panic!("it is well-formed") };
    assert!(requirement.mode.is_some() && requirement.release.is_none());
    // A payload that fails otherwise still hands its requirement on.
    let broken = whole.replace("artifact_root: a", "artifact_root: nowhere");
    assert!(matches!(declared(&broken, "auto").unwrap(), Declared::Required(_)));
}

#[test]
fn the_project_is_handed_on_trimmed_where_it_names_the_stacks() {
    for (contract, expected) in [("1.0", Some("demo")), ("1.1", Some("demo")), ("1.2", None), ("1.3", None)] {
        let checked = Artifact::new(&SOUND.replace("demo", "' demo '")).contract(contract).ask().unwrap();
        assert_eq!(checked.project.as_deref(), expected, "{contract}");
    }
}
