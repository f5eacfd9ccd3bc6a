//! What a component may import: ours and plain WASI; other WASI to its sorrow; anything else not at all.

use shipworthy_contract::evidence::RunEnd;
use shipworthy_engine::LoadError;

use crate::{
    guest::{Foreign, Guest},
    world::{ENGINE, LIMITS, access, facts, load, run, target, trap, try_load},
};

/// Whom a failed load names.
fn not_linked(bytes: &[u8]) -> String {
    match try_load(bytes) {
        Err(LoadError::Link { plugin, source }) => {
            assert_eq!(plugin, "hostile");
            source.to_string()
        }
        other => panic!("expected an error of linking: {other:?}"),
    }
}

#[tokio::test]
async fn a_guest_has_no_folders() {
    let preopens = Foreign {
        imports: r#"
            (import "wasi:filesystem/types@0.2.0" (instance $fs-types (export "descriptor" (type (sub resource)))))
            (alias export $fs-types "descriptor" (type $descriptor))
            (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
              (alias outer 1 $descriptor (type $descriptor'))
              (export "descriptor" (type $descriptor (eq $descriptor')))
              (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))"#,
        instance: "$preopens",
        function: "get-directories",
        called: "$folders",
        signature: "(param i32)",
    };
    let guest = Guest::new()
        .foreign(&preopens)
        .wat("(i32.store (i32.const 100) (i32.const 7)) (call $folders (i32.const 96))")
        .number("folders", "(f64.convert_i32_u (i32.load (i32.const 100)))");
    let seen = run(&guest, LIMITS).await;
    assert_eq!(seen.end, RunEnd::Completed);
    assert_eq!(facts(&seen), ["folders = 0"]);
}

#[tokio::test]
async fn what_wasi_offers_elsewhere_is_refused_when_it_is_called_and_says_so() {
    let network = Foreign {
        imports: r#"
            (import "wasi:sockets/network@0.2.3" (instance $network' (export "network" (type (sub resource)))))
            (alias export $network' "network" (type $net))
            (import "wasi:sockets/instance-network@0.2.3" (instance $instance-network
              (alias outer 1 $net (type $net'))
              (export "network" (type $net (eq $net')))
              (export "instance-network" (func (result (own $net))))))"#,
        instance: "$instance-network",
        function: "instance-network",
        called: "$connect",
        signature: "(result i32)",
    };
    let fields = Foreign {
        imports: r#"
            (import "wasi:http/types@0.2.0" (instance $http-types
              (export "fields" (type $fields (sub resource)))
              (export "[constructor]fields" (func (result (own $fields))))))"#,
        instance: "$http-types",
        function: "[constructor]fields",
        called: "$fields",
        signature: "(result i32)",
    };
    for (foreign, refused) in [
        (network, "`wasi:sockets/instance-network@0.2.3 instance-network` is not available to probes"),
        (fields, "`wasi:http/types@0.2.0 [constructor]fields` is not available to probes"),
    ] {
        let called = foreign.called;
        let idle = Guest::new().foreign(&foreign).fact("seen", "before");
        let seen = run(&idle, LIMITS).await;
        assert_eq!(seen.end, RunEnd::Completed, "an import that is never called harms nobody");
        let seen = run(&idle.wat(&format!("(drop (call {called}))")), LIMITS).await;
        assert_eq!(trap(&seen), refused);
        assert_eq!(facts(&seen), ["seen = before"]);
    }
}

#[test]
fn an_import_from_elsewhere_is_not_linked_and_is_named() {
    for (import, named) in [
        (r#"(import "evil:thing/x" (instance (export "run" (func))))"#, "evil:thing/x"),
        (r#"(import "evil:thing/x@1.0.0" (instance (export "run" (func))))"#, "evil:thing/x@1.0.0"),
        (r#"(import "wasi:cli/evil@0.2.0" (instance (export "run" (func))))"#, "wasi:cli/evil@0.2.0"),
        (r#"(import "run" (func))"#, "run"),
        (r#"(import "shipworthy:probe/evil@0.1.0" (instance (export "run" (func))))"#, "shipworthy:probe/evil@0.1.0"),
        // A later version of ours.
        (r#"(import "shipworthy:probe/log@0.2.0" (instance (export "run" (func))))"#, "shipworthy:probe/log@0.2.0"),
    ] {
        let said = not_linked(&Guest::new().component(import).bytes());
        assert!(said.contains(&format!("`{named}`")), "{named}: {said}");
    }
}

#[test]
fn one_of_ours_with_another_type_is_not_linked_and_is_named() {
    let import = r#"(import "shipworthy:probe/grpc@0.1.0" (instance (export "invoke" (func (param "call" string)))))"#;
    let said = not_linked(&Guest::new().component(import).bytes());
    assert!(said.contains("shipworthy:probe/grpc@0.1.0"), "{said}");
}

#[test]
fn a_component_that_is_no_probe_is_not_linked_and_what_it_lacks_is_named() {
    let said = not_linked(&wat::parse_str("(component)").unwrap());
    assert!(said.contains("shipworthy:probe/guest@0.1.0"), "{said}");
}

#[tokio::test]
async fn random_numbers_follow_from_the_seed() {
    let random = |function, called| Foreign {
        imports: r#"(import "wasi:random/random@0.2.0" (instance $random
            (export "get-random-u64" (func (result u64)))))"#,
        instance: "$random",
        function,
        called,
        signature: "(result i64)",
    };
    let drawn = "(f64.convert_i64_u (i64.shr_u (call $drawn) (i64.const 11)))";
    let guest = Guest::new().foreign(&random("get-random-u64", "$drawn")).number("a", drawn).number("b", drawn);
    let guest = load(&guest);
    let mut told = Vec::new();
    for seed in [(0..64).collect::<Vec<u8>>(), (0..64).collect(), (1..65).collect(), Vec::new()] {
        let target = shipworthy_engine::Target { seed, ..target() };
        let run = shipworthy_capabilities::Run::new(std::sync::Arc::new(access()));
        let seen = guest.run(&ENGINE, &target, std::sync::Arc::new(run), LIMITS).await;
        assert_eq!(seen.end, RunEnd::Completed);
        told.push(facts(&seen));
    }
    assert_eq!(told[0], told[1], "equal seeds, equal numbers");
    assert_ne!(told[0], told[2], "other seeds, other numbers");
    let numbers = told[0].iter().map(|fact| fact.split_once(" = ").unwrap().1).collect::<Vec<_>>();
    assert_ne!(numbers[0], numbers[1], "one number is not like the next");
}
