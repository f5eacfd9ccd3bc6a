//! Fleets of an agent, as a judge sees them: what is required, and what each instance said.

use std::collections::BTreeMap;

use shipworthy_contract::{
    CheckResult, Frame, PluginRef, Policy, Report, Service, Sha256,
    evidence::{Evidence, Gap, Origin, ProbeRun, RunEnd, Value, keys},
    node::Position,
    report::{EnvironmentRef, FailOn, SCHEMA, judge, summarize},
    requirement::{FactRequirement, Mode, Requirement, ServiceRequirement, Source, Wanted},
};
use shipworthy_stack::{Case, Listed};

/// What became of one instance.
#[derive(Clone, Debug)]
pub(crate) enum Seen {
    /// It showed this version, and all else as required.
    Version(&'static str),
    /// It could not be reached: after its address.
    Unreachable(&'static str),
    /// It took too long.
    Slow,
    /// The probe trapped.
    Trapped,
}

/// A service and its instances, named `NAME-1` and so on.
pub(crate) struct Fleet {
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
    pub(crate) instances: Vec<Seen>,
}

impl Fleet {
    /// A fleet of the agent of which all is as required, but for some, by their number.
    pub(crate) fn of(count: usize, but: &[(usize, Seen)]) -> Self {
        let mut instances = vec![Seen::Version("2.0.0"); count];
        for (number, seen) in but {
            if let Some(instance) = number.checked_sub(1).and_then(|at| instances.get_mut(at)) {
                *instance = seen.clone();
            }
        }
        Self { service: "agent", name: "edge", instances }
    }

    fn service(&self) -> Option<Service> {
        self.service.parse().ok()
    }

    fn runs(&self) -> Vec<ProbeRun> {
        let Some(service) = self.service() else { return Vec::new() };
        let one = |(at, seen): (usize, &Seen)| ProbeRun {
            probe: self.service.to_owned(),
            service: service.clone(),
            instance: format!("{}-{}", self.name, at + 1),
            plugin: plugin(self.service),
            evidence: if let Seen::Version(version) = seen { evidence(version) } else { Vec::new() },
            end: end(seen, at),
            requests: Vec::new(),
            certificates: Vec::new(),
            log: Vec::new(),
            notes: Vec::new(),
            duration_ms: 3,
            attempts: 1,
            memory_bytes: 0,
        };
        self.instances.iter().enumerate().map(one).collect()
    }
}

/// What all fleets saw, and what is required of them.
pub(crate) struct Stack {
    pub(crate) runs: Vec<ProbeRun>,
    listed: Vec<Listed>,
    requirement: Requirement,
}

impl Stack {
    /// Every fleet has to have mode, version, release, two capabilities and a fact.
    pub(crate) fn of(fleets: &[Fleet]) -> Self {
        let listed = fleets.iter().filter_map(|fleet| {
            Some(Listed {
                probe: fleet.service.to_owned(),
                service: fleet.service()?,
                plugin: plugin(fleet.service),
                own_rules: Vec::new(),
                instances: fleet.instances.len(),
                elsewhere: 0,
            })
        });
        let services = fleets.iter().filter_map(|fleet| Some((fleet.service()?, required())));
        Self {
            runs: fleets.iter().flat_map(Fleet::runs).collect(),
            listed: listed.collect(),
            requirement: Requirement {
                source: Source::Artifact { file: "out/artifact.yml".to_owned(), field: "runtime_stack".to_owned() },
                api_version: None,
                mode: Some(wanted(3, Mode::Docker)),
                release: None,
                services: services.collect(),
            },
        }
    }

    /// Judged, and nothing waived.
    pub(crate) fn report(&self) -> Report {
        let requirements = std::slice::from_ref(&self.requirement);
        let case = Case { requirements, listed: &self.listed, runs: &self.runs, policy: Policy::Strict };
        report(shipworthy_stack::judge(&case))
    }
}

/// A report of results.
pub(crate) fn report(results: Vec<CheckResult>) -> Report {
    let (verdict, exit_code) = judge(&results, FailOn::Fail);
    Report {
        schema: SCHEMA.to_owned(),
        verdict,
        exit_code,
        artifact: None,
        environment: Some(EnvironmentRef {
            name: "edge".to_owned(),
            file: "environments/edge.toml".into(),
            project: None,
        }),
        run: None,
        recording: None,
        part: None,
        policy: Policy::Strict,
        summary: summarize(&results),
        results,
    }
}

fn plugin(name: &str) -> PluginRef {
    PluginRef { name: name.into(), version: "0.1.0".into(), sha256: Sha256::of(name.as_bytes()) }
}

fn wanted<T>(line: u32, value: T) -> Wanted<T> {
    Wanted { value, at: Position { line, column: 7 } }
}

fn required() -> ServiceRequirement {
    ServiceRequirement {
        version: ">=2.0, <3".parse().ok().map(|version| wanted(7, version)),
        release: Some(wanted(8, "v1.4.0".to_owned())),
        capabilities: ["rpc:ListContainers", "rpc:EnsureContainer"].map(|name| wanted(9, name.to_owned())).to_vec(),
        facts: BTreeMap::from([("workers".to_owned(), wanted(10, FactRequirement::Equal("4".to_owned())))]),
        ..ServiceRequirement::default()
    }
}

fn evidence(version: &str) -> Vec<Evidence> {
    let origin = |what: &str| Origin { what: what.to_owned(), subject: None };
    let fact = |key: &str, value: &str| Evidence::Fact {
        key: key.to_owned(),
        value: Value::Text(value.to_owned()),
        origin: origin("GET /status"),
    };
    let capability = |name: &str| Evidence::Capability {
        name: name.to_owned(),
        present: true,
        origin: origin("grpc esb.agent.v1.AgentService/ListContainers"),
    };
    vec![
        fact(keys::MODE, "docker"),
        fact(keys::VERSION, version),
        fact(keys::RELEASE, "v1.4.0"),
        fact("workers", "4"),
        capability("rpc:ListContainers"),
        capability("rpc:EnsureContainer"),
    ]
}

fn end(seen: &Seen, at: usize) -> RunEnd {
    match seen {
        Seen::Version(_) => RunEnd::Completed,
        Seen::Unreachable(why) => {
            let address = format!("http://10.0.{}.{}:50051", at / 256, at % 256);
            RunEnd::Failed { why: Gap::Unreachable, detail: format!("cannot connect to `{address}`: {why}") }
        }
        Seen::Slow => RunEnd::Failed { why: Gap::TimedOut, detail: "timed out after 2s".to_owned() },
        Seen::Trapped => RunEnd::Trapped {
            message: "panicked at src/lib.rs:41: index out of bounds".to_owned(),
            stack: vec![Frame {
                function: "agent_probe::longest".to_owned(),
                file: Some("src/lib.rs".to_owned()),
                line: Some(41),
                column: None,
            }],
        },
    }
}
