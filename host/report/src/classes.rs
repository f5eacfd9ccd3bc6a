//! What each class means and who acts on it: for the verdict's next step and for the documentation.

use std::fmt::Write as _;

use shipworthy_contract::{Class, Side};

/// What happened.
pub(crate) const fn meaning(class: Class) -> &'static str {
    match class {
        Class::Satisfied => "the rule was judged and holds",
        Class::Violated => "the rule was judged and does not hold",
        Class::NotObserved => "the probe ran to its end, or none was there to run, and what is required was not seen",
        Class::Unreachable => "no connection to the service, or to the Docker engine, came about",
        Class::TimedOut => "the service, or the probe, took longer than its limit",
        Class::Denied => "the service turned the probe away",
        Class::Tls => "TLS could not be set up: another CA, another name, an expired certificate",
        Class::Unreadable => "there is an answer, or a file, and it cannot be read as what it should be",
        Class::Limit => "more than a limit allows",
        Class::Trapped => "the probe itself broke: a panic, an uncaught error, an exit",
        Class::NotGranted => "the probe asked for something that the environment does not grant",
        Class::NotOffered => "the service has nothing of the kind, for instance in this mode",
        Class::Config => "the probe's `config` fits its schema and still cannot be used",
        Class::NotRecorded => "a replay was asked what its recording does not hold: nobody was asked",
        Class::Waived => "a waiver of the environment applies; the report says what it would have been",
        Class::Skipped => "skipped by name, or not to be had because of an earlier cause",
        Class::Information => "nothing was judged; worth knowing",
        Class::Defect => "a defect of the probe, or of Shipworthy itself",
    }
}

/// Whose it is.
pub(crate) const fn who(class: Class) -> &'static str {
    match class {
        Class::Satisfied => "nobody",
        Class::Violated => "payload: who produces the artifact; stack: who runs the stack, or who required it",
        Class::NotObserved => "who keeps the environment, with the probe's author",
        Class::Unreachable => "who runs the service; who keeps the environment if the endpoint is wrong",
        Class::TimedOut => "who runs the service; who keeps the environment if the limit is too tight",
        Class::Denied => "who keeps the environment",
        Class::Tls => "who keeps the environment (`ca`, `server_name`, client certificate), or who runs the service",
        Class::Unreadable => "payload: who produces the artifact; stack: the service's team with the probe's author",
        Class::Limit => {
            "who produces the artifact, the plugin or the answer; who keeps the environment if the limit is too tight"
        }
        Class::Trapped => "the plugin's author",
        Class::NotGranted => "who keeps the environment, after a look at why the probe wants it",
        Class::NotOffered => "who required it",
        Class::Config => "who keeps the environment",
        Class::NotRecorded => "who keeps the recording",
        Class::Waived => "who wrote the waiver, before it expires",
        Class::Skipped => "who acts on that cause",
        Class::Information => "nobody",
        Class::Defect => "the plugin's author, or Shipworthy's",
    }
}

/// What to do about it. `violated` is told by side in [`act_on_violation`].
pub(crate) const fn act(class: Class) -> &'static str {
    match class {
        Class::Satisfied => "nothing",
        Class::Violated => "mend what the failed rule names",
        Class::NotObserved => "list a probe that can see it, or drop the requirement",
        Class::Unreachable => "bring up what could not be reached, or mend its address in the environment",
        Class::TimedOut => "find out why it is slow, or raise the limit",
        Class::Denied => "give the endpoint the credentials that the service asks for",
        Class::Tls => "mend the endpoint's `ca`, `server_name` or client certificate, or the service's certificate",
        Class::Unreadable => "compare what was answered with what the probe expects",
        Class::Limit => "find out why there is so much, or raise the limit",
        Class::Trapped => "show the probe's last words to its author, or pin the version that worked",
        Class::NotGranted => "grant what is named, or replace the probe",
        Class::NotOffered => {
            "see that the right service is asked; else run the stack in the mode that offers it, or drop the requirement"
        }
        Class::Config => "mend what is named: the probe's `config`, or `[containers]` of the environment",
        Class::NotRecorded => "record a run anew: the recording does not hold what is asked now",
        Class::Waived => "mend it before the waiver expires",
        Class::Skipped => "mend the earlier cause",
        Class::Information => "nothing",
        Class::Defect => "report it, with the output of `--format json`",
    }
}

/// What to do where the limit was one of time.
pub(crate) const ACT_ON_TIME: &str = "it took too long: find out why, or raise the limit";

/// What to do where rules of a side were judged and do not hold.
pub(crate) const fn act_on_violation(side: Side) -> &'static str {
    match side {
        Side::Payload => "have the artifact mended by its producer and check again",
        Side::Stack => "change the stack, or deploy an artifact that was built for it",
    }
}

/// The table of classes for the documentation, between its `<!-- generated: classes -->` markers.
pub fn classes_markdown() -> String {
    let mut out = String::from("| class | what happened | who acts | what to do |\n|---|---|---|---|\n");
    for class in Class::ALL {
        let (meaning, who, act) = (meaning(class), who(class), act(class));
        // Writing to a `String` cannot fail.
        writeln!(out, "| `{class}` | {meaning} | {who} | {act} |").unwrap_or_default();
    }
    out
}
