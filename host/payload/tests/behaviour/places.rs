//! Every finding says where: entry, field, file, line and column; a missing field's place is the map that misses it.

use crate::sandbox::{Artifact, SOUND};

fn check(artifact: &Artifact, expected: &[&str]) {
    assert_eq!(artifact.broken(), expected);
}

#[test]
fn values_are_pointed_at() {
    let manifest = "\
schema_version: \"2\"
project: [a]
env:   {b: c}
mode: docker
artifacts:
  - {artifact_root: nowhere, runtime_config_dir: ../x}
";
    check(
        &Artifact::new(manifest),
        &[
            "payload.schema-version fail schema_version DIR/artifact.yml:1:17",
            "payload.manifest-field fail project DIR/artifact.yml:2:10",
            "payload.manifest-field fail env DIR/artifact.yml:3:8",
            "payload.path fail artifacts[0].artifact_root DIR/artifact.yml:6:21",
            "payload.path fail artifacts[0].runtime_config_dir DIR/artifact.yml:6:50",
        ],
    );
}

#[test]
fn missing_fields_point_at_the_map_that_misses_them() {
    let manifest = "\
# a comment
schema_version: 1
artifacts:
  - source_template:
      sha256: x
  -
    artifact_root: a
";
    check(
        &Artifact::new(manifest).contract("1.1"),
        &[
            "payload.manifest-field fail project DIR/artifact.yml:2:1",
            "payload.manifest-field fail env DIR/artifact.yml:2:1",
            "payload.manifest-field fail mode DIR/artifact.yml:2:1",
            "payload.entry-field fail artifacts[0].source_template.path DIR/artifact.yml:5:7",
            "payload.entry-id fail artifacts[0].id DIR/artifact.yml:4:5",
            "payload.entry-field fail artifacts[0].artifact_root DIR/artifact.yml:4:5",
            "payload.entry-field fail artifacts[0].runtime_config_dir DIR/artifact.yml:4:5",
            "payload.entry-field fail artifacts[1].source_template DIR/artifact.yml:7:5",
            "payload.entry-id fail artifacts[1].id DIR/artifact.yml:7:5",
            "payload.entry-field fail artifacts[1].runtime_config_dir DIR/artifact.yml:7:5",
        ],
    );
}

#[test]
fn columns_count_characters() {
    let manifest = "{\"ü\": \"äöü\", project: [x], schema_version: 1, env: e, mode: m, artifacts: []}";
    check(
        &Artifact::new(manifest),
        &[
            "payload.manifest-field fail project DIR/artifact.yml:1:23",
            "payload.manifest-field fail artifacts DIR/artifact.yml:1:75",
        ],
    );
}

#[test]
fn an_alias_is_pointed_at_where_it_stands() {
    let manifest = format!("x: &x [a]\n{}", SOUND.replace("project: demo", "project: *x"));
    check(&Artifact::new(&manifest), &["payload.manifest-field fail project DIR/artifact.yml:3:10"]);
}

#[test]
fn yaml_faults_are_pointed_at() {
    for (broken, place) in [
        ("project: demo\nproject: x\n", ":2:1"),
        ("a: 1\nb: \"open\n", ":2:4"),
        ("a: *nope\n", ":1:4"),
        ("a: {? [b] : c}\n", ":1:7"),
        ("a: 1\n---\nb: 2\n", ":2:1"),
        ("a: !foo b\n", ":1:4"),
        ("- a\n", ":1:1"),
        ("", ":1:1"),
    ] {
        let expected = format!("payload.manifest-unreadable fail - DIR/artifact.yml{place}");
        assert_eq!(Artifact::new(broken).broken().first(), Some(&expected), "{broken:?}");
    }
}

#[test]
fn config_files_are_pointed_at_by_themselves() {
    let artifact = Artifact::new(SOUND)
        .file("a/config/functions.yml", "a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
        .file("a/config/resources.yml", "# list\n- x\n")
        .without("a/config/routing.yml");
    check(
        &artifact,
        &[
            "payload.config-file fail artifacts[0].runtime_config_dir/functions.yml DIR/a/config/functions.yml:4:3",
            "payload.config-file fail artifacts[0].runtime_config_dir/functions.yml DIR/a/config/functions.yml:5:1",
            "payload.config-file fail artifacts[0].runtime_config_dir/routing.yml DIR/a/config/routing.yml",
            "payload.config-file fail artifacts[0].runtime_config_dir/resources.yml DIR/a/config/resources.yml:2:1",
        ],
    );
}

#[test]
fn faults_of_a_requirement_are_pointed_at() {
    let manifest = format!("{SOUND}runtime_stack:\n  mode: k8s\n  services: {{gateway: {{versoin: '2'}}}}\n");
    check(
        &Artifact::new(&manifest),
        &[
            "payload.stack-requirement fail runtime_stack.api_version DIR/artifact.yml:9:3",
            "payload.stack-requirement fail runtime_stack.mode DIR/artifact.yml:9:9",
            "payload.stack-requirement fail runtime_stack.services.gateway.versoin DIR/artifact.yml:10:24",
        ],
    );
}

#[test]
fn every_wrong_thing_of_many_entries_is_told() {
    let entries: String = (0..3).map(|_| "  - artifact_root: a\n    runtime_config_dir: .\n").collect();
    let manifest = SOUND.split("  - ").next().unwrap_or_default().to_owned() + &entries;
    check(
        &Artifact::new(&manifest),
        &[
            "payload.path fail artifacts[0].runtime_config_dir DIR/artifact.yml:7:25",
            "payload.path fail artifacts[1].runtime_config_dir DIR/artifact.yml:9:25",
            "payload.path fail artifacts[2].runtime_config_dir DIR/artifact.yml:11:25",
        ],
    );
}

#[test]
fn no_rule_has_two_results_at_one_place() {
    let manifest = "\
schema_version: 3
project: ''
generator: x
x: 1
x_y: 2
runtime_stack: {mode: ''}
artifacts:
  - {id: A, artifact_root: [a], runtime_config_dir: '..', bundle_manifest: /x, required_secret_env: [A, A, ~, {}]}
  - 12
  - {id: A, source_template: {path: [x], parameters: [x]}, payload_manifest: {path: ..}}
";
    for contract in ["auto", "1.0", "1.1", "1.2", "1.3"] {
        let mut found = Artifact::new(manifest).contract(contract).found();
        let count = found.len();
        found.sort();
        found.dedup();
        assert_eq!(found.len(), count, "{contract}: {found:#?}");
    }
}
