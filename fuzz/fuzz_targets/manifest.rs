//! The manifest: its YAML, and the judgement in every generation.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| shipworthy_payload::fuzzing::manifest(bytes));
