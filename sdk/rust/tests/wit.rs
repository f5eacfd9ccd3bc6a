//! The published crate carries the WIT, and it must be the repository's.

#[test]
fn the_crates_copy_of_the_wit_is_the_repositorys() {
    let ours = include_str!("../wit/probe.wit");
    let released = include_str!("../../../wit/0.1.0/probe.wit");
    assert!(ours == released, "copy wit/0.1.0/probe.wit to sdk/rust/wit/probe.wit");
}
