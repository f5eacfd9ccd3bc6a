//! Rules of the runtime stack compatibility contract: judged from answers of running services only.

use super::row;
use crate::{
    Outcome::{Error, Fail, Info, Warn},
    Rule, RuleId, Side,
};

/// The api versions agree.
pub const API_VERSION: RuleId = RuleId::known("stack.api-version");
/// The stack runs in the required mode.
pub const MODE: RuleId = RuleId::known("stack.mode");
/// The stack is of the required release.
pub const RELEASE: RuleId = RuleId::known("stack.release");
/// A service's own version is as required.
pub const VERSION: RuleId = RuleId::known("stack.version");
/// A service has what is required of it.
pub const CAPABILITY: RuleId = RuleId::known("stack.capability");
/// A fact of a service is as required.
pub const FACT: RuleId = RuleId::known("stack.fact");
/// Digests of a service's files are among the allowed.
pub const DIGEST: RuleId = RuleId::known("stack.digest");
/// A service's certificate is valid for a while yet.
pub const CERTIFICATE: RuleId = RuleId::known("stack.certificate");
/// What is required could be observed.
pub const OBSERVATION: RuleId = RuleId::known("stack.observation");

/// In the order of the documentation.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "stack.api-version",
        side: Side::Stack,
        summary: "the api versions agree",
        evidence: "`runtime_stack.api_version` against the stack contract 1.0, and `api-version` facts of probes",
        clause: "contract.md, part 2: `runtime_stack`",
        rows: &[row("the major version differs", Fail, Fail), row("the minor version differs", Fail, Warn)],
        explanation: "No service states the stack contract's version; Shipworthy implements 1.0. A probe may observe one of its service, which then has to agree as well.",
        hint: "rebuild the artifact for this stack contract, or upgrade the stack",
    },
    Rule {
        id: "stack.mode",
        side: Side::Stack,
        summary: "the stack runs in the required mode",
        evidence: "`mode` facts of probes",
        clause: "contract.md, part 2: `runtime_stack`; stack-wide",
        rows: &[row("an observed mode differs", Fail, Fail)],
        explanation: "Holds when at least one probe observed the mode and all that did agree. A service that cannot show it does not count against it.",
        hint: "deploy to a stack in this mode, or build the artifact for the mode that runs",
    },
    Rule {
        id: "stack.release",
        side: Side::Stack,
        summary: "the stack is of the required release",
        evidence: "`release` facts of probes",
        clause: "contract.md, part 2: `runtime_stack`, `esb_version`; stack-wide",
        rows: &[row("an observed release differs", Fail, Warn)],
        explanation: "An opaque text, in practice an image tag. It is not a service's own version.",
        hint: "roll the stack to the required release, or rebuild the artifact for the one that runs",
    },
    Rule {
        id: "stack.version",
        side: Side::Stack,
        summary: "a service's own version is as required",
        evidence: "`version` facts of that service",
        clause: "contract.md, part 2: additions, Versions",
        rows: &[row("an observed version differs or lies outside the range", Fail, Warn)],
        explanation: "A range compares the leading numbers only; anything else must be equal text.",
        hint: "upgrade the service, or widen the requirement",
    },
    Rule {
        id: "stack.capability",
        side: Side::Stack,
        summary: "a service has what is required of it",
        evidence: "capabilities that its probe gave",
        clause: "contract.md, part 3: capability names",
        rows: &[row("seen to be absent, or not among a complete list", Fail, Warn)],
        explanation: "A probe that read a whole list says so, and what is required and not on it is absent. Otherwise what was not seen is not determined, never absent.",
        hint: "deploy the service version that offers it, or drop the requirement",
    },
    Rule {
        id: "stack.fact",
        side: Side::Stack,
        summary: "a fact of a service is as required",
        evidence: "facts that its probe gave",
        clause: "contract.md, part 2: additions, `facts`",
        rows: &[row("an observed value differs or fails the comparison", Fail, Warn)],
        explanation: "Any fact that a probe gives can be required by its name, so a service team needs no new rule for it.",
        hint: "change the service's setting, or the requirement",
    },
    Rule {
        id: "stack.digest",
        side: Side::Stack,
        summary: "digests of a service's files are among the allowed",
        evidence: "digests that its probe read from the running service",
        clause: "contract.md, part 2: additions, `sha256`",
        rows: &[row("an observed digest of that name is not allowed", Fail, Warn)],
        explanation: "Every observed digest of the name counts, so one drifted container among many is seen.",
        hint: "rebuild the images that carry the other file, or allow its digest",
    },
    Rule {
        id: "stack.certificate",
        side: Side::Stack,
        summary: "a service's certificate is valid for a while yet",
        evidence: "the certificates that the service presented when TLS was set up",
        clause: "contract.md, part 2: `runtime_stack` table",
        rows: &[row("it has expired", Fail, Fail), row("it ends within 14 days", Warn, Warn)],
        explanation: "The host judges it from the handshake by which a probe's request is made, at the time of that handshake. What could not be observed because of an expired one stands beneath it. One that would not be trusted while it is valid is a TLS failure of the observation and never judged here: its dates prove nothing.",
        hint: "renew the certificate before the deploy",
    },
    Rule {
        id: "stack.observation",
        side: Side::Stack,
        summary: "what is required could be observed",
        evidence: "whether a probe saw it, and if not, why",
        clause: "contract.md, part 2: `runtime_stack`; no answer is never a wrong answer",
        rows: &[
            row("a required fact was not observed; a listed probe gave nothing, trapped or hit a limit", Error, Warn),
            row("something that nobody requires was not observed", Info, Info),
        ],
        explanation: "A missing answer is an answer of its own: never \"incompatible\", never \"ok\". The class says why: unreachable, timed out, denied, TLS, not granted, unreadable, trapped, over a limit.",
        hint: "see the class: bring the service up, mend the endpoint or its credentials, or grant what the probe needs",
    },
];
