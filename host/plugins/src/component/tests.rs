//! Components are written here byte by byte, so that the tests need no toolchain.

use shipworthy_contract::{Explain as _, Fault};

use super::*;

const PREAMBLE: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];
const CORE_PREAMBLE: [u8; 8] = [0, b'a', b's', b'm', 1, 0, 0, 0];
const GUEST: &str = "shipworthy:probe/guest@0.1.0";
const DESCRIPTOR: &str = r#"{ "name": "own", "version": "1.0.0" }"#;

fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        bytes.push(if value == 0 { low } else { low | 0x80 });
        if value == 0 {
            return bytes;
        }
    }
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], number(content.len()).as_slice(), content].concat()
}

fn text(text: &str) -> Vec<u8> {
    [number(text.len()), text.as_bytes().to_vec()].concat()
}

fn custom(name: &str, data: &[u8]) -> Vec<u8> {
    section(0, &[text(name), data.to_vec()].concat())
}

/// Imports of instances of the first type, whatever that is.
fn imports(names: &[&str]) -> Vec<u8> {
    let entries = names.iter().map(|name| [vec![0], text(name), vec![5, 0]].concat());
    section(10, &[number(names.len()), entries.collect::<Vec<_>>().concat()].concat())
}

/// An import of an interface with functions of no parameters, and the types that it takes; `before` is how many types
/// there are.
fn import_of(name: &str, functions: &[&str], before: u8) -> Vec<u8> {
    let declare = |function: &&str| [vec![4, 0], text(function), vec![1, 0]].concat();
    let no_result = vec![0x40, 0, 1, 0];
    let function_type = [vec![1], no_result].concat();
    let declared = [function_type, functions.iter().map(declare).collect::<Vec<_>>().concat()].concat();
    let instance = [vec![1, 0x42], number(functions.len() + 1), declared].concat();
    let import = [vec![1, 0], text(name), vec![5, before]].concat();
    [section(7, &instance), section(10, &import)].concat()
}

fn exports(names: &[&str]) -> Vec<u8> {
    let entries = names.iter().map(|name| [vec![0], text(name), vec![5, 0, 0]].concat());
    section(11, &[number(names.len()), entries.collect::<Vec<_>>().concat()].concat())
}

fn component(sections: &[Vec<u8>]) -> Vec<u8> {
    [PREAMBLE.to_vec(), sections.concat()].concat()
}

/// What is told of a component that is refused.
fn refused(bytes: &[u8]) -> String {
    inspect(bytes).unwrap_err().to_string()
}

#[test]
fn a_probe_is_read_without_running_it() {
    let names =
        ["shipworthy:probe/http@0.1.0", "wasi:io/poll@0.2.6", "wasi:cli/exit@0.2.0", "wasi:filesystem/types@0.2.3"];
    let inner = component(&[exports(&["x"]), custom(DESCRIPTOR_SECTION, b"not ours")]);
    let module = section(1, &CORE_PREAMBLE);
    let bytes = component(&[
        imports(&names),
        section(4, &inner),
        module,
        exports(&["other", GUEST]),
        custom("producers", b"x"),
        custom(DESCRIPTOR_SECTION, DESCRIPTOR.as_bytes()),
    ]);
    let inspection = inspect(&bytes).unwrap();
    let kinds: Vec<ImportKind> = inspection.imports.iter().map(|import| import.kind).collect();
    let plain = ImportKind::PlainWasi;
    assert_eq!(kinds, [ImportKind::Ours, plain, plain, ImportKind::RefusedWasi]);
    assert_eq!(inspection.wit_version, "0.1.0");
    assert_eq!(inspection.extra_exports, ["other"]);
    assert_eq!(inspection.descriptor.unwrap().name, "own");
}

#[test]
fn a_component_without_a_descriptor_is_one_all_the_same() {
    assert_eq!(inspect(&component(&[exports(&[GUEST])])).unwrap().descriptor, None);
}

#[test]
fn each_refusal_says_what_it_is_about() {
    let probe = |names: &[&str]| component(&[imports(names), exports(&[GUEST])]);
    let section = custom(DESCRIPTOR_SECTION, DESCRIPTOR.as_bytes());
    for (bytes, part) in [
        (CORE_PREAMBLE.to_vec(), "core WebAssembly module"),
        (b"#!/bin/sh".to_vec(), "other bytes"),
        (Vec::new(), "other bytes"),
        (component(&[vec![10, 0xff]]), "cannot read the component"),
        (component(&[]), "`shipworthy:probe/guest` 0.1.0, found none"),
        (
            component(&[exports(&["shipworthy:probe/guest@0.2.0"])]),
            "built for `shipworthy:probe` 0.1.0, found one built for: shipworthy:probe/guest@0.2.0",
        ),
        (probe(&["shipworthy:probe/http@0.2.0"]), "built for: shipworthy:probe/http@0.2.0"),
        (probe(&["shipworthy:probe/http"]), "built for: shipworthy:probe/http"),
        (
            probe(&["shipworthy:probe/htp@0.1.0"]),
            "1 thing, which this host does not have: `shipworthy:probe/htp@0.1.0`",
        ),
        (
            probe(&["evil:host/escape@1.0.0", "env"]),
            "2 things, which this host does not have: `evil:host/escape@1.0.0`, `env`",
        ),
        (probe(&["wasi:cli/run@0.3.0"]), "`wasi:cli/run@0.3.0`"),
        (probe(&["wasi:cli/run"]), "`wasi:cli/run`"),
        (
            component(&[exports(&[GUEST]), section.clone(), section]),
            "expected one section `shipworthy:descriptor`, found 2",
        ),
        (component(&[exports(&[GUEST]), custom(DESCRIPTOR_SECTION, b"{}")]), "its descriptor cannot be used"),
        (component(&[exports(&[GUEST]), custom(DESCRIPTOR_SECTION, b"\xff")]), "its descriptor cannot be used"),
    ] {
        let told = refused(&bytes);
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn a_later_release_is_refused_for_what_it_calls_and_for_nothing_else() {
    let built = |functions: &[&str]| {
        let evidence = import_of("shipworthy:probe/evidence@0.1.7", functions, 0);
        component(&[evidence, exports(&["shipworthy:probe/guest@0.1.7"])])
    };
    assert_eq!(inspect(&built(&["fact", "missing"])).unwrap().wit_version, "0.1.7");
    let error = inspect(&built(&["fact", "fact-list", "forget"])).unwrap_err();
    let told = "it is built for `shipworthy:probe` 0.1.7, and this host has 0.1.0, which has no `evidence fact-list`, \
                `evidence forget`";
    assert_eq!((error.to_string().as_str(), error.code(), error.fault()), (told, "plugin.wit-version", Fault::Plugin));
    let help = "use a newer Shipworthy, or build the plugin for `shipworthy:probe` 0.1.0";
    assert_eq!(error.help().as_deref(), Some(help));
}

#[test]
fn an_interface_of_a_later_release_is_missing_and_not_misspelt() {
    let built = |version: &str| {
        let files = import_of(&format!("shipworthy:probe/files@{version}"), &["read"], 0);
        refused(&component(&[files, exports(&[GUEST])]))
    };
    assert!(built("0.1.7").contains("this host has 0.1.0, which has no `files`"), "{}", built("0.1.7"));
    assert!(built("0.1.0").contains("1 thing, which this host does not have: `shipworthy:probe/files@0.1.0`"));
}

#[test]
fn functions_are_those_of_the_imports_own_type() {
    // The types between the two are counted: those of an alias and of an import are types too.
    let ours = |functions: &[&str], before| import_of("shipworthy:probe/log@0.1.0", functions, before);
    let foreign = import_of("wasi:cli/exit@0.2.0", &["exit", "fact-list"], 0);
    let alias = section(6, &[vec![1, 3, 0, 0], text("t")].concat());
    let bound = section(10, &[vec![1, 0], text("wasi:io/t@0.2.0"), vec![3, 0, 0]].concat());
    let built =
        |functions| component(&[foreign.clone(), alias.clone(), bound.clone(), ours(functions, 3), exports(&[GUEST])]);
    assert_eq!(inspect(&built(&["write"])).map(|read| read.wit_version).unwrap(), "0.1.0");
    let error = inspect(&built(&["exit"])).unwrap_err();
    assert_eq!(error.to_string(), "it does not keep to `shipworthy:probe` 0.1.0, which has no `log exit`");
    assert_eq!(error.help().as_deref(), Some("build the plugin anew for `shipworthy:probe` 0.1.0"));
}

#[test]
fn a_component_for_several_versions_is_one_for_the_newest_that_is_served() {
    let later = "shipworthy:probe/guest@0.9.0";
    let imported = ["shipworthy:probe/evidence@0.9.0", "shipworthy:probe/log@0.1.0"];
    for guests in [[GUEST, later], [later, GUEST]] {
        let inspection = inspect(&component(&[imports(&imported), exports(&guests)])).unwrap();
        assert_eq!(inspection.wit_version, "0.1.0");
        assert_eq!(inspection.extra_exports, [later]);
        let kinds: Vec<ImportKind> = inspection.imports.iter().map(|import| import.kind).collect();
        assert_eq!(kinds, [ImportKind::OtherVersion, ImportKind::Ours]);
    }
    // Without a guest of that version nobody could ever call them.
    let told = refused(&component(&[imports(&imported), exports(&[GUEST])]));
    assert!(told.contains("built for: shipworthy:probe/evidence@0.9.0"), "{told}");
}

#[test]
fn a_near_interface_is_named() {
    let error = inspect(&component(&[imports(&["shipworthy:probe/htp@0.1.0"]), exports(&[GUEST])])).unwrap_err();
    let help = error.help().unwrap();
    assert_eq!(help.lines().next(), Some("did you mean `shipworthy:probe/http@0.1.0`?"));
}

#[test]
fn who_imports_what_is_not_there_is_told_what_is() {
    let error = inspect(&component(&[imports(&["env"]), exports(&[GUEST])])).unwrap_err();
    insta::assert_snapshot!(error.help().unwrap(), @r"
    of `shipworthy:probe` 0.1.0 a probe may import: gaps, evidence, network, http, grpc, containers, log
    of WASI 0.2 it may import: io, clocks, random, cli; the rest is stubbed, and refuses when it is called
    ");
    let error = inspect(&component(&[exports(&["shipworthy:probe/guest@0.2.0"])])).unwrap_err();
    insta::assert_snapshot!(
        error.help().unwrap(),
        @"this host runs probes built for `shipworthy:probe` 0.1.0; rebuild the plugin, or use another version of Shipworthy"
    );
}

#[test]
fn interfaces_and_functions_are_those_of_each_release() {
    for (release, interfaces) in INTERFACES {
        let file = format!("{}/../../wit/{release}/probe.wit", env!("CARGO_MANIFEST_DIR"));
        #[expect(clippy::disallowed_methods, reason = "the released file is what is compared with")]
        let wit = std::fs::read_to_string(file).unwrap();
        let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
        for line in wit.lines() {
            let function = line.trim_start().split_once(": func(").map(|(name, _)| name);
            match (line.strip_prefix("interface ").and_then(|name| name.strip_suffix(" {")), function, found.last_mut())
            {
                (Some(name), _, _) => found.push((name, Vec::new())),
                (None, Some(function), Some((_, functions))) => functions.push(function),
                _ => {}
            }
        }
        found.retain(|(name, _)| *name != super::GUEST);
        let known: Vec<(&str, Vec<&str>)> = interfaces.iter().map(|(name, all)| (*name, all.to_vec())).collect();
        assert_eq!(found, known, "{release}");
    }
    assert_eq!(INTERFACES.map(|(release, _)| release), SERVED);
}

#[test]
fn a_flood_of_exports_is_refused() {
    let names: Vec<String> = (0..=MOST_NAMES).map(|index| format!("x{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(refused(&component(&[exports(&names)])).contains("at most 1000 exports"));
    // One type of many functions, and many imports of it.
    let functions: Vec<String> = (0..100).map(|index| format!("f{index}")).collect();
    let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
    let many = imports(&vec!["wasi:io/poll@0.2.0"; 150]);
    let told = refused(&component(&[import_of("wasi:io/poll@0.2.0", &functions, 0), many]));
    assert!(told.contains("at most 10000 imported functions"), "{told}");
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let with_preamble = [PREAMBLE.to_vec(), bytes.clone()].concat();
        proptest::prop_assert!(inspect(&bytes).is_err());
        if let Ok(inspection) = inspect(&with_preamble) {
            proptest::prop_assert_eq!(wit::serving(&inspection.wit_version, &SERVED), Some("0.1.0"));
        }
    }
}
