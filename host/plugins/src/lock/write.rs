//! Writes a lock: the same lock gives the same bytes, a probe a table, a line of what it may do a line, so that what
//! changes shows in a review.

use std::fmt::{self, Display};

use shipworthy_contract::grant::Grant;

use super::{Entry, LOCK_VERSION, Lock};
use crate::grants::{key, quoted};

impl Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "# Written by `shipworthy plugin lock`. Review it as you review code: what is not in here does not run.\n",
        )?;
        writeln!(f, "version = {LOCK_VERSION}")?;
        self.entries.iter().try_for_each(|entry| write_entry(f, entry))
    }
}

fn write_entry(f: &mut fmt::Formatter<'_>, entry: &Entry) -> fmt::Result {
    writeln!(f, "\n[environments.{}.{}]", key(&entry.environment), key(&entry.probe))?;
    for (name, value) in [
        ("name", entry.name.as_str()),
        ("version", &entry.version),
        ("service", entry.service.as_str()),
        ("source", &entry.source),
    ] {
        writeln!(f, "{name} = {}", quoted(value))?;
    }
    if let Some(manifest) = entry.manifest {
        writeln!(f, "manifest = \"sha256:{manifest}\"")?;
    }
    writeln!(f, "sha256 = \"{}\"\nsize = {}", entry.sha256, entry.size)?;
    if let Some(descriptor) = entry.descriptor {
        writeln!(f, "descriptor = \"{descriptor}\"")?;
    }
    writeln!(f, "wit = {}", quoted(&entry.wit))?;
    write_lines(f, "needs", &entry.needs)?;
    write_lines(f, "optional", &entry.optional)?;
    write_lines(f, "grants", &entry.grants)
}

fn write_lines(f: &mut fmt::Formatter<'_>, name: &str, lines: &[Grant]) -> fmt::Result {
    if lines.is_empty() {
        return writeln!(f, "{name} = []");
    }
    writeln!(f, "{name} = [")?;
    for line in lines {
        writeln!(f, "    {},", quoted(&line.to_string()))?;
    }
    f.write_str("]\n")
}
