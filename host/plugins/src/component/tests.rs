//! Components are written here byte by byte, so that the tests need no toolchain.

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

fn imports(names: &[&str]) -> Vec<u8> {
    let entries = names.iter().map(|name| [vec![0], text(name), vec![5, 0]].concat());
    section(10, &[number(names.len()), entries.collect::<Vec<_>>().concat()].concat())
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
fn the_interfaces_are_those_of_the_wit_package() {
    let wit = include_str!("../../../../wit/0.1.0/probe.wit");
    let names = wit.lines().filter_map(|line| line.strip_prefix("interface ")?.strip_suffix(" {"));
    let importable: Vec<&str> = names.filter(|name| *name != super::GUEST).collect();
    assert_eq!(importable, INTERFACES);
}

#[test]
fn a_flood_of_exports_is_refused() {
    let names: Vec<String> = (0..=MOST_NAMES).map(|index| format!("x{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(refused(&component(&[exports(&names)])).contains("at most 1000 exports"));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let with_preamble = [PREAMBLE.to_vec(), bytes.clone()].concat();
        proptest::prop_assert!(inspect(&bytes).is_err());
        if let Ok(inspection) = inspect(&with_preamble) {
            proptest::prop_assert_eq!(inspection.wit_version, "0.1.0");
        }
    }
}
