use proptest::prelude::*;

use super::*;

#[test]
fn the_first_group_is_found_or_else_the_whole() {
    for (pattern, text, expected) in [
        (r"version=(\S+)", "a version=1.2 b", Some("1.2")),
        ("1.2", "0 1x2", Some("1x2")),
        ("(a)|b", "b", None),
        ("(a|ab)(c|bcd)", "abcd", Some("a")),
        ("a*?b", "aab", Some("aab")),
        ("a{2,3}", "aaaa", Some("aaa")),
        ("a{2,3}?", "aaaa", Some("aa")),
        ("[^]a]", "]a-", Some("-")),
        ("[a-]+", "b-a-b", Some("-a-")),
        ("(?m)^queue ([0-9]+)$", "x 1\nqueue 12\ny 2", Some("12")),
        ("^queue", "x\nqueue", None),
        ("(?i)VERSION", "Version", Some("Version")),
        ("(?s)a.b", "a\nb", Some("a\nb")),
        (r"\bcat\b", "concat cat", Some("cat")),
        (r"\{(.)\}", "{é}", Some("é")),
        ("(a*)*", "b", Some("")),
        (r"(?:\s?|\w*?)*", " _a", Some(" _")),
        ("", "b", Some("")),
    ] {
        assert_eq!(Pattern::parse(pattern).unwrap().find(text), expected, "{pattern} in {text}");
    }
}

#[test]
fn what_is_not_understood_is_refused() {
    for pattern in [
        "(",
        ")",
        "[",
        "[]",
        "*",
        "a|*",
        "{2}",
        "a{2",
        "a{3,2}",
        "a{1001}",
        "a{,2}",
        r"\q",
        r"\1",
        r"\p{L}",
        "\\",
        "(?=a)",
        "(?P<n>a)",
        "(?x)a",
        "a(?i)b",
        "[[:alpha:]]",
        "[b-a]",
        r"[a-\d]",
        "[a&&b]",
    ] {
        assert!(Pattern::parse(pattern).is_err(), "{pattern}");
    }
}

#[test]
fn what_would_cost_too_much_is_refused() {
    assert!(Pattern::parse("((a{100}){100}){100}").unwrap_err().starts_with("comes to more than"));
    assert!(Pattern::parse(&"(".repeat(1_000)).unwrap_err().starts_with("groups deeper than"));
    assert!(Pattern::parse(&"a|".repeat(1_000)).is_err());
    assert!(Pattern::parse(&["a", &"*".repeat(1_000)].concat()).is_err());
    assert!(Pattern::parse(&"(?:(?:){1000}){1000}".repeat(8)).is_ok());
}

#[test]
fn an_expression_that_backtracks_elsewhere_stays_linear_here() {
    let text = "a".repeat(20_000);
    assert!(!Pattern::parse("(a*)*(a|aa)+b").unwrap().is_match(&text));
}

/// Without `{0}`, for which the crate forgets the groups within, and without ranges across cases, which it does not fold.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[abc]",
        Just(".".to_owned()),
        Just("^".to_owned()),
        Just("$".to_owned()),
        Just(r"\b".to_owned()),
        Just(r"\B".to_owned()),
        Just(r"\w".to_owned()),
        Just(r"\W".to_owned()),
        Just(r"\d".to_owned()),
        Just(r"\D".to_owned()),
        Just(r"\s".to_owned()),
        Just(r"\S".to_owned()),
        Just("[a-b]".to_owned()),
        Just("[^a]".to_owned()),
        Just(r"[\w-]".to_owned()),
        Just("[A-B]".to_owned()),
        Just(r"[^\S]".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|all| all.concat()),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}|{b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            (inner, "([*+?]|\\{(0,2?|1(,2?)?)\\})\\??").prop_map(|(a, times)| format!("(?:{a}){times}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn matches_are_those_of_the_regex_crates(flags in "(\\(\\?[ims]{1}\\))?", body in expression(), text in "[abcAB1 _é\n-]{0,12}") {
        let pattern = format!("{flags}{body}");
        let ours = Pattern::parse(&pattern).unwrap();
        let theirs = regex_lite::Regex::new(&pattern).unwrap();
        let captures = theirs.captures(&text);
        let group = usize::from(theirs.captures_len() > 1);
        let expected = captures.as_ref().and_then(|captures| captures.get(group)).map(|found| found.as_str());
        prop_assert_eq!(ours.find(&text), expected, "{} in {:?}", pattern, text);
        prop_assert_eq!(ours.is_match(&text), captures.is_some());
    }

    #[test]
    fn no_expression_is_a_panic(pattern in ".{0,24}", text in ".{0,24}") {
        if let Ok(pattern) = Pattern::parse(&pattern) {
            pattern.find(&text);
        }
    }
}
