//! The sums file: its lines, and the listing of the whole.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| shipworthy_payload::fuzzing::sums(bytes));
