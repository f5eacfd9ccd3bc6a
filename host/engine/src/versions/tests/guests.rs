//! Components for one version of the package or for several: each part of them is a `guest` that says one thing.

use std::fmt::Write as _;

/// One `guest` of a component.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// The version that it is called by.
    pub(super) guest: &'static str,
    /// The version of `evidence` that it imports.
    pub(super) evidence: &'static str,
    /// What it calls of it.
    pub(super) says: Says,
}

/// What a part says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Says {
    /// A fact `served`, whose value is the version of `evidence`.
    Fact,
    /// The same twice, in one call.
    FactList,
    /// That `a` and `b` are missing, in one call.
    MissingBoth,
}

impl Part {
    /// A guest that imports what it is called by.
    pub(super) const fn of(version: &'static str, says: Says) -> Self {
        Self { guest: version, evidence: version, says }
    }
}

impl Says {
    /// Name, type and lowered type of the function, and its arguments. The key lies at 1024; the version's text and lists
    /// of two values and of two names are put beside it by [`data`].
    const fn call(self) -> [&'static str; 4] {
        match self {
            Self::Fact => [
                "fact",
                r#"(param "key" string) (param "value" $value) (param "origin" $origin)"#,
                "(param i32 i32 i32 i64 i32 i32 i32 i32 i32 i32)",
                "(i32.const 1024) (i32.const 6) (i32.const 0) (i64.const (;text;)) (i32.const 5)
                 (i32.const 1024) (i32.const 6) (i32.const 0) (i32.const 0) (i32.const 0)",
            ],
            Self::FactList => [
                "fact-list",
                r#"(param "key" string) (param "values" (list $value)) (param "origin" $origin)"#,
                "(param i32 i32 i32 i32 i32 i32 i32 i32 i32)",
                "(i32.const 1024) (i32.const 6) (i32.const (;values;)) (i32.const 2)
                 (i32.const 1024) (i32.const 6) (i32.const 0) (i32.const 0) (i32.const 0)",
            ],
            Self::MissingBoth => [
                "missing",
                r#"(param "names" (list string)) (param "why" $gap) (param "detail" string)"#,
                "(param i32 i32 i32 i32 i32)",
                "(i32.const (;names;)) (i32.const 2) (i32.const 2) (i32.const 1024) (i32.const 6)",
            ],
        }
    }
}

/// The component.
pub(super) fn component(parts: &[Part]) -> Vec<u8> {
    let all = |template: &str| {
        parts.iter().enumerate().fold(String::new(), |text, (index, part)| text + &filled(template, index, part))
    };
    let text = format!(
        "(component {} {LIBC} {} (core module $guest (import \"libc\" \"memory\" (memory 1)) {}
           (data (i32.const 1024) \"servedab\") {})
         (core instance $guest (instantiate $guest (with \"libc\" (instance $libc)) (with \"host\" (instance {}))))
         {} {})",
        all(IMPORTS),
        all(LOWERED),
        all(TAKEN),
        all(FUNCTION),
        all(GIVEN),
        TARGET,
        all(EXPORTS)
    );
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn filled(template: &str, index: usize, part: &Part) -> String {
    let [name, ty, lowered, arguments] = part.says.call();
    let at = 2_048 + 256 * index;
    [
        ("(;arguments;)", arguments),
        ("(;data;)", &data(at, part.evidence)),
        ("(;text;)", &at.to_string()),
        ("(;values;)", &(at + 16).to_string()),
        ("(;names;)", &(at + 64).to_string()),
        ("(;name;)", name),
        ("(;type;)", ty),
        ("(;lowered;)", lowered),
        ("(;guest;)", part.guest),
        ("(;evidence;)", part.evidence),
        ("(;n;)", &index.to_string()),
    ]
    .into_iter()
    .fold(template.to_owned(), |text, (place, what)| text.replace(place, what))
}

/// The version's text; two values that are this text; two names.
fn data(at: usize, version: &str) -> String {
    let word = |number: usize| {
        u32::try_from(number).unwrap_or_default().to_le_bytes().iter().fold(String::new(), |mut text, byte| {
            write!(text, "\\{byte:02x}").unwrap();
            text
        })
    };
    let value = [word(0), word(0), word(at), word(version.len())].concat();
    let names = [word(1_030), word(1), word(1_031), word(1)].concat();
    format!(
        "(data (i32.const {at}) \"{version}\") (data (i32.const {}) \"{value}{value}\") (data (i32.const {}) \"{names}\")",
        at + 16,
        at + 64
    )
}

const IMPORTS: &str = r#"
  (import "shipworthy:probe/gaps@(;evidence;)" (instance $gaps(;n;)
    (type $gap' (enum "unreachable" "timed-out" "denied" "tls" "not-granted" "limit" "unreadable" "not-offered"
      "config" "defect"))
    (export "gap" (type (eq $gap')))))
  (alias export $gaps(;n;) "gap" (type $gap(;n;)))
  (import "shipworthy:probe/evidence@(;evidence;)" (instance $evidence(;n;)
    (alias outer 1 $gap(;n;) (type $gap'))
    (export "gap" (type $gap (eq $gap')))
    (type $value' (variant (case "text" string) (case "number" f64) (case "boolean" bool)))
    (export "value" (type $value (eq $value')))
    (type $origin' (record (field "what" string) (field "subject" (option string))))
    (export "origin" (type $origin (eq $origin')))
    (export "(;name;)" (func (;type;)))))"#;

const LIBC: &str = r#"
  (core module $libc
    (memory (export "memory") 2)
    (global $next (mut i32) (i32.const 65536))
    (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (i32.and (i32.add (local.get $size) (i32.const 7)) (i32.const -8))))))
  (core instance $libc (instantiate $libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))"#;

const LOWERED: &str = r#"
  (core func $say(;n;) (canon lower (func $evidence(;n;) "(;name;)") (memory $memory) (realloc $realloc)))"#;

const TAKEN: &str = r#"
  (import "host" "say(;n;)" (func $say(;n;) (;lowered;)))"#;

/// The result lies at 0: zeros are `ok`.
const FUNCTION: &str = r#"
  (;data;)
  (func (export "observe(;n;)") (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (call $say(;n;) (;arguments;))
    (i32.const 0))"#;

const GIVEN: &str = r#"(export "say(;n;)" (func $say(;n;)))"#;

const TARGET: &str = r#"
  (type $target (record (field "service" string) (field "instance" string) (field "project" (option string))
    (field "config" string)))"#;

const EXPORTS: &str = r#"
  (type $failure(;n;) (record (field "why" $gap(;n;)) (field "detail" string)))
  (alias core export $guest "observe(;n;)" (core func $observe(;n;)))
  (func $observe(;n;) (param "target" $target) (result (result (error $failure(;n;))))
    (canon lift (core func $observe(;n;)) (memory $memory) (realloc $realloc)))
  (component $interface(;n;)
    (alias outer 1 $gap(;n;) (type $gap'))
    (import "gap" (type $gap (eq $gap')))
    (alias outer 1 $target (type $target'))
    (import "target" (type $target (eq $target')))
    (type $failure' (record (field "why" $gap) (field "detail" string)))
    (import "failure" (type $failure (eq $failure')))
    (import "observe" (func $observe (param "target" $target) (result (result (error $failure)))))
    (export $target-out "target" (type $target))
    (export $failure-out "failure" (type $failure))
    (export "observe" (func $observe) (func (param "target" $target-out) (result (result (error $failure-out))))))
  (instance $interface(;n;) (instantiate $interface(;n;)
    (with "gap" (type $gap(;n;))) (with "target" (type $target)) (with "failure" (type $failure(;n;)))
    (with "observe" (func $observe(;n;)))))
  (export "shipworthy:probe/guest@(;guest;)" (instance $interface(;n;)))"#;
