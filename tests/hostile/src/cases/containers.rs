//! Containers that are not granted, ids that nobody gave, paths and files that lead elsewhere. The container engine is a
//! stand-in that keeps a list of what it was asked.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use shipworthy_stand_ins::docker::{Container, Docker};

use crate::{Case, Lab, Told};

/// What the others hold, and no guest may see.
const FOREIGN: &str = "of-another-stack";

/// The service's own container, another one of its project, and one of another project.
fn engine() -> Result<Docker> {
    Docker::start([
        Container::new("esb", "hostile")
            .variable("ESB_TAG", "v1")
            .variable("JWT_SECRET_KEY", "hunter22hunter22")
            .label("org.example.build", "7")
            .file("/opt/app/version", "2.0.0")
            .file("/opt/app/secret", "hunter22hunter22")
            .entry("/opt/app/link", b'2', "/etc/shadow")
            .entry("/opt/app/hard", b'1', "root:x")
            .entry("/opt/app/device", b'3', "")
            .entry("/opt/app/fifo", b'6', "")
            .entry("/opt/app/folder", b'5', "")
            .file("/etc/shadow", "root:x")
            .log("starting\nkey hunter22hunter22\n"),
        Container::new("esb", "agent").variable("SECRET", FOREIGN).file("/opt/app/version", FOREIGN).log(FOREIGN),
        Container::new("other", "hostile").variable("SECRET", FOREIGN).label("x", FOREIGN),
    ])
}

/// Full ids of the three.
fn id(at: usize) -> String {
    format!("{at:064x}")
}

const ALL: [&str; 5] = ["container .", "env . ESB_TAG", "label . org.example.*", "file . /opt/app/**", "logs ."];

fn asked(lab: &Lab, grants: &[&str], questions: &Value, expected: &[&str]) -> Result<(Told, Vec<String>)> {
    let docker = engine()?;
    let trial = lab.rust(&json!([{ "do": "container", "ask": questions }]))?;
    let trial = trial.section(&format!("[containers]\nsocket = \"{}\"\nproject = \"esb\"", docker.url()));
    let told = trial.granted(grants).run()?.completed()?.steps(expected)?;
    let lines = docker.request_lines();
    ensure!(lines.iter().all(|line| line.starts_with("GET ")), "not only looked at: {lines:?}");
    Ok((told.lacks(FOREIGN)?, lines))
}

fn of(lab: &Lab, grants: &[&str], questions: &Value, expected: &[&str]) -> Result<Told> {
    Ok(asked(lab, grants, questions, expected)?.0)
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, attack: &str, play: fn(&Lab) -> Result<Told>| Case::new("containers", name, attack, play);
    let mut cases = of_grants(case);
    cases.extend(of_ids(case));
    cases.extend(of_paths(case));
    cases.extend(of_content(case));
    cases
}

type Of = fn(&str, &str, fn(&Lab) -> Result<Told>) -> Case;

fn of_grants(case: Of) -> Vec<Case> {
    vec![
        case("honest", "what is granted is seen: the other cases are refused for their own reasons", |lab| {
            let questions = json!([
                ["find"],
                ["env", "found", "ESB_TAG"],
                ["label", "found", "org.example.build"],
                ["read", "found", "/opt/app/version"],
                ["logs", "found"],
            ]);
            let expected =
                ["0: ok esb-hostile-1", "1: ok Some(\"v1\")", "2: ok Some(\"7\")", "3: ok 2.0.0", "4: ok starting"];
            of(lab, &ALL, &questions, &expected)
        }),
        case("nothing-granted", "looks for containers without a grant", |lab| {
            let (told, lines) = asked(lab, &[], &json!([["find"]]), &["0: not-granted container ."])?;
            ensure!(lines.is_empty(), "the engine was asked: {lines:?}");
            told.notes("container .")
        }),
        case("variable", "reads a variable beside the granted one", |lab| {
            let questions =
                json!([["find"], ["env", "found", "JWT_SECRET_KEY"], ["env", "found", "ESB_*"], ["env", "found", ""]]);
            let expected = ["0: ok", "1: not-granted env . JWT_SECRET_KEY", "2: not-granted", "3: not-granted"];
            of(lab, &ALL, &questions, &expected)?.lacks("hunter22")
        }),
        case("label", "reads a label beside the granted ones", |lab| {
            let questions = json!([["find"], ["label", "found", "com.docker.compose.project"]]);
            of(lab, &ALL, &questions, &["0: ok", "1: not-granted label ."])
        }),
        case("file", "reads files beside the granted ones", |lab| {
            let questions = json!([["find"], ["read", "found", "/etc/shadow"], ["sha256", "found", "/etc/shadow"]]);
            let expected = ["0: ok", "1: not-granted file . /etc/shadow", "2: not-granted file . /etc/shadow"];
            of(lab, &ALL, &questions, &expected)?.lacks("root:x")
        }),
        case("logs", "reads a log without a grant", |lab| {
            of(lab, &["container ."], &json!([["find"], ["logs", "found"]]), &["0: ok", "1: not-granted logs ."])?
                .lacks("starting")
        }),
        case("log-secrets", "reads the service's own secrets out of its log", |lab| {
            let told =
                of(lab, &ALL, &json!([["find"], ["logs", "found"]]), &["0: ok", "1: ok starting | key [secret]"])?;
            told.lacks("hunter22")
        }),
        case("other-service", "looks for the containers of another service", |lab| {
            of(lab, &ALL, &json!([["find", "agent"]]), &["0: not-granted container agent"])
        }),
        case("other-project", "looks for containers of its own name, of which another project has one too", |lab| {
            of(lab, &ALL, &json!([["find", "hostile"]]), &["0: ok esb-hostile-1"])
        }),
        case("service-names", "looks for services that are patterns, paths and texts for a terminal", |lab| {
            let questions =
                json!([["find", "*"], ["find", "../hostile"], ["find", ""], ["find", "\u{1b}[2J"], ["find", "."]]);
            of(lab, &ALL, &questions, &["0: other", "1: other", "2: other", "3: other", "4: "])
        }),
    ]
}

/// Every question about a container, under an id that `find` did not give.
fn unknown(lab: &Lab, id: &str, finds: bool) -> Result<Told> {
    let mut questions = vec![
        json!(["env", id, "ESB_TAG"]),
        json!(["label", id, "org.example.build"]),
        json!(["sha256", id, "/opt/app/version"]),
        json!(["read", id, "/opt/app/version"]),
        json!(["logs", id]),
    ];
    if finds {
        questions.insert(0, json!(["find"]));
    }
    let expected: Vec<String> = (0..questions.len())
        .map(|at| if finds && at == 0 { "0: ok".to_owned() } else { format!("{at}: no-such-container") })
        .collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let (told, lines) = asked(lab, &ALL, &questions.into(), &expected)?;
    let own = self::id(0);
    let others = lines.iter().filter(|line| !line.contains("/containers/json") && !line.contains(&own));
    ensure!(others.count() == 0, "the engine was asked: {lines:?}");
    ensure!(finds || lines.is_empty(), "the engine was asked: {lines:?}");
    Ok(told)
}

fn of_ids(case: Of) -> Vec<Case> {
    vec![
        case("id-before-find", "names its own container by its true id without having found it", |lab| {
            unknown(lab, &id(0), false)
        }),
        case("id-of-another", "names the container of another service by its true id", |lab| {
            unknown(lab, &id(1), true)
        }),
        case("id-of-another-project", "names the container of another project by its true id", |lab| {
            unknown(lab, &id(2), true)
        }),
        case("id-short", "names its own container by the short form of its id", |lab| {
            unknown(lab, "000000000000", true)
        }),
        case("id-name", "names its own container by its name", |lab| unknown(lab, "esb-hostile-1", true)),
        case("id-upper", "names a container by an id in capitals", |lab| unknown(lab, &id(171).to_uppercase(), true)),
        case("id-empty", "names a container by nothing", |lab| unknown(lab, "", true)),
        case("id-path", "names a container by a path to something else of the engine", |lab| {
            unknown(lab, "../secrets", true)
        }),
        case("id-path-behind", "names its own container, with a path to another behind it", |lab| {
            unknown(lab, &format!("{}/../{}", id(0), id(1)), true)
        }),
        case("id-query", "names its own container, with a query behind it", |lab| {
            unknown(lab, &format!("{}?all=true", id(0)), true)
        }),
        case("id-url", "names a container by a URL", |lab| unknown(lab, "http://evil.example/", true)),
        case("id-line-break", "names a container by a second request", |lab| {
            unknown(lab, "x HTTP/1.1\r\nhost: x\r\n\r\nDELETE /containers/x", true)
        }),
        case("id-huge", "names a container by 100 KiB", |lab| unknown(lab, &"0".repeat(100 << 10), true)),
    ]
}

fn of_paths(case: Of) -> Vec<Case> {
    vec![
        case("path-dot-dot", "reads a file through `..` and its escapes", |lab| {
            let paths = [
                "/opt/app/../../etc/shadow",
                "/opt/app/%2e%2e/%2e%2e/etc/shadow",
                "/opt/app//etc/shadow",
                "opt/app/version",
                "/opt/app/./version",
                "/opt/app/..\\..\\etc\\shadow",
                "/opt/app/version?path=/etc/shadow",
                "/opt/app/version&path=/etc/shadow",
                "/opt/app/version#x",
                "/opt/app/version\u{0}",
                "",
            ];
            let reads = paths.iter().map(|path| json!(["read", "found", path]));
            let questions: Vec<Value> = [json!(["find"])].into_iter().chain(reads).collect();
            let docker = engine()?;
            let trial = lab.rust(&json!([{ "do": "container", "ask": questions }]))?;
            let trial = trial.section(&format!("[containers]\nsocket = \"{}\"\nproject = \"esb\"", docker.url()));
            let told = trial.granted(&ALL).run()?.completed()?.lacks("root:x")?;
            let steps = told.all_steps();
            ensure!(steps.len() == 12, "{steps:?}");
            ensure!(steps.iter().skip(1).all(|step| !step.contains(": ok")), "{steps:?}");
            let asked: Vec<String> =
                docker.request_lines().into_iter().filter(|line| line.contains("archive")).collect();
            ensure!(
                asked.iter().all(|line| line.ends_with("%26path%3D%2Fetc%2Fshadow")),
                "the engine was asked: {asked:?}"
            );
            Ok(told)
        }),
        case("path-link", "reads links, devices, FIFOs and folders", |lab| {
            let names = ["link", "hard", "device", "fifo", "folder", "link/"];
            let reads = names.iter().map(|name| json!(["read", "found", format!("/opt/app/{name}")]));
            let questions: Vec<Value> = [json!(["find"])].into_iter().chain(reads).collect();
            let expected: Vec<String> = (1..=names.len()).map(|at| format!("{at}: not-a-file")).collect();
            let expected: Vec<&str> = ["0: ok"].into_iter().chain(expected.iter().map(String::as_str)).collect();
            of(lab, &ALL, &questions.into(), &expected)?.lacks("root:x")
        }),
    ]
}

fn of_content(case: Of) -> Vec<Case> {
    vec![
        case("path-large", "reads a file that is larger than it asked for", |lab| {
            let docker = Docker::start([Container::new("esb", "hostile").file("/opt/app/large", &"z".repeat(2_000))])?;
            let questions = json!([["find"], ["read", "found", "/opt/app/large"]]);
            let trial = lab.rust(&json!([{ "do": "container", "ask": questions }]))?;
            let trial = trial.section(&format!("[containers]\nsocket = \"{}\"\nproject = \"esb\"", docker.url()));
            let told = trial.granted(&ALL).run()?.completed()?.steps(&["0: ok", "1: too-large 1000"])?;
            told.notes("the limit of 1000 bytes is exceeded")
        }),
        case("hostile-text", "a container's log and label full of escapes, which a guest passes on", |lab| {
            let text = "\u{1b}[2J\r\n::error::owned\u{202e}";
            let container =
                Container::new("esb", "hostile").log(text).label("org.example.build", text).variable("ESB_TAG", text);
            let docker = Docker::start([container])?;
            let questions = json!([
                ["find"],
                ["logs", "found"],
                ["env", "found", "ESB_TAG"],
                ["label", "found", "org.example.build"]
            ]);
            let trial = lab.rust(&json!([{ "do": "container", "ask": questions }]))?;
            let trial = trial.section(&format!("[containers]\nsocket = \"{}\"\nproject = \"esb\"", docker.url()));
            trial.granted(&ALL).in_all_formats().run()?.completed()?.steps(&["0: ok", "1: ok", "2: ok", "3: ok"])
        }),
    ]
}
