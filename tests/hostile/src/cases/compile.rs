//! Components that are honest to run and take long, or much memory, to compile.

use anyhow::{Context as _, Result};

use crate::{
    Case, Lab, Told,
    component::{COMPONENT, CORE_MODULE, MODULE_HEADER, nested, with_section},
    guest::Guest,
};

/// Less than any of these takes.
const TIME: &str = "300ms";
const MEMORY: &str = "128MiB";

/// A guest with one more core module, which nothing instantiates and which is compiled all the same.
fn with_module(module: &str) -> Result<Vec<u8>> {
    let module = wat::parse_str(module).context("a module of the suite's own")?;
    Ok(with_section(Guest::new().fact("seen", "before").bytes(), CORE_MODULE, &module))
}

fn repeated(count: usize, each: impl FnMut(usize) -> String) -> String {
    (0..count).map(each).collect()
}

/// One function with so many branches over so many locals, each of which is live throughout.
fn tangled(blocks: usize, locals: usize) -> String {
    let block = |number: usize| {
        let (a, b, c) = (number % locals, (number * 7 + 3) % locals, (number * 13 + 5) % locals);
        format!(
            "(local.set {a} (i32.add (i32.mul (local.get {b}) (local.get {c})) (local.get {a}))) (br_if 0 (local.get {b}))"
        )
    };
    let declared = format!("(local {})", "i32 ".repeat(locals));
    format!("(module (func (export \"f\") {declared} (loop {} (br 0))))", repeated(blocks, block))
}

/// A table of branches into so many blocks, so many times.
fn branches(depth: usize, tables: usize) -> String {
    let all = repeated(depth, |number| format!("{number} "));
    let table = format!("(br_table {all} (local.get 0))");
    let each = repeated(tables, |_| format!("(block {table})"));
    format!("(module (func (param i32) {} {each} {}))", "(block ".repeat(depth), ")".repeat(depth))
}

/// So many small functions.
fn functions(count: usize) -> String {
    let body = "(i32.add (i32.mul (local.get 0) (i32.const 3)) (call 0 (local.get 0)))";
    format!("(module {})", repeated(count, |_| format!("(func (param i32) (result i32) {body})")))
}

/// It takes longer than it may.
fn too_long(lab: &Lab, module: &str) -> Result<Told> {
    lab.bytes(with_module(module)?)?.limit("compile_time", TIME).run()?.limit("compile time")?.says(TIME)
}

/// It takes more memory than it may.
fn too_much(lab: &Lab, module: &str) -> Result<Told> {
    let trial = lab.bytes(with_module(module)?)?.limit("compile_memory", MEMORY).limit("compile_time", "60s");
    trial.run()?.limit("compile memory")?.says(MEMORY)
}

/// It is compiled within the ordinary limits, or ended by one of them.
fn bounded(lab: &Lab, component: Vec<u8>) -> Result<Told> {
    let trial = lab.bytes(component)?.limit("compile_time", "1500ms").limit("compile_memory", "384MiB");
    let told = trial.requires_seen().run()?;
    let ended = told.of("stack.observation", "hostile").any(|result| crate::told::text(result, "class") == "limit");
    if ended {
        let name = if told.stdout.contains("compile time") { "compile time" } else { "compile memory" };
        return told.limit(name);
    }
    told.exits(0)?.seen_before()
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, attack: &str, play: fn(&Lab) -> Result<Told>| Case::new("compile", name, attack, play);
    let mut cases = too_hard(case);
    cases.extend(odd(case));
    cases.push(case(
        "neighbours",
        "one that takes long to compile, and an honest plugin from a file beside it",
        neighbours,
    ));
    cases
}

type Of = fn(&str, &str, fn(&Lab) -> Result<Told>) -> Case;

/// What goes over a limit.
fn too_hard(case: Of) -> Vec<Case> {
    vec![
        case("tangled-time", "one function of 100,000 branches over 500 locals: it takes long", |lab| {
            too_long(lab, &tangled(100_000, 500))
        }),
        case("tangled-memory", "the same: it takes much memory", |lab| too_much(lab, &tangled(100_000, 500))),
        case("functions-time", "100,000 functions: they take long", |lab| too_long(lab, &functions(100_000))),
        case("functions-memory", "400,000 functions: they take much memory", |lab| too_much(lab, &functions(400_000))),
        case("branch-tables", "a thousand branch tables of a thousand targets each", |lab| {
            too_long(lab, &branches(1_000, 1_000))
        }),
        case(
            "nested-components",
            "components within components, fifty thousand deep: 700 KB, and memory grows by the square",
            |lab| {
                let bytes = with_section(Guest::new().fact("seen", "before").bytes(), COMPONENT, &nested(50_000));
                lab.bytes(bytes)?.limit("compile_memory", MEMORY).run()?.limit("compile memory")
            },
        ),
        case("larger-than-memory", "a plugin of 62 MiB, where compiling may take 128 MiB", |lab| {
            // Its bytes, and then those of its code, which has the data as well.
            let bytes = with_section(Guest::new().fact("seen", "before").bytes(), CORE_MODULE, &data(62 << 20));
            lab.bytes(bytes)?.limit("compile_memory", "128MiB").run()?.limit("compile memory")
        }),
    ]
}

/// A core module with a data segment of so many bytes.
fn data(length: usize) -> Vec<u8> {
    let mut body = vec![1, 0x00, 0x41, 0x00, 0x0b];
    // Five bytes of LEB128 for the length.
    let digits = (0..5).map(|at| u8::try_from((length >> (7 * at)) & 0x7f).unwrap_or_default());
    body.extend(digits.enumerate().map(|(at, digit)| if at < 4 { digit | 0x80 } else { digit }));
    body.resize(body.len() + length, b'x');
    let memory = with_section(MODULE_HEADER.to_vec(), 5, &[1, 0, 0x80, 0x08]);
    with_section(memory, 11, &body)
}

/// What other compilers stumble over.
fn odd(case: Of) -> Vec<Case> {
    vec![
        case("deep-blocks", "blocks within blocks, fifty thousand deep", |lab| {
            let module = format!("(module (func {} {}))", "block ".repeat(50_000), "end ".repeat(50_000));
            bounded(lab, with_module(&module)?)
        }),
        case("deep-expression", "an expression of fifty thousand operands that are all live at once", |lab| {
            let push = "local.get 0 ".repeat(50_000);
            let module = format!("(module (func (param i32) (result i32) {push} {}))", "i32.add ".repeat(49_999));
            bounded(lab, with_module(&module)?)
        }),
        case("many-locals", "fifty thousand locals in one function, and a thousand such functions", |lab| {
            let function = format!("(func (local {}))", "v128 ".repeat(1_000));
            bounded(lab, with_module(&format!("(module {})", repeated(1_000, |_| function.clone())))?)
        }),
        case("big-data", "a data segment of 40 MiB", |lab| {
            let module = data(40 << 20);
            bounded(lab, with_section(Guest::new().fact("seen", "before").bytes(), CORE_MODULE, &module))
        }),
        case("many-types", "a million types of functions", |lab| {
            let types = repeated(200_000, |number| {
                let bit = |at: usize| if (number >> at) & 1 == 1 { "i32 " } else { "i64 " };
                format!("(type (func (param {})))", (0..18).map(bit).collect::<String>())
            });
            bounded(lab, with_module(&format!("(module {types})"))?)
        }),
    ]
}

fn neighbours(lab: &Lab) -> Result<Told> {
    let trial = lab.bytes(with_module(&tangled(100_000, 500))?)?.limit("compile_time", TIME);
    let honest = Guest::new().fact("seen", "honest").bytes();
    let descriptor = r#"{ "name": "honest", "version": "1.0.0" }"#;
    let trial = trial.file("honest.wasm", honest)?.file("honest.probe.json", descriptor)?;
    let trial = trial.section("[probes.honest]\nplugin = \"honest.wasm\"");
    let trial = trial.requirement("services.honest.facts.seen = \"honest\"");
    let told = trial.run()?.limit("compile time")?;
    let outcome = crate::told::text(told.one("stack.fact", "honest")?, "outcome").to_owned();
    anyhow::ensure!(outcome == "pass", "the honest plugin was harmed: {outcome}");
    Ok(told)
}
