//! `runtime_meta` of an entry (1.0): metadata of the producer, judged from files only.
//!
//! The digest is compared with the file in the artifact. It is never evidence about a running service: that is the
//! stack side's `stack.digest` (contract.md, part 1).

use std::{fs::File, io, io::Read};

use sha2::Digest;
use shipworthy_contract::{Class, Sha256, quantity::Bytes, rules, version::ApiVersion};

use crate::{
    Generation, Limits,
    basis::Stamp,
    field::{Fields, Slot, Text},
    finding::{FIRST, Finding, Findings, SECOND},
    paths::RelPath,
    root::{BeneathFault, Root},
    unknown_fields,
};

/// The api version of hooks and renderer that is supported.
const SUPPORTED: ApiVersion = ApiVersion { major: 1, minor: 0 };

/// The renderer that is known.
const RENDERER: &str = "esb-cli-embedded-templates";

/// The file that the digest is of, beneath the root.
const HOOK_FILE: &str = "runtime-base/runtime-hooks/python/sitecustomize/site-packages/sitecustomize.py";

const DIGEST: &str = "python_sitecustomize_digest";

/// Checks the metadata of an entry. Without a root the digest cannot be judged.
pub(crate) fn check(
    entry: &Fields<'_>,
    root: Option<&Root>,
    generation: Generation,
    limits: &Limits,
    findings: &mut Findings,
) {
    let Slot::Given(meta) = entry.optional_map("runtime_meta", findings) else { return };
    unknown_fields::check(&meta, unknown_fields::RUNTIME_META, generation, findings);
    let mut versions = false;
    if let Slot::Given(hooks) = meta.optional_map("runtime_hooks", findings) {
        unknown_fields::check(&hooks, unknown_fields::RUNTIME_HOOKS, generation, findings);
        versions |= api_version(&hooks, findings);
        if let Slot::Given(digest) = hooks.optional_text(DIGEST, findings) {
            hook_digest(&hooks, entry, digest, root, limits, findings);
        }
    }
    if let Slot::Given(renderer) = meta.optional_map("template_renderer", findings) {
        unknown_fields::check(&renderer, unknown_fields::TEMPLATE_RENDERER, generation, findings);
        versions |= api_version(&renderer, findings);
        renderer_name(&renderer, entry, findings);
    }
    if versions {
        findings.pass(
            rules::RUNTIME_META_API,
            entry.own_place(),
            format!("the metadata's api versions are supported: {SUPPORTED}"),
        );
    }
}

/// Gives whether there was a version to judge.
fn api_version(fields: &Fields<'_>, findings: &mut Findings) -> bool {
    let Slot::Given(text) = fields.optional_text("api_version", findings) else { return false };
    let name = fields.path("api_version");
    let (row, message) = match text.raw.parse::<ApiVersion>() {
        Ok(SUPPORTED) => return true,
        Ok(version) if version.major != SUPPORTED.major => (FIRST, format!("`{name}` has another major version")),
        Ok(_) => (SECOND, format!("`{name}` has another minor version")),
        Err(_) => (SECOND, format!("`{name}` is not an api version")),
    };
    findings.push(
        Finding::violated(rules::RUNTIME_META_API, row, message)
            .expected(SUPPORTED.to_string())
            .observed(text.raw)
            .at(fields.place("api_version")),
    );
    true
}

fn renderer_name(renderer: &Fields<'_>, entry: &Fields<'_>, findings: &mut Findings) {
    let Slot::Given(name) = renderer.optional_text("name", findings) else { return };
    if name.trimmed() == RENDERER {
        findings.pass(rules::TEMPLATE_RENDERER, entry.own_place(), format!("the renderer is `{RENDERER}`"));
        return;
    }
    findings.push(
        Finding::violated(rules::TEMPLATE_RENDERER, FIRST, "the artifact was rendered by another renderer")
            .expected(RENDERER)
            .observed(name.raw)
            .at(renderer.place("name")),
    );
}

fn hook_digest(
    hooks: &Fields<'_>,
    entry: &Fields<'_>,
    digest: Text<'_>,
    root: Option<&Root>,
    limits: &Limits,
    findings: &mut Findings,
) {
    let Some(root) = root else {
        findings.skip(rules::HOOKS_DIGEST, hooks.place(DIGEST), "the hook file cannot be looked for without a root");
        return;
    };
    let Ok(path) = RelPath::parse(HOOK_FILE) else { return };
    let file = root.shown(&path);
    let broken =
        |rule, class, message: String| Finding::violated(rule, FIRST, message).class(class).at(hooks.place(DIGEST));
    let finding = match root.open(&path) {
        Err(fault @ BeneathFault::Outside) => {
            broken(rules::PATH, Class::Violated, format!("the hook file `{file}` {fault}"))
        }
        // A folder where the file should be counts as missing, and so does anything else that is no file.
        Err(fault @ (BeneathFault::Missing | BeneathFault::NotAFile(_))) => {
            root.watch().into_iter().for_each(|watch| watch.path(&root.named().join(path.as_str())));
            broken(rules::HOOKS_DIGEST, Class::Violated, format!("the hook file `{file}` {fault}"))
        }
        Err(fault @ BeneathFault::Io(_)) => {
            broken(rules::HOOKS_DIGEST, Class::Unreadable, format!("the hook file `{file}` {fault}"))
        }
        Ok(open) if open.length > limits.file_bytes => {
            let limit = Bytes(limits.file_bytes);
            broken(rules::LIMIT, Class::Limit, format!("the hook file `{file}` has more than {limit}"))
        }
        Ok(open) => match watched_digest(open.file, &path, root, limits) {
            Err(error) => broken(
                rules::HOOKS_DIGEST,
                Class::Unreadable,
                format!("the hook file `{file}` cannot be read: {error}"),
            ),
            Ok(found) if found.to_string().eq_ignore_ascii_case(digest.trimmed()) => {
                let message = "the artifact's hook file is the one that the metadata names";
                findings.pass(rules::HOOKS_DIGEST, entry.own_place(), message);
                return;
            }
            Ok(found) => broken(rules::HOOKS_DIGEST, Class::Violated, format!("the hook file `{file}` is another one"))
                .expected(crate::finding::shown(digest.trimmed()))
                .observed(&found.to_string()),
        },
    };
    findings.push(finding);
}

/// Of what bytes the digest is, is taken down as well: they may differ under the policy `warn`.
fn watched_digest(file: File, path: &RelPath, root: &Root, limits: &Limits) -> io::Result<Sha256> {
    let stamp = root.watch().and_then(|_| Stamp::of_file(&file));
    let digest = digest_of(file, limits.file_bytes)?;
    root.watch().into_iter().for_each(|watch| watch.file(&root.named().join(path.as_str()), stamp, digest));
    Ok(digest)
}

/// The digest of at most `limit` bytes: a file that grows while it is read does not keep us.
fn digest_of(file: File, limit: u64) -> io::Result<Sha256> {
    let mut hasher = sha2::Sha256::new();
    let mut reader = file.take(limit);
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = reader.read(&mut buffer)?;
        if count == 0 {
            return Ok(Sha256::from_bytes(hasher.finalize().into()));
        }
        hasher.update(buffer.get(..count).unwrap_or_default());
    }
}
