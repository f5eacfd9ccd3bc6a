//! Errors, as they read.

use std::fmt;

use shipworthy_contract::{Explain, Fault, explain::Place};
use shipworthy_report::{
    Look,
    error::{Shown, render, render_all},
};

const LOOK: Look = Look { color: false, unicode: true, width: 80, plain: false };

/// An error of any shape.
#[derive(Debug, Default)]
struct Sample {
    text: &'static str,
    source: Option<Box<Self>>,
    place: Option<Place>,
    help: Option<&'static str>,
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl std::error::Error for Sample {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl Explain for Sample {
    fn code(&self) -> &'static str {
        "env.unknown-key"
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        self.help.map(str::to_owned)
    }

    fn place(&self) -> Option<Place> {
        self.place.clone()
    }
}

fn unknown_key() -> Sample {
    Sample {
        text: "unknown key: `polciy`",
        place: Some(Place { file: "environments/staging.toml".to_owned(), line: Some(12), column: Some(3) }),
        help: Some("the nearest known key is `policy`"),
        source: None,
    }
}

fn chain() -> Sample {
    let root = Sample { text: "permission denied (os error 13)", ..Sample::default() };
    let repeated = Sample { text: "cannot read `certs/rootCA.crt`", source: Some(Box::new(root)), ..Sample::default() };
    Sample {
        text: "cannot use the endpoint `gateway`: cannot read `certs/rootCA.crt`",
        source: Some(Box::new(repeated)),
        ..Sample::default()
    }
}

#[test]
fn an_error_points_to_its_place() {
    insta::assert_snapshot!(render(&unknown_key(), Some("  polciy = \"strict\""), &LOOK), @r#"
    error: unknown key: `polciy`
      --> environments/staging.toml:12:3
        |
     12 |   polciy = "strict"
        |   ^
        |
      help: the nearest known key is `policy`
      [env.unknown-key] at fault: the environment
    "#);
}

#[test]
fn a_chain_is_told_once() {
    insta::assert_snapshot!(render(&chain(), None, &LOOK), @r"
    error: cannot use the endpoint `gateway`: cannot read `certs/rootCA.crt`
      because: permission denied (os error 13)
      [env.unknown-key] at fault: the environment
    ");
}

#[test]
fn several_errors_are_counted() {
    let (first, second) = (unknown_key(), chain());
    let errors =
        [Shown { error: &first, excerpt: None, caret: None }, Shown { error: &second, excerpt: None, caret: None }];
    insta::assert_snapshot!(render_all(&errors, &LOOK), @r"
    error: unknown key: `polciy`
      --> environments/staging.toml:12:3
      help: the nearest known key is `policy`
      [env.unknown-key] at fault: the environment

    error: cannot use the endpoint `gateway`: cannot read `certs/rootCA.crt`
      because: permission denied (os error 13)
      [env.unknown-key] at fault: the environment

    2 errors
    ");
}

#[test]
fn what_is_to_be_pasted_stands_apart_from_advice() {
    let help = "a first advice\nwrite in `[probes.web]`:\ngrants = [\n    \"http GET /**\",\n]";
    let error = Sample { text: "not granted", help: Some(help), ..Sample::default() };
    insta::assert_snapshot!(render(&error, None, &LOOK), @r#"
    error: not granted
      help: a first advice
      help: write in `[probes.web]`:
        grants = [
            "http GET /**",
        ]
      [env.unknown-key] at fault: the environment
    "#);
}

#[test]
fn wide_characters_and_tabs_keep_the_caret_in_place() {
    let mut error = unknown_key();
    error.place = Some(Place { file: "a.toml".to_owned(), line: Some(1), column: Some(5) });
    insta::assert_snapshot!(render(&error, Some("\t見見 polciy = 1"), &LOOK), @r"
    error: unknown key: `polciy`
      --> a.toml:1:5
       |
     1 |  見見 polciy = 1
       |       ^
       |
      help: the nearest known key is `policy`
      [env.unknown-key] at fault: the environment
    ");
}

#[test]
fn secrets_and_commands_in_the_excerpt_are_not_shown() {
    let error = unknown_key();
    let masked = render(&error, Some("api_token = \"hunter2\""), &LOOK);
    assert!(!masked.contains("hunter2") && masked.contains("[secret]"), "{masked}");
    let hostile = render(&error, Some("a\u{1b}[31m::error::x\u{202e} ##[error]y"), &LOOK);
    assert!(!hostile.contains('\u{1b}') && !hostile.contains('\u{202e}') && !hostile.contains("##["), "{hostile:?}");
}

#[test]
fn colour_and_ascii() {
    let error = Sample { text: "naïve → x", help: Some("do … this"), ..Sample::default() };
    insta::assert_snapshot!(
        render(&error, None, &Look { color: true, unicode: false, width: 80, plain: false }).replace('\u{1b}', "ESC"),
        @r"
    ESC[1mESC[31merror:ESC[0m ESC[1mna\u{ef}ve -> xESC[0m
      ESC[32mhelp:ESC[0m do ... this
      ESC[2m[env.unknown-key] at fault: the environmentESC[0m
    ");
}
