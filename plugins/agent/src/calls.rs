//! The agent over gRPC: its health under both names, a list of containers for an owner that cannot exist, and a method
//! that does not exist, whose answer says what the others are worth.

use shipworthy_sdk::{
    Call, Failure, Finding, Gap, Reply, Stack, Unreadable, code, health,
    protobuf::{Field, Writer, fields},
    random,
};

/// The name under which the health service knows the agent; the service's own name is answered with `NOT_FOUND`.
const SERVICE: &str = "agent.v1.AgentService";

const NO_SUCH_METHOD: &str = "esb.agent.v1.AgentService/ShipworthyNoSuchMethod";

const LIST: &str = "esb.agent.v1.AgentService/ListContainers";

/// The capability that [`LIST`] shows.
const LISTS: &str = "rpc:ListContainers";

/// Why no list is no answer of an agent.
const LISTED: &str = "an agent lists its containers";

/// One call after the other. A failure of the network before anything answered is told once and ends them, so that an
/// agent that is down does not cost a timeout for each.
pub(crate) fn look(stack: &Stack<'_>) -> Result<(), Failure> {
    let mut line = Line { stack, answered: false };
    for name in ["", SERVICE] {
        let answer = line.call(health::check(name))?;
        health_of(stack, name, answer);
    }
    let answer = line.call(Call::new(NO_SUCH_METHOD))?;
    let worthless = unknown_method(stack, answer);
    let owner = Writer::new().text(1, &owner()).finish();
    let answer = line.call(Call::new(LIST).message(owner))?;
    list(stack, answer, worthless);
    Ok(())
}

struct Line<'a> {
    stack: &'a Stack<'a>,
    answered: bool,
}

impl Line<'_> {
    /// The reply, or why this call has none; the outer error is that nothing answers at all.
    fn call(&mut self, call: Call) -> Result<Result<Reply, Failure>, Failure> {
        let what = call.what();
        match self.stack.grpc().invoke(call) {
            Ok(reply) => {
                self.answered = true;
                Ok(Ok(reply))
            }
            Err(error) if self.answered => Ok(Err(Failure::from(error).at(&what))),
            Err(error) => Err(error.into()),
        }
    }
}

/// The fact and the rule `serving`, for one name. A name that the server does not know is a gap and no violation, and
/// never passed over: many a server has a health service, and only an agent knows the agent's name.
fn health_of(stack: &Stack<'_>, name: &str, answer: Result<Reply, Failure>) {
    let (key, whose) = if name.is_empty() {
        ("health".to_owned(), "the whole server".to_owned())
    } else {
        (["health:", name].concat(), ["`", name, "`"].concat())
    };
    let read = answer.and_then(|reply| {
        let origin = reply.origin(&["status of ", &whose].concat());
        Ok((health::status(reply)?, origin))
    });
    match read {
        Ok((status, origin)) => {
            stack.fact(&key, status, origin.clone());
            let finding = Finding::new(status == "SERVING", origin.what);
            stack.finding("serving", &finding.expected("SERVING").found(status));
        }
        Err(failure) => {
            stack.missing(&key, failure.clone());
            let known = if name.is_empty() { "an agent has a health service" } else { "an agent knows this name" };
            stack.missing("serving", every_agent(failure, known).at(&whose));
        }
    }
}

/// Why a rule is not judged, of what every agent has: where it lacks it, something else may answer in the agent's place.
fn every_agent(failure: Failure, has: &str) -> Failure {
    match failure.why {
        Gap::NotOffered => Failure { detail: [&failure.detail, "; ", has].concat(), ..failure.must_be_offered() },
        _ => failure,
    }
}

/// The rule `unknown-method`. Gives back why another call's OK is worth nothing, where it is.
fn unknown_method(stack: &Stack<'_>, answer: Result<Reply, Failure>) -> Option<Failure> {
    const RULE: &str = "unknown-method";
    let reply = match answer {
        Ok(reply) => reply,
        Err(failure) => {
            stack.missing(RULE, failure);
            return None;
        }
    };
    let failed = reply.failed();
    // Turned away, or not now: nothing is known of the method.
    if matches!(failed.gap(), Gap::Denied | Gap::Unreachable | Gap::TimedOut | Gap::Limit) {
        stack.missing(RULE, failed);
        return None;
    }
    let status = |code: u32| ["status ", &code.to_string()].concat();
    let finding = Finding::new(reply.code() == code::UNIMPLEMENTED, reply.what());
    stack.finding(RULE, &finding.expected(status(code::UNIMPLEMENTED)).found(status(reply.code())));
    let why = "a method that does not exist is answered with OK as well";
    (reply.code() == code::OK).then(|| Failure::new(Gap::Unreadable, why).at(&["grpc ", LIST].concat()))
}

/// The capability and the rule `owner-empty`.
fn list(stack: &Stack<'_>, answer: Result<Reply, Failure>, worthless: Option<Failure>) {
    let unseen = |failure: Failure| {
        stack.missing(LISTS, failure.clone());
        stack.missing("owner-empty", every_agent(failure, LISTED));
    };
    let reply = match answer {
        Ok(reply) => reply,
        Err(failure) => return unseen(failure),
    };
    match (reply.code(), worthless) {
        (code::OK, Some(worthless)) => unseen(worthless),
        (code::OK, None) => match count(reply.message()) {
            Ok(count) => {
                stack.capability(LISTS, true, reply.origin(""));
                let finding = Finding::new(count == 0, "containers of an owner that cannot exist");
                stack.finding("owner-empty", &finding.expected("0").found(count.to_string()));
            }
            Err(error) => unseen(Failure::from(error).at(reply.what())),
        },
        (code::UNIMPLEMENTED, _) => {
            stack.capability(LISTS, false, reply.origin(""));
            stack.missing("owner-empty", every_agent(reply.failed().into(), LISTED));
        }
        _ => unseen(reply.failed().into()),
    }
}

/// How many containers, field 1, the list has. Each must be a message, so that no other answer passes for a list.
fn count(message: &[u8]) -> Result<usize, Unreadable> {
    let mut count = 0;
    for field in fields(message) {
        match field? {
            (1, Field::Bytes(container)) => {
                fields(container).try_for_each(|field| field.map(drop))?;
                count += 1;
            }
            (1, _) => return Err(Unreadable("field 1: expected a message".to_owned())),
            // A field of a later version.
            _ => {}
        }
    }
    Ok(count)
}

/// An owner that no container has: another one in each run.
fn owner() -> String {
    format!("shipworthy-{:016x}", random::number())
}
