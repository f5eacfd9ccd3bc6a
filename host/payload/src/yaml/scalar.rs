//! What a scalar is: nothing, or text. Numbers, booleans and dates stay the text that was written.

use granit_parser::{ScalarStyle, Tag};
use shipworthy_contract::node::NodeValue;

const NAMESPACE: &str = "tag:yaml.org,2002:";

/// Tags that YAML 1.1's and 1.2's own schemas define; any other is a custom one.
const OWN: [&str; 12] =
    ["binary", "bool", "float", "int", "map", "null", "omap", "pairs", "seq", "set", "str", "timestamp"];

/// The value of a scalar. `implied` says that nothing stands there: `key:` without a value.
pub(super) fn value(text: &str, style: ScalarStyle, tag: Option<&Tag>, implied: bool) -> NodeValue {
    let null = match tag {
        None => style == ScalarStyle::Plain && (implied || is_null(text)),
        Some(tag) => tag.is_yaml_core_schema_tag("null"),
    };
    if null {
        NodeValue::Null
    } else if implied {
        // The parser gives `~` for nothing; with `!!str` before it, it is the empty text.
        NodeValue::Scalar(String::new())
    } else {
        NodeValue::Scalar(text.to_owned())
    }
}

/// Whether a tag is none of YAML's own. `!` alone only says that a plain scalar is text.
pub(super) fn is_custom(tag: &Tag) -> bool {
    let non_specific = tag.parts() == ("", "!");
    let own = tag.suffix_in_namespace(NAMESPACE).is_some_and(|name| OWN.contains(&name.as_ref()));
    !non_specific && !own
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}
