//! Looks at the service `orders` and says what it sees; what of it a deploy requires is not decided here.

use serde::Deserialize;
use shipworthy_sdk::{Failure, Finding, Probe, Request, Stack, Target};

/// The environment's `config` for this probe, as the schema in `probe.json` has it.
#[derive(Deserialize)]
struct Config {
    #[serde(default = "ten")]
    longest_queue: f64,
}

fn ten() -> f64 {
    10.0
}

struct Orders;

impl Probe for Orders {
    type Config = Config;

    fn observe(stack: &Stack<'_>, _target: &Target, config: Config) -> Result<(), Failure> {
        let [info, queue] = stack.http().send_all([Request::get("/info"), Request::get("/queue")]);

        // Nothing makes sense without this one: `?` ends the run, with the gap that fits.
        let info = info?.expect(200)?.json()?;
        stack.fact("version", info.value("/build/version")?, info.origin("/build/version"));
        for feature in info.keys("/features")? {
            stack.capability(feature, true, info.origin("/features"));
        }
        // The list is whole: what is required and not on it is absent, not unknown.
        stack.complete("");

        // This one may be missing without hiding the rest.
        if let Err(failure) = look_at_queue(stack, queue.map_err(Failure::from), config.longest_queue) {
            stack.missing("queue", failure);
        }
        Ok(())
    }
}

fn look_at_queue(
    stack: &Stack<'_>,
    queue: Result<shipworthy_sdk::Response, Failure>,
    longest: f64,
) -> Result<(), Failure> {
    let queue = queue?.expect(200)?.json()?;
    let length: f64 = queue.read("/length")?;
    stack.fact("queue", length, queue.origin("/length"));
    let finding = Finding::new(length <= longest, "things that wait");
    stack.finding("queue-short", &finding.expected(format!("at most {longest}")).found(length.to_string()));
    Ok(())
}

shipworthy_sdk::export!(Orders);

#[cfg(test)]
mod tests {
    use shipworthy_sdk::{
        NetworkError,
        testing::{Answer, Script},
    };

    use super::*;

    const INFO: &str = r#"{ "build": { "version": "2.1.0" }, "features": { "refunds": {} } }"#;

    #[test]
    fn a_queue_that_is_not_seen_hides_nothing() {
        let seen = Script::new()
            .descriptor(include_str!("../probe.json"))
            .http("GET /info", Answer::json(200, INFO))
            .http("GET /queue", NetworkError::Unreachable("connection refused".to_owned()))
            .run::<Orders>("{}");
        assert_eq!(
            seen.lines(),
            [
                r#"fact version = "2.1.0", from GET /info build.version"#,
                "capability refunds present, from GET /info features",
                r#"complete """#,
                "missing queue: unreachable: connection refused",
            ]
        );
    }

    #[test]
    fn a_long_queue_breaks_the_rule() {
        let seen = Script::new()
            .http("GET /info", Answer::json(200, INFO))
            .http("GET /queue", Answer::json(200, r#"{ "length": 12 }"#))
            .run::<Orders>(r#"{ "longest_queue": 5 }"#);
        let findings = seen.findings("queue-short");
        assert_eq!(findings.iter().map(|finding| finding.holds).collect::<Vec<_>>(), [false]);
    }
}
