//! What each answer over gRPC shows.

use std::collections::BTreeSet;

use shipworthy_sdk::{Call, Failure, Gap, Phase, code};

use super::*;

fn slow() -> NetworkError {
    NetworkError::TimedOut { phase: Phase::Headers, limit_ms: 2_000, received_bytes: 0 }
}

fn listed(list: impl Into<Result<GrpcAnswer, NetworkError>>) -> Seen {
    calls(script(), serving(), serving(), unimplemented(), list).run::<Agent>("{}")
}

/// `ListContainersResponse` with this many containers.
fn containers(count: usize) -> Vec<u8> {
    let state = protobuf::Writer::new().text(1, "id").text(2, "orders").text(3, "RUNNING").varint(4, 1_700_000_000);
    let state = state.text(5, "esb-orders").varint(6, 1_700_000_000).text(7, "someone").finish();
    (0..count).fold(protobuf::Writer::new(), |list, _| list.bytes(1, &state)).finish()
}

#[test]
fn each_name_has_its_own_health() {
    let seen =
        calls(script(), serving(), GrpcAnswer::ok([8, 2]), unimplemented(), GrpcAnswer::ok([])).run::<Agent>("{}");
    assert_eq!(seen.fact("health"), Some(&"SERVING".into()));
    assert_eq!(seen.fact("health:agent.v1.AgentService"), Some(&"NOT_SERVING".into()));
    let holds: Vec<_> = seen.findings("serving").iter().map(|finding| finding.holds).collect();
    assert_eq!(holds, [true, false]);
}

#[test]
fn a_server_that_does_not_know_the_agents_name_is_not_passed_over() {
    for number in [code::NOT_FOUND, code::UNIMPLEMENTED] {
        let unknown = GrpcAnswer::status(number, "unknown service");
        let seen = calls(script(), serving(), unknown, unimplemented(), GrpcAnswer::ok([])).run::<Agent>("{}");
        let why = format!("grpc {CHECK}: status {number}: unknown service");
        let named = Failure::new(Gap::NotOffered, &*why);
        assert_eq!(seen.missing("health:agent.v1.AgentService"), Some(&named), "the fact keeps its own gap");
        let why = format!("`agent.v1.AgentService`: {why}; an agent knows this name");
        assert_eq!(seen.missing("serving"), Some(&Failure::new(Gap::Unreadable, why)));
        assert_eq!(seen.findings("serving").len(), 1, "a gap is no violation");
        assert_eq!(seen.capability("rpc:ListContainers"), Some(true));
    }
}

#[test]
fn a_health_that_may_not_be_asked_keeps_its_reason() {
    let denied = GrpcAnswer::status(code::PERMISSION_DENIED, "who are you");
    let seen = calls(script(), serving(), denied, unimplemented(), GrpcAnswer::ok([])).run::<Agent>("{}");
    let why = format!("`agent.v1.AgentService`: grpc {CHECK}: status 7: who are you");
    assert_eq!(seen.missing("serving"), Some(&Failure::new(Gap::Denied, why)));
}

#[test]
fn only_calls_without_effect_are_made_each_once() {
    let seen = sound(script()).run::<Agent>("{}");
    let made: Vec<_> = seen.calls().iter().map(Call::what).collect();
    assert_eq!(made, [CHECK, CHECK, NO_SUCH_METHOD, LIST].map(|method| format!("grpc {method}")));
}

#[test]
fn the_owner_is_another_one_in_each_run() {
    // A call keeps its message to itself; its Debug shows the bytes. Field 1 with the prefix and 16 digits:
    let begins = [&[0x0a, 27][..], b"shipworthy-"].concat().iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let calls: BTreeSet<String> =
        (0..8).map(|_| format!("{:?}", sound(script()).run::<Agent>("{}").calls().last().unwrap())).collect();
    assert_eq!(calls.len(), 8);
    assert!(calls.iter().all(|call| call.contains(&format!("message: [{begins}, "))), "{calls:?}");
}

#[test]
fn a_list_with_containers_breaks_the_rule_and_shows_the_call() {
    for count in [1, 3] {
        let seen = listed(GrpcAnswer::ok(containers(count)));
        let [finding] = seen.findings("owner-empty")[..] else { panic!("one finding") };
        assert_eq!((finding.holds, finding.found.clone()), (false, Some(count.to_string())));
        assert_eq!(seen.capability("rpc:ListContainers"), Some(true));
    }
}

#[test]
fn fields_of_a_later_version_are_no_containers() {
    let seen = listed(GrpcAnswer::ok(protobuf::Writer::new().text(2, "next page").varint(3, 1).finish()));
    assert!(seen.findings("owner-empty")[0].holds);
}

#[test]
fn a_list_that_is_not_implemented_is_absent_and_leaves_its_rule_open() {
    let seen = listed(unimplemented());
    assert_eq!(seen.capability("rpc:ListContainers"), Some(false));
    let why = format!("grpc {LIST}: status 12: unknown method; an agent lists its containers");
    assert_eq!(seen.missing("owner-empty"), Some(&Failure::new(Gap::Unreadable, why)));
    assert!(seen.findings("owner-empty").is_empty());
}

#[test]
fn a_list_that_is_not_found_leaves_its_rule_open() {
    let seen = listed(GrpcAnswer::status(code::NOT_FOUND, ""));
    let of = |name| seen.missing(name).map(|failure| failure.why);
    assert_eq!((of("rpc:ListContainers"), of("owner-empty")), (Some(Gap::NotOffered), Some(Gap::Unreadable)));
}

#[test]
fn a_list_that_says_nothing_is_a_gap_and_no_violation() {
    let slow_detail = format!("grpc {LIST}: timed out after 2000 ms while waiting for the answer");
    for (answer, why, detail) in [
        (Ok(GrpcAnswer::ok(*b"<html>")), Gap::Unreadable, format!("grpc {LIST}: not a protobuf message")),
        (Ok(GrpcAnswer::ok([8, 1])), Gap::Unreadable, format!("grpc {LIST}: field 1: expected a message")),
        (Ok(GrpcAnswer::ok([10, 1, 0xff])), Gap::Unreadable, format!("grpc {LIST}: not a protobuf message")),
        (Ok(GrpcAnswer::status(3, "owner")), Gap::Unreadable, format!("grpc {LIST}: status 3: owner")),
        (Ok(GrpcAnswer::status(code::UNAUTHENTICATED, "")), Gap::Denied, format!("grpc {LIST}: status 16")),
        (Ok(GrpcAnswer::status(code::UNAVAILABLE, "")), Gap::Unreachable, format!("grpc {LIST}: status 14")),
        (Err(slow()), Gap::TimedOut, slow_detail),
    ] {
        let seen = listed(answer.clone());
        for name in ["rpc:ListContainers", "owner-empty"] {
            let missing = seen.missing(name).unwrap();
            assert_eq!((missing.why, missing.detail.starts_with(&detail)), (why, true), "{answer:?}: {missing}");
        }
        assert_eq!((seen.capability("rpc:ListContainers"), seen.findings("owner-empty").len()), (None, 0));
        assert_eq!(seen.outcome(), Ok(()));
    }
}

#[test]
fn what_answers_everything_proves_nothing() {
    let anything = || GrpcAnswer::ok([]);
    let seen = calls(script(), serving(), serving(), anything(), anything()).run::<Agent>("{}");
    let [finding] = seen.findings("unknown-method")[..] else { panic!("one finding") };
    assert_eq!((finding.holds, finding.found.as_deref()), (false, Some("status 0")));
    let why = format!("grpc {LIST}: a method that does not exist is answered with OK as well");
    let why = Failure::new(Gap::Unreadable, why);
    assert_eq!((seen.missing("rpc:ListContainers"), seen.missing("owner-empty")), (Some(&why), Some(&why)));
    assert_eq!((seen.capability("rpc:ListContainers"), seen.findings("owner-empty").len()), (None, 0));
}

#[test]
fn another_answer_for_an_unknown_method_is_a_violation_that_leaves_the_list() {
    for number in [2, code::NOT_FOUND, 13] {
        let answer = GrpcAnswer::status(number, "odd");
        let seen = calls(script(), serving(), serving(), answer, GrpcAnswer::ok([])).run::<Agent>("{}");
        let [finding] = seen.findings("unknown-method")[..] else { panic!("one finding") };
        assert_eq!((finding.holds, finding.found.clone()), (false, Some(format!("status {number}"))));
        assert_eq!(seen.capability("rpc:ListContainers"), Some(true));
    }
}

#[test]
fn an_unknown_method_that_is_not_answered_for_itself_is_a_gap() {
    for (answer, why) in [
        (Ok(GrpcAnswer::status(code::UNAUTHENTICATED, "")), Gap::Denied),
        (Ok(GrpcAnswer::status(code::PERMISSION_DENIED, "")), Gap::Denied),
        (Ok(GrpcAnswer::status(code::UNAVAILABLE, "")), Gap::Unreachable),
        (Ok(GrpcAnswer::status(code::DEADLINE_EXCEEDED, "")), Gap::TimedOut),
        (Ok(GrpcAnswer::status(code::RESOURCE_EXHAUSTED, "")), Gap::Limit),
        (Err(slow()), Gap::TimedOut),
    ] {
        let seen = calls(script(), serving(), serving(), answer.clone(), GrpcAnswer::ok([])).run::<Agent>("{}");
        assert_eq!(seen.missing("unknown-method").map(|failure| failure.why), Some(why), "{answer:?}");
        assert!(seen.findings("unknown-method").is_empty(), "{answer:?}");
        assert_eq!(seen.capability("rpc:ListContainers"), Some(true), "{answer:?}");
    }
}

#[test]
fn a_call_without_an_answer_after_one_with_hides_nothing() {
    let seen = calls(script(), serving(), slow(), slow(), slow()).run::<Agent>("{}");
    assert_eq!(seen.fact("health"), Some(&"SERVING".into()));
    for name in ["health:agent.v1.AgentService", "unknown-method", "rpc:ListContainers", "owner-empty"] {
        assert_eq!(seen.missing(name).map(|failure| failure.why), Some(Gap::TimedOut), "{name}");
    }
    assert_eq!((seen.calls().len(), seen.outcome()), (4, Ok(())));
}

#[test]
fn a_failure_of_tls_is_told_once() {
    let tls = || NetworkError::Tls("a client certificate is required".to_owned());
    let seen = calls(script(), tls(), tls(), tls(), tls()).run::<Agent>("{}");
    assert_eq!(about(&seen, &["failed"]), ["failed tls: a client certificate is required"]);
    assert_eq!(seen.calls().len(), 1);
}

#[test]
fn a_server_without_a_health_service_is_not_taken_for_an_agent() {
    let none = || GrpcAnswer::status(code::UNIMPLEMENTED, "unknown service grpc.health.v1.Health");
    let seen = calls(script(), none(), none(), unimplemented(), unimplemented()).run::<Agent>("{}");
    let serving: Vec<_> = seen.lines().into_iter().filter(|line| line.starts_with("missing serving")).collect();
    let status = format!("grpc {CHECK}: status 12: unknown service grpc.health.v1.Health");
    assert_eq!(
        serving,
        [
            format!("missing serving: unreadable: the whole server: {status}; an agent has a health service"),
            format!("missing serving: unreadable: `agent.v1.AgentService`: {status}; an agent knows this name"),
        ]
    );
}
