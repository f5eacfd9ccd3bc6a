//! Files that are not what they should be: no component, a broken one, or one for another world.

use std::os::unix::fs::symlink;

use anyhow::{Result, ensure};

use crate::{
    Case, Lab, Told,
    component::{COMPONENT_HEADER, MODULE_HEADER, Numbers},
    guest::Guest,
};

fn honest() -> Guest {
    Guest::new().fact("seen", "all").log("said")
}

/// These very bytes, with an honest descriptor beside them.
fn bare(lab: &Lab, bytes: &[u8]) -> Result<Told> {
    lab.bare(bytes.to_vec())?.run()
}

/// An honest guest whose text was changed before it was made a component.
fn changed(lab: &Lab, items: &str, words: &[&str]) -> Result<Told> {
    lab.wat(&honest().component(items))?.run()?.refused(words)
}

/// Something else at the place of the file.
fn at_its_place(lab: &Lab, make: impl Fn(&std::path::Path) -> Result<()>, words: &[&str]) -> Result<Told> {
    let trial = lab.bare(honest().bytes())?;
    trial.write_plugin()?;
    let file = trial.sandbox.dir().join("hostile.wasm");
    std::fs::remove_file(&file)?;
    make(&file)?;
    trial.run_as_it_lies()?.refused(words)
}

/// Damaged in so many ways, each run by itself. Either it is refused, or it runs to an end.
fn damaged(lab: &Lab, count: usize, damage: impl Fn(&mut Numbers, &mut Vec<u8>)) -> Result<Told> {
    let mut numbers = Numbers::seeded(12);
    let (mut refused, mut last) = (0, None);
    for number in 0..count {
        let mut bytes = honest().bytes();
        damage(&mut numbers, &mut bytes);
        // `harmless` within `run` holds each of them to an orderly end.
        let told = lab.bare(bytes)?.hurried().run().map_err(|error| error.context(format!("damage {number}")))?;
        refused += usize::from(told.stdout.is_empty());
        last = Some(told);
    }
    let last = last.ok_or_else(|| anyhow::anyhow!("nothing was damaged"))?;
    ensure!(refused > 0, "nothing was refused");
    let mut last = last;
    last.outcome = format!("{refused} of {count} refused with exit 2, the others ran to an end");
    Ok(last)
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, attack: &str, play: fn(&Lab) -> Result<Told>| Case::new("binary", name, attack, play);
    let mut cases = of_bytes(case);
    cases.extend(of_files(case));
    cases.extend(of_worlds(case));
    cases
}

type Of = fn(&str, &str, fn(&Lab) -> Result<Told>) -> Case;

fn of_bytes(case: Of) -> Vec<Case> {
    vec![
        case("empty", "an empty file", |lab| bare(lab, &[])?.refused(&["found other bytes"])),
        case("text", "a file of text", |lab| bare(lab, b"(component)")?.refused(&["found other bytes"])),
        case("core-module", "a core module instead of a component", |lab| {
            let module = wat::parse_str("(module (func (export \"observe\")))")?;
            bare(lab, &module)?.refused(&["found a core WebAssembly module", "wasm-tools component new"])
        }),
        case("header-alone", "the header of a component and nothing behind it", |lab| {
            bare(lab, &COMPONENT_HEADER)?.refused(&["expected the export `shipworthy:probe/guest"])
        }),
        case("other-version", "a component of a version of the format that does not exist", |lab| {
            bare(lab, b"\0asm\xff\0\x01\0")?.refused(&["hostile.wasm"])
        }),
        case("trailing", "bytes behind the end", |lab| {
            bare(lab, &[honest().bytes().as_slice(), b"\xff\xff\xff"].concat())?.refused(&["hostile.wasm"])
        }),
        case("two-headers", "two components in one file", |lab| {
            bare(lab, &[honest().bytes(), honest().bytes()].concat())?.refused(&["hostile.wasm"])
        }),
        case("component-then-module", "a core module behind the component", |lab| {
            bare(lab, &[honest().bytes().as_slice(), &MODULE_HEADER].concat())?.refused(&["hostile.wasm"])
        }),
        case("truncated", "files that end too early, at forty lengths", |lab| {
            let whole = honest().bytes();
            let mut last = None;
            for length in (0..40).map(|part| whole.len() * part / 40) {
                let told = bare(lab, whole.get(..length).unwrap_or_default())?;
                last = Some(told.refused(&["hostile.wasm"]).map_err(|error| error.context(format!("{length} bytes")))?);
            }
            last.map(|told| told.because("each of forty")).ok_or_else(|| anyhow::anyhow!("no length"))
        }),
        case("flipped", "300 files with one to three bits flipped", |lab| {
            damaged(lab, 300, |numbers, bytes| {
                for _ in 0..=numbers.below(3) {
                    let (at, bit) = (numbers.below(bytes.len()), numbers.below(8));
                    bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << bit);
                }
            })
        }),
        case("spliced", "150 files with a piece moved, doubled or missing", |lab| {
            damaged(lab, 150, |numbers, bytes| {
                let (from, to) = (numbers.below(bytes.len()), numbers.below(bytes.len()));
                let piece: Vec<u8> = bytes.iter().skip(from).take(numbers.below(64)).copied().collect();
                match numbers.below(3) {
                    0 => drop(bytes.splice(to..to, piece)),
                    1 => drop(bytes.splice(from..(from + piece.len()), [])),
                    _ => bytes.iter_mut().skip(to).zip(piece).for_each(|(byte, other)| *byte = other),
                }
            })
        }),
    ]
}

fn of_files(case: Of) -> Vec<Case> {
    vec![
        case("too-large", "a component of 65 MiB", |lab| {
            let mut bytes = honest().bytes();
            crate::guests::append_section(&mut bytes, "padding", &vec![0; 65 << 20]);
            bare(lab, &bytes)?.refused(&["at most 67108864 bytes"])
        }),
        case("sparse", "a sparse file of 200 GiB", |lab| {
            at_its_place(lab, |path| Ok(std::fs::File::create(path)?.set_len(200 << 30)?), &["at most 67108864 bytes"])
        }),
        case("fifo", "a FIFO that nobody writes to", |lab| {
            let make = |path: &std::path::Path| {
                let made = std::process::Command::new("mkfifo").arg(path).status()?;
                ensure!(made.success(), "mkfifo: {made}");
                Ok(())
            };
            at_its_place(lab, make, &["expected a regular file"])
        }),
        case("device", "a link to an endless device", |lab| {
            at_its_place(lab, |path| Ok(symlink("/dev/zero", path)?), &["expected a regular file"])
        }),
        case("folder", "a folder", |lab| {
            at_its_place(lab, |path| Ok(std::fs::create_dir_all(path)?), &["expected a regular file", "a folder"])
        }),
        case("link-to-itself", "a link to itself", |lab| {
            at_its_place(lab, |path| Ok(symlink("hostile.wasm", path)?), &["hostile.wasm"])
        }),
        case("pin", "another plugin than the one that is pinned", |lab| {
            let pin = format!("sha256 = \"{}\"", "0".repeat(64));
            lab.wat(&honest())?.probe(&pin).run()?.refused(&["to have sha256", "find out who changed the plugin"])
        }),
    ]
}

fn of_worlds(case: Of) -> Vec<Case> {
    vec![
        case("wit-of-imports", "imports a later version of the interface", |lab| {
            let items = r#"(import "shipworthy:probe/log@0.2.0" (instance (export "run" (func))))"#;
            changed(lab, items, &["`shipworthy:probe` 0.1.0", "shipworthy:probe/log@0.2.0"])
        }),
        case("wit-of-exports", "exports a later version of the interface", |lab| {
            // As long as the true name: nothing else in the component changes.
            let mut bytes = honest().bytes();
            let (from, to) = (b"shipworthy:probe/guest@0.1.0", b"shipworthy:probe/guest@9.1.0");
            let at = bytes.windows(from.len()).rposition(|window| window == from);
            let at = at.ok_or_else(|| anyhow::anyhow!("the export is not found"))?;
            bytes.splice(at..at + from.len(), to.iter().copied());
            bare(lab, &bytes)?.refused(&["shipworthy:probe/guest@9.1.0"])
        }),
        case("no-probe", "a component that exports nothing", |lab| {
            bare(lab, &wat::parse_str("(component)")?)?.refused(&["expected the export `shipworthy:probe/guest"])
        }),
        case("wrong-export", "exports the right name with another type", |lab| {
            let text = r#"(component (core module $m (func (export "observe"))) (core instance $i (instantiate $m))
                (func $f (canon lift (core func $i "observe")))
                (instance $g (export "observe" (func $f))) (export "shipworthy:probe/guest@0.1.0" (instance $g)))"#;
            bare(lab, &wat::parse_str(text)?)?.trapped("tuple")
        }),
        case("foreign-import", "imports something that is neither ours nor WASI", |lab| {
            changed(lab, r#"(import "evil:thing/x@1.0.0" (instance (export "run" (func))))"#, &["`evil:thing/x@1.0.0`"])
        }),
        case("foreign-function", "imports a bare function", |lab| changed(lab, r#"(import "run" (func))"#, &["`run`"])),
        case("foreign-wasi", "imports an interface that plain WASI does not have", |lab| {
            changed(lab, r#"(import "wasi:cli/evil@0.2.0" (instance (export "run" (func))))"#, &["wasi:cli/evil@0.2.0"])
        }),
        case("later-wasi", "imports WASI 0.3", |lab| {
            changed(lab, r#"(import "wasi:cli/run@0.3.0" (instance (export "run" (func))))"#, &["wasi:cli/run@0.3.0"])
        }),
        case("unknown-of-ours", "imports an interface of ours that does not exist", |lab| {
            let items = r#"(import "shipworthy:probe/secrets@0.1.0" (instance (export "run" (func))))"#;
            changed(lab, items, &["shipworthy:probe/secrets@0.1.0"])
        }),
        case("unknown-function", "imports a function of ours that does not exist", |lab| {
            let items =
                r#"(import "shipworthy:probe/grpc@0.1.0" (instance (export "dial" (func (param "to" string)))))"#;
            changed(lab, items, &["no `grpc dial`"])
        }),
        case("many-imports", "five thousand imports", |lab| {
            let one = |number: usize| format!(r#"(import "wasi:io/x{number}@0.2.0" (instance))"#);
            let items: String = (0..5_000).map(one).collect();
            changed(lab, &items, &["at most 1000 imports"])
        }),
        case("hostile-import", "an import whose name would fill the screen", |lab| {
            let items = format!(r#"(import "evil:{}/x" (instance (export "run" (func))))"#, "a".repeat(30_000));
            let told = changed(lab, &items, &["evil:aaaa"])?;
            ensure!(told.stderr.len() < 2_000, "it says {} bytes", told.stderr.len());
            Ok(told)
        }),
    ]
}
