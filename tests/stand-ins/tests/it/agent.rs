//! The stand-in agent, call by call.

use anyhow::Result;
use bytes::Bytes;
use http::Request;
use shipworthy_stand_ins::agent::Health;
use shipworthy_stand_ins::{Agent, Certs};

use crate::client::{Answer, Via, ask, request};

const CHECK: &str = "/grpc.health.v1.Health/Check";

fn call(path: &str, message: &[u8]) -> Result<Request<Bytes>> {
    let mut body = vec![0, 0, 0, 0, u8::try_from(message.len())?];
    body.extend_from_slice(message);
    let mut request = request("POST", path)?.map(|_| body.into());
    request.headers_mut().insert("content-type", "application/grpc".parse()?);
    request.headers_mut().insert("te", "trailers".parse()?);
    Ok(request)
}

fn named(name: &str) -> Vec<u8> {
    let mut message = vec![0x0a, u8::try_from(name.len()).unwrap_or(u8::MAX)];
    message.extend_from_slice(name.as_bytes());
    message
}

/// The status, wherever it stands, and the bytes of the message.
fn outcome(answer: &Answer) -> (String, Vec<u8>) {
    let status = answer.trailers.get("grpc-status").or_else(|| answer.headers.get("grpc-status"));
    (
        status.map_or_else(String::new, |value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
        answer.body.to_vec(),
    )
}

#[test]
fn calls_are_answered_as_the_contract_says() -> Result<()> {
    let certs = Certs::generate()?;
    let (mutual, plain) = (Agent::new().start(&certs)?, Agent::new().start_plain()?);
    let serving = vec![0, 0, 0, 0, 2, 0x08, 1];
    let table = [
        (CHECK, Vec::new(), "0", serving.clone()),
        (CHECK, named(""), "0", serving.clone()),
        (CHECK, named("agent.v1.AgentService"), "0", serving),
        (CHECK, named("esb.agent.v1.AgentService"), "5", Vec::new()),
        (CHECK, vec![0xff], "3", Vec::new()),
        ("/esb.agent.v1.AgentService/ListContainers", named("nobody"), "0", vec![0; 5]),
        ("/esb.agent.v1.AgentService/PauseContainer", Vec::new(), "12", Vec::new()),
        ("/esb.agent.v1.AgentService/NoSuchMethod", Vec::new(), "12", Vec::new()),
        ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Vec::new(), "12", Vec::new()),
    ];
    for (path, message, status, body) in table {
        for (agent, via) in [(&mutual, Via::MutualTls(&certs)), (&plain, Via::PlainHttp2)] {
            let answer = ask(agent, &via, call(path, &message)?)?;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(outcome(&answer), (status.to_owned(), body.clone()), "{path} {message:?}");
        }
    }
    Ok(())
}

#[test]
fn health_can_be_bad() -> Result<()> {
    let agent = Agent::new().health("agent.v1.AgentService", Health::NotServing).start_plain()?;
    let answer = ask(&agent, &Via::PlainHttp2, call(CHECK, &named("agent.v1.AgentService"))?)?;
    assert_eq!(outcome(&answer), ("0".to_owned(), vec![0, 0, 0, 0, 2, 0x08, 2]));
    Ok(())
}

#[test]
fn without_a_client_certificate_nothing_is_answered() -> Result<()> {
    let certs = Certs::generate()?;
    let agent = Agent::new().start(&certs)?;
    ask(&agent, &Via::Tls(&certs, "h2"), call(CHECK, &[])?).unwrap_err();
    assert_eq!(agent.request_lines(), [""; 0]);
    assert_eq!(agent.connections(), 1);
    Ok(())
}

#[test]
fn a_client_of_another_ca_is_turned_away() -> Result<()> {
    let (certs, others) = (Certs::generate()?, Certs::generate()?);
    let agent = Agent::new().start(&certs)?;
    ask(&agent, &Via::MutualTls(&others), call(CHECK, &[])?).unwrap_err();
    assert_eq!(agent.request_lines(), [""; 0]);
    Ok(())
}

#[test]
fn what_is_not_grpc_is_turned_away() -> Result<()> {
    let agent = Agent::new().start_plain()?;
    assert_eq!(ask(&agent, &Via::PlainHttp2, request("GET", "/health")?)?.status, 415);
    let mut two_frames = call(CHECK, &[])?;
    *two_frames.body_mut() = vec![0; 10].into();
    assert_eq!(outcome(&ask(&agent, &Via::PlainHttp2, two_frames)?).0, "3");
    ask(&agent, &Via::Plain, request("GET", "/health")?).unwrap_err();
    Ok(())
}
