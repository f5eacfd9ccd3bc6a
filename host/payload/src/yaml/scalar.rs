//! What a scalar is: nothing, or text. Numbers, booleans and dates stay the text that was written.

use granit_parser::{ScalarStyle, Tag};
use shipworthy_contract::node::NodeValue;

const NAMESPACE: &str = "tag:yaml.org,2002:";

/// Tags that YAML 1.1's and 1.2's own schemas define; any other is a custom one.
const OWN: [&str; 13] =
    ["binary", "bool", "float", "int", "map", MERGE, "null", "omap", "pairs", "seq", "set", "str", "timestamp"];

const MERGE: &str = "merge";

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

/// Whether a scalar is the merge key. Writers that keep tags write `!!merge <<`, and every reader merges that too: if
/// we did not, what it brings would go unjudged.
pub(super) fn is_merge(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> bool {
    let tagged = tag.is_none_or(|tag| tag.suffix_in_namespace(NAMESPACE).is_some_and(|name| name == MERGE));
    tagged && style == ScalarStyle::Plain && text == "<<"
}

/// A tag that says something. `!` alone does not: both reference readers read on as if it were not there.
pub(super) fn specific(tag: Option<&Tag>) -> Option<&Tag> {
    tag.filter(|tag| tag.parts() != ("", "!"))
}

/// Whether a tag is none of YAML's own.
pub(super) fn is_custom(tag: &Tag) -> bool {
    !tag.suffix_in_namespace(NAMESPACE).is_some_and(|name| OWN.contains(&name.as_ref()))
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}
