use std::cell::RefCell;

use shipworthy_sdk::testing::{Script, Seen};

use super::*;

const SITE: &str = "/opt/python/sitecustomize.py";
const BRIDGE: &str = "/opt/python/trace_bridge.py";

fn container(name: &str, state: &str) -> Container {
    Container { name: name.to_owned(), state: state.to_owned(), ..Container::default() }
}

fn function(name: &str) -> Container {
    container(name, "running")
}

fn sha256(digit: char) -> String {
    digit.to_string().repeat(64)
}

fn script() -> Script {
    Script::new().descriptor(include_str!("../probe.json"))
}

/// A function container with both hooks, whose digests are of this digit.
fn with_function(script: Script, container: Container, digit: char) -> Script {
    script.container_of(FUNCTIONS, container).sha256(SITE, &sha256(digit)).sha256(BRIDGE, &sha256(digit))
}

fn with_provisioner(script: Script, container: Container, digit: char) -> Script {
    let script = script.container_of(PROVISIONER, container);
    script.sha256("/app/sitecustomize.py", &sha256(digit)).sha256("/app/trace_bridge.py", &sha256(digit))
}

fn run(script: &Script) -> Seen {
    let seen = script.run::<PythonHooks>("{}");
    assert_eq!(seen.outcome(), Ok(()));
    seen
}

/// Lines about the digests' names, seen or not.
fn lines_of_hooks(seen: &Seen) -> Vec<String> {
    seen.lines()
        .into_iter()
        .filter(|line| HOOKS.iter().any(|hook| line.split([' ', ':']).nth(1) == Some(hook)))
        .collect()
}

fn digest(hook: &str, digit: char, of: &str) -> String {
    let folder = if of.starts_with("esb-") { PROVISIONER_FOLDER } else { FUNCTION_FOLDER };
    format!("digest {hook} = {}, from file {folder}{hook} of {of}", sha256(digit))
}

thread_local! {
    /// What [`Scripted`] finds and reads.
    static WORLD: RefCell<World> = RefCell::default();
}

#[derive(Default)]
struct World {
    provisioner: Option<Found>,
    functions: Option<Found>,
    /// By container and path; any other file can be read.
    errors: Vec<(&'static str, &'static str, ContainersError)>,
    asked: Vec<String>,
}

/// The probe with errors that only an engine makes.
struct Scripted;

impl Probe for Scripted {
    type Config = NoConfig;

    fn observe(stack: &Stack<'_>, _target: &Target, _config: NoConfig) -> Result<(), Failure> {
        let (provisioner, functions) =
            WORLD.with_borrow_mut(|world| (world.provisioner.take(), world.functions.take()));
        let (provisioner, functions) = (provisioner.unwrap_or(Ok(vec![])), functions.unwrap_or(Ok(vec![])));
        observe_all(stack, provisioner, functions, &|container, path| {
            WORLD.with_borrow_mut(|world| {
                world.asked.push(format!("{}:{path}", container.name));
                let error = world.errors.iter().find(|(name, file, _)| *name == container.name && *file == path);
                error.map_or_else(|| Ok(sha256('a')), |(_, _, error)| Err(error.clone()))
            })
        })
    }
}

/// What is seen, and which files were asked for.
fn look(world: World) -> (Seen, Vec<String>) {
    WORLD.set(world);
    let seen = Script::new().run::<Scripted>("{}");
    (seen, WORLD.take().asked)
}

#[test]
fn every_container_gives_both_digests() {
    let script = with_provisioner(script(), container("esb-test-provisioner", "exited"), 'a');
    let script = with_function(script, function("fn-1"), 'a').label("esb_function", "hello");
    let seen = run(&with_function(script, function("fn-2"), 'b').label("esb_function", " "));
    assert_eq!(
        seen.lines(),
        [
            digest("sitecustomize.py", 'a', "esb-test-provisioner"),
            digest("trace_bridge.py", 'a', "esb-test-provisioner"),
            digest("sitecustomize.py", 'a', "fn-1 (hello)"),
            digest("trace_bridge.py", 'a', "fn-1 (hello)"),
            digest("sitecustomize.py", 'b', "fn-2"),
            digest("trace_bridge.py", 'b', "fn-2"),
            "missing base-image: not-offered: the function base image is no container: its hooks are not observed; \
             every function image embeds its own copy"
                .to_owned(),
        ]
    );
}

#[test]
fn a_file_that_a_container_lacks_is_not_offered_there_and_hides_nothing() {
    let script = with_provisioner(script(), container("esb-p", "exited"), 'a');
    let script = script.container_of(FUNCTIONS, function("fn-1")).sha256(SITE, &sha256('a'));
    let seen = run(&with_function(script, function("fn-2"), 'a'));
    assert_eq!(
        lines_of_hooks(&seen),
        [
            digest("sitecustomize.py", 'a', "esb-p"),
            digest("trace_bridge.py", 'a', "esb-p"),
            digest("sitecustomize.py", 'a', "fn-1"),
            "missing trace_bridge.py: not-offered: fn-1: no such file: /opt/python/trace_bridge.py".to_owned(),
            digest("sitecustomize.py", 'a', "fn-2"),
            digest("trace_bridge.py", 'a', "fn-2"),
        ]
    );
}

#[test]
fn a_file_that_cannot_be_read_is_missing_with_container_and_path_and_hides_nothing() {
    for (error, expected) in [
        (
            ContainersError::NotAFile(SITE.to_owned()),
            "unreadable: fn-1: not a regular file: /opt/python/sitecustomize.py",
        ),
        (ContainersError::TooLarge(9), "limit: fn-1: /opt/python/sitecustomize.py: more than 9 bytes"),
        (
            ContainersError::TimedOut(9),
            "timed-out: fn-1: /opt/python/sitecustomize.py: the container engine did not answer within 9 ms",
        ),
        (ContainersError::Other("odd".to_owned()), "unreadable: fn-1: /opt/python/sitecustomize.py: odd"),
    ] {
        let (seen, _) = look(World {
            provisioner: Some(Ok(vec![container("esb-p", "exited")])),
            functions: Some(Ok(vec![function("fn-1"), function("fn-2")])),
            errors: vec![("fn-1", SITE, error)],
            ..World::default()
        });
        assert_eq!(seen.outcome(), Ok(()));
        assert_eq!(
            lines_of_hooks(&seen),
            [
                digest("sitecustomize.py", 'a', "esb-p"),
                digest("trace_bridge.py", 'a', "esb-p"),
                format!("missing sitecustomize.py: {expected}"),
                digest("trace_bridge.py", 'a', "fn-1"),
                digest("sitecustomize.py", 'a', "fn-2"),
                digest("trace_bridge.py", 'a', "fn-2"),
            ]
        );
    }
}

#[test]
fn a_container_that_is_gone_is_told_once_and_not_asked_again() {
    let gone = || ContainersError::NoSuchContainer("0123".to_owned());
    for (path, missing) in [(SITE, &HOOKS[..]), (BRIDGE, &HOOKS[1..])] {
        let (seen, asked) = look(World {
            functions: Some(Ok(vec![function("fn-1"), function("fn-2")])),
            errors: vec![("fn-1", path, gone())],
            ..World::default()
        });
        let expected = Failure::new(Gap::Unreachable, "fn-1: gone since it was found");
        let told: Vec<_> = seen.lines().into_iter().filter(|line| line.contains("gone")).collect();
        assert_eq!(
            told,
            missing.iter().map(|hook| format!("missing {hook}: unreachable: {expected}")).collect::<Vec<_>>()
        );
        assert_eq!(asked.iter().filter(|file| file.starts_with("fn-1")).count(), 3 - missing.len());
        assert!(seen.lines().contains(&digest("trace_bridge.py", 'a', "fn-2")));
    }
}

#[test]
fn an_engine_that_is_gone_midway_ends_the_run_and_leaves_the_digests_open() {
    let refused = || ContainersError::EngineUnreachable("connection refused".to_owned());
    for (name, path, asked_in_all) in [("esb-p", "/app/sitecustomize.py", 1), ("fn-1", SITE, 3)] {
        let (seen, asked) = look(World {
            provisioner: Some(Ok(vec![container("esb-p", "exited")])),
            functions: Some(Ok(vec![function("fn-1"), function("fn-2")])),
            errors: vec![(name, path, refused())],
            ..World::default()
        });
        let failure = Failure::from(refused());
        assert_eq!(seen.outcome(), Err(&failure));
        assert_eq!(HOOKS.map(|hook| seen.missing(hook)), [Some(&failure); 2]);
        assert_eq!(asked.len(), asked_in_all, "nobody else is asked");
    }
}

#[test]
fn of_several_provisioners_the_latest_is_read() {
    let at = |name: &str, started: Option<&str>| Container {
        started_at: started.map(str::to_owned),
        ..container(name, if started.is_some() { "exited" } else { "created" })
    };
    for (first, second, latest) in [
        (at("esb-a", Some("2026-03-01T10:00:00Z")), at("esb-b", Some("2026-03-02T10:00:00Z")), "esb-b"),
        (at("esb-a", Some("2026-03-01T10:00:00.51Z")), at("esb-b", Some("2026-03-01T10:00:00.5Z")), "esb-a"),
        (at("esb-a", None), at("esb-b", Some("2026-03-02T10:00:00Z")), "esb-b"),
        (at("esb-a", Some("2026-03-02T10:00:00Z")), at("esb-b", None), "esb-a"),
        (at("esb-a", None), at("esb-b", None), "esb-b"),
    ] {
        let script = with_provisioner(with_provisioner(script(), first, 'a'), second, 'a');
        let read = lines_of_hooks(&run(&script));
        assert_eq!(read, HOOKS.map(|hook| digest(hook, 'a', latest)));
    }
}

#[test]
fn function_containers_that_do_not_run_count_only_where_none_does() {
    let stopped = || container("fn-old", "exited");
    let both = with_function(with_function(script(), stopped(), 'b'), function("fn-1"), 'a');
    assert!(!run(&both).lines().iter().any(|line| line.contains("fn-old")));
    let alone = run(&with_function(script(), stopped(), 'b'));
    assert!(alone.lines().contains(&digest("trace_bridge.py", 'b', "fn-old")));
}

#[test]
fn without_function_containers_the_provisioner_speaks_alone() {
    let seen = run(&with_provisioner(script(), container("esb-p", "exited"), 'a'));
    assert_eq!(lines_of_hooks(&seen), HOOKS.map(|hook| digest(hook, 'a', "esb-p")));
    let why = "no function container is found by the group `functions` under `[containers]`; in containerd mode Docker \
               does not see them";
    assert_eq!(seen.missing("functions"), Some(&Failure::new(Gap::NotOffered, why)));
    assert_eq!(seen.missing("base-image").map(|failure| failure.why), Some(Gap::NotOffered));
}

#[test]
fn without_a_provisioner_the_functions_speak_alone() {
    let seen = run(&with_function(script(), function("fn-1"), 'a'));
    let absent = Failure::new(Gap::NotOffered, "no container of provisioner");
    assert_eq!(HOOKS.map(|hook| seen.missing(hook)), [Some(&absent); 2]);
    assert!(seen.lines().contains(&digest("trace_bridge.py", 'a', "fn-1")));
    assert_eq!(seen.missing("functions"), None);
}

#[test]
fn a_project_without_any_container_is_not_passed_over() {
    let seen = script().run::<PythonHooks>("{}");
    let why = "no container shows the hooks: no provisioner, and no container of the group `functions`";
    assert_eq!(seen.outcome(), Err(&Failure::new(Gap::Unreachable, why)));
    for name in ["functions", "base-image"] {
        assert_eq!(seen.missing(name).map(|failure| failure.why), Some(Gap::NotOffered), "{name}");
    }
}

#[test]
fn without_a_provisioner_functions_that_may_not_be_seen_are_not_passed_over() {
    let needs = r#"{ "needs": ["container provisioner", "file provisioner /app/*"] }"#;
    let seen = script().descriptor(needs).run::<PythonHooks>("{}");
    let why = "no container shows the hooks: no provisioner, and function containers: not granted: container functions";
    assert_eq!(seen.outcome(), Err(&Failure::new(Gap::Unreachable, why)));
}

#[test]
fn containers_of_which_none_has_the_files_are_not_passed_over() {
    let why = "no container shows the hooks: no file of them can be read in the containers that were found";
    let script = script().container_of(PROVISIONER, container("esb-p", "exited"));
    let seen = script.container_of(FUNCTIONS, function("fn-1")).run::<PythonHooks>("{}");
    assert_eq!(seen.outcome(), Err(&Failure::new(Gap::Unreadable, why)));
    assert_eq!(lines_of_hooks(&seen).len(), 4, "each file has its own reason");
    let gone = || ContainersError::NoSuchContainer("0123".to_owned());
    for (error, gap) in [(gone(), Gap::Unreachable), (ContainersError::TimedOut(9), Gap::TimedOut)] {
        let (seen, _) = look(World {
            functions: Some(Ok(vec![function("fn-1")])),
            errors: vec![("fn-1", SITE, error), ("fn-1", BRIDGE, ContainersError::NoSuchFile(BRIDGE.to_owned()))],
            ..World::default()
        });
        assert_eq!(seen.outcome(), Err(&Failure::new(gap, why)), "retry covers it");
    }
}

#[test]
fn functions_that_are_not_granted_are_left_alone() {
    let needs = r#"{ "needs": ["container provisioner", "file provisioner /app/*"] }"#;
    let script = with_provisioner(script().descriptor(needs), container("esb-p", "exited"), 'a');
    let seen = run(&with_function(script, function("fn-1"), 'b'));
    assert_eq!(lines_of_hooks(&seen), HOOKS.map(|hook| digest(hook, 'a', "esb-p")));
    let why = "function containers: not granted: container functions";
    assert_eq!(seen.missing("functions"), Some(&Failure::new(Gap::NotGranted, why)));
}

#[test]
fn a_label_that_is_not_granted_costs_the_functions_name_only() {
    let needs = r#"{ "needs": ["container provisioner", "container functions", "file functions /opt/python/*"] }"#;
    let script = script().descriptor(needs);
    let script = with_function(script, function("fn-1"), 'a').label("esb_function", "hello");
    assert!(run(&script).lines().contains(&digest("trace_bridge.py", 'a', "fn-1")));
}

#[test]
fn functions_that_cannot_be_listed_leave_the_digests_open() {
    let error = ContainersError::Other("expected at most 256 containers, found: 300".to_owned());
    let (seen, _) = look(World {
        provisioner: Some(Ok(vec![container("esb-p", "exited")])),
        functions: Some(Err(error)),
        ..World::default()
    });
    let failure = Failure::new(Gap::Unreadable, "function containers: expected at most 256 containers, found: 300");
    assert_eq!(seen.outcome(), Ok(()));
    assert_eq!(["functions", HOOKS[0], HOOKS[1]].map(|name| seen.missing(name)), [Some(&failure); 3]);
    assert!(seen.lines().contains(&digest("trace_bridge.py", 'a', "esb-p")));
}

#[test]
fn a_provisioner_that_cannot_be_found_hides_no_function_and_fails_the_run() {
    let (seen, _) = look(World {
        provisioner: Some(Err(ContainersError::AmbiguousProject(vec!["a".to_owned(), "b".to_owned()]))),
        functions: Some(Ok(vec![function("fn-1")])),
        ..World::default()
    });
    let failure = seen.outcome().unwrap_err();
    assert_eq!(failure.why, Gap::Config);
    assert_eq!(HOOKS.map(|hook| seen.missing(hook)), [Some(failure); 2]);
    assert!(seen.lines().contains(&digest("trace_bridge.py", 'a', "fn-1")));
}

#[test]
fn a_hundred_function_containers_are_read_and_never_fewer_in_silence() {
    for (count, named, open) in
        [(65, true, false), (80, true, false), (81, false, false), (100, false, false), (101, false, true)]
    {
        let script = (0..count).fold(script(), |script, number| {
            with_function(script, function(&format!("fn-{number:03}")), 'a').label("esb_function", "hello")
        });
        let seen = run(&script);
        let digests = lines_of_hooks(&seen).iter().filter(|line| line.starts_with("digest")).count();
        assert_eq!(digests, 2 * count.min(100));
        assert_eq!(seen.lines().iter().any(|line| line.contains("(hello)")), named, "{count}");
        let limits =
            HOOKS.map(|hook| seen.lines().iter().any(|line| line.starts_with(&format!("missing {hook}: limit: "))));
        assert_eq!(limits, [open; 2], "{count}");
    }
}

#[test]
fn an_engine_that_cannot_be_asked_is_told_once() {
    for error in [
        ContainersError::EngineUnreachable("connection refused".to_owned()),
        ContainersError::TimedOut(10_000),
        ContainersError::AmbiguousProject(vec!["a".to_owned(), "b".to_owned()]),
    ] {
        let failure = Failure::from(error.clone());
        let seen = script().containers_fail(error).run::<PythonHooks>("{}");
        assert_eq!((seen.outcome(), seen.evidence().len()), (Err(&failure), 0));
    }
}
