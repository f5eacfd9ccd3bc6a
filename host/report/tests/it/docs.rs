//! `docs/contract.md` carries what is generated here.

use shipworthy_report::{classes_markdown, rules::matrix_markdown};

const CONTRACT: &str = include_str!("../../../../docs/contract.md");

/// What stands between the markers of a name.
fn generated(name: &str) -> Option<&'static str> {
    let (_, rest) = CONTRACT.split_once(&format!("<!-- generated: {name} -->\n"))?;
    Some(rest.split_once(&format!("<!-- end generated: {name} -->"))?.0)
}

#[test]
fn the_documentation_has_todays_rules_and_classes() {
    assert_eq!(generated("rules"), Some(matrix_markdown().as_str()), "run `cargo xtask gen`");
    assert_eq!(generated("classes"), Some(classes_markdown().as_str()), "run `cargo xtask gen`");
}
