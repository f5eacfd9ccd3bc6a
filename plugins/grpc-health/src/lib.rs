//! Asks the standard gRPC health service, `grpc.health.v1.Health/Check`.
//!
//! A name that the server does not know (`NOT_FOUND`) is a gap and no violation: the name stands in the environment's
//! configuration, and may be wrong there.

use serde::Deserialize;
use shipworthy_sdk::{Failure, Finding, Gap, Probe, Reply, Stack, Target, code, health};

/// See `probe.json`, where each key is described.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default = "whole_server")]
    services: Vec<String>,
}

fn whole_server() -> Vec<String> {
    vec![String::new()]
}

struct GrpcHealth;

impl Probe for GrpcHealth {
    type Config = Config;

    /// One name after the other. Before anything answered, a failure of the network is told once and ends the run, so
    /// that a server that is down does not cost a timeout for each name.
    fn observe(stack: &Stack<'_>, _target: &Target, config: Config) -> Result<(), Failure> {
        let mut answered = false;
        for name in &config.services {
            match stack.grpc().invoke(health::check(name)) {
                Ok(reply) => {
                    answered = true;
                    report(stack, name, reply);
                }
                Err(error) if answered => unseen(stack, name, error.into()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

shipworthy_sdk::export!(GrpcHealth);

fn report(stack: &Stack<'_>, name: &str, reply: Reply) {
    let origin = reply.origin(&["status of ", &whose(name)].concat());
    let is_unknown = reply.code() == code::NOT_FOUND;
    match health::status(reply) {
        Ok(status) => {
            stack.fact(&key(name), status, origin.clone());
            let finding = Finding::new(status == "SERVING", origin.what);
            stack.finding("serving", &finding.expected("SERVING").found(status));
        }
        // Who asks for a name wants to know: one that the server does not know is the configuration's to mend.
        Err(failure) if is_unknown => {
            stack.missing(&key(name), failure.clone());
            stack.missing("serving", Failure { why: Gap::Config, ..failure }.at(&whose(name)));
        }
        Err(failure) => unseen(stack, name, failure),
    }
}

/// The fact and the rule: neither is known.
fn unseen(stack: &Stack<'_>, name: &str, failure: Failure) {
    stack.missing(&key(name), failure.clone());
    stack.missing("serving", failure.must_be_offered().at(&whose(name)));
}

fn whose(name: &str) -> String {
    if name.is_empty() { "the whole server".to_owned() } else { ["`", name, "`"].concat() }
}

fn key(name: &str) -> String {
    if name.is_empty() { "health".to_owned() } else { ["health:", name].concat() }
}

#[cfg(test)]
mod tests {
    use shipworthy_sdk::{
        NetworkError,
        health::CHECK,
        testing::{GrpcAnswer, Script, Seen},
    };

    use super::*;

    const BOTH: &str = r#"{ "services": ["", "agent.v1.AgentService"] }"#;

    fn look(answers: impl IntoIterator<Item = Result<GrpcAnswer, NetworkError>>, config: &str) -> Seen {
        let script = Script::new().descriptor(include_str!("../probe.json"));
        answers.into_iter().fold(script, |script, answer| script.grpc(CHECK, answer)).run::<GrpcHealth>(config)
    }

    fn serving() -> Result<GrpcAnswer, NetworkError> {
        GrpcAnswer::ok([8, 1]).into()
    }

    fn refused() -> Result<GrpcAnswer, NetworkError> {
        NetworkError::Unreachable("connection refused".to_owned()).into()
    }

    #[test]
    fn each_name_is_a_fact_and_a_finding() {
        let seen = look([serving(), Ok(GrpcAnswer::ok([8, 2]))], BOTH);
        let origin = |name: &str| format!("grpc {CHECK} status of {}", whose(name));
        assert_eq!(
            seen.lines(),
            [
                format!(r#"fact health = "SERVING", from {}"#, origin("")),
                format!("finding serving holds: {}, expected SERVING, found SERVING", origin("")),
                format!(
                    r#"fact health:agent.v1.AgentService = "NOT_SERVING", from {}"#,
                    origin("agent.v1.AgentService")
                ),
                format!(
                    "finding serving broken: {}, expected SERVING, found NOT_SERVING",
                    origin("agent.v1.AgentService")
                ),
            ]
        );
    }

    #[test]
    fn the_request_carries_the_name() {
        let seen = look([serving()], BOTH);
        assert_eq!(seen.calls(), [health::check(""), health::check("agent.v1.AgentService")]);
    }

    #[test]
    fn without_configuration_the_whole_server_is_asked_for() {
        let seen = look([serving()], "{}");
        assert_eq!((seen.calls().len(), seen.fact("health")), (1, Some(&"SERVING".into())));
    }

    #[test]
    fn an_answer_other_than_serving_is_a_violation() {
        for (message, status) in [(&[][..], "UNKNOWN"), (&[8, 0], "UNKNOWN"), (&[8, 3], "SERVICE_UNKNOWN")] {
            let seen = look([Ok(GrpcAnswer::ok(message))], "{}");
            assert_eq!(seen.fact("health"), Some(&status.into()));
            assert!(!seen.findings("serving")[0].holds);
        }
    }

    #[test]
    fn what_says_nothing_of_health_is_a_gap_and_no_violation() {
        for (answer, why, rule) in [
            (GrpcAnswer::status(code::NOT_FOUND, "unknown service"), Gap::NotOffered, Gap::Config),
            (GrpcAnswer::status(code::UNIMPLEMENTED, ""), Gap::NotOffered, Gap::Unreadable),
            (GrpcAnswer::status(code::UNAUTHENTICATED, ""), Gap::Denied, Gap::Denied),
            (GrpcAnswer::status(code::UNAVAILABLE, ""), Gap::Unreachable, Gap::Unreachable),
            (GrpcAnswer::ok([8, 9]), Gap::Unreadable, Gap::Unreadable),
            (GrpcAnswer::ok(*b"nonsense"), Gap::Unreadable, Gap::Unreadable),
        ] {
            let seen = look([Ok(answer.clone())], "{}");
            assert_eq!(seen.missing("health").map(|failure| failure.why), Some(why), "{answer:?}");
            assert_eq!(seen.missing("serving").map(|failure| failure.why), Some(rule), "{answer:?}");
            assert!(seen.findings("serving").is_empty());
        }
    }

    #[test]
    fn a_server_that_is_down_is_told_once() {
        let seen = look([refused()], BOTH);
        assert_eq!((seen.lines(), seen.calls().len()), (vec!["failed unreachable: connection refused".to_owned()], 1));
    }

    #[test]
    fn a_later_call_without_an_answer_hides_nothing() {
        let seen = look([serving(), refused()], BOTH);
        assert_eq!(seen.fact("health"), Some(&"SERVING".into()));
        let missing = seen.missing("health:agent.v1.AgentService").unwrap();
        assert_eq!(*missing, Failure::new(Gap::Unreachable, "connection refused"));
        assert_eq!(seen.outcome(), Ok(()));
    }
}
