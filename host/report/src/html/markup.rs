//! Markup into which text comes escaped or not at all.
//!
//! Invariant: this is the only file that writes `<`. Names of elements and attributes are literals of this crate; every
//! other text is cleaned and escaped on its way in, whether it is content or the value of an attribute.

use shipworthy_contract::text;

/// Longest text that is written at one place, in characters. All of it stands in `--format json`.
const LONGEST: usize = 4_000;

/// Attributes of an element: names of this crate, values of anybody.
pub(super) type Attributes<'a> = [(&'static str, &'a str)];

/// A document, or a piece of one.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    /// The whole, with a line break at its end.
    pub(super) fn finish(self) -> String {
        self.0 + "\n"
    }

    /// The line that every document begins with.
    pub(super) fn doctype(&mut self) {
        self.0.push_str("<!doctype html>");
    }

    /// An element with what `content` writes into it.
    pub(super) fn element(&mut self, name: &'static str, attributes: &Attributes<'_>, content: impl FnOnce(&mut Self)) {
        self.void(name, attributes);
        content(self);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// The same on a line of its own, so that the source can be read.
    pub(super) fn block(&mut self, name: &'static str, attributes: &Attributes<'_>, content: impl FnOnce(&mut Self)) {
        self.0.push('\n');
        self.element(name, attributes, content);
    }

    /// An element without content, such as `meta`.
    pub(super) fn void(&mut self, name: &'static str, attributes: &Attributes<'_>) {
        self.0.push('<');
        self.0.push_str(name);
        for (attribute, value) in attributes {
            self.0.push(' ');
            self.0.push_str(attribute);
            if !value.is_empty() {
                self.0.push_str("=\"");
                self.text(value);
                self.0.push('"');
            }
        }
        self.0.push('>');
    }

    /// An element with nothing but text in it.
    pub(super) fn span(&mut self, name: &'static str, attributes: &Attributes<'_>, text: &str) {
        self.element(name, attributes, |html| html.text(text));
    }

    /// An element whose content is a file of this crate, byte for byte: what its digest in the policy is of.
    pub(super) fn asset(&mut self, name: &'static str, asset: &'static str) {
        self.void(name, &[]);
        self.0.push_str(asset);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// Text of anybody: one line without control characters, cut where it is too long, and escaped.
    pub(super) fn text(&mut self, text: &str) {
        let mut before = None;
        for c in text::excerpt(text, LONGEST).chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // `##[` is a command of some CI systems wherever it stands in a log, and this may be printed to one.
                '#' if before == Some('#') => self.0.push_str("&#35;"),
                c => self.0.push(c),
            }
            before = Some(c);
        }
    }

    /// A blank between two elements on one line, which keeps them apart where styles are not read.
    pub(super) fn blank(&mut self) {
        self.0.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Html)) -> String {
        let mut html = Html::default();
        write(&mut html);
        html.0
    }

    #[test]
    fn text_cannot_become_markup() {
        for (text, escaped) in [
            ("plain ünï", "plain ünï"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\" onload='x'", "&quot; onload=&#39;x&#39;"),
            ("&lt;", "&amp;lt;"),
            ("a ##[error]b", "a #&#35;[error]b"),
            ("###", "#&#35;&#35;"),
            ("\u{1b}[31mred\u{1b}[0m \u{202e}x\n<b>", "red x &lt;b&gt;"),
            ("::error::x", "·::error::x"),
        ] {
            assert_eq!(written(|html| html.text(text)), escaped);
            let attribute = written(|html| html.void("a", &[("title", text)]));
            assert_eq!(attribute, format!("<a title=\"{escaped}\">"));
        }
    }

    #[test]
    fn elements_nest() {
        let page = written(|html| {
            html.element("p", &[("class", "x"), ("hidden", "")], |html| {
                html.span("b", &[], "a<b");
                html.blank();
                html.void("br", &[]);
            });
        });
        assert_eq!(page, "<p class=\"x\" hidden><b>a&lt;b</b> <br></p>");
    }

    #[test]
    fn long_text_is_cut() {
        let page = written(|html| html.text(&"<".repeat(LONGEST * 2)));
        assert_eq!(page.matches("&lt;").count(), LONGEST - 1);
        assert!(page.ends_with('…'));
    }
}
