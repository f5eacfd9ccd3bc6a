//! What an ESB gateway says of itself (contract.md, part 3): its health, its version and routes from the `OpenAPI`
//! document, and what it makes of a function that cannot exist. A name that could exist would run something, so none is
//! ever asked for. Its container shows image, mode and release.
//!
//! Three answers and the container, each read for itself: one that does not come hides none of the others.

use shipworthy_esb as esb;
use shipworthy_sdk::{
    Failure, Finding, Gap, Json, NetworkError, NoConfig, Probe, Request, Response, Stack, Target, Unreadable,
};

const HEALTH: &str = "/health";
const OPENAPI: &str = "/openapi.json";
const NO_SUCH_FUNCTION: &str = "/2015-03-31/functions/shipworthy-no-such-function-0/invocations";

/// What the gateway answers, with 404, for a function that it does not have.
const NOT_FOUND: &str = "Function not found";

/// Capability and path of the user endpoint.
const AUTH: (&str, &str) = ("auth", "/user/auth/v1");

struct Gateway;

impl Probe for Gateway {
    type Config = NoConfig;

    /// The requests first: all at once they take no longer than one, however long the container engine takes.
    fn observe(stack: &Stack<'_>, target: &Target, _config: NoConfig) -> Result<(), Failure> {
        let requests = [Request::get(HEALTH), Request::get(OPENAPI), Request::post(NO_SUCH_FUNCTION, "{}")];
        let answers = stack.http().send_all(requests);
        let silence = silence(&answers);
        if silence.is_none() {
            let [health_answer, openapi_answer, invocation_answer] = answers;
            health(stack, health_answer);
            openapi(stack, openapi_answer);
            unknown_function(stack, invocation_answer);
        }
        esb::each(stack, target, &["mode", "release"], |container| {
            esb::image(stack, container);
            // It gives what it finds; nothing here depends on it.
            drop(esb::mode(stack, container));
            esb::release_by_tag(stack, container);
        });
        silence.map_or(Ok(()), Err)
    }
}

shipworthy_sdk::export!(Gateway);

/// The one failure to tell where nothing answered, or every answer turned the probe away. What the network or the
/// gateway says tells more than a missing grant does.
fn silence(answers: &[Result<Response, NetworkError>]) -> Option<Failure> {
    let failures: Option<Vec<Failure>> = answers.iter().map(unanswered).collect();
    let failures = failures?;
    let told = failures.iter().find(|failure| failure.why != Gap::NotGranted).or(failures.first());
    told.cloned()
}

fn unanswered(answer: &Result<Response, NetworkError>) -> Option<Failure> {
    match answer {
        Ok(response) if turns_away(response) => Some(response.unexpected([200]).into()),
        Ok(_) => None,
        Err(error) => Some(error.clone().into()),
    }
}

/// Refused, or sent elsewhere: nothing is known of what was asked.
fn turns_away(response: &Response) -> bool {
    matches!(response.status(), 300..=399 | 401 | 403 | 407 | 429)
}

/// The rule `healthy` and the fact `health`. A status that is no answer to the question, such as a redirect or a
/// refusal, is a gap; the service's own "no" is a violation.
fn health(stack: &Stack<'_>, answer: Result<Response, NetworkError>) {
    match read_health(answer) {
        Ok((response, status)) => {
            if let Some(status) = &status {
                stack.fact("health", &**status, response.origin("status"));
            } else {
                stack.missing("health", response.unexpected([200]));
            }
            let holds = response.status() == 200 && status.as_deref() == Some("healthy");
            let code = response.status().to_string();
            let found = status.map_or_else(|| code.clone(), |status| [&code, " with status `", &status, "`"].concat());
            let finding = Finding::new(holds, ["GET ", HEALTH].concat());
            stack.finding("healthy", &finding.expected("200 with status `healthy`").found(found));
        }
        Err(failure) => {
            stack.missing("health", failure.clone());
            stack.missing("healthy", failure.must_be_offered());
        }
    }
}

/// The answer and the status in it, of which a server error may have none.
fn read_health(answer: Result<Response, NetworkError>) -> Result<(Response, Option<String>), Failure> {
    let response = answer.map_err(|error| Failure::from(error).at(&["GET ", HEALTH].concat()))?;
    match response.status() {
        200 => {
            let status = response.json()?.text("/status")?.to_owned();
            Ok((response, Some(status)))
        }
        500..=599 => {
            let status = response.json().and_then(|json| json.text("/status").map(str::to_owned)).ok();
            Ok((response, status))
        }
        _ => Err(response.unexpected([200]).into()),
    }
}

/// Version and routes.
fn openapi(stack: &Stack<'_>, answer: Result<Response, NetworkError>) {
    match read_openapi(answer) {
        Ok(document) => {
            version(stack, &document);
            routes(stack, &document);
        }
        Err(failure) => {
            for name in ["version", "route:", "invoke", "auth"] {
                stack.missing(name, failure.clone());
            }
        }
    }
}

fn read_openapi(answer: Result<Response, NetworkError>) -> Result<Json, Failure> {
    let response = answer.map_err(|error| Failure::from(error).at(&["GET ", OPENAPI].concat()))?;
    Ok(response.expect(200)?.json()?)
}

fn version(stack: &Stack<'_>, document: &Json) {
    match document.text("/info/version") {
        Ok(version) => stack.fact("version", version, document.origin("/info/version")),
        Err(error) => stack.missing("version", error),
    }
}

/// One capability per path, and the two that have names of their own, from the one list that is complete.
fn routes(stack: &Stack<'_>, document: &Json) {
    let paths: Result<Vec<&str>, Unreadable> = document.keys("/paths").map(Iterator::collect);
    match paths {
        Ok(paths) => {
            let origin = document.origin("/paths");
            for path in &paths {
                stack.capability(&["route:", path].concat(), true, origin.clone());
            }
            stack.complete("route:");
            stack.capability("invoke", paths.iter().any(|path| is_invocations(path)), origin.clone());
            let (auth, auth_path) = AUTH;
            stack.capability(auth, paths.contains(&auth_path), origin);
        }
        Err(error) => {
            for name in ["route:", "invoke", "auth"] {
                stack.missing(name, error.clone());
            }
        }
    }
}

/// Whether a path of the document is the one for invocations, whatever its parameter is called.
fn is_invocations(path: &str) -> bool {
    let parameter = path.strip_prefix("/2015-03-31/functions/{").and_then(|rest| rest.strip_suffix("}/invocations"));
    parameter.is_some_and(|name| !name.is_empty() && !name.contains(['/', '{', '}']))
}

/// The rule `unknown-function`.
fn unknown_function(stack: &Stack<'_>, answer: Result<Response, NetworkError>) {
    let what = "POST to a function that cannot exist";
    match answer {
        Ok(response) if turns_away(&response) => stack.missing("unknown-function", response.unexpected([404])),
        Ok(response) => {
            let named = String::from_utf8_lossy(response.body()).contains(NOT_FOUND);
            let holds = response.status() == 404 && named;
            let code = response.status().to_string();
            let found = if named { [&code, " with `", NOT_FOUND, "`"].concat() } else { code };
            let expected = ["404 with `", NOT_FOUND, "`"].concat();
            stack.finding("unknown-function", &Finding::new(holds, what).expected(expected).found(found));
        }
        Err(error) => stack.missing("unknown-function", Failure::from(error).at(what)),
    }
}

#[cfg(test)]
mod tests;
