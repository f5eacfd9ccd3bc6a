use proptest::prelude::*;
use shipworthy_contract::node::NodeValue;

use super::*;

fn parse(text: &str) -> Result<Document, YamlError> {
    read(text.as_bytes(), &Limits::default())
}

fn small() -> Limits {
    Limits { depth: 3, nodes: 10, text_bytes: 20, ..Limits::default() }
}

/// One line of a document that has no positions.
fn sketch(node: &Node) -> String {
    match &node.value {
        NodeValue::Null => "null".to_owned(),
        NodeValue::Scalar(text) => format!("{text:?}"),
        NodeValue::Sequence(items) => format!("[{}]", items.iter().map(sketch).collect::<Vec<_>>().join(" ")),
        NodeValue::Mapping(entries) => {
            let entries: Vec<_> = entries.iter().map(|(key, node)| format!("{}:{}", key.text, sketch(node))).collect();
            format!("{{{}}}", entries.join(" "))
        }
    }
}

#[test]
fn scalars_keep_the_text_that_was_written() {
    for (text, expected) in [
        ("1.0", r#""1.0""#),
        ("0644", r#""0644""#),
        ("0o17", r#""0o17""#),
        ("2024-01-01", r#""2024-01-01""#),
        ("True", r#""True""#),
        ("'null'", r#""null""#),
        ("null", "null"),
        ("Null", "null"),
        ("~", "null"),
        ("nULL", r#""nULL""#),
        ("!!str null", r#""null""#),
        ("!!str", r#""""#),
        ("! 12", r#""12""#),
        ("! null", "null"),
        ("! 'null'", r#""null""#),
        ("!", "null"),
        ("!!null x", "null"),
        ("!!binary aGVsbG8=", r#""aGVsbG8=""#),
        ("!foo bar", r#""bar""#),
        ("|\n  a\n  b\n", r#""a\nb\n""#),
        ("", "null"),
    ] {
        let document = parse(&format!("k: {text}")).unwrap();
        assert_eq!(sketch(document.root.as_ref().unwrap()), format!("{{k:{expected}}}"), "{text:?}");
    }
}

#[test]
fn aliases_and_merge_keys_are_expanded() {
    for (text, expected) in [
        ("a: &x [1, 2]\nb: *x", r#"{a:["1" "2"] b:["1" "2"]}"#),
        ("a: &x 1\nb: &x 2\nc: *x", r#"{a:"1" b:"2" c:"2"}"#),
        ("*x : 1\na: &x k", "unknown"),
        ("a: &x k\n*x : 1", r#"{a:"k" k:"1"}"#),
        ("b: &b {k: v, l: w}\nz: {<<: *b, k: own}", r#"{b:{k:"v" l:"w"} z:{k:"own" l:"w"}}"#),
        ("a: &a {k: 1}\nb: &b {k: 2, l: 3}\nz: {<<: [*a, *b]}", r#"{a:{k:"1"} b:{k:"2" l:"3"} z:{k:"1" l:"3"}}"#),
        ("b: &b {k: v}\nz: {!!merge <<: *b}", r#"{b:{k:"v"} z:{k:"v"}}"#),
        ("b: &b {k: v}\nz: {! <<: *b}", r#"{b:{k:"v"} z:{k:"v"}}"#),
        ("z: {!!str <<: 1}", r#"{z:{<<:"1"}}"#),
        ("z: {'<<': 1}", r#"{z:{<<:"1"}}"#),
        ("z: {~: 1}", r#"{z:{:"1"}}"#),
        ("? \n: 1", r#"{:"1"}"#),
        ("z: {'null': 1}", r#"{z:{null:"1"}}"#),
        ("z: {<<: 1}", "merge"),
        ("z: {<<: [1]}", "merge"),
        ("a: &a [*a]", "recursive"),
        ("? [a]\n: b", "key"),
        ("{}: b", "key"),
    ] {
        let result = match parse(text) {
            Ok(document) => sketch(document.root.as_ref().unwrap()),
            Err(YamlError::Merge { .. }) => "merge".to_owned(),
            Err(YamlError::Recursive { .. }) => "recursive".to_owned(),
            Err(YamlError::Key { .. }) => "key".to_owned(),
            Err(YamlError::Syntax { .. }) => "unknown".to_owned(),
            Err(other) => other.to_string(),
        };
        assert_eq!(result, expected, "{text:?}");
    }
}

#[test]
fn every_duplicate_key_is_found() {
    let document = parse("a: 1\nb: {c: 1, c: 2}\na: 3\n1: x\n'1': y\n").unwrap();
    let found: Vec<_> = document.duplicates.iter().map(|twice| (twice.key.as_str(), twice.at, twice.first)).collect();
    let at = |line, column| Position { line, column };
    assert_eq!(found, [("c", at(2, 11), at(2, 5)), ("a", at(3, 1), at(1, 1)), ("1", at(5, 1), at(4, 1))]);
}

#[test]
fn what_follows_the_first_document_is_told_and_not_read() {
    for (text, second) in [
        ("a: 1\n", None),
        ("---\na: 1\n", None),
        ("a: 1\n...\n", None),
        ("a: 1\n...\n# comment\n", None),
        ("a: 1\n---\nb: 2\n", Some(2)),
        ("a: 1\n---\n[", Some(2)),
        ("a: 1\n...\n@\n", Some(3)),
        ("a: 1\n---\n", Some(2)),
    ] {
        let document = parse(text).unwrap();
        assert_eq!(document.second.map(|at| at.line), second, "{text:?}");
        assert_eq!(sketch(document.root.as_ref().unwrap()), r#"{a:"1"}"#, "{text:?}");
    }
}

#[test]
fn empty_texts_have_no_root() {
    for text in ["", "\n\n", "# nothing\n", "\u{feff}"] {
        assert_eq!(parse(text).unwrap().root, None, "{text:?}");
    }
}

#[test]
fn only_foreign_tags_are_custom() {
    let text = "[!!str a, !!binary b, !!set {c}, !!timestamp 2024-01-01, ! d, !foo e, !!foo f, !<tag:x,2000:g> g, !<tag:yaml.org,2002:int> 1, {!!merge <<: {}}]";
    let document = parse(text).unwrap();
    let tags: Vec<_> = document.custom_tags.iter().map(|(tag, at)| (tag.as_str(), at.column)).collect();
    assert_eq!(tags, [("!foo", 63), ("!!foo", 71), ("!<tag:x,2000:g>", 80)]);
}

#[test]
fn errors_point_at_their_place() {
    for (bytes, line, column) in [
        (&b"a: 1\nb: {{{"[..], 2, 6),
        (b"a: 1\nb: \xff\xfe\n", 2, 4),
        ("ä: 1\nüü: \"abc".as_bytes(), 2, 5),
        (b"a: x\x01y\n", 1, 4),
        (b"a: x\0y\n", 1, 5),
        (b"a: 1\nb: *nope\n", 2, 4),
    ] {
        let error = read(bytes, &Limits::default()).unwrap_err();
        assert_eq!((error.at().line, error.at().column), (line, column), "{bytes:?}: {error}");
    }
}

#[test]
fn limits_hold_on_both_sides() {
    let limits = small();
    for (text, allowed) in [
        ("a: [[1]]", true),
        ("a: [[[1]]]", false),
        ("a:\n  b:\n    c: 1", true),
        ("a:\n  b:\n    c:\n      d: 1", false),
        ("x: &x [[1]]\ny: *x", true),
        ("x: &x [1]\ny: [[*x]]", false),
        ("[1, 2, 3, 4, 5, 6, 7, 8, 9]", true),
        ("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", false),
        ("[&x [1, 2, 3], *x, 4]", true),
        ("[&x [1, 2, 3], *x, 4, 5]", false),
        ("[&x aaaaaaaaaa, *x]", true),
        ("[&x aaaaaaaaaa, *x, a]", false),
    ] {
        let result = read(text.as_bytes(), &limits);
        let limited = matches!(result, Err(YamlError::Limit { .. }));
        assert!(if allowed { result.is_ok() } else { limited }, "{text:?}: {result:?}");
    }
}

#[test]
fn bombs_are_refused_before_they_grow() {
    let level = |level: usize| format!("x{level}: &x{level} [{}]\n", vec![format!("*x{}", level - 1); 9].join(","));
    let aliases = (1..30).map(level).collect::<Vec<_>>().concat();
    let long = format!("x: &x {}\ny: [{}]", "a".repeat(1 << 20), vec!["*x"; 1000].join(","));
    for bomb in [
        format!("x0: &x0 [a]\n{aliases}"),
        long,
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "&a [".repeat(300),
        "{a: ".repeat(100_000),
        format!("{}1", "? ".repeat(100_000)),
    ] {
        let error = parse(&bomb).unwrap_err();
        assert!(matches!(error, YamlError::Limit { .. }), "{}: {error}", bomb.chars().take(20).collect::<String>());
    }
}

/// Whatever was read is within the limits, and whatever was not has a place.
fn holds(result: &Result<Document, YamlError>) {
    fn levels(node: &Node) -> usize {
        match &node.value {
            NodeValue::Null | NodeValue::Scalar(_) => 0,
            NodeValue::Sequence(items) => 1 + items.iter().map(levels).max().unwrap_or(0),
            NodeValue::Mapping(entries) => 1 + entries.iter().map(|(_, node)| levels(node)).max().unwrap_or(0),
        }
    }
    match result {
        Ok(document) => assert!(document.root.as_ref().map_or(0, levels) <= small().depth, "{document:?}"),
        Err(error) => assert!(error.at().line > 0 && error.at().column > 0, "{error:?}"),
    }
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        holds(&read(&bytes, &small()));
    }

    #[test]
    fn any_yaml_like_text_gives_an_answer(text in "[-?:,\\[\\]{}#&*!|>'\"%@` \n\tab<~.0]{0,60}") {
        holds(&read(text.as_bytes(), &small()));
    }

    #[test]
    fn quoted_text_comes_back(text in "[ -~äß]{0,40}") {
        let document = parse(&format!("k: '{}'", text.replace('\'', "''"))).unwrap();
        let root = document.root.unwrap();
        prop_assert_eq!(root.get("k").and_then(Node::scalar), Some(text.as_str()));
    }
}
