//! The calls of a guest at the moment of a trap, by the names that its component has for its functions.

use shipworthy_contract::{Frame, explain::Place};
use wasmtime::{FrameInfo, WasmBacktrace};

use crate::last_words::{between, frame};

/// Most calls that are looked at: those that are kept, and the runtime's own at both ends.
pub(crate) const MOST_LOOKED_AT: usize = 96;

/// How functions begin that run a program of another language: of such a program, the component's calls tell nothing.
const INTERPRETERS: [&str; 3] = ["_PyEval_", "JS_Call", "js::"];

/// The calls of an error, innermost first. None if the component has no names, since numbers say nothing to anybody, and
/// none of an interpreter.
///
/// `place` is where the guest says that it happened, which is the innermost call's.
pub(crate) fn of(error: &wasmtime::Error, place: Option<Place>) -> Vec<Frame> {
    let Some(trace) = error.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    let names = || trace.frames().iter().filter_map(FrameInfo::func_name);
    let interprets = |name: &str| INTERPRETERS.iter().any(|prefix| name.starts_with(prefix));
    // A component without names may have one for its export all the same.
    if names().all(is_export) || names().any(interprets) {
        return Vec::new();
    }
    let mut frames = between(trace.frames().iter().map(call).collect(), raises, brings);
    if let (Some(first), Some(Place { file, line, column })) = (frames.first_mut(), place) {
        *first = Frame { file: Some(file), line, column, function: std::mem::take(&mut first.function) };
    }
    frames
}

fn call(info: &FrameInfo) -> Frame {
    match info.func_name() {
        // Without the digest that tells apart what has the same name.
        Some(name) => frame(&format!("{:#}", rustc_demangle::demangle(name)), None),
        None => frame(&format!("function {}", info.func_index()), None),
    }
}

/// What raises a panic, or fails for its caller.
fn raises(frame: &Frame) -> bool {
    let own = ["std::", "core::", "alloc::", "<std::", "<core::", "<alloc::", "__rust", "rust_", "__rg_", "abort"];
    own.iter().any(|prefix| frame.function.starts_with(prefix))
}

/// What brings the call from the host to the probe: the export, its bindings, the SDK.
fn brings(frame: &Frame) -> bool {
    let name = frame.function.as_str();
    let own = ["shipworthy_sdk::component::", "shipworthy_sdk::probe::run", "_export_", "__wasm_call_", "cabi_"];
    is_export(name)
        || own.iter().any(|prefix| name.starts_with(prefix))
        || name.contains("::_export_")
        || name.ends_with("guest::Guest>::observe")
}

fn is_export(name: &str) -> bool {
    name.contains("shipworthy:probe/")
}
