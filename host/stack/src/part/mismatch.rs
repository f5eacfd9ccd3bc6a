//! What keeps reports from being parts of one whole.

use shipworthy_contract::{
    PluginRef,
    requirement::{Requirement, Source},
    text::plural,
};

use super::Material;
use crate::{Listed, Partition, Waiver, tell};

/// Why two parts are not of one whole. The first part is what the others are held against.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// There is no part.
    #[error("there is no part to merge")]
    Nothing,
    /// Other requirements.
    #[error("{0} was judged by other requirements than part 1")]
    Requirements(Partition),
    /// Other services looked at.
    #[error("{0} was told to look at other services (`--only`) than part 1")]
    Only(Partition),
    /// Other probes.
    #[error("{part} has other probes than part 1: {probes}, expected {expected}")]
    Probes {
        /// Which part.
        part: Partition,
        /// Its probes.
        probes: String,
        /// Those of the first.
        expected: String,
    },
    /// Another plugin.
    #[error("{part} ran probe `{probe}` with {plugin}, and part 1 with {expected}")]
    Plugin {
        /// Which part.
        part: Partition,
        /// Which probe.
        probe: String,
        /// Its plugin.
        plugin: String,
        /// That of the first.
        expected: String,
    },
    /// Rules of a plugin's own that are taken otherwise.
    #[error("{part} takes the rules of probe `{probe}` otherwise than part 1")]
    Severity {
        /// Which part.
        part: Partition,
        /// Which probe.
        probe: String,
    },
    /// Other instances.
    #[error("{part} knows {}", fleet(probe, *.instances, *.expected))]
    Instances {
        /// Which part.
        part: Partition,
        /// Which probe.
        probe: String,
        /// How many it knows.
        instances: usize,
        /// How many the first knows.
        expected: usize,
    },
    /// Other waivers.
    #[error("{0} was judged with other waivers than part 1")]
    Waivers(Partition),
    /// Other rules skipped.
    #[error("{0} was told to skip other rules (`--skip`) than part 1")]
    Skips(Partition),
    /// A run of an instance that is another part's.
    #[error("{part} has a run of probe `{probe}` at `{instance}`, which is another part's")]
    Stray {
        /// Which part.
        part: Partition,
        /// Which probe.
        probe: String,
        /// Which instance.
        instance: String,
    },
}

fn fleet(probe: &str, instances: usize, expected: usize) -> String {
    if instances == expected {
        return format!("the {} of probe `{probe}` by other names than part 1", plural(instances, "instance"));
    }
    format!("{} of probe `{probe}`, and part 1 {expected}", plural(instances, "instance"))
}

/// Holds a part's material against that of the first. Where files lay is nobody's business: jobs have folders of their
/// own.
pub(super) fn check(first: &Material, part: Partition, other: &Material) -> Result<(), Mismatch> {
    // In this order: the first thing that differs explains what follows from it.
    if names(&other.listed) != names(&first.listed) {
        let (probes, expected) = (names(&other.listed), names(&first.listed));
        return Err(Mismatch::Probes { part, probes, expected });
    }
    for (listed, expected) in other.listed.iter().zip(&first.listed) {
        let probe = tell::clean(&listed.probe);
        if listed.plugin != expected.plugin {
            let (plugin, expected) = (exactly(&listed.plugin), exactly(&expected.plugin));
            return Err(Mismatch::Plugin { part, probe, plugin, expected });
        }
        if listed.own_rules != expected.own_rules || listed.service != expected.service {
            return Err(Mismatch::Severity { part, probe });
        }
    }
    if other.only != first.only {
        return Err(Mismatch::Only(part));
    }
    let same = |(index, (listed, expected)): (usize, (&Listed, &Listed))| {
        listed.instances == expected.instances && other.instances.get(index) == first.instances.get(index)
    };
    if let Some((listed, expected)) =
        other.listed.iter().zip(&first.listed).enumerate().find(|pair| !same(*pair)).map(|(_, pair)| pair)
    {
        let (instances, expected) = (listed.instances, expected.instances);
        return Err(Mismatch::Instances { part, probe: tell::clean(&listed.probe), instances, expected });
    }
    if other.is_judged != first.is_judged
        || other.left_out != first.left_out
        || !other.requirements.iter().map(anywhere).eq(first.requirements.iter().map(anywhere))
    {
        return Err(Mismatch::Requirements(part));
    }
    if !other.waivers.iter().map(at_nowhere).eq(first.waivers.iter().map(at_nowhere)) {
        return Err(Mismatch::Waivers(part));
    }
    if other.skips == first.skips { Ok(()) } else { Err(Mismatch::Skips(part)) }
}

fn names(listed: &[Listed]) -> String {
    let names: Vec<String> = listed.iter().map(|listed| tell::clean(&listed.probe)).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn exactly(plugin: &PluginRef) -> String {
    format!("{} {}, sha256 {}", tell::clean(&plugin.name), tell::clean(&plugin.version), plugin.sha256)
}

/// A requirement without the file that it stands in.
fn anywhere(requirement: &Requirement) -> Requirement {
    let file = String::new();
    let source = match &requirement.source {
        Source::Artifact { field, .. } => Source::Artifact { file, field: field.clone() },
        Source::Environment { .. } => Source::Environment { file },
    };
    Requirement { source, ..requirement.clone() }
}

/// A waiver without the place where it stands.
fn at_nowhere(waiver: &Waiver) -> Waiver {
    Waiver { at: String::new(), ..waiver.clone() }
}
