//! What the service would answer.

use std::{cell::RefCell, collections::VecDeque};

use super::{
    Answer, Evidence, GrpcAnswer, Seen,
    answer::{Answered, Answering},
    needs::Descriptor,
    seen::Heard,
};
use crate::{
    Call, Container, ContainersError, Failure, Finding, Gap, Level, NetworkError, Origin, Probe, Request, Stack,
    Target, Value, grpc, host::Host, http,
};

type Answers<T> = Vec<(String, VecDeque<Answered<T>>)>;

/// A script: what each request, call and container is answered with. See the [module](super).
#[derive(Clone, Debug)]
pub struct Script {
    target: Target,
    descriptor: Option<Descriptor>,
    http: RefCell<Answers<Answer>>,
    answering: Option<Answering>,
    grpc: RefCell<Answers<GrpcAnswer>>,
    containers: Vec<Scripted>,
    containers_error: Option<ContainersError>,
    heard: RefCell<Heard>,
}

/// A container with what can be asked of it.
#[derive(Clone, Debug)]
struct Scripted {
    owner: String,
    container: Container,
    env: Vec<(String, String)>,
    labels: Vec<(String, String)>,
    files: Vec<(String, Vec<u8>)>,
    digests: Vec<(String, String)>,
    logs: Vec<String>,
}

impl Default for Script {
    fn default() -> Self {
        Self::new()
    }
}

impl Script {
    /// A service `service` that answers nothing, and has no containers.
    pub fn new() -> Self {
        Self {
            target: Target { service: "service".to_owned(), instance: "service".to_owned(), project: None },
            descriptor: None,
            http: RefCell::default(),
            answering: None,
            grpc: RefCell::default(),
            containers: Vec::new(),
            containers_error: None,
            heard: RefCell::default(),
        }
    }

    /// Refuses what this descriptor does not declare, as the host does, and fails a test whose probe gives a finding
    /// on a rule that it does not declare.
    ///
    /// # Panics
    ///
    /// If it is not a descriptor.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a wrong test fails")]
    pub fn descriptor(self, json: &str) -> Self {
        Self { descriptor: Some(serde_json::from_str(json).expect("the descriptor is JSON")), ..self }
    }

    /// Looks at this target.
    #[must_use]
    pub fn target(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// Answers `METHOD PATH`, or `@ROLE METHOD PATH`, with an [`Answer`] or a [`NetworkError`]. Given several times,
    /// the answers come in turn and the last one stays.
    #[must_use]
    pub fn http(self, request: &str, answer: impl Into<Result<Answer, NetworkError>>) -> Self {
        push(&mut self.http.borrow_mut(), request, answer.into());
        self
    }

    /// Answers every request that [`Script::http`] says nothing of by a function: for answers that depend on what is
    /// asked, or that come from elsewhere, such as from a real service.
    ///
    /// ```
    /// # use shipworthy_sdk::{Failure, NoConfig, Probe, Request, Stack, Target};
    /// # struct Echo;
    /// # impl Probe for Echo {
    /// #     type Config = NoConfig;
    /// #     fn observe(stack: &Stack<'_>, _: &Target, _: NoConfig) -> Result<(), Failure> {
    /// #         let answer = stack.http().post("/echo", "hello")?;
    /// #         stack.fact("echo", answer.text()?, "POST /echo");
    /// #         Ok(())
    /// #     }
    /// # }
    /// use shipworthy_sdk::testing::{Answer, Script};
    ///
    /// let seen = Script::new().answering(|request| Answer::new(200, request.body())).run::<Echo>("{}");
    /// assert_eq!(seen.fact("echo"), Some(&"hello".into()));
    /// ```
    #[must_use]
    pub fn answering<A>(self, answer: impl Fn(&Request) -> A + Send + Sync + 'static) -> Self
    where
        A: Into<Result<Answer, NetworkError>>,
    {
        Self { answering: Some(Answering::new(answer)), ..self }
    }

    /// Answers `package.Service/Method`, or `@ROLE package.Service/Method`, likewise.
    #[must_use]
    pub fn grpc(self, method: &str, answer: impl Into<Result<GrpcAnswer, NetworkError>>) -> Self {
        push(&mut self.grpc.borrow_mut(), method, answer.into());
        self
    }

    /// A container of the probe's own service. It needs a name; its id is made from it.
    #[must_use]
    pub fn container(self, container: Container) -> Self {
        self.container_of(".", container)
    }

    /// A container of another service or group.
    #[must_use]
    pub fn container_of(mut self, owner: &str, container: Container) -> Self {
        let container = Container { id: format!("id-of-{}", container.name), ..container };
        self.containers.push(Scripted {
            owner: owner.to_owned(),
            container,
            env: Vec::new(),
            labels: Vec::new(),
            files: Vec::new(),
            digests: Vec::new(),
            logs: Vec::new(),
        });
        self
    }

    /// A variable of the container given last.
    #[must_use]
    pub fn env(self, name: &str, value: &str) -> Self {
        self.last(|container| container.env.push((name.to_owned(), value.to_owned())))
    }

    /// A label of the container given last.
    #[must_use]
    pub fn label(self, name: &str, value: &str) -> Self {
        self.last(|container| container.labels.push((name.to_owned(), value.to_owned())))
    }

    /// A file of the container given last.
    #[must_use]
    pub fn file(self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.last(|container| container.files.push((path.to_owned(), bytes.into())))
    }

    /// The digest of a file of the container given last. It is not computed.
    #[must_use]
    pub fn sha256(self, path: &str, sha256: &str) -> Self {
        self.last(|container| container.digests.push((path.to_owned(), sha256.to_owned())))
    }

    /// The log of the container given last.
    #[must_use]
    pub fn logs(self, lines: &[&str]) -> Self {
        self.last(|container| container.logs = lines.iter().map(ToString::to_string).collect())
    }

    /// Every question about containers is answered with this error.
    #[must_use]
    pub fn containers_fail(self, error: ContainersError) -> Self {
        Self { containers_error: Some(error), ..self }
    }

    /// Runs a probe with this configuration, as JSON.
    ///
    /// # Panics
    ///
    /// If the probe asks what the script does not answer.
    pub fn run<P: Probe>(&self, config: &str) -> Seen {
        self.heard.take();
        let outcome = crate::probe::run::<P>(&Stack::new(self), &self.target, config);
        Seen { outcome, heard: self.heard.take() }
    }

    #[expect(clippy::expect_used, reason = "a wrong test fails")]
    fn last(mut self, change: impl FnOnce(&mut Scripted)) -> Self {
        change(self.containers.last_mut().expect("a container was given before"));
        self
    }

    /// The line that is missing from the descriptor, if any.
    fn refuse(&self, line: &str) -> Result<(), String> {
        match &self.descriptor {
            Some(descriptor) if !descriptor.covers(line) => Err(line.to_owned()),
            _ => Ok(()),
        }
    }

    fn give(&self, evidence: Evidence) {
        self.heard.borrow_mut().evidence.push(evidence);
    }

    /// The container, if what the line for its owner asks is declared.
    fn ask(&self, id: &str, line: impl FnOnce(&str) -> String) -> Result<&Scripted, ContainersError> {
        if let Some(error) = &self.containers_error {
            return Err(error.clone());
        }
        let found = self.containers.iter().find(|scripted| scripted.container.id == id);
        let found = found.ok_or_else(|| ContainersError::NoSuchContainer(id.to_owned()))?;
        self.refuse(&line(&found.owner)).map_err(ContainersError::NotGranted)?;
        Ok(found)
    }
}

fn push<T>(answers: &mut Answers<T>, key: &str, answer: Answered<T>) {
    match answers.iter_mut().find(|(found, _)| found == key) {
        Some((_, turns)) => turns.push_back(answer),
        None => answers.push((key.to_owned(), VecDeque::from([answer]))),
    }
}

#[expect(clippy::panic, reason = "a wrong test fails, and says what it lacks")]
fn take<T: Clone>(answers: &mut Answers<T>, key: &str) -> Answered<T> {
    let Some((_, turns)) = answers.iter_mut().find(|(found, _)| found == key) else {
        let known: Vec<_> = answers.iter().map(|(key, _)| key).collect();
        panic!("the script has no answer for `{key}`, it has: {known:?}");
    };
    let last = turns.len() == 1;
    let answer = if last { turns.front().cloned() } else { turns.pop_front() };
    answer.unwrap_or_else(|| Err(NetworkError::Protocol("the script is empty".to_owned())))
}

fn value_of(pairs: &[(String, String)], name: &str) -> Option<String> {
    pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone())
}

/// `kind` or `kind@role`, as needs are written, and the script's prefix for the same.
fn role(kind: &str, endpoint: Option<&str>) -> (String, String) {
    match endpoint {
        Some(role) if role != "main" => (format!("{kind}@{role}"), format!("@{role} ")),
        _ => (kind.to_owned(), String::new()),
    }
}

impl Host for Script {
    fn fact(&self, key: &str, value: Value, origin: Origin) {
        self.give(Evidence::Fact { key: key.to_owned(), value, origin });
    }

    fn capability(&self, name: &str, present: bool, origin: Origin) {
        self.give(Evidence::Capability { name: name.to_owned(), present, origin });
    }

    fn complete(&self, prefix: &str) {
        self.give(Evidence::Complete { prefix: prefix.to_owned() });
    }

    fn digest(&self, name: &str, sha256: &str, origin: Origin) {
        self.give(Evidence::Digest { name: name.to_owned(), sha256: sha256.to_owned(), origin });
    }

    fn missing(&self, name: &str, why: Gap, detail: &str) {
        self.give(Evidence::Missing { name: name.to_owned(), why: Failure::new(why, detail) });
    }

    fn finding(&self, rule: &str, holds: bool, message: &str, expected: Option<&str>, found: Option<&str>) {
        if let Some(descriptor) = &self.descriptor {
            assert!(descriptor.has_rule(rule), "the descriptor declares no rule `{rule}`");
        }
        let finding = Finding {
            holds,
            message: message.to_owned(),
            expected: expected.map(str::to_owned),
            found: found.map(str::to_owned),
        };
        self.give(Evidence::Finding { rule: rule.to_owned(), finding });
    }

    fn http(&self, request: Request) -> Result<http::Answer, NetworkError> {
        let (kind, prefix) = role("http", request.endpoint.as_deref());
        let what = request.what();
        self.heard.borrow_mut().requests.push(request.clone());
        let path = what.split_once('?').map_or(&*what, |(path, _)| path);
        self.refuse(&format!("{kind} {path}")).map_err(NetworkError::NotGranted)?;
        let key = format!("{prefix}{what}");
        let mut scripted = self.http.borrow_mut();
        let answered = match &self.answering {
            Some(answering) if !scripted.iter().any(|(known, _)| *known == key) => answering.answer(&request),
            _ => take(&mut scripted, &key),
        };
        answered.map(|Answer(answer)| answer)
    }

    fn http_all(&self, requests: Vec<Request>) -> Vec<Result<http::Answer, NetworkError>> {
        requests.into_iter().map(|request| self.http(request)).collect()
    }

    fn grpc(&self, call: Call) -> Result<grpc::Answer, NetworkError> {
        let (kind, prefix) = role("grpc", call.endpoint.as_deref());
        let method = call.method.clone();
        self.heard.borrow_mut().calls.push(call);
        self.refuse(&format!("{kind} {method}")).map_err(NetworkError::NotGranted)?;
        take(&mut self.grpc.borrow_mut(), &format!("{prefix}{method}")).map(|GrpcAnswer(answer)| answer)
    }

    fn find(&self, service: Option<&str>) -> Result<Vec<Container>, ContainersError> {
        if let Some(error) = &self.containers_error {
            return Err(error.clone());
        }
        let owner = service.unwrap_or(".");
        self.refuse(&format!("container {owner}")).map_err(ContainersError::NotGranted)?;
        let of_owner = self.containers.iter().filter(|scripted| scripted.owner == owner);
        Ok(of_owner.map(|scripted| scripted.container.clone()).collect())
    }

    fn env(&self, id: &str, name: &str) -> Result<Option<String>, ContainersError> {
        let container = self.ask(id, |owner| format!("env {owner} {name}"))?;
        Ok(value_of(&container.env, name))
    }

    fn label(&self, id: &str, name: &str) -> Result<Option<String>, ContainersError> {
        let container = self.ask(id, |owner| format!("label {owner} {name}"))?;
        Ok(value_of(&container.labels, name))
    }

    fn sha256(&self, id: &str, path: &str) -> Result<String, ContainersError> {
        let container = self.ask(id, |owner| format!("file {owner} {path}"))?;
        value_of(&container.digests, path).ok_or_else(|| ContainersError::NoSuchFile(path.to_owned()))
    }

    fn read_file(&self, id: &str, path: &str, max_bytes: u32) -> Result<Vec<u8>, ContainersError> {
        let container = self.ask(id, |owner| format!("file {owner} {path}"))?;
        let file = container.files.iter().find(|(found, _)| found == path);
        let (_, bytes) = file.ok_or_else(|| ContainersError::NoSuchFile(path.to_owned()))?;
        if u32::try_from(bytes.len()).is_ok_and(|length| length <= max_bytes) {
            Ok(bytes.clone())
        } else {
            Err(ContainersError::TooLarge(max_bytes))
        }
    }

    fn logs(&self, id: &str, lines: u32) -> Result<Vec<String>, ContainersError> {
        let container = self.ask(id, |owner| format!("logs {owner}"))?;
        let kept = usize::try_from(lines).unwrap_or(usize::MAX).min(container.logs.len());
        Ok(container.logs.iter().skip(container.logs.len() - kept).cloned().collect())
    }

    fn log(&self, level: Level, message: &str) {
        self.heard.borrow_mut().log.push((level, message.to_owned()));
    }
}
