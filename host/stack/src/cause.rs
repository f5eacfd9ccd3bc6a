//! Why something was not seen, whose it is to mend, and that each cause is told once.

use std::collections::HashMap;

use shipworthy_contract::{
    Class, Fault, Service, Sha256, Side,
    evidence::{Evidence, Gap, NETWORK_OWNER, NOT_RECORDED, ProbeRun, RunEnd},
};

use crate::tell;

/// One reason for which something was not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    /// Its class.
    pub class: Class,
    /// What happened, as a fragment: `connection refused`.
    pub detail: String,
    /// Among whom the same words mean the same cause.
    among: Among,
    /// What it is about.
    topic: Topic,
}

/// What a cause is about. A service cannot help with any but the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    /// The service that was asked, or what the probe made of its answers.
    Service,
    /// The probe alone: its run went over a limit by what it did itself.
    Probe,
    /// Shipworthy itself, which failed.
    Host,
    /// The time that the environment gives the stack side as a whole.
    WholeDeadline,
    /// The container engine, which all services have in common.
    Engine,
    /// Which compose project is meant.
    Project,
    /// Which of several containers an endpoint is.
    Several,
    /// The container in whose network others live.
    Network,
    /// A recording that does not hold what its replay asks for: the host's own word, whatever the probe makes of it.
    Recording,
}

/// The host's words for an engine that does not answer in time; the limit follows.
const NO_ANSWER: &str = "the container engine did not answer within";

/// The host's and the SDK's words for several projects that could be meant.
const SEVERAL_PROJECTS: &str = "several compose projects fit";

/// How the host's words begin of a run that its deadline met in a request.
const WAITING: &str = "still waiting";

/// The host's words for a run that was cut by the time of all.
const WHOLE_TIME: &str = "before the stack side's time of";

/// The limits of a run that an environment sets, by the words for them.
const SETTABLE: [(&str, &str); 4] = [
    ("memory", "limits.memory"),
    ("deadline", "limits.deadline"),
    ("requests per run", "limits.requests"),
    ("log", "limits.log"),
];

/// How the host's words about projects begin.
const PROJECT: [&str; 3] = [SEVERAL_PROJECTS, "no compose project has", "no container of compose project"];

/// How the host's words about the engine begin.
const ENGINE: [&str; 3] =
    ["cannot reach the container engine", "the container engine", "the environment names no container engine"];

/// Among whom the same words mean the same cause.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Among {
    /// All: the words name an address, or are of the one container engine or of the host itself.
    All,
    /// Runs of one plugin: a trap is the plugin's own.
    Plugin(Sha256),
    /// Runs on one instance of one service: two services that are both slow are two causes.
    Instance(Service, String),
}

impl Cause {
    /// Why a run gave nothing, or not all; none if it completed and gave something.
    pub(crate) fn of(run: &ProbeRun) -> Option<Self> {
        match &run.end {
            RunEnd::Completed => Self::of_silence(run),
            RunEnd::Failed { why, detail } => Some(Self::of_gap(run, *why, detail)),
            RunEnd::NotStarted { why, detail } => {
                let mut cause = Self::of_gap(run, *why, detail);
                match why {
                    Gap::Defect => cause.topic = Topic::Host,
                    Gap::TimedOut => cause.topic = Topic::WholeDeadline,
                    _ => {}
                }
                Some(cause)
            }
            RunEnd::Trapped { message, .. } => {
                let detail = or(tell::last_words(message), "no message");
                Some(Self::new(Class::Trapped, detail, Among::Plugin(run.plugin.sha256)))
            }
            RunEnd::NotRecorded { detail, .. } => Some(Self::new(
                Class::NotRecorded,
                tell::finding(detail),
                Among::Instance(run.service.clone(), run.instance.clone()),
            )),
            RunEnd::Limit { name, limit, observed } => {
                let detail = tell::clean(&format!("limit `{name}` of {limit}, found {observed}"));
                let mut cause = Self::new(Class::Limit, detail, Among::Plugin(run.plugin.sha256));
                // Whoever waits for an answer until the time is up is kept by the service.
                cause.topic = if observed.starts_with(WAITING) { Topic::Service } else { Topic::Probe };
                Some(cause)
            }
        }
    }

    fn new(class: Class, detail: String, among: Among) -> Self {
        let topic = Topic::of(class, &detail);
        Self { class, detail, among, topic }
    }

    /// The reason that a run gives for something missing.
    pub(crate) fn of_gap(run: &ProbeRun, why: Gap, detail: &str) -> Self {
        let detail = or(tell::clean(detail), why.class().as_str());
        // What a probe was told where it was to be told nothing is the host's to tell, and once.
        if let RunEnd::NotRecorded { .. } = run.end
            && parts(&detail).any(|part| part.starts_with(NOT_RECORDED))
            && let Some(of_run) = Self::of(run)
        {
            return of_run;
        }
        let mut cause = Self::new(why.class(), detail, Among::All);
        // Whoever looks for an endpoint's container meets what those meet who ask for containers, and has only the
        // network's ways to say so.
        if cause.topic == Topic::Several || cause.detail.starts_with(SEVERAL_PROJECTS) {
            cause = Self::new(Class::Config, cause.detail, Among::All);
        } else if cause.detail.starts_with(NO_ANSWER) {
            cause = Self::new(Class::TimedOut, cause.detail, Among::All);
        }
        if cause.topic == Topic::Service {
            cause.among = Among::of(run, &cause.detail);
        }
        cause
    }

    /// A reason that nobody gave.
    pub(crate) fn unseen(detail: String) -> Self {
        Self::new(Class::NotObserved, detail, Among::All)
    }

    /// A run that completed and gave nothing at all. That a service has nothing of the kind is an answer.
    fn of_silence(run: &ProbeRun) -> Option<Self> {
        let is_reason = |evidence: &Evidence| match evidence {
            Evidence::Missing { why, .. } => *why != Gap::NotOffered,
            _ => false,
        };
        if !run.evidence.iter().all(is_reason) {
            return None;
        }
        let first = run.evidence.iter().find_map(|evidence| match evidence {
            Evidence::Missing { why, detail, .. } => Some(Self::of_gap(run, *why, detail)),
            _ => None,
        });
        Some(first.unwrap_or_else(|| Self::unseen(format!("probe `{}` completed and gave nothing", run.probe))))
    }

    /// Whose it is to mend.
    pub(crate) fn fault(&self) -> Fault {
        match self.topic {
            // An answer beyond a limit of the host, or one that did not come before the deadline.
            Topic::Service if self.class == Class::Limit => Fault::Service,
            Topic::Service => self.class.fault(Side::Stack).unwrap_or(Fault::Service),
            Topic::Probe => Fault::Plugin,
            Topic::Host => Fault::Host,
            Topic::WholeDeadline
            | Topic::Engine
            | Topic::Project
            | Topic::Several
            | Topic::Network
            | Topic::Recording => Fault::Environment,
        }
    }

    /// What whoever has to mend it can do.
    pub(crate) fn hint(&self, service: &str, probe: &str, plugin: Option<&str>) -> String {
        let plugin = plugin.unwrap_or(probe);
        match self.class {
            _ if self.topic == Topic::Recording => {
                format!("record a run anew with `--record FILE`: it does not hold all that probe `{probe}` asks now")
            }
            _ if self.topic == Topic::Engine && self.detail.contains("permission denied") => {
                "run this as a user who may ask the container engine, such as one of its group `docker`, or mend `socket` \
                 under `[containers]`"
                    .to_owned()
            }
            _ if self.topic == Topic::Engine && self.detail.contains("speaks API") => {
                "upgrade the container engine, or name another one by `socket` under `[containers]`".to_owned()
            }
            _ if self.topic == Topic::Engine => {
                "see that the container engine runs and may be asked, or mend `socket` under `[containers]`".to_owned()
            }
            _ if self.topic == Topic::Project => {
                "name the stack's compose project by `project` under `[containers]`".to_owned()
            }
            _ if self.topic == Topic::Host => "report it".to_owned(),
            _ if self.topic == Topic::WholeDeadline => {
                format!("raise `deadline`, or see what took so long before probe `{probe}`")
            }
            _ if self.topic == Topic::Network => {
                "start that container, then recreate those that live in its network".to_owned()
            }
            Class::Unreachable if self.detail.contains("no container of ") => {
                format!("start `{service}`, or mend `project` under `[containers]`")
            }
            _ if self.topic == Topic::Several => {
                format!("name each of them by `instances` of the endpoint of probe `{probe}`")
            }
            Class::Unreachable => format!("bring `{service}` up, or mend the endpoint of probe `{probe}`"),
            Class::TimedOut if self.detail.contains(WHOLE_TIME) => {
                format!("see why `{service}` is slow, or raise `--timeout`, or `deadline` of the environment")
            }
            Class::TimedOut => format!("see why `{service}` is slow, or raise `limits` of probe `{probe}`"),
            Class::Denied => format!("mend the credentials of the endpoint of probe `{probe}`"),
            Class::Tls => {
                format!("mend `url`, `ca`, `client_cert` or `server_name` of the endpoint of probe `{probe}`")
            }
            Class::Unreadable => format!("see what `{service}` answers: plugin `{plugin}` cannot read it"),
            Class::Limit => match (self.limit(), self.topic) {
                (Some(limit), Topic::Probe) => {
                    format!("tell the authors of plugin `{plugin}`, or raise `{limit}` of probe `{probe}`")
                }
                (None, Topic::Probe) => format!("tell the authors of plugin `{plugin}`: this limit is fixed"),
                (Some(limit), _) => format!("see why `{service}` is slow, or raise `{limit}` of probe `{probe}`"),
                (None, _) => format!("see why `{service}` answers so much, or raise `limits` of probe `{probe}`"),
            },
            Class::Trapped | Class::Defect => {
                format!("tell the authors of plugin `{plugin}`; `--record` keeps what it was told")
            }
            Class::NotGranted => format!("add what it needs to `grants` of probe `{probe}`"),
            Class::Config => format!("mend `config` of probe `{probe}`"),
            Class::NotOffered => format!("drop the requirement, or list a probe of `{service}` that can show it"),
            _ => format!("list a probe of `{service}` that gives it"),
        }
    }
}

impl Cause {
    /// The key of the limit that a run went over, if the environment sets it.
    fn limit(&self) -> Option<&'static str> {
        let (name, _) = self.detail.strip_prefix("limit `")?.split_once('`')?;
        SETTABLE.iter().find(|(known, _)| *known == name).map(|(_, key)| *key)
    }
}

impl Topic {
    /// What a cause is about, by the words of the host and the SDK.
    fn of(class: Class, detail: &str) -> Self {
        let about = |words: &str| parts(detail).any(|part| part.starts_with(words));
        match class {
            Class::NotRecorded => Self::Recording,
            Class::Config | Class::Unreachable if PROJECT.into_iter().any(about) => Self::Project,
            Class::Config | Class::Unreachable if about("expected one running container") => Self::Several,
            Class::Unreachable if about(NETWORK_OWNER) => Self::Network,
            Class::Unreachable | Class::TimedOut | Class::Unreadable if ENGINE.into_iter().any(about) => Self::Engine,
            _ => Self::Service,
        }
    }
}

/// What is said at the beginning, or behind what was being looked at: what a service says of itself decides nothing.
fn parts(detail: &str) -> impl Iterator<Item = &str> {
    detail.split(": ")
}

impl Among {
    fn of(run: &ProbeRun, detail: &str) -> Self {
        let of_the_host = matches!(run.end, RunEnd::NotStarted { .. });
        let asked = || run.requests.iter();
        let of_the_engine = asked().len() > 0 && asked().all(|request| request.what.starts_with("containers."));
        if of_the_host || of_the_engine || detail.contains("://") {
            return Self::All;
        }
        Self::Instance(run.service.clone(), run.instance.clone())
    }
}

fn or(text: String, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text }
}

/// The causes that have been told, each with where.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    /// By their words, and among whom these mean the same. A fleet has either of them in thousands.
    told: HashMap<String, HashMap<Among, Vec<(Class, Told)>>>,
}

/// Where a cause was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// Of whom.
    pub who: String,
    /// As what was observed there. All that rests on it observes the same, which is how waivers and pages find them.
    pub observed: String,
}

impl Causes {
    /// A run's cause: what is missing because of it refers to `who`. Gives whom the same cause was told of before.
    pub(crate) fn tell(&mut self, cause: &Cause, who: impl FnOnce() -> String) -> Option<Told> {
        self.tell_as(cause, who, &cause.detail).filter(|_| is_common(cause))
    }

    /// The same where the result that tells it has words of its own for what was observed.
    pub(crate) fn tell_as(&mut self, cause: &Cause, who: impl FnOnce() -> String, observed: &str) -> Option<Told> {
        let earlier = self.told_before(cause).cloned();
        if earlier.is_none() {
            let told = Told { who: who(), observed: observed.to_owned() };
            let of_words = self.told.entry(words(cause).to_owned()).or_default();
            of_words.entry(cause.among.clone()).or_default().push((cause.class, told));
        }
        earlier
    }

    /// The cause of one missing thing: whom it was told of before. If nobody, it is told now, of `who`.
    pub(crate) fn earlier(&mut self, cause: &Cause, who: impl FnOnce() -> String) -> Option<Told> {
        if is_common(cause) {
            return self.tell(cause, who);
        }
        self.told_before(cause).cloned()
    }

    fn told_before(&self, cause: &Cause) -> Option<&Told> {
        let told = self.told.get(words(cause))?.get(&cause.among)?;
        told.iter().find(|(class, _)| *class == cause.class).map(|(_, told)| told)
    }
}

/// The words by which a cause is known.
fn words(cause: &Cause) -> &str {
    // The limit that was in force where an engine does not answer is no other cause.
    if cause.detail.starts_with(NO_ANSWER) { NO_ANSWER } else { &cause.detail }
}

/// Nobody having looked, or a service having nothing of the kind, is no cause that two results share.
const fn is_common(cause: &Cause) -> bool {
    !matches!(cause.class, Class::NotObserved | Class::NotOffered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_send_to_whoever_can_help() {
        let cause = |class, detail: &str| Cause::new(class, detail.to_owned(), Among::All);
        for (cause, fault, words) in [
            (cause(Class::Unreachable, "connection refused"), Fault::Service, "bring `agent` up"),
            (
                cause(Class::Unreachable, "cannot reach the container engine at `unix:///x`: no such socket"),
                Fault::Environment,
                "mend `socket` under `[containers]`",
            ),
            (
                cause(Class::Config, "several compose projects fit, and the environment names none: a, b"),
                Fault::Environment,
                "by `project` under `[containers]`",
            ),
            (cause(Class::Config, "unknown field `x`"), Fault::Environment, "mend `config` of probe `agent`"),
            (cause(Class::NotOffered, "docker mode"), Fault::Environment, "drop the requirement"),
            (cause(Class::TimedOut, "no answer within 2s"), Fault::Service, "or raise `limits` of probe `agent`"),
            (
                cause(Class::TimedOut, "GET / was not answered before the stack side's time of 2s was over"),
                Fault::Service,
                "or raise `--timeout`",
            ),
            (cause(Class::Denied, "status 401"), Fault::Environment, "mend the credentials"),
            (cause(Class::Unreadable, "no JSON"), Fault::Service, "see what `agent` answers"),
            (cause(Class::Trapped, "panicked"), Fault::Plugin, "tell the authors of plugin `agent`"),
            (cause(Class::Limit, "the limit of 4MiB for the response body"), Fault::Service, "answers so much"),
            (cause(Class::NotRecorded, "the recording does not hold GET /x"), Fault::Environment, "record a run anew"),
            // A service that says so of itself is not believed.
            (cause(Class::Unreachable, "the recording does not hold GET /x"), Fault::Service, "bring `agent` up"),
        ] {
            let hint = cause.hint("agent", "agent", None);
            assert!(hint.contains(words), "{hint}");
            assert_eq!(cause.fault(), fault, "{hint}");
        }
    }
}
