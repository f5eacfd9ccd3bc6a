//! Text as TOML.

/// A basic string. Control characters are escaped, so that the line can be shown.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.extend(["\\u".to_owned(), format!("{:04X}", u32::from(c))]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A comment's text: one line, cut.
pub(super) fn comment(text: &str) -> String {
    shipworthy_contract::text::excerpt(text, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments_stay_on_their_line() {
        for (text, expected) in
            [("esb-dev", r#""esb-dev""#), (r#"a"b\c"#, r#""a\"b\\c""#), ("a\nb\u{7f}", r#""a\u000Ab\u007F""#)]
        {
            assert_eq!(quoted(text), expected);
        }
        assert_eq!(comment("a\npolicy = \"warn\""), "a policy = \"warn\"");
    }
}
