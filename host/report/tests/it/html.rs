//! The HTML report: whole, the same for the same report, and safe against whatever stands in it. That a browser takes it
//! so is tested in one (`tests/e2e/html.rs`).

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use shipworthy_contract::{Outcome, Sha256, evidence::LAST_WORDS, text::one_line};
use shipworthy_report::html::render;

use crate::{filled::report_of, pages, samples};

/// Names and values.
type Attributes<'a> = Vec<(&'a str, &'a str)>;

/// A tag or a text between tags.
#[derive(Debug)]
enum Piece<'a> {
    Open { name: &'a str, attributes: Attributes<'a> },
    Close(&'a str),
    Text(&'a str),
}

/// Elements without content.
const VOID: [&str; 3] = ["meta", "input", "br"];

/// Every name of an element that a page may have.
const ELEMENTS: &str = "a article b body button caption code dd details div dl dt em footer h1 h2 h3 head header html i \
                        input kbd label li main meta nav ol option p rect script section select small span style summary \
                        svg table tbody td th thead title tr ul";

/// Reads a page strictly, much more so than a browser: what is not exactly as we write it is an error.
fn pieces(page: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut rest = page.strip_prefix("<!doctype html>").ok_or("no doctype")?;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        if let Some(tag) = rest.strip_prefix('<') {
            let (tag, after) = tag.split_once('>').ok_or("a tag without end")?;
            rest = after;
            if let Some(name) = tag.strip_prefix('/') {
                pieces.push(Piece::Close(name));
                continue;
            }
            let (name, attributes) = open(tag)?;
            pieces.push(Piece::Open { name, attributes });
            if name == "script" || name == "style" {
                let (raw, after) = rest.split_once("</").ok_or("an asset without end")?;
                pieces.push(Piece::Text(raw));
                rest = after;
                let (end, after) = rest.split_once('>').ok_or("an asset without end")?;
                pieces.push(Piece::Close(end));
                rest = after;
            }
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            let (text, after) = rest.split_at(end);
            if text.contains(['>', '"', '\'']) {
                return Err(format!("not escaped: {text}"));
            }
            pieces.push(Piece::Text(text));
            rest = after;
        }
    }
    Ok(pieces)
}

fn open(tag: &str) -> Result<(&str, Attributes<'_>), String> {
    let (name, mut rest) = tag.split_at(tag.find(' ').unwrap_or(tag.len()));
    let mut attributes = Vec::new();
    while let Some(next) = rest.strip_prefix(' ') {
        let end = next.find([' ', '=']).unwrap_or(next.len());
        let (attribute, after) = next.split_at(end);
        let (value, after) = match after.strip_prefix("=\"") {
            Some(value) => value.split_once('"').ok_or_else(|| format!("a value without end: {tag}"))?,
            None => ("", after),
        };
        attributes.push((attribute, value));
        rest = after;
    }
    if rest.is_empty() { Ok((name, attributes)) } else { Err(format!("more than a tag: {tag}")) }
}

/// What is wrong with a page, in words.
fn faults(page: &str) -> Vec<String> {
    let pieces = match pieces(page) {
        Ok(pieces) => pieces,
        Err(fault) => return vec![fault],
    };
    let elements: BTreeSet<&str> = ELEMENTS.split_whitespace().collect();
    let mut faults = Vec::new();
    let mut within: Vec<&str> = Vec::new();
    let mut ids = BTreeSet::new();
    for piece in &pieces {
        match piece {
            Piece::Open { name, attributes } => {
                if !elements.contains(name) {
                    faults.push(format!("a strange element: {name}"));
                }
                if !VOID.contains(name) {
                    within.push(name);
                }
                for (attribute, value) in attributes {
                    let is_strange = attribute.starts_with("on")
                        || matches!(*attribute, "style" | "src" | "srcdoc" | "action" | "formaction")
                        || (*attribute == "href" && !value.starts_with('#'))
                        || (*attribute == "id" && !ids.insert(*value));
                    if is_strange || value.contains(['<', '>', '\'']) {
                        faults.push(format!("a strange attribute: {attribute}=\"{value}\""));
                    }
                }
            }
            Piece::Close(name) => {
                if within.pop() != Some(name) {
                    faults.push(format!("closes what is not open: {name}"));
                }
            }
            Piece::Text(_) => {}
        }
    }
    faults.extend(within.iter().map(|name| format!("not closed: {name}")));
    faults.extend(page.lines().filter(|line| line.trim_start().starts_with("::")).map(str::to_owned));
    if page.contains("##[") || page.contains("##vso[") {
        faults.push("a workflow command".to_owned());
    }
    faults.extend(page.chars().find(|c| c.is_control() && *c != '\n').map(|c| format!("a control character: {c:?}")));
    faults
}

/// Ids of elements.
fn ids(page: &str) -> BTreeSet<&str> {
    let pieces = pieces(page).unwrap_or_default().into_iter();
    let attributes =
        pieces.filter_map(|piece| if let Piece::Open { attributes, .. } = piece { Some(attributes) } else { None });
    attributes.flatten().filter(|(name, _)| *name == "id").map(|(_, value)| value).collect()
}

/// What a page says, without its assets.
fn text(page: &str) -> String {
    let mut text = String::new();
    let mut is_asset = false;
    for piece in pieces(page).unwrap_or_default() {
        match piece {
            Piece::Open { name, .. } => is_asset = name == "script" || name == "style",
            Piece::Text(words) if !is_asset => text.push_str(words),
            Piece::Text(_) | Piece::Close(_) => text.push(' '),
        }
    }
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#35;", "#"), ("&amp;", "&")];
    named.into_iter().fold(text, |text, (escaped, plain)| text.replace(escaped, plain))
}

#[test]
fn pages_are_well_formed_and_name_nothing_outside() {
    for (name, report) in pages::all() {
        let page = render(&report);
        assert_eq!(faults(&page), Vec::<String>::new(), "{name}");
        // Addresses that services have may be read; the assets, which a browser follows, hold none.
        for asset in ["style", "script"] {
            let bytes = page.split_once(&format!("<{asset}>")).unwrap().1.split_once(&format!("</{asset}>")).unwrap().0;
            let outside = ["://", "url(", "@import", "sourceMappingURL", "fetch(", "innerHTML"];
            assert_eq!(outside.into_iter().find(|way| bytes.contains(way)), None, "{asset}");
        }
    }
}

#[test]
fn the_reader_of_these_tests_can_say_no() {
    for (page, fault) in [
        ("<p></p>", "no doctype"),
        ("<!doctype html><p>", "not closed: p"),
        ("<!doctype html><p></b>", "closes what is not open: b"),
        ("<!doctype html><img>", "a strange element: img"),
        ("<!doctype html><p onclick=\"x\"></p>", "a strange attribute: onclick=\"x\""),
        ("<!doctype html><a href=\"javascript:x\"></a>", "a strange attribute: href=\"javascript:x\""),
        ("<!doctype html><p class=\"a\"b></p>", "more than a tag: p class=\"a\"b"),
        ("<!doctype html>\"", "not escaped: \""),
    ] {
        assert!(faults(page).iter().any(|found| found == fault), "{page}: {:?}", faults(page));
    }
}

#[test]
fn the_policy_names_the_very_bytes_that_follow() {
    let page = render(&pages::mixed());
    let content = page.split_once("Content-Security-Policy\" content=\"").unwrap().1.split_once('"').unwrap().0;
    let policy = content.replace("&#39;", "'");
    for (asset, directive) in [("style", "style-src"), ("script", "script-src")] {
        let bytes = page.split_once(&format!("<{asset}>")).unwrap().1.split_once(&format!("</{asset}>")).unwrap().0;
        let digest = STANDARD.encode(Sha256::of(bytes.as_bytes()).as_bytes());
        assert!(policy.contains(&format!("{directive} 'sha256-{digest}';")), "{policy}");
        assert_eq!(page.matches(&format!("<{asset}>")).count(), 1);
    }
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for directive in ["base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'"] {
        assert!(policy.contains(directive), "{policy}");
    }
    // Nothing that it could forbid stands before it.
    let before = page.split_once("<meta http-equiv").unwrap().0;
    assert_eq!(before, "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">");
}

/// Results that are missing because of a cause are told in the words that the cause leaves to be told.
#[test]
fn every_result_is_there_with_its_rule_and_message() {
    for (name, report) in pages::all() {
        let page = render(&report);
        let ids = ids(&page);
        for number in 0..report.results.len() {
            assert!(ids.contains(format!("r{number}").as_str()), "{name}: result {number}");
        }
        let text = text(&page);
        // A fleet says the same a thousand times.
        let mut parts: BTreeSet<&str> = BTreeSet::new();
        for result in &report.results {
            parts.insert(result.rule.as_str());
            if result.outcome != Outcome::Skip {
                parts.extend([&result.expected, &result.hint].into_iter().flatten().map(String::as_str));
                parts.extend(result.items.iter().chain([&result.message]).map(String::as_str));
                let evidence = result.evidence.iter().flat_map(|line| [&line.name, &line.value, &line.source]);
                let log = result.log.iter().filter(|line| line.level != LAST_WORDS).map(|line| &line.text);
                parts.extend(evidence.chain(log).map(String::as_str));
            }
        }
        for part in parts {
            assert!(text.contains(&one_line(part)), "{name}: {part}");
        }
    }
}

#[test]
fn the_same_report_gives_the_same_page() {
    for (name, report) in pages::all() {
        assert!(render(&report) == render(&report), "{name}");
    }
}

/// Without the assets, so that the snapshot shows what the page says and how it is put together.
#[test]
fn a_page_reads_so() {
    let page = render(&samples::undetermined());
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (body, _) = rest.split_once("<script>").unwrap();
    let head = head.split_once("sha256-").unwrap().0;
    insta::assert_snapshot!(format!("{head}[…]{body}"));
}

#[test]
fn a_fleet_of_a_thousand_is_a_file_of_moderate_size() {
    let page = render(&pages::fleet(1_000));
    assert!(page.len() < 800_000, "{} bytes", page.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_text_becomes_markup(
        text in prop_oneof![
            "[a-z<>&\"'=/:# \\[\\]\u{1b}\n\u{202e}見é-]{0,120}",
            any::<String>(),
            "(</?script>|<!--|-->|\"|'|&#?[a-z0-9]{1,4};|##\\[|::| |\n){1,40}",
        ],
    ) {
        prop_assert_eq!(faults(&render(&report_of(&text))), Vec::<String>::new());
    }
}
