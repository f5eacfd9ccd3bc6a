//! Whole lists of results, as a report shows them.

use shipworthy_contract::CheckResult;

use crate::sandbox::{Artifact, SOUND};

/// One finding of almost every rule of an entry.
const ALL_WRONG: &str = "\
schema_version: \"1\"
project: demo
env: dev
mode: docker
artifacts:
  - id: template-00000000
    artifact_root: a
    runtime_config_dir: config/../..
    bundle_manifest: /bundle.json
    required_secret_env: [TOKEN]
    source_template: {path: svc/template.yaml}
    runtime_meta:
      runtime_hooks: {api_version: \"1.1\", python_sitecustomize_digest: abc}
      template_renderer: {api_version: two, name: other}
";

/// Everything that a result says, on a few lines.
fn render(results: &[CheckResult]) -> String {
    let lines = results.iter().map(|result| {
        let part = |name: &str, text: &Option<String>| {
            text.as_ref().map(|text| format!("\n    {name}: {text}")).unwrap_or_default()
        };
        let place = result.location.as_ref();
        let at = place.map(|place| {
            let numbers = [place.line, place.column].map(|number| number.map_or("-".to_owned(), |n| n.to_string()));
            format!("{} {}", place.field.as_deref().unwrap_or("-"), numbers.join(":"))
        });
        format!(
            "{} {} ({}): {}{}{}{}{}",
            result.outcome,
            result.rule,
            result.class,
            result.message,
            part("at", &at),
            part("expected", &result.expected),
            part("observed", &result.observed),
            part("hint", &result.hint),
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_sound_artifact() {
    insta::assert_snapshot!(render(&Artifact::new(SOUND).results()), @r#"
    pass payload.manifest-unreadable (satisfied): the manifest can be read
        at: - 1:1
    pass payload.schema-version (satisfied): `schema_version` is `1`
        at: - 1:1
    pass payload.manifest-field (satisfied): the manifest's own required fields are there
        at: - 1:1
    info payload.coverage (information): no requirement declared: any stack will do for this artifact
        at: - 1:1
        hint: add `runtime_stack` to the manifest, or `[requirements]` to the environment
    pass payload.config-file (satisfied): the runtime config files are there, each a map
        at: artifacts[0] 6:5
    info payload.coverage (information): no payload manifest: the bytes of the tree are not covered
        at: artifacts[0] 6:5
        hint: cover them: `shipworthy payload sums DIR > DIR/SHA256SUMS`, and `payload_manifest` in the entry
    pass payload.entry-field (satisfied): every field of the entry is there and well-formed
        at: artifacts[0] 6:5
    pass payload.path (satisfied): every path stays inside the root
        at: artifacts[0] 6:5
    pass payload.limit (satisfied): the artifact is within the limits of what is read
        at: - 1:1
    "#);
}

#[test]
fn an_artifact_of_1_0_with_everything_wrong() {
    insta::assert_snapshot!(render(&Artifact::new(ALL_WRONG).results()), @r#"
    pass payload.manifest-unreadable (satisfied): the manifest can be read
        at: - 1:1
    pass payload.schema-version (satisfied): `schema_version` is `1`
        at: - 1:1
    pass payload.manifest-field (satisfied): the manifest's own required fields are there
        at: - 1:1
    info payload.coverage (information): no requirement declared: any stack will do for this artifact
        at: - 1:1
        hint: add `runtime_stack` to the manifest, or `[requirements]` to the environment
    fail payload.entry-id (violated): `artifacts[0].id` is not what the template gives
        at: artifacts[0].id 6:9
        expected: template-c83d8d42
        observed: template-00000000
    fail payload.path (violated): `artifacts[0].bundle_manifest` is absolute
        at: artifacts[0].bundle_manifest 9:22
        expected: a relative path that stays inside `artifact_root`
        observed: /bundle.json
    fail payload.secret-env (violated): the secret `TOKEN` is required, and no secret file is given
        at: artifacts[0].required_secret_env[0] 10:27
        hint: give the file with the secrets by `--secret-env FILE`; only its names are read
    fail payload.path (violated): `artifacts[0].runtime_config_dir` leads outside the root
        at: artifacts[0].runtime_config_dir 8:25
        expected: a relative path that stays inside `artifact_root`
        observed: config/../..
    skip payload.config-file (skipped): the config files cannot be looked for without a root and a config folder
        at: artifacts[0] 6:5
    fail payload.runtime-meta-api (violated): `artifacts[0].runtime_meta.runtime_hooks.api_version` has another minor version
        at: artifacts[0].runtime_meta.runtime_hooks.api_version 13:36
        expected: 1.0
        observed: 1.1
    fail payload.hooks-digest (violated): the hook file `DIR/a/runtime-base/runtime-hooks/python/sitecustomize/site-packages/sitecustomize.py` does not exist
        at: artifacts[0].runtime_meta.runtime_hooks.python_sitecustomize_digest 13:72
    fail payload.runtime-meta-api (violated): `artifacts[0].runtime_meta.template_renderer.api_version` is not an api version
        at: artifacts[0].runtime_meta.template_renderer.api_version 14:40
        expected: 1.0
        observed: two
    warn payload.template-renderer (violated): the artifact was rendered by another renderer
        at: artifacts[0].runtime_meta.template_renderer.name 14:51
        expected: esb-cli-embedded-templates
        observed: other
    info payload.coverage (information): no payload manifest: the bytes of the tree are not covered
        at: artifacts[0] 6:5
        hint: cover them: `shipworthy payload sums DIR > DIR/SHA256SUMS`, and `payload_manifest` in the entry
    pass payload.entry-field (satisfied): every field of the entry is there and well-formed
        at: artifacts[0] 6:5
    pass payload.limit (satisfied): the artifact is within the limits of what is read
        at: - 1:1
    "#);
}

#[test]
fn a_manifest_that_is_not_one() {
    insta::assert_snapshot!(render(&Artifact::new("a: 1\na: 2\nb: !x y\n---\n").results()), @r#"
    fail payload.manifest-unreadable (unreadable): the manifest has the key `a` twice
        at: - 2:1
        hint: it stands first in line 1; two readers would see two documents
    fail payload.manifest-unreadable (unreadable): the manifest has more than one document, which 1.3 refuses
        at: - 4:1
        expected: one document
    fail payload.manifest-unreadable (unreadable): the manifest has the custom tag `!x`, which 1.3 refuses
        at: - 3:4
        expected: YAML's own types
    "#);
}
