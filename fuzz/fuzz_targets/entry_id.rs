//! Entry ids: slug and digest of a template.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| shipworthy_payload::fuzzing::entry_id(text));
