//! The table of cases, by what is attacked.

mod binary;
mod compile;
mod containers;
mod descriptor;
mod flood;
mod headers;
mod memory;
mod paths;
mod requests;
mod secrets;
mod service;
mod text;
mod time;
mod wasi;

use crate::Case;

/// Every case, in the order of the table.
pub fn all() -> Vec<Case> {
    [
        time::cases(),
        service::cases(),
        memory::cases(),
        flood::cases(),
        compile::cases(),
        text::cases(),
        binary::cases(),
        descriptor::cases(),
        paths::cases(),
        headers::cases(),
        requests::cases(),
        secrets::cases(),
        containers::cases(),
        wasi::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_plain() {
        let names: Vec<String> = all().iter().map(Case::full_name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "each once");
        for name in &names {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-:".contains(c);
            assert!(name.chars().all(plain), "{name}");
        }
    }
}
