//! The folder of compiled plugins. Without it every check compiles anew, so nothing of it is more than a warning.

use shipworthy_contract::{Outcome, quantity::Bytes, text::plural};
use shipworthy_engine::{Looked as Found, NotPrivate, look_at_cache};
use shipworthy_report::doctor::Looked;

use super::{quoted, seen};
use crate::stack::components::cache_folder;

/// Less than this is soon used up: a compiled plugin in Python takes 60 MB.
const LITTLE: u64 = 200 << 20;

pub(super) fn look() -> Vec<Looked> {
    let Some(folder) = cache_folder() else {
        let none = "there is none: neither `XDG_CACHE_HOME` nor `HOME` is an absolute path";
        return vec![seen("cache", "folder", Outcome::Warn, none).with(
            "plugins are compiled in every check; name a folder of this user's:",
            &["export XDG_CACHE_HOME=~/.cache"],
        )];
    };
    let found = look_at_cache(&folder);
    let shown = folder.display().to_string();
    let mut looked = vec![place(&shown, &found)];
    if found.exists && found.refused.is_none() {
        looked.push(entries(&found));
    }
    if let Some(free) = found.free.filter(|free| *free < LITTLE) {
        let few = format!("{} free where the cache lies", Bytes(free.next_multiple_of(1 << 20)));
        looked.push(
            seen("cache", "space", Outcome::Warn, few)
                .with("make room, or remove what was compiled:", &["shipworthy cache clean"]),
        );
    }
    looked
}

fn place(folder: &str, found: &Found) -> Looked {
    let Some(refused) = &found.refused else {
        let there = if found.exists { "this user's alone" } else { "not there yet: made when a plugin is compiled" };
        return seen("cache", "folder", Outcome::Pass, format!("`{folder}`, {there}"));
    };
    let looked = seen("cache", "folder", Outcome::Warn, format!("`{folder}` {refused}, so it is not used"));
    let path = quoted(folder);
    let why = "plugins are compiled in every check until it is this user's alone:";
    match refused {
        NotPrivate::Mode(_) => looked.with(why, &[&format!("chmod 700 {path}")]),
        NotPrivate::Owner(_) => looked.with(why, &[&format!("sudo chown -R \"$(id -u):$(id -g)\" {path}")]),
        NotPrivate::Above(above) => looked.with(
            "plugins are compiled in every check until others cannot put another folder in its place:",
            &[&format!("chmod o-w {}", quoted(&above.to_string_lossy()))],
        ),
        NotPrivate::NotAFolder => looked.with("move away what stands there:", &[&format!("mv {path} {path}.old")]),
        NotPrivate::Unreadable(_) => looked.with("see who may read it:", &[&format!("ls -ld {path}")]),
    }
}

fn entries(found: &Found) -> Looked {
    let of_this = plural(found.entries, "compiled plugin");
    let text = format!(
        "{of_this}, {} of other versions, {} in all",
        found.stale,
        Bytes(found.bytes.next_multiple_of(1 << 20))
    );
    let looked = seen("cache", "entries", Outcome::Pass, text);
    if found.stale == 0 {
        return looked;
    }
    Looked { outcome: Outcome::Info, ..looked }
        .with("what other versions compiled is of no use to this one; remove all:", &["shipworthy cache clean"])
}
