//! The program, the machine's clock, and the terminal.

use shipworthy_contract::Outcome;
use shipworthy_engine::Engine;
use shipworthy_report::doctor::Looked;

use super::seen;
use crate::{
    clock,
    output::{Stream, color, unicode, width},
};

pub(super) fn look() -> Vec<Looked> {
    vec![program(), time(), terminal()]
}

fn program() -> Looked {
    let name =
        format!("shipworthy {} on {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    match Engine::new() {
        Ok(_) => seen("system", "program", Outcome::Pass, name),
        Err(error) => {
            let wrong = Looked::error("system", "program", Outcome::Fail, &error);
            Looked { message: format!("{name}: {}", wrong.message), ..wrong }
        }
    }
}

fn time() -> Looked {
    let now = clock::now();
    if now.as_str() >= clock::MADE {
        return seen("system", "clock", Outcome::Pass, now);
    }
    seen("system", "clock", Outcome::Fail, format!("{now}, which is before this version was made"))
        .with("set it: certificates and waivers are judged by it", &["sudo timedatectl set-ntp true"])
}

fn terminal() -> Looked {
    let characters = if unicode() { "UTF-8" } else { "ASCII" };
    let terminal = if Stream::Out.is_terminal() {
        let colour = if color(Stream::Out) { "with colour" } else { "without colour" };
        format!("a terminal of {} columns, {characters}, {colour}", width(Stream::Out))
    } else {
        format!("no terminal: pages are {} columns wide, {characters}, without colour", width(Stream::Out))
    };
    let looked = seen("system", "terminal", Outcome::Info, terminal);
    if unicode() {
        return Looked { outcome: Outcome::Pass, ..looked };
    }
    looked.with("for symbols, set a locale of UTF-8:", &["export LC_ALL=C.UTF-8"])
}
