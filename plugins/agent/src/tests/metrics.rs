//! What the metrics port shows, where there is one.

use shipworthy_sdk::{Failure, Gap};

use super::*;

const TEXT: &str = "# HELP go_goroutines Number of goroutines that currently exist.\n\
                    # TYPE go_goroutines gauge\n\
                    go_goroutines 9\n\
                    # HELP go_info Information about the Go environment.\n\
                    # TYPE go_info gauge\n\
                    go_info{version=\"go1.26.1\"} 1\n";

fn look(answer: impl Into<Result<Answer, NetworkError>>) -> Seen {
    sound(script_with(answer)).run::<Agent>("{}")
}

fn lines(seen: &Seen) -> Vec<String> {
    about(seen, &["capability prometheus", "fact go-version", "missing prometheus"])
}

#[test]
fn metrics_show_the_capability_and_the_version_of_go() {
    assert_eq!(
        lines(&look(Answer::new(200, TEXT))),
        [
            "capability prometheus present, from GET /metrics",
            r#"fact go-version = "go1.26.1", from GET /metrics go_info version"#,
        ]
    );
}

#[test]
fn the_version_of_go_is_read_from_its_own_label_only() {
    for (line, version) in [
        ("go_info{version=\"go1.26\"} 1", Some("go1.26")),
        ("go_info{a=\"b\", version=\"go1.26\"} 1", Some("go1.26")),
        ("go_info{goversion=\"go1.26\"} 1", None),
        ("other_go_info{version=\"1\"} 1", None),
        ("# go_info{version=\"1\"} 1", None),
        ("go_info{version=\"1\"", None),
        ("go_info 1", None),
    ] {
        let seen = look(Answer::new(200, format!("# TYPE x gauge\n{line}\n")));
        assert_eq!(seen.fact("go-version"), version.map(Into::into).as_ref(), "{line}");
        assert_eq!(seen.capability("prometheus"), Some(true), "{line}");
    }
}

#[test]
fn a_port_without_metrics_has_the_capability_absent() {
    assert_eq!(lines(&look(Answer::new(404, ""))), ["capability prometheus absent, from GET /metrics"]);
}

#[test]
fn what_says_nothing_of_metrics_is_a_gap() {
    for (answer, why) in [
        (Ok(Answer::new(302, "")), Gap::Unreadable),
        (Ok(Answer::new(401, "")), Gap::Denied),
        (Ok(Answer::new(503, "")), Gap::Unreachable),
        (Ok(Answer::new(200, "<html>sign in</html>")), Gap::Unreadable),
        (Ok(Answer::new(200, "")), Gap::Unreadable),
        (Ok(Answer::new(200, *b"\xff")), Gap::Unreadable),
        (Err(refused()), Gap::Unreachable),
    ] {
        let seen = look(answer.clone());
        let missing = seen.missing("prometheus").unwrap();
        assert_eq!((missing.why, missing.detail.starts_with("GET /metrics: ")), (why, true), "{answer:?}: {missing}");
        assert_eq!(seen.capability("prometheus"), None, "{answer:?}");
        assert_eq!(seen.outcome(), Ok(()), "{answer:?}");
    }
    let refused = Failure::new(Gap::Unreachable, "GET /metrics: connection refused");
    assert_eq!(look(super::refused()).missing("prometheus"), Some(&refused));
}

#[test]
fn without_an_endpoint_nothing_is_said_of_it() {
    let none = NetworkError::NotGranted("http@metrics GET /metrics".to_owned());
    assert!(lines(&look(none)).is_empty());
}
