//! One attack.

use std::fmt;

use anyhow::Result;

use crate::{Lab, Told};

/// How a case is set up, run and judged: an error says what was not as it must be.
type Play = Box<dyn Fn(&Lab) -> Result<Told> + Send + Sync>;

/// One attack: what it is, and what must come of it.
pub struct Case {
    /// What is attacked: `time`, `memory`, `paths`.
    pub group: &'static str,
    /// Its name within the group, in words with hyphens.
    pub name: String,
    /// What the plugin, or the service behind it, does.
    pub attack: String,
    play: Play,
}

impl Case {
    pub(crate) fn new(
        group: &'static str,
        name: impl Into<String>,
        attack: impl Into<String>,
        play: impl Fn(&Lab) -> Result<Told> + Send + Sync + 'static,
    ) -> Self {
        Self { group, name: name.into(), attack: attack.into(), play: Box::new(play) }
    }

    /// Name and group in one: `paths::dot-dot`.
    pub fn full_name(&self) -> String {
        format!("{}::{}", self.group, self.name)
    }

    /// Sets it up, runs it, and holds what came of it against what must.
    ///
    /// # Errors
    ///
    /// What was not as it must be.
    pub fn play(&self, lab: &Lab) -> Result<Told> {
        (self.play)(lab)
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("name", &self.full_name()).finish_non_exhaustive()
    }
}
