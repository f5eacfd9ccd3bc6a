//! Rules of the payload contract: judged from files only.

use super::row;
use crate::{
    Outcome::{Fail, Info, Warn},
    Rule, RuleId, Side,
};

/// The manifest can be read.
pub const MANIFEST_UNREADABLE: RuleId = RuleId::known("payload.manifest-unreadable");
/// The manifest is the one that was reviewed.
pub const MANIFEST_DIGEST: RuleId = RuleId::known("payload.manifest-digest");
/// The manifest is signed by a key that the environment trusts.
pub const SIGNATURE: RuleId = RuleId::known("payload.signature");
/// `schema_version` is `1`.
pub const SCHEMA_VERSION: RuleId = RuleId::known("payload.schema-version");
/// The manifest's own required fields are there.
pub const MANIFEST_FIELD: RuleId = RuleId::known("payload.manifest-field");
/// Every field is known to the generation.
pub const UNKNOWN_FIELD: RuleId = RuleId::known("payload.unknown-field");
/// The artifact is what this environment accepts.
pub const ENVIRONMENT: RuleId = RuleId::known("payload.environment");
/// Every entry's fields are there and well-formed.
pub const ENTRY_FIELD: RuleId = RuleId::known("payload.entry-field");
/// Entry ids are what the template and its parameters give, and unique.
pub const ENTRY_ID: RuleId = RuleId::known("payload.entry-id");
/// Paths stay inside the artifact.
pub const PATH: RuleId = RuleId::known("payload.path");
/// The runtime config files are there and decode to a map.
pub const CONFIG_FILE: RuleId = RuleId::known("payload.config-file");
/// Every required secret is given.
pub const SECRET_ENV: RuleId = RuleId::known("payload.secret-env");
/// The metadata's api versions are supported.
pub const RUNTIME_META_API: RuleId = RuleId::known("payload.runtime-meta-api");
/// The artifact's hook file is the one its metadata names.
pub const HOOKS_DIGEST: RuleId = RuleId::known("payload.hooks-digest");
/// The artifact was rendered by the known renderer.
pub const TEMPLATE_RENDERER: RuleId = RuleId::known("payload.template-renderer");
/// What the manifest requires of the stack is well-formed and heard.
pub const STACK_REQUIREMENT: RuleId = RuleId::known("payload.stack-requirement");
/// Every listed file is what the sums say.
pub const TREE_DIGEST: RuleId = RuleId::known("payload.tree-digest");
/// Every file of the tree is listed.
pub const TREE_FILE: RuleId = RuleId::known("payload.tree-file");
/// Links stay inside the tree.
pub const TREE_LINK: RuleId = RuleId::known("payload.tree-link");
/// The tree has files and folders only.
pub const TREE_SPECIAL: RuleId = RuleId::known("payload.tree-special");
/// No file carries dangerous permissions.
pub const TREE_MODE: RuleId = RuleId::known("payload.tree-mode");
/// Names stay apart on every system.
pub const TREE_NAME: RuleId = RuleId::known("payload.tree-name");
/// The artifact is within the limits of what is read.
pub const LIMIT: RuleId = RuleId::known("payload.limit");
/// Says what was not covered.
pub const COVERAGE: RuleId = RuleId::known("payload.coverage");

/// In the order of the documentation.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "payload.manifest-unreadable",
        side: Side::Payload,
        summary: "the manifest can be read",
        evidence: "the bytes of `artifact.yml`",
        clause: "contract.md, parts 2 and 3: YAML rules; a manifest that exists but cannot be read",
        rows: &[row(
            "a folder, a special file, not UTF-8, not YAML, a duplicate key, or (1.3) a second document or custom tag",
            Fail,
            Fail,
        )],
        explanation: "Everything else is read from the manifest, so nothing can be judged without it. Duplicate keys are refused in every generation because two readers would see two manifests.",
        hint: "mend the manifest where the location points, or give the right path",
    },
    Rule {
        id: "payload.manifest-digest",
        side: Side::Payload,
        summary: "the manifest is the one that was reviewed",
        evidence: "the bytes of `artifact.yml`",
        clause: "contract.md, part 2: sums prove the tree, not who wrote the manifest",
        rows: &[row("the digest differs from `--artifact-sha256`", Fail, Fail)],
        explanation: "The deployer names the digest of the manifest that was reviewed; any other manifest is refused, however well-formed.",
        hint: "deploy the artifact that was reviewed, or review this one and give its digest",
    },
    Rule {
        id: "payload.signature",
        side: Side::Payload,
        summary: "the manifest is signed by a key that the environment trusts",
        evidence: "the bytes of `artifact.yml` and its signature",
        clause: "contract.md, part 2: sums prove the tree, not who wrote the manifest",
        rows: &[row(
            "not signed; signed by a key that may not sign here or whose time is over; altered after it was signed; a signature that is not valid",
            Fail,
            Fail,
        )],
        explanation: "The environment, or `--artifact-key`, says by whose keys an artifact must be signed; without either it is not judged. The signature lies beside the manifest, in `artifact.yml.sigstore.json` or, bare, in `artifact.yml.sig`, and covers the manifest's bytes; the manifest names the digests of the sums files, which name those of every file.",
        hint: "let the artifact's producer sign it: `shipworthy plugin sign artifact.yml --key KEY`",
    },
    Rule {
        id: "payload.schema-version",
        side: Side::Payload,
        summary: "`schema_version` is `1`",
        evidence: "the field `schema_version`",
        clause: "contract.md, part 2: schema version",
        rows: &[row("missing, or anything but `1`", Fail, Fail)],
        explanation: "All four generations say `1`. A `2` will come when a field changes its meaning, and a reader of today must not guess.",
        hint: "write `schema_version: \"1\"`, or use a Shipworthy that knows the other version",
    },
    Rule {
        id: "payload.manifest-field",
        side: Side::Payload,
        summary: "the manifest's own required fields are there",
        evidence: "`project`, `env`, `mode`, `artifacts`, `generator`",
        clause: "contract.md, part 2: field table",
        rows: &[row("a required field is missing, blank or of another kind; `artifacts` has no entry", Fail, Fail)],
        explanation: "The applier deploys and merges by these fields, in the order of `artifacts`.",
        hint: "let the producer write the field; Shipworthy never changes an artifact",
    },
    Rule {
        id: "payload.unknown-field",
        side: Side::Payload,
        summary: "every field is known to the generation",
        evidence: "the manifest's keys",
        clause: "contract.md, part 2: unknown fields are allowed",
        rows: &[row("a field that no reader of this generation knows", Info, Info)],
        explanation: "Unknown fields are allowed, so that optional ones can be added. They are shown because a misspelt optional field is silently ignored by every reader.",
        hint: "check the spelling; nothing is wrong if the field is meant for another reader",
    },
    Rule {
        id: "payload.environment",
        side: Side::Payload,
        summary: "the artifact is what this environment accepts",
        evidence: "`project`, `env`, `mode` and entries against the environment's `[payload]`",
        clause: "design.md, part 4: `[payload]`",
        rows: &[row(
            "a field differs from what `[payload]` demands, or an entry has no `payload_manifest` where `require_tree` is set",
            Fail,
            Fail,
        )],
        explanation: "Keeps an artifact that was built for one environment from being applied to another.",
        hint: "deploy the artifact that was built for this environment, or change its `[payload]`",
    },
    Rule {
        id: "payload.entry-field",
        side: Side::Payload,
        summary: "every entry's fields are there and well-formed",
        evidence: "the fields of `artifacts[]`",
        clause: "contract.md, part 2: field table",
        rows: &[row("a required field is missing or blank, or a field is of another kind or form", Fail, Fail)],
        explanation: "Each entry names a root, a config folder and, by generation, its template and metadata.",
        hint: "let the producer write the field as the generation demands",
    },
    Rule {
        id: "payload.entry-id",
        side: Side::Payload,
        summary: "entry ids are what the template and its parameters give, and unique",
        evidence: "`id` and `source_template` (1.0, 1.1)",
        clause: "contract.md, part 2: entry id",
        rows: &[row("missing, malformed, not the recomputed id, or the same as another entry's", Fail, Fail)],
        explanation: "The id is a function of the template's path, parameters and digest, so that two producers agree on it and a changed template cannot keep its name.",
        hint: "rebuild the artifact; the expected id is shown",
    },
    Rule {
        id: "payload.path",
        side: Side::Payload,
        summary: "paths stay inside the artifact",
        evidence: "`artifact_root`, `runtime_config_dir`, `bundle_manifest`, and every file read, links resolved",
        clause: "contract.md, part 2: path rule and security rule",
        rows: &[row(
            "absolute, `.`, escaping, or leading outside through a link; a root that is not a folder",
            Fail,
            Fail,
        )],
        explanation: "No file outside `artifact_root` is ever read, also not through a link, which the reference readers partly allow.",
        hint: "use a relative path without `..`, and copy what a link outside points to into the artifact",
    },
    Rule {
        id: "payload.config-file",
        side: Side::Payload,
        summary: "the runtime config files are there and decode to a map",
        evidence: "`functions.yml`, `routing.yml` and, if there, `resources.yml`",
        clause: "contract.md, part 2: files that must exist",
        rows: &[row("missing, not a regular file, unreadable, or not a map", Fail, Fail)],
        explanation: "The applier merges these files into the running stack's config; what does not decode cannot be merged.",
        hint: "rebuild the artifact, or mend the file where the location points",
    },
    Rule {
        id: "payload.secret-env",
        side: Side::Payload,
        summary: "every required secret is given",
        evidence: "`required_secret_env` and the keys of `--secret-env` (1.0 to 1.2); never a value",
        clause: "contract.md, part 2: secrets",
        rows: &[row("a required key is blank, or not in the file; no file was given", Fail, Fail)],
        explanation: "Only the names are compared. Values are not kept, logged or reported.",
        hint: "add the missing keys to the file given by `--secret-env`",
    },
    Rule {
        id: "payload.runtime-meta-api",
        side: Side::Payload,
        summary: "the metadata's api versions are supported",
        evidence: "`runtime_meta.*.api_version` (1.0)",
        clause: "contract.md, part 2: `runtime_meta`",
        rows: &[
            row("the major version differs", Fail, Fail),
            row("the minor version differs, or the text is not an api version", Fail, Warn),
        ],
        explanation: "Says which form the producer's metadata has. It is payload metadata and says nothing about a running service.",
        hint: "rebuild the artifact with a producer that writes api version 1.0",
    },
    Rule {
        id: "payload.hooks-digest",
        side: Side::Payload,
        summary: "the artifact's hook file is the one its metadata names",
        evidence: "the bytes of `runtime-base/.../sitecustomize.py` inside the artifact (1.0)",
        clause: "contract.md, part 2: `runtime_meta`; boundary",
        rows: &[row("the digest differs, or the file is missing", Fail, Warn)],
        explanation: "Payload metadata: it tells that the file in the artifact is unaltered. It is never read as proof about what a running service has; that is `stack.digest`.",
        hint: "rebuild the artifact so that file and digest agree",
    },
    Rule {
        id: "payload.template-renderer",
        side: Side::Payload,
        summary: "the artifact was rendered by the known renderer",
        evidence: "`runtime_meta.template_renderer.name` (1.0)",
        clause: "contract.md, part 2: `runtime_meta`",
        rows: &[row("another name than `esb-cli-embedded-templates`", Warn, Warn)],
        explanation: "Another renderer may be right; somebody should know of it.",
        hint: "check that the producer is the one you expect",
    },
    Rule {
        id: "payload.stack-requirement",
        side: Side::Payload,
        summary: "what the manifest requires of the stack is well-formed and heard",
        evidence: "the shape of `runtime_stack`",
        clause: "contract.md, part 2: `runtime_stack`",
        rows: &[
            row("a malformed field, an unknown field under `services`, both names in one manifest", Fail, Fail),
            row("a requirement in a generation that ignores it (1.0 or 1.3 named explicitly)", Warn, Warn),
        ],
        explanation: "The requirement is a statement of the manifest, so a malformed one is the payload's fault. Whether the stack meets it is the stack side's question.",
        hint: "write the field as the message says, or use `--contract auto`",
    },
    Rule {
        id: "payload.tree-digest",
        side: Side::Payload,
        summary: "every listed file is what the sums say",
        evidence: "the sums file and every byte of the tree",
        clause: "contract.md, part 2: payload tree rules",
        rows: &[row(
            "a file altered, missing, unreadable or changed meanwhile; a sums file missing, unreadable, a link or special file, malformed, empty, with an entry twice, or of another digest",
            Fail,
            Fail,
        )],
        explanation: "Every listed file is read and hashed, and the sums file itself is held against the manifest's `sha256`. The sums prove that the tree is what the manifest says, not who wrote the manifest: for that, give `--artifact-sha256`.",
        hint: "fetch or build the artifact again; `shipworthy payload sums DIR` writes the sums file of a tree",
    },
    Rule {
        id: "payload.tree-file",
        side: Side::Payload,
        summary: "every file of the tree is listed",
        evidence: "the names in the tree and in the sums file",
        clause: "contract.md, part 2: payload tree rules",
        rows: &[row("a file that the sums file does not list, or a folder that cannot be looked into", Fail, Fail)],
        explanation: "A file that nobody listed is a file that nobody reviewed, and an applier copies it all the same. Only the sums file itself is exempt, and the manifest where it lies in the tree.",
        hint: "remove the file from the artifact, or list it: `shipworthy payload sums DIR`",
    },
    Rule {
        id: "payload.tree-link",
        side: Side::Payload,
        summary: "links stay inside the tree",
        evidence: "the links in the tree",
        clause: "contract.md, part 2: payload tree rules",
        rows: &[
            row("leads outside, dangles or loops, or a listed name is a link", Fail, Fail),
            row("stays inside", Fail, Warn),
        ],
        explanation: "What a link leads to can be changed without a byte of the tree being changed. Even one that stays inside is not covered: the sums file's format cannot record its target.",
        hint: "replace the link by a copy of what it points to",
    },
    Rule {
        id: "payload.tree-special",
        side: Side::Payload,
        summary: "the tree has files and folders only",
        evidence: "the kinds of what lies in the tree",
        clause: "contract.md, part 2: payload tree rules",
        rows: &[row("a FIFO, socket or device, or a folder where a file is listed", Fail, Fail)],
        explanation: "Who reads a FIFO waits for ever, who reads a device may set something off, and neither has bytes that could be listed.",
        hint: "remove the special file from the artifact",
    },
    Rule {
        id: "payload.tree-mode",
        side: Side::Payload,
        summary: "no file carries dangerous permissions",
        evidence: "the modes in the tree",
        clause: "contract.md, part 2: payload tree rules",
        rows: &[row("a setuid or setgid bit", Fail, Fail), row("a world-writable file", Warn, Warn)],
        explanation: "Permissions are in no sums file. A setuid file runs as its owner wherever the applier puts it, and what everybody may write can be altered after the check.",
        hint: "set plain permissions when the artifact is built: `chmod -R u-s,g-s,o-w DIR`",
    },
    Rule {
        id: "payload.tree-name",
        side: Side::Payload,
        summary: "names stay apart on every system",
        evidence: "the names in the tree",
        clause: "contract.md, part 2: payload tree rules",
        rows: &[row("names that differ only by case or by Unicode normalisation", Warn, Warn)],
        explanation: "On a file system without case, or with another normalisation of Unicode, one of the two files replaces the other.",
        hint: "rename one of the two",
    },
    Rule {
        id: "payload.limit",
        side: Side::Payload,
        summary: "the artifact is within the limits of what is read",
        evidence: "sizes, depth and counts, before anything is read",
        clause: "contract.md, part 2: payload tree rules, last row",
        rows: &[row(
            "a manifest or config file of more than 16 MiB, 256 levels or 1,000,000 nodes; a tree with a file of more than 8 GiB, 64 GiB in all, 1,000,000 files or 256 folders deep; a sums file of more than 256 MiB",
            Fail,
            Fail,
        )],
        explanation: "What would exhaust memory or time is refused before it is read. An environment changes the limits under `[payload.limits]`.",
        hint: "check what the producer wrote; where it is right, raise the limit under `[payload.limits]` of the environment",
    },
    Rule {
        id: "payload.coverage",
        side: Side::Payload,
        summary: "says what was not covered",
        evidence: "what the artifact does not carry",
        clause: "contract.md, part 2: migration",
        rows: &[row(
            "no payload manifest, no requirement, an empty folder: what they would cover was not asked",
            Info,
            Info,
        )],
        explanation: "So that nobody mistakes silence for coverage.",
        hint: "add `runtime_stack` for the stack, and `payload_manifest` for every byte of an entry's tree",
    },
];
