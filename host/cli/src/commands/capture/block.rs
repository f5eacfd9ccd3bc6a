//! The block as text: a `runtime_stack` that our own reader takes back, each value with where it was read.

use shipworthy_contract::{Service, report::RecordingRef, requirement::STACK_CONTRACT};

use super::{
    gather::{Captured, Held, Line, Part},
    unseen::Unseen,
    yaml::{comment, key, quoted},
};

/// Columns within which a comment stands behind its value; a longer one stands on the line before.
const COLUMNS: usize = 120;

/// Most places that one comment names.
const MOST_PLACES: usize = 3;

/// Most keys of facts that one comment names.
const MOST_FACTS: usize = 12;

/// What the comment on top says.
pub(super) struct Head<'a> {
    pub(super) environment: &'a str,
    /// The compose project whose containers were looked at.
    pub(super) project: Option<&'a str>,
    /// UTC.
    pub(super) at: &'a str,
    /// What was read in place of a running stack.
    pub(super) recording: Option<&'a RecordingRef>,
    pub(super) only: &'a [Service],
    /// Shipworthy's.
    pub(super) version: &'a str,
    /// What no probe saw anything of.
    pub(super) unseen: &'a [Unseen],
}

pub(super) fn render(head: &Head<'_>, captured: &Captured) -> String {
    let mut page = Page { out: String::new(), aside: false };
    page.comment(0, &format!("captured by shipworthy {} at {}", head.version, head.at));
    if let Some(recording) = head.recording {
        let at = recording.recorded.as_deref().unwrap_or("an unknown time");
        page.comment(0, &format!("from the recording `{}`, made at {at}", recording.file.display()));
    }
    page.comment(0, &format!("environment: {}", head.environment));
    if let Some(project) = head.project {
        page.comment(0, &format!("compose project: {project}"));
    }
    if !head.only.is_empty() {
        let names: Vec<&str> = head.only.iter().map(Service::as_str).collect();
        page.comment(0, &format!("only {} was looked at", names.join(" and ")));
    }
    page.comment(0, "This is what was observed, and is not required of anybody yet: paste it into artifact.yml, and");
    page.comment(0, "leave out what the artifact does not depend on.");
    page.line(0, "runtime_stack:");
    let contract = quoted(&STACK_CONTRACT.to_string());
    if let Some(why) = &captured.contract {
        page.comment(1, &format!("this one does not hold, and no requirement can do without it: {why}"));
    }
    page.with_comment(1, &format!("api_version: {contract}"), "the stack contract; no service states one");
    page.value(1, "mode", &captured.mode);
    match &captured.release {
        Held::Unseen => page.comment(1, "esb_version was not observed; a manifest of 1.1 needs one"),
        held => page.held(1, "esb_version", held),
    }
    if captured.services.values().any(is_required) {
        page.line(1, "services:");
    }
    for (service, part) in &captured.services {
        page.service(service, part);
    }
    for Unseen { who, why, .. } in head.unseen {
        page.comment(2, &format!("{who}: not observed: {why}"));
    }
    page.out
}

/// Whether anything of a service stands in the block but comments: a map of nothing else would be null, which is an
/// error.
fn is_required(part: &Part) -> bool {
    let holds = |held: &Held| matches!(held, Held::Holds(_));
    [&part.version, &part.release, &part.api_version].into_iter().any(holds)
        || part.capabilities.values().any(holds)
        || part.digests.values().any(|(held, _)| holds(held))
}

struct Page {
    out: String,
    /// Within a service that stands in comments only.
    aside: bool,
}

impl Page {
    fn service(&mut self, service: &Service, part: &Part) {
        self.aside = !is_required(part);
        if self.aside {
            let what = if part.is_stack_wide { "only stack-wide values are" } else { "nothing of it is" };
            self.comment(2, &format!("{service}: {what} required"));
        } else {
            self.line(2, &format!("{}:", key(service.as_str())));
        }
        self.held(3, "version", &part.version);
        self.held(3, "release", &part.release);
        self.held(3, "api_version", &part.api_version);
        self.capabilities(part);
        self.digests(part);
        let keys: Vec<&str> = part.facts.iter().map(String::as_str).collect();
        if !keys.is_empty() {
            let more = keys.len().saturating_sub(MOST_FACTS);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let named = keys.into_iter().take(MOST_FACTS).collect::<Vec<_>>().join(", ");
            self.comment(3, &format!("facts that can be required as well: {named}{more}"));
        }
        self.aside = false;
    }

    fn capabilities(&mut self, part: &Part) {
        if part.capabilities.values().any(|held| matches!(held, Held::Holds(_))) {
            self.line(3, "capabilities:");
        }
        for (name, held) in &part.capabilities {
            match held {
                Held::Holds(line) => self.with_comment(4, &format!("- {}", quoted(name)), &places(&line.seen)),
                Held::LeftOut(why) => self.comment(4, &format!("{} is left out: {why}", quoted(name))),
                Held::Unseen => {}
            }
        }
    }

    fn digests(&mut self, part: &Part) {
        if part.digests.values().any(|(held, _)| matches!(held, Held::Holds(_))) {
            self.line(3, "sha256:");
        }
        for (name, (held, digests)) in &part.digests {
            match held {
                Held::Holds(line) => {
                    self.with_comment(4, &format!("{}:", key(name)), &places(&line.seen));
                    for digest in digests {
                        self.line(5, &format!("- {}", quoted(&digest.to_string())));
                    }
                }
                Held::LeftOut(why) => self.comment(4, &format!("{} is left out: {why}", quoted(name))),
                Held::Unseen => {}
            }
        }
    }

    fn held(&mut self, depth: usize, name: &str, held: &Held) {
        match held {
            Held::Holds(line) => self.value(depth, name, line),
            Held::LeftOut(why) => self.comment(depth, &format!("{name} is left out: {why}")),
            Held::Unseen => {}
        }
    }

    fn value(&mut self, depth: usize, name: &str, line: &Line) {
        self.with_comment(depth, &format!("{name}: {}", quoted(&line.value)), &places(&line.seen));
    }

    fn with_comment(&mut self, depth: usize, text: &str, about: &str) {
        let about = comment(about);
        let columns = depth * 2 + text.chars().count() + "  # ".len() + about.chars().count();
        if columns > COLUMNS {
            self.comment(depth, &about);
            self.line(depth, text);
        } else {
            self.line(depth, &format!("{text}  # {about}"));
        }
    }

    fn comment(&mut self, depth: usize, text: &str) {
        // A comment beneath a service that is one itself stands below its name.
        let (depth, gap) = if self.aside && depth > 2 { (2, "   ") } else { (depth, " ") };
        self.line(depth, &format!("#{gap}{}", comment(text)));
    }

    fn line(&mut self, depth: usize, text: &str) {
        self.out.extend(std::iter::repeat_n("  ", depth));
        self.out.push_str(text);
        self.out.push('\n');
    }
}

fn places(seen: &[String]) -> String {
    let named = seen.iter().take(MOST_PLACES).map(String::as_str).collect::<Vec<_>>().join("; ");
    match seen.len().saturating_sub(MOST_PLACES) {
        0 => named,
        more => format!("{named}; {more} more"),
    }
}
