//! Two environments side by side, for people and for programs: only what differs.

use serde::Serialize;

use crate::{
    Look,
    look::Tone,
    page::{Lead, Page, Span},
};

/// The format, in its field `schema`.
pub const COMPARISON_SCHEMA: &str = "shipworthy.env-diff/1";

/// Longest text that is shown, in characters.
const LONGEST: usize = 300;

/// Two environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Always [`COMPARISON_SCHEMA`].
    pub schema: &'static str,
    /// The one that was named first.
    pub left: Named,
    /// The other one.
    pub right: Named,
    /// What differs, by what it is about.
    pub sections: Vec<Section>,
}

/// An environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
}

/// What differs of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Which kind: `plugins`, `grants`, or the name of a table.
    pub about: String,
    /// What differs, never empty.
    pub items: Vec<Item>,
}

/// Something that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its key, or the probe.
    pub key: String,
    /// In the first environment; none if it is not there.
    pub left: Option<Value>,
    /// In the other one.
    pub right: Option<Value>,
}

/// A value, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Value {
    /// As TOML writes it, or in words.
    pub value: String,
    /// `FILE:LINE:COLUMN`, `default`, or whose word it is.
    pub origin: String,
}

/// The comparison as text, with a line break at its end.
pub fn render(comparison: &Comparison, look: &Look) -> String {
    let mut page = Page::new(look);
    for (mark, named) in [("-", &comparison.left), ("+", &comparison.right)] {
        let text = look.foreign(&format!("{} {}", named.name, named.file), LONGEST);
        side(&mut page, 0, mark, &[Span::new(text, Tone::Strong)]);
    }
    if comparison.sections.is_empty() {
        page.blank();
        page.text(0, &[Span::plain("nothing differs")]);
    }
    for section in &comparison.sections {
        page.blank();
        page.heading(&look.foreign(&section.about, LONGEST));
        for item in &section.items {
            page.text(0, &[Span::plain(look.foreign(&item.key, LONGEST))]);
            for (mark, value) in [("-", &item.left), ("+", &item.right)] {
                let Some(value) = value else { continue };
                let origin = look.foreign(&format!("# {}", value.origin), LONGEST);
                let spans = [Span::plain(look.foreign(&value.value, LONGEST)), Span::new(origin, Tone::Dim)];
                side(&mut page, 2, mark, &spans);
            }
        }
    }
    page.finish()
}

fn side(page: &mut Page<'_>, indent: usize, mark: &str, spans: &[Span]) {
    let tone = if mark == "-" { Tone::Bad } else { Tone::Good };
    page.line(&Lead { indent, label: Span::new(mark, tone), text_at: indent + 2 }, spans);
}

/// The comparison as JSON, with a line break at its end.
pub fn json(comparison: &Comparison) -> String {
    crate::json::pretty(comparison)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Named {
        Named { name: name.to_owned(), file: format!("environments/{name}.toml") }
    }

    #[test]
    fn each_side_says_where_its_value_comes_from() {
        let value = |value: &str, origin: &str| Some(Value { value: value.to_owned(), origin: origin.to_owned() });
        let mut comparison = Comparison {
            schema: COMPARISON_SCHEMA,
            left: named("staging"),
            right: named("production"),
            sections: vec![Section {
                about: "requirements".to_owned(),
                items: vec![
                    Item {
                        key: "requirements.mode".to_owned(),
                        left: value("\"docker\"", "environments/staging.toml:2:8"),
                        right: value("\"containerd\"", "environments/base.toml:4:8"),
                    },
                    Item { key: "policy".to_owned(), left: None, right: value("\"warn\"", "x") },
                ],
            }],
        };
        let look = Look { color: false, unicode: true, width: 100, plain: false };
        insta::assert_snapshot!(render(&comparison, &look), @r#"
        - staging environments/staging.toml
        + production environments/production.toml

        requirements
        ------------
        requirements.mode
          - "docker" # environments/staging.toml:2:8
          + "containerd" # environments/base.toml:4:8
        policy
          + "warn" # x
        "#);
        comparison.sections.clear();
        assert!(render(&comparison, &look).ends_with("\nnothing differs\n"));
    }
}
