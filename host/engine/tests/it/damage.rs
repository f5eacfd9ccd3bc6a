//! Bytes that are no component, or were one.

use std::sync::LazyLock;

use proptest::{prelude::*, sample::Index};
use shipworthy_contract::evidence::RunEnd;
use shipworthy_engine::{Component, Limits, LoadError};

use crate::{
    guest::Guest,
    world::{HURRIED, access, run_with, try_load},
};

static HONEST: LazyLock<Vec<u8>> = LazyLock::new(|| Guest::new().fact("seen", "all").log("said").bytes());

#[test]
fn what_is_no_component_is_not_compiled() {
    let module = wat::parse_str("(module (func (export \"observe\")))").unwrap();
    let half = &HONEST[..HONEST.len() / 2];
    let damaged = [&HONEST[..], b"\x00"].concat();
    for bytes in [&[], b"\0asm".as_slice(), b"(component)", b"not wasm at all", &module, half, &damaged] {
        match try_load(bytes) {
            Err(LoadError::Compile { plugin, .. }) => assert_eq!(plugin, "hostile"),
            other => panic!("expected an error of compiling: {other:?}"),
        }
    }
}

#[test]
fn what_cannot_be_compiled_cannot_be_precompiled_either() {
    assert!(matches!(Component::precompile("hostile", b"not wasm"), Err(LoadError::Compile { .. })));
}

/// One way in which a component is damaged.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Drop(Index),
    Insert(Index, u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    // Flips the most: they are what reaches deep.
    prop_oneof![
        6 => (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, 1 << bit)),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => any::<Index>().prop_map(Damage::Drop),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
    ]
}

fn damaged(damages: &[Damage]) -> Vec<u8> {
    let mut bytes = HONEST.clone();
    for damage in damages {
        if bytes.is_empty() {
            break;
        }
        match damage {
            Damage::Flip(at, bits) => {
                let at = at.index(bytes.len());
                bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= bits);
            }
            Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Damage::Drop(at) => drop(bytes.remove(at.index(bytes.len()))),
            Damage::Insert(at, byte) => bytes.insert(at.index(bytes.len()), *byte),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn a_damaged_component_is_refused_or_runs_to_an_end(damages in prop::collection::vec(damage(), 1..4)) {
        let Ok(component) = try_load(&damaged(&damages)) else { return Ok(()) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let limits = Limits { memory: 4 << 20, ..HURRIED };
        let seen = runtime.block_on(run_with(&component, access(), limits));
        prop_assert!(!matches!(seen.end, RunEnd::NotStarted { .. }), "{:?}", seen.end);
    }
}
