//! What can be wrong with something in a tree: which rule it breaks, which row of it, and in which words.

use shipworthy_contract::{RuleId, rules, text::plural};

use crate::finding::{FIRST, SECOND};

/// What is wrong with a path (contract.md, part 2, payload tree rules).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fault {
    /// The bytes are not the listed ones.
    Altered,
    /// Listed, and not there.
    Missing,
    /// Listed, and the system says no.
    Unreadable,
    /// Listed, and another file by the end than at the beginning.
    Changed,
    /// Not listed.
    Unlisted,
    /// A folder that cannot be looked into.
    Closed,
    /// A link that leads out of the tree.
    LinkOutside,
    /// A link that leads to nothing.
    LinkDangling,
    /// A link that leads to itself.
    LinkLooping,
    /// A link of which nobody can say where it leads.
    LinkUnresolved,
    /// A link where a file is listed.
    LinkListed,
    /// A link that stays inside.
    LinkInside,
    /// A FIFO, socket or device.
    Special,
    /// A folder or special file where a file is listed.
    SpecialListed,
    /// A setuid or setgid bit.
    SetId,
    /// A file that everybody may write.
    WorldWritable,
    /// A name that another system takes for another one's.
    NameCollides,
    /// A file of more bytes than are read.
    FileTooLarge,
    /// A folder below more folders than are walked through.
    TooDeep,
}

impl Fault {
    /// The rule that it breaks, and which row of the rule.
    pub(crate) const fn rule(self) -> (RuleId, usize) {
        match self {
            Self::Altered | Self::Missing | Self::Unreadable | Self::Changed => (rules::TREE_DIGEST, FIRST),
            Self::Unlisted | Self::Closed => (rules::TREE_FILE, FIRST),
            Self::LinkOutside | Self::LinkDangling | Self::LinkLooping | Self::LinkUnresolved | Self::LinkListed => {
                (rules::TREE_LINK, FIRST)
            }
            Self::LinkInside => (rules::TREE_LINK, SECOND),
            Self::Special | Self::SpecialListed => (rules::TREE_SPECIAL, FIRST),
            Self::SetId => (rules::TREE_MODE, FIRST),
            Self::WorldWritable => (rules::TREE_MODE, SECOND),
            Self::NameCollides => (rules::TREE_NAME, FIRST),
            Self::FileTooLarge | Self::TooDeep => (rules::LIMIT, FIRST),
        }
    }

    /// So many of it, in words: `2 files altered`.
    pub(crate) fn told(self, count: usize) -> String {
        let files = || plural(count, "file");
        let links = || plural(count, "link");
        let verb = |one: &str, many: &str| if count == 1 { one.to_owned() } else { many.to_owned() };
        match self {
            Self::Altered => format!("{} altered", files()),
            Self::Missing => format!("{} missing", files()),
            Self::Unreadable => format!("{} unreadable", files()),
            Self::Changed => format!("{} changed while the tree was checked", files()),
            Self::Unlisted => format!("{} not listed", files()),
            Self::Closed => format!("{} cannot be looked into", plural(count, "folder")),
            Self::LinkOutside => format!("{} {} outside", links(), verb("leads", "lead")),
            Self::LinkDangling => format!("{} {} to nothing", links(), verb("leads", "lead")),
            Self::LinkLooping => format!("{} {} in a circle", links(), verb("leads", "lead")),
            Self::LinkUnresolved => format!("{} cannot be resolved", links()),
            Self::LinkListed => format!("{} where a file is listed", links()),
            Self::LinkInside => format!("{} {} inside", links(), verb("stays", "stay")),
            Self::Special => format!("{} where only files and folders may be", plural(count, "special file")),
            Self::SpecialListed => {
                format!("{count} listed {} no regular {}", verb("name is", "names are"), verb("file", "files"))
            }
            Self::SetId => format!("{count} with a setuid or setgid bit"),
            Self::WorldWritable => format!("{} that everybody may write", files()),
            Self::NameCollides => format!("{} collide on other systems", plural(count, "name")),
            Self::FileTooLarge => format!("{} too large", files()),
            Self::TooDeep => format!("{} too deep", plural(count, "folder")),
        }
    }

    /// What it is about one path, in a word or two.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::Changed => "changed while it was checked",
            Self::Unlisted => "not listed",
            Self::Closed => "cannot be looked into",
            Self::LinkOutside => "a link that leads outside",
            Self::LinkDangling => "a link that leads to nothing",
            Self::LinkLooping => "a link that leads in a circle",
            Self::LinkUnresolved => "a link that cannot be resolved",
            Self::LinkListed => "a link where a file is listed",
            Self::LinkInside => "a link that stays inside",
            Self::Special | Self::SpecialListed => "no regular file",
            Self::SetId => "setuid or setgid",
            Self::WorldWritable => "world-writable",
            Self::NameCollides => "collides",
            Self::FileTooLarge => "too large",
            Self::TooDeep => "too deep",
        }
    }
}
