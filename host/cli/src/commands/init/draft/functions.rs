//! Which function containers are the stack's: those of another stack must not be taken for this one's.

use shipworthy_contract::{Outcome, text::plural};
use shipworthy_report::notice::Notice;

use super::{Draft, Page};
use crate::commands::harmless::quoted;

/// What is known of the stack's function containers.
pub(super) enum Group<'a> {
    /// Those of this `esb_env` are this project's.
    Own { env: &'a str, count: usize },
    /// Nothing says which are; those that were seen.
    Unclear { why: &'static str, seen: Vec<&'a str> },
    /// Functions are containers of containerd, which this engine does not see; those that are seen are another stack's.
    Elsewhere,
}

impl Draft<'_> {
    pub(super) fn group(&self) -> Group<'_> {
        if self.in_containerd() {
            return Group::Elsewhere;
        }
        let seen: Vec<&str> = self.survey.functions.keys().map(String::as_str).collect();
        let why = match seen.as_slice() {
            [env] if self.is_own(env) => {
                return Group::Own { env, count: self.survey.functions.values().sum() };
            }
            [_] => "the function containers that were seen are not known to be this project's",
            [] if self.survey.unnamed_functions > 0 => "no function container was seen whose ENV can be written",
            [] => "no function container was seen, so that the stack's ENV is not known",
            _ => "function containers of several stacks were seen",
        };
        Group::Unclear { why, seen }
    }

    /// Whether the project or one of its containers is named by an ENV, as ESB names them.
    fn is_own(&self, env: &str) -> bool {
        let within = format!("-{env}-");
        self.survey.project.ends_with(&format!("-{env}"))
            || self.survey.containers.iter().any(|container| container.name.contains(&within))
    }

    pub(super) fn functions(&self, page: &mut Page) {
        let group =
            |env: &str| format!("groups.functions = {{ created_by = \"esb-agent\", esb_env = {} }}", quoted(env));
        match self.group() {
            Group::Own { env, .. } => page.line(&group(env)),
            Group::Elsewhere => page.comment("functions are containers of containerd, which this engine does not see"),
            Group::Unclear { why, seen } => {
                page.comment(&format!("{why}; the line that is this stack's:"));
                let seen = if seen.is_empty() { vec!["ENV"] } else { seen };
                for env in seen {
                    // Whole: a value is one line and shows all that it holds.
                    page.line(&format!("# {}", group(env)));
                }
            }
        }
    }

    pub(super) fn about_functions(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        if let Group::Unclear { why, seen } = self.group() {
            let advice = if seen.is_empty() { "write" } else { "choose" };
            notices.push(
                Notice::new(Outcome::Warn, format!("{why}: none is looked at"))
                    .advise(format!("{advice} the stack's `groups.functions` under `[containers]`")),
            );
        }
        if self.survey.unnamed_functions > 0 && !self.in_containerd() {
            let count = plural(self.survey.unnamed_functions, "function container");
            let text = format!("left out: {count} whose `esb_env` cannot be written as a label to match");
            notices.push(Notice::new(Outcome::Warn, text));
        }
        notices
    }
}
