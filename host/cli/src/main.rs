//! The `shipworthy` binary.
fn main() {}
