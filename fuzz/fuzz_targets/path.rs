//! Paths: their cleaning, and which of them stay inside a root.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| shipworthy_payload::fuzzing::path(text));
