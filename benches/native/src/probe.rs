//! One run of the probe, natively.
//!
//! The probe's code waits for its answers, which a thread that others share must not. What it asks depends on its
//! configuration alone: so it is called once for each configuration to learn that, and for each run with the answers.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use shipworthy_capabilities as ask;
use shipworthy_contract::{
    Sha256,
    evidence::{Evidence, Gap, Origin, ProbeRun, RunEnd, Value},
};
use shipworthy_probe_http::Http;
use shipworthy_sdk as sdk;
use shipworthy_sdk::testing::{self, Answer, Script, Seen};

type Answered = Result<Answer, sdk::NetworkError>;

/// Everything that one run needs, owned.
pub(crate) struct Job {
    pub(crate) access: Arc<ask::Access>,
    pub(crate) config: String,
    /// What the probe asks with this configuration.
    pub(crate) asks: Arc<[sdk::Request]>,
    pub(crate) deadline: Duration,
    /// Filled in but for what the run itself finds.
    pub(crate) blank: ProbeRun,
}

impl Job {
    pub(crate) async fn run(self) -> ProbeRun {
        let begun = Instant::now();
        let run = ask::Run::new(Arc::clone(&self.access));
        let (evidence, end) = match tokio::time::timeout(self.deadline, self.observe(&run)).await {
            Ok(seen) => (seen.evidence().iter().map(evidence).collect(), self.end(&seen)),
            Err(_) => (Vec::new(), RunEnd::Failed { why: Gap::TimedOut, detail: "deadline".to_owned() }),
        };
        ProbeRun {
            evidence,
            end,
            requests: run.records(),
            certificates: run.certificates(),
            notes: run.notes(),
            duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            ..self.blank
        }
    }

    async fn observe(&self, run: &ask::Run) -> Seen {
        let answers = run.http_all(self.asks.iter().map(request).collect()).await;
        let answers: Mutex<VecDeque<Answered>> = Mutex::new(answers.into_iter().map(answer).collect());
        let target = sdk::Target {
            service: self.blank.service.to_string(),
            instance: self.blank.instance.clone(),
            project: None,
        };
        let next = move |_: &sdk::Request| {
            let next = answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            next.unwrap_or_else(|| Err(sdk::NetworkError::Protocol("it asks more".to_owned())))
        };
        Script::new().target(target).answering(next).run::<Http>(&self.config)
    }

    fn end(&self, seen: &Seen) -> RunEnd {
        if seen.requests() != &*self.asks {
            return RunEnd::Failed { why: Gap::Defect, detail: "it asks something else".to_owned() };
        }
        match seen.outcome() {
            Ok(()) => RunEnd::Completed,
            Err(failure) => RunEnd::Failed { why: gap(failure.why), detail: failure.detail.clone() },
        }
    }
}

/// What the probe asks with a configuration.
pub(crate) fn asks(config: &str) -> Arc<[sdk::Request]> {
    let nothing = |_: &sdk::Request| sdk::NetworkError::Unreachable("nobody is asked yet".to_owned());
    Script::new().answering(nothing).run::<Http>(config).requests().into()
}

fn request(request: &sdk::Request) -> ask::Request {
    let header = |header: &sdk::Header| ask::Header { name: header.name.clone(), value: header.value.clone() };
    ask::Request {
        endpoint: request.role().map(str::to_owned),
        method: request.method().to_owned(),
        path: request.path().to_owned(),
        headers: request.headers().iter().map(header).collect(),
        body: request.body().to_vec(),
        timeout: None,
    }
}

fn answer(answer: Result<ask::Response, ask::NetworkError>) -> Answered {
    let ask::Response { status, headers, body } =
        answer.map_err(|error| sdk::NetworkError::Unreachable(error.to_string()))?;
    Ok(headers.iter().fold(Answer::new(status, body), |answer, header| answer.header(&header.name, &header.value)))
}

fn evidence(evidence: &testing::Evidence) -> Evidence {
    let from = |origin: &sdk::Origin| Origin { what: origin.what.clone(), subject: origin.subject.clone() };
    match evidence {
        testing::Evidence::Fact { key, value, origin } => {
            let value = match value {
                sdk::Value::Text(text) => Value::Text(text.clone()),
                sdk::Value::Number(number) => Value::Number(*number),
                sdk::Value::Boolean(boolean) => Value::Boolean(*boolean),
            };
            Evidence::Fact { key: key.clone(), value, origin: from(origin) }
        }
        testing::Evidence::Capability { name, present, origin } => {
            Evidence::Capability { name: name.clone(), present: *present, origin: from(origin) }
        }
        testing::Evidence::Complete { prefix } => Evidence::Complete { prefix: prefix.clone() },
        testing::Evidence::Digest { name, sha256, origin } => match sha256.parse::<Sha256>() {
            Ok(sha256) => Evidence::Digest { name: name.clone(), sha256, origin: from(origin) },
            Err(error) => Evidence::Missing { name: name.clone(), why: Gap::Defect, detail: error.to_string() },
        },
        testing::Evidence::Missing { name, why } => {
            Evidence::Missing { name: name.clone(), why: gap(why.why), detail: why.detail.clone() }
        }
        testing::Evidence::Finding { rule, finding } => Evidence::Finding {
            rule: rule.clone(),
            holds: finding.holds,
            message: finding.message.clone(),
            expected: finding.expected.clone(),
            found: finding.found.clone(),
        },
    }
}

const fn gap(gap: sdk::Gap) -> Gap {
    match gap {
        sdk::Gap::Unreachable => Gap::Unreachable,
        sdk::Gap::TimedOut => Gap::TimedOut,
        sdk::Gap::Denied => Gap::Denied,
        sdk::Gap::Tls => Gap::Tls,
        sdk::Gap::NotGranted => Gap::NotGranted,
        sdk::Gap::Limit => Gap::Limit,
        sdk::Gap::Unreadable => Gap::Unreadable,
        sdk::Gap::NotOffered => Gap::NotOffered,
        sdk::Gap::Config => Gap::Config,
        sdk::Gap::Defect => Gap::Defect,
    }
}
