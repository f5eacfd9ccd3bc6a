//! The agent's Prometheus port, where the environment names an endpoint for it.

use shipworthy_sdk::{Failure, Gap, NetworkError, Request, Response, Stack};

const METRICS: &str = "/metrics";

/// The capability that an answer shows.
const PROMETHEUS: &str = "prometheus";

pub(crate) fn look(stack: &Stack<'_>) {
    match stack.http().send(Request::get(METRICS).endpoint("metrics")) {
        Ok(response) => report(stack, response),
        // No endpoint, or not granted: the host notes it, and nobody asked for more.
        Err(NetworkError::NotGranted(_)) => {}
        Err(error) => stack.missing(PROMETHEUS, Failure::from(error).at(&["GET ", METRICS].concat())),
    }
}

fn report(stack: &Stack<'_>, response: Response) {
    let origin = response.origin("");
    if response.status() == 404 {
        stack.capability(PROMETHEUS, false, origin);
        return;
    }
    match read(response) {
        Ok((response, version)) => {
            stack.capability(PROMETHEUS, true, origin);
            if let Some(version) = version {
                stack.fact("go-version", version, response.origin("go_info version"));
            }
        }
        Err(failure) => stack.missing(PROMETHEUS, failure),
    }
}

/// The answer, if it is metrics, and the version of Go in it.
fn read(response: Response) -> Result<(Response, Option<String>), Failure> {
    let response = response.expect(200)?;
    let text = response.text()?;
    let version = text.lines().find_map(go_version).map(str::to_owned);
    // Whatever else answers, such as a page of a proxy, describes no metric.
    let is_metrics = version.is_some() || text.lines().any(|line| line.starts_with("# TYPE "));
    if is_metrics {
        Ok((response, version))
    } else {
        Err(Failure::new(Gap::Unreadable, "the answer has no metrics").at(response.what()))
    }
}

/// The label `version` of a line `go_info{version="go1.26"} 1`.
fn go_version(line: &str) -> Option<&str> {
    let (labels, _) = line.strip_prefix("go_info{")?.split_once('}')?;
    labels.split(',').find_map(|label| label.trim().strip_prefix("version=\"")?.strip_suffix('"'))
}
