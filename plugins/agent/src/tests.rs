//! The agent and its surroundings as tests describe them; what is promised stands in the modules below.

use shipworthy_sdk::{
    Container, NetworkError, protobuf,
    testing::{Answer, GrpcAnswer, Script, Seen},
};

use super::*;

mod calls;
mod container;
mod metrics;
mod parts;

const CHECK: &str = shipworthy_sdk::health::CHECK;
const LIST: &str = "esb.agent.v1.AgentService/ListContainers";
const NO_SUCH_METHOD: &str = "esb.agent.v1.AgentService/ShipworthyNoSuchMethod";

/// An agent whose metrics port is not among the environment's endpoints.
fn script() -> Script {
    script_with(NetworkError::NotGranted("http@metrics GET /metrics".to_owned()))
}

/// An agent whose metrics port answers this.
fn script_with(metrics: impl Into<Result<Answer, NetworkError>>) -> Script {
    let target = Target { service: "agent".to_owned(), instance: "agent".to_owned(), project: None };
    Script::new().descriptor(include_str!("../probe.json")).target(target).http("@metrics GET /metrics", metrics)
}

/// An agent that answers as it should.
fn sound(script: Script) -> Script {
    calls(script, serving(), serving(), unimplemented(), GrpcAnswer::ok([]))
}

/// The four calls, answered in turn.
fn calls(
    script: Script,
    whole: impl Into<Result<GrpcAnswer, NetworkError>>,
    named: impl Into<Result<GrpcAnswer, NetworkError>>,
    no_such_method: impl Into<Result<GrpcAnswer, NetworkError>>,
    list: impl Into<Result<GrpcAnswer, NetworkError>>,
) -> Script {
    script.grpc(CHECK, whole).grpc(CHECK, named).grpc(NO_SUCH_METHOD, no_such_method).grpc(LIST, list)
}

/// An agent that is down.
fn down(script: Script) -> Script {
    calls(script, refused(), refused(), refused(), refused())
}

fn serving() -> GrpcAnswer {
    GrpcAnswer::ok([8, 1])
}

fn unimplemented() -> GrpcAnswer {
    GrpcAnswer::status(shipworthy_sdk::code::UNIMPLEMENTED, "unknown method")
}

fn refused() -> NetworkError {
    NetworkError::Unreachable("connection refused".to_owned())
}

fn agent(image: &str) -> Container {
    Container {
        name: "esb-test-agent".to_owned(),
        image: image.to_owned(),
        image_id: "sha256:00".to_owned(),
        state: "running".to_owned(),
        ..Container::default()
    }
}

/// The lines that begin with one of these words.
fn about(seen: &Seen, words: &[&str]) -> Vec<String> {
    let begins = |line: &String| words.iter().any(|word| line.starts_with(word));
    seen.lines().into_iter().filter(begins).collect()
}
