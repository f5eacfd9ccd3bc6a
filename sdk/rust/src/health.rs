//! The standard gRPC health service, by hand-written protobuf: a request with the name in field 1, a response with the
//! status in field 1.

use crate::{Call, Failure, Gap, Reply, protobuf};

/// The method, as a descriptor needs it.
pub const CHECK: &str = "grpc.health.v1.Health/Check";

/// The call that asks for a name's health; the empty name stands for the whole server.
///
/// ```
/// use shipworthy_sdk::{Failure, Stack, health};
///
/// fn look(stack: &Stack<'_>) -> Result<(), Failure> {
///     let reply = stack.grpc().invoke(health::check("agent.v1.AgentService"))?;
///     let origin = reply.origin("status");
///     stack.fact("health", health::status(reply)?, origin);
///     Ok(())
/// }
/// ```
pub fn check(name: &str) -> Call {
    Call::new(CHECK).message(protobuf::Writer::new().text(1, name).finish())
}

/// `HealthCheckResponse.ServingStatus`. `SERVICE_UNKNOWN` is of `Watch` only, and said all the same by some servers.
pub fn status(reply: Reply) -> Result<&'static str, Failure> {
    let reply = reply.ok()?;
    let number = protobuf::varint(reply.message(), 1).map_err(|error| Failure::from(error).at(reply.what()))?;
    match number {
        0 => Ok("UNKNOWN"),
        1 => Ok("SERVING"),
        2 => Ok("NOT_SERVING"),
        3 => Ok("SERVICE_UNKNOWN"),
        other => {
            let detail = ["expected a status of 0 to 3, found ", &other.to_string()];
            Err(Failure::new(Gap::Unreadable, detail.concat()).at(reply.what()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{code, grpc};

    fn reply(code: u32, message: &[u8]) -> Reply {
        let answer = grpc::Answer { code, status: String::new(), metadata: Vec::new(), message: message.to_vec() };
        Reply::new("grpc a.B/C".to_owned(), answer)
    }

    #[test]
    fn each_status_has_its_word() {
        for (message, word) in [
            (&[][..], "UNKNOWN"),
            (&[8, 0], "UNKNOWN"),
            (&[8, 1], "SERVING"),
            (&[8, 2], "NOT_SERVING"),
            (&[8, 3], "SERVICE_UNKNOWN"),
        ] {
            assert_eq!(status(reply(code::OK, message)), Ok(word));
        }
    }

    #[test]
    fn what_says_nothing_of_health_is_a_gap() {
        for (code, message, why) in [
            (code::NOT_FOUND, &[][..], Gap::NotOffered),
            (code::UNIMPLEMENTED, &[], Gap::NotOffered),
            (code::UNAUTHENTICATED, &[], Gap::Denied),
            (code::OK, &[8, 4], Gap::Unreadable),
            (code::OK, b"nonsense", Gap::Unreadable),
        ] {
            let failure = status(reply(code, message)).unwrap_err();
            assert_eq!((failure.why, failure.detail.starts_with("grpc a.B/C: ")), (why, true), "{failure}");
        }
    }

    #[test]
    fn the_request_carries_the_name() {
        assert_eq!(check("a.B"), Call::new(CHECK).message([0x0a, 3, b'a', b'.', b'B']));
    }
}
