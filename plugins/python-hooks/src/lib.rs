//! The digests of ESB's Python hooks, read out of the provisioner's container and of the function containers.
//!
//! Images that are identical embed identical files unless a container changed its own copy, so every container is read.
//! What one of them lacks hides nothing of the others; what was found and could not be read leaves the question open.
//! Where no container at all shows a digest, the run fails: a probe that saw nothing is not passed over.

use std::cell::Cell;

use shipworthy_esb as esb;
use shipworthy_sdk::{Container, ContainersError, Failure, Gap, NoConfig, Origin, Probe, Stack, Target};

/// The files, by which their digests are named.
const HOOKS: [&str; 2] = ["sitecustomize.py", "trace_bridge.py"];

const PROVISIONER: &str = "provisioner";
const PROVISIONER_FOLDER: &str = "/app/";

/// The environment's group of function containers: they carry the agent's labels, and none of compose.
const FUNCTIONS: &str = "functions";
const FUNCTION_FOLDER: &str = "/opt/python/";
const FUNCTION_LABEL: &str = "esb_function";

/// Most function containers that are read: the host allows 256 requests a run, and each file is one.
const MOST_READ: usize = 100;

/// Most function containers whose function is asked for, which takes one request more of each.
const MOST_NAMED: usize = 80;

/// The way to a file's digest.
type Read<'a> = &'a dyn Fn(&Container, &str) -> Result<String, ContainersError>;

struct PythonHooks;

impl Probe for PythonHooks {
    type Config = NoConfig;

    fn observe(stack: &Stack<'_>, _target: &Target, _config: NoConfig) -> Result<(), Failure> {
        let provisioner = stack.containers().of(PROVISIONER);
        // An engine that does not answer is not asked a second time.
        if let Err(error @ (ContainersError::EngineUnreachable(_) | ContainersError::TimedOut(_))) = provisioner {
            return Err(error.into());
        }
        let functions = stack.containers().of(FUNCTIONS);
        let nothing = functions.as_ref().map_or(true, Vec::is_empty);
        match provisioner {
            Err(error) if nothing => Err(error.into()),
            provisioner => observe_all(stack, provisioner, functions, &|container, path| {
                stack.containers().sha256(container, path)
            }),
        }
    }
}

shipworthy_sdk::export!(PythonHooks);

type Found = Result<Vec<Container>, ContainersError>;

/// All that was found. A failure leaves the digests open, as what was read before is not all there is.
fn observe_all(stack: &Stack<'_>, provisioner: Found, functions: Found, read: Read<'_>) -> Result<(), Failure> {
    let tally = Tally::default();
    let unfound = functions.as_ref().err().cloned();
    let read: Read<'_> = &|container, path| tally.note(read(container, path));
    let outcome = match of_provisioner(stack, provisioner, read) {
        Err(failure) if failure.why == Gap::Unreachable => Err(failure),
        // A provisioner that could not be found keeps no function from being looked at.
        outcome => {
            let functions = of_functions(stack, functions, read);
            outcome.and(functions)
        }
    };
    match &outcome {
        Ok(()) => {
            let why = "the function base image is no container: its hooks are not observed; every function image \
                       embeds its own copy";
            stack.missing("base-image", Failure::new(Gap::NotOffered, why));
        }
        Err(failure) => esb::absent(stack, &HOOKS, failure),
    }
    // Each hook has its own reason by now, and the run has this one.
    outcome.and_then(|()| tally.nothing(unfound).map_or(Ok(()), Err))
}

/// What became of the files that were asked for.
#[derive(Default)]
struct Tally {
    asked: Cell<bool>,
    given: Cell<bool>,
    /// A gap that another look may close.
    passing: Cell<Option<Gap>>,
}

impl Tally {
    fn note(&self, answer: Result<String, ContainersError>) -> Result<String, ContainersError> {
        self.asked.set(true);
        match &answer {
            Ok(_) => self.given.set(true),
            Err(error) if matches!(error.gap(), Gap::Unreachable | Gap::TimedOut) => {
                self.passing.set(Some(error.gap()));
            }
            Err(_) => {}
        }
        answer
    }

    /// Why there is no digest at all, where there is none. `unfound` is why functions could not be looked for.
    fn nothing(&self, unfound: Option<ContainersError>) -> Option<Failure> {
        const NOTHING: &str = "no container shows the hooks";
        if self.given.get() {
            return None;
        }
        if self.asked.get() {
            let why = "no file of them can be read in the containers that were found";
            return Some(Failure::new(self.passing.get().unwrap_or(Gap::Unreadable), why).at(NOTHING));
        }
        let Some(error) = unfound else {
            let why = "no provisioner, and no container of the group `functions`";
            return Some(Failure::new(Gap::Unreachable, why).at(NOTHING));
        };
        // What is not granted is left alone; the provisioner may still come.
        let why = if error.gap() == Gap::NotGranted { Gap::Unreachable } else { error.gap() };
        let failure = Failure::new(why, error.to_string());
        Some(failure.at("no provisioner, and function containers").at(NOTHING))
    }
}

/// The latest run's container: what earlier runs left behind, or never started, is no part of the stack.
fn of_provisioner(stack: &Stack<'_>, found: Found, read: Read<'_>) -> Result<(), Failure> {
    let containers = found?;
    let Some(latest) = esb::latest_run(&containers) else {
        esb::absent(stack, &HOOKS, &esb::no_container(PROVISIONER));
        return Ok(());
    };
    digests(stack, latest, &latest.name, PROVISIONER_FOLDER, read)
}

/// Every function container that runs, or every one if none does.
fn of_functions(stack: &Stack<'_>, found: Found, read: Read<'_>) -> Result<(), Failure> {
    let containers = match found {
        Ok(containers) => containers,
        Err(error) => {
            // What the environment does not grant, it does not want to be asked. Anything else leaves the question open.
            let names: &[&str] = if error.gap() == Gap::NotGranted { &[] } else { &HOOKS };
            let failure = Failure::from(error).at("function containers");
            stack.missing(FUNCTIONS, failure.clone());
            esb::absent(stack, names, &failure);
            return Ok(());
        }
    };
    let current = esb::current(&containers);
    if current.is_empty() {
        let why = "no function container is found by the group `functions` under `[containers]`; in containerd mode \
                   Docker does not see them";
        stack.missing(FUNCTIONS, Failure::new(Gap::NotOffered, why));
    }
    let mut names = Names { stack, asking: current.len() <= MOST_NAMED };
    for container in current.iter().take(MOST_READ) {
        digests(stack, container, &names.of(container), FUNCTION_FOLDER, read)?;
    }
    if current.len() > MOST_READ {
        let (read, all) = (MOST_READ.to_string(), current.len().to_string());
        let why = [&read, " of ", &all, " function containers were read: narrow the group `functions` down"].concat();
        esb::absent(stack, &HOOKS, &Failure::new(Gap::Limit, why));
    }
    Ok(())
}

/// What function containers are called in the evidence.
struct Names<'a> {
    stack: &'a Stack<'a>,
    /// Until the environment does not grant it.
    asking: bool,
}

impl Names<'_> {
    /// The container's name, and its function's where that can be read: `fn-1 (hello)`.
    fn of(&mut self, container: &Container) -> String {
        let label = if self.asking { self.stack.containers().label(container, FUNCTION_LABEL) } else { Ok(None) };
        if matches!(label, Err(ContainersError::NotGranted(_))) {
            self.asking = false;
        }
        match label.ok().flatten().filter(|function| !function.trim().is_empty()) {
            Some(function) => [&container.name, " (", function.trim(), ")"].concat(),
            None => container.name.clone(),
        }
    }
}

/// The digests of one container's hooks. It fails only where the engine does, and nothing else can be read either.
fn digests(stack: &Stack<'_>, container: &Container, name: &str, folder: &str, read: Read<'_>) -> Result<(), Failure> {
    for (index, hook) in HOOKS.iter().enumerate() {
        let path = [folder, hook].concat();
        match read(container, &path) {
            Ok(sha256) => stack.digest(hook, &sha256, Origin::new(["file ", &path].concat()).of(name)),
            Err(error @ ContainersError::EngineUnreachable(_)) => return Err(error.into()),
            Err(error @ ContainersError::NoSuchContainer(_)) => {
                let gone = Failure::new(error.gap(), "gone since it was found").at(name);
                esb::absent(stack, HOOKS.get(index..).unwrap_or_default(), &gone);
                break;
            }
            Err(error) => {
                let failure = Failure::from(error);
                // Some of the engine's words name the file themselves.
                let failure = if failure.detail.contains(&path) { failure } else { failure.at(&path) };
                stack.missing(hook, failure.at(name));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
