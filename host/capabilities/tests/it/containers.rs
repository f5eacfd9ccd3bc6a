//! The read-only view of containers, against the stand-in.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;
use shipworthy_capabilities::{
    Access, Calendar, ContainerEngine, ContainersError, Limits, Masks, Replay, Run, Tape, Target,
    containers::engine::EngineSocket, tape::Room,
};
use shipworthy_contract::{
    Role, Secret, Sha256,
    endpoint::{Address, Endpoint},
};

use crate::{
    docker::{Content, Docker, archive, container, id, log},
    server::{keeping, on_socket, plain},
    world::{PATIENT, SHORT, endpoint, get, run},
};

fn access(docker: &Docker, grants: &[&str]) -> Access {
    Access {
        own: "gateway".parse().unwrap(),
        grants: grants.iter().map(|line| line.parse().unwrap()).collect(),
        roles: BTreeMap::new(),
        secrets: Masks::new([&Secret::new("hunter22".to_owned())]),
        limits: Limits::within(PATIENT, 4_096, PATIENT),
        engine: Some(Arc::new(docker.engine())),
        tape: Tape::Off,
        calendar: Calendar::default(),
    }
}

const ALL: [&str; 7] = [
    "container .",
    "container functions",
    "env . ESB_TAG",
    "env . MISSING",
    "label . com.example/*",
    "file . /opt/**",
    "logs .",
];

fn two_states() -> Content {
    Content {
        containers: vec![
            container('b', "esb", "gateway", "exited"),
            container('a', "esb", "gateway", "running"),
            container('c', "esb", "agent", "running"),
            container('d', "other", "web", "running"),
        ],
        ..Content::default()
    }
}

#[tokio::test]
async fn a_services_containers_are_found_in_every_state() {
    let docker = Docker::start(two_states());
    let run = run(access(&docker, &ALL));
    let found = run.find(None).await.unwrap();
    assert_eq!(
        serde_json::to_value(&found).unwrap(),
        json!([
            {
                "id": id('a'), "name": "esb-gateway-a", "service": "gateway", "image": "esb/gateway-docker:v1",
                "image_id": "sha256:abc", "state": "running", "health": "healthy", "exit_code": null,
                "started_at": "2026-11-24T08:00:00Z", "finished_at": null,
            },
            {
                "id": id('b'), "name": "esb-gateway-b", "service": "gateway", "image": "esb/gateway-docker:v1",
                "image_id": "sha256:abc", "state": "exited", "health": null, "exit_code": 3,
                "started_at": "2026-11-24T08:00:00Z", "finished_at": "2026-11-24T08:01:00Z",
            },
        ])
    );
    assert_eq!(run.find(Some("agent")).await, Err(ContainersError::NotGranted("container agent".to_owned())));
    assert_eq!(run.records()[0].what, "containers.find gateway");
    assert_eq!(run.records()[0].answer, "2 containers");
    assert_eq!(run.notes(), ["containers.find agent: not granted; it takes: container agent"]);
}

#[tokio::test]
async fn a_group_is_found_by_its_labels_in_any_project() {
    let docker = Docker::start(two_states());
    let mut access = access(&docker, &ALL);
    let labels = BTreeMap::from([("com.docker.compose.project".to_owned(), "other".to_owned())]);
    let groups = BTreeMap::from([("functions".parse().unwrap(), labels)]);
    access.engine = Some(Arc::new(docker.engine_with(None, groups)));
    let found = run(access).find(Some("functions")).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id.as_str(), found[0].service.as_str()), (id('d').as_str(), "functions"));
}

#[tokio::test]
async fn several_projects_are_never_guessed() {
    let mut content = two_states();
    content.containers.push(container('e', "esb-2", "agent", "exited"));
    let docker = Docker::start(content);
    let several = ContainersError::AmbiguousProject(vec!["esb".to_owned(), "esb-2".to_owned()]);
    assert_eq!(run(access(&docker, &ALL)).find(None).await, Err(several));
    let mut named = access(&docker, &ALL);
    named.engine = Some(Arc::new(docker.engine_with(Some("esb-2"), BTreeMap::new())));
    assert_eq!(run(named).find(None).await, Ok(Vec::new()));
}

#[tokio::test]
async fn the_project_is_looked_for_once_and_told() {
    let docker = Docker::start(two_states());
    let access = access(&docker, &ALL);
    let engine = Arc::clone(access.engine.as_ref().unwrap());
    assert_eq!(engine.project_in_use(), None);
    for _ in 0..2 {
        run(access.clone()).find(None).await.unwrap();
    }
    assert_eq!(engine.project_in_use(), Some("esb"));
    let lists = docker.asked.lock().unwrap().iter().filter(|target| target.starts_with("/containers/json")).count();
    assert_eq!(lists, 3, "one for the project, one for each search");
}

#[tokio::test]
async fn an_engine_of_another_age_is_told_so() {
    for (version, is_refused) in [("1.18", true), ("1.24", false), ("1.53", false), ("2.0", false), ("new", false)] {
        let docker = Docker::start(Content { api_version: Some(version), ..two_states() });
        let found = run(access(&docker, &ALL)).find(None).await;
        match found {
            Ok(found) => assert!(!is_refused && found.len() == 2, "{version}"),
            Err(error) => {
                assert!(is_refused, "{version}: {error}");
                let expected = format!(
                    "the container engine at `unix://{}` speaks API {version}, and 1.24 or newer is needed",
                    docker.socket().display()
                );
                assert_eq!(error, ContainersError::Other(expected));
            }
        }
    }
}

#[tokio::test]
async fn single_variables_and_labels_are_read() {
    let docker = Docker::start(two_states());
    let run = run(access(&docker, &ALL));
    run.find(None).await.unwrap();
    let id = id('a');
    assert_eq!(run.env(&id, "ESB_TAG").await, Ok(Some("v1".to_owned())));
    assert_eq!(run.env(&id, "MISSING").await, Ok(None));
    let refused = ContainersError::NotGranted("env . JWT_SECRET_KEY".to_owned());
    assert_eq!(run.env(&id, "JWT_SECRET_KEY").await, Err(refused));
    assert_eq!(run.label(&id, "com.example/x").await, Ok(Some("label [secret]".to_owned())));
    let refused = ContainersError::NotGranted("label . com.docker.compose.project".to_owned());
    assert_eq!(run.label(&id, "com.docker.compose.project").await, Err(refused));
    let inspections = docker.asked.lock().unwrap().iter().filter(|target| target.contains(id.as_str())).count();
    assert_eq!(inspections, 1, "what finding it brought is not asked for again");
}

#[tokio::test]
async fn only_an_id_that_find_gave_reaches_the_engine() {
    let docker = Docker::start(two_states());
    let run = run(access(&docker, &ALL));
    let known = id('a');
    assert!(matches!(run.env(&known, "ESB_TAG").await, Err(ContainersError::NoSuchContainer(_))), "not found yet");
    run.find(None).await.unwrap();
    let asked = docker.asked.lock().unwrap().len();
    for hostile in [
        "../secrets",
        "",
        known.get(..12).unwrap(),
        &known.to_uppercase(),
        &format!("{known}/../x"),
        "esb-gateway-a",
        &id('c'),
    ] {
        let expected = |error: ContainersError| matches!(error, ContainersError::NoSuchContainer(_));
        assert!(expected(run.env(hostile, "ESB_TAG").await.unwrap_err()), "{hostile}");
        assert!(expected(run.label(hostile, "com.example/x").await.unwrap_err()), "{hostile}");
        assert!(expected(run.sha256(hostile, "/opt/x").await.unwrap_err()), "{hostile}");
        assert!(expected(run.read_file(hostile, "/opt/x", 10).await.unwrap_err()), "{hostile}");
        assert!(expected(run.logs(hostile, 10).await.unwrap_err()), "{hostile}");
    }
    assert_eq!(docker.asked.lock().unwrap().len(), asked);
}

#[tokio::test]
async fn an_id_that_is_none_is_not_given() {
    let mut content = two_states();
    content.containers[1]["Id"] = json!("../../secrets");
    let docker = Docker::start(content);
    let found = run(access(&docker, &ALL)).find(None).await.unwrap();
    assert_eq!(found.iter().map(|container| container.id.clone()).collect::<Vec<_>>(), [id('b')]);
}

#[tokio::test]
async fn regular_files_are_read_and_hashed_and_nothing_else() {
    let mut content = two_states();
    content.archives = vec![
        ("/opt/file", archive(b'0', 13, b"abc hunter22\n")),
        ("/opt/link", archive(b'2', 0, b"")),
        ("/opt/folder", [archive(b'5', 0, b""), archive(b'0', 3, b"abc")].concat()),
        ("/opt/fifo", archive(b'6', 0, b"")),
        ("/opt/large", archive(b'0', 8_000_000_000, b"abc")),
        ("/opt/cut", archive(b'0', 100_000, b"abc")),
    ];
    let docker = Docker::start(content);
    let run = run(access(&docker, &ALL));
    run.find(None).await.unwrap();
    let id = id('b');
    assert_eq!(run.read_file(&id, "/opt/file", 100).await, Ok(b"abc [secret]\n".to_vec()));
    assert_eq!(run.sha256(&id, "/opt/file").await, Ok(Sha256::of(b"abc hunter22\n")));
    assert_eq!(run.read_file(&id, "/opt/file", 12).await, Err(ContainersError::TooLarge(12)));
    for (path, expected) in [
        ("/opt/link", ContainersError::NotAFile("/opt/link".to_owned())),
        ("/opt/link/", ContainersError::NotAFile("/opt/link/".to_owned())),
        ("/opt/folder", ContainersError::NotAFile("/opt/folder".to_owned())),
        ("/opt/fifo", ContainersError::NotAFile("/opt/fifo".to_owned())),
        ("/opt/none", ContainersError::NoSuchFile("/opt/none".to_owned())),
        ("/opt/large", ContainersError::TooLarge(256 << 20)),
        (
            "/opt/cut",
            ContainersError::Other(
                "the container engine ended the archive of `/opt/cut` before its file was complete".to_owned(),
            ),
        ),
        ("/etc/shadow", ContainersError::NotGranted("file . /etc/shadow".to_owned())),
        (
            "/opt/../etc/shadow",
            ContainersError::Other("the path `/opt/../etc/shadow` has a `.` or `..` segment".to_owned()),
        ),
    ] {
        assert_eq!(run.sha256(&id, path).await, Err(expected), "{path}");
    }
}

#[tokio::test]
async fn the_last_lines_of_a_log_come_without_the_containers_secrets() {
    let mut content = two_states();
    content.log = log(&[
        (1, "first\n"),
        (2, "second topsecret\n"),
        (1, "third hun"),
        (1, "ter22 and \u{1b}[31mcolour\n"),
        (2, "last"),
    ]);
    let docker = Docker::start(content);
    let run = run(access(&docker, &ALL));
    run.find(None).await.unwrap();
    let lines = run.logs(&id('a'), 3).await.unwrap();
    assert_eq!(lines, ["second [secret]", "third [secret] and \u{1b}[31mcolour", "last"]);
    assert_eq!(run.logs(&id('a'), 0).await, Ok(Vec::new()));
    assert!(docker.asked.lock().unwrap().iter().any(|target| target.contains("tail=3")));
}

#[tokio::test]
async fn an_endless_line_of_a_log_is_cut_off() {
    let mut content = two_states();
    // A terminal's log has no frames: this reads as the header of a frame of 4 GiB.
    content.log = [vec![1, 0, 0, 0, 255, 255, 255, 255], vec![b'x'; 3 << 20]].concat();
    let docker = Docker::start(content);
    let run = run(access(&docker, &ALL));
    run.find(None).await.unwrap();
    assert_eq!(run.logs(&id('a'), 3).await, Err(ContainersError::TooLarge(1 << 20)));
}

fn at(path: impl Into<std::path::PathBuf>) -> ContainerEngine {
    ContainerEngine::new(EngineSocket::Unix(path.into()), None, BTreeMap::new())
}

#[tokio::test]
async fn an_engine_that_is_not_there_is_told_in_the_same_words_to_all() {
    let docker = Docker::start(Content::default());
    let mut world = access(&docker, &ALL);
    world.engine = Some(Arc::new(at("/nonexistent/docker.sock")));
    let words = "cannot reach the container engine at `unix:///nonexistent/docker.sock`: no such socket";
    for _ in 0..2 {
        let error = run(world.clone()).find(None).await.unwrap_err();
        assert_eq!(error, ContainersError::EngineUnreachable(words.to_owned()));
    }
}

#[tokio::test]
async fn an_engine_that_is_silent_or_talks_nonsense_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let docker = Docker::start(Content::default());
    let with = |path: std::path::PathBuf| {
        let mut world = access(&docker, &ALL);
        world.engine = Some(Arc::new(at(path)));
        world
    };
    let silent = dir.path().join("silent.sock");
    let _listener = tokio::net::UnixListener::bind(&silent).unwrap();
    let mut world = with(silent);
    world.limits.container_timeout = SHORT;
    assert_eq!(run(world).find(None).await, Err(ContainersError::TimedOut(500)));

    let nonsense = dir.path().join("nonsense.sock");
    on_socket(&nonsense, keeping(200, "<html>").0);
    let error = run(with(nonsense)).find(None).await.unwrap_err();
    assert!(matches!(&error, ContainersError::Other(text) if text.contains("cannot be read")), "{error:?}");
}

#[tokio::test]
async fn a_recording_gives_containers_again() {
    let mut content = two_states();
    content.archives = vec![("/opt/file", archive(b'0', 3, b"abc"))];
    content.log = log(&[(1, "line topsecret\n")]);
    let docker = Docker::start(content);
    let mut world = access(&docker, &ALL);
    world.tape = Tape::Record(Arc::new(Room::new(1 << 20)));
    let recording = run(world.clone());
    let told = ask_all(&recording).await;
    let json = serde_json::to_string(&recording.recorded()).unwrap();
    assert!(!json.contains("topsecret") && !json.contains("hunter22"));
    drop(docker);
    world.engine = None;
    world.tape = Tape::Replay(Replay { told: serde_json::from_str(&json).unwrap(), is_same: true });
    assert_eq!(ask_all(&run(world)).await, told);
}

async fn ask_all(run: &Run) -> Vec<String> {
    let id = id('a');
    vec![
        format!("{:?}", run.find(None).await),
        format!("{:?}", run.env(&id, "ESB_TAG").await),
        format!("{:?}", run.label(&id, "com.example/x").await),
        format!("{:?}", run.sha256(&id, "/opt/file").await),
        format!("{:?}", run.read_file(&id, "/opt/file", 10).await),
        format!("{:?}", run.read_file(&id, "/opt/none", 10).await),
        format!("{:?}", run.logs(&id, 10).await),
    ]
}

/// What a server says that is asked by the container `gateway`, if the container at the index publishes its port.
async fn body_of_the_gateway_published_by(index: usize, mut content: Content) -> Vec<u8> {
    let (answer, _) = keeping(200, "inside");
    let server = plain(false, answer).await;
    let binding = json!([{ "HostIp": "0.0.0.0", "HostPort": server.address.port().to_string() }]);
    content.containers[index]["NetworkSettings"] = json!({ "Ports": { "8443/tcp": binding } });
    let docker = Docker::start(content);
    let service = "gateway".parse().unwrap();
    let endpoint = Endpoint { address: Address::Container { service, port: 8443 }, ..endpoint(server.address) };
    let mut world = access(&docker, &["http GET /"]);
    world.roles = BTreeMap::from([(Role::main(), Arc::new(Target::prepare(&endpoint).unwrap()))]);
    run(world).http(get("/")).await.unwrap().body
}

#[tokio::test]
async fn a_container_is_an_endpoint_by_its_published_port() {
    assert_eq!(body_of_the_gateway_published_by(1, two_states()).await, b"inside");
}

#[tokio::test]
async fn a_container_in_the_network_of_another_is_reached_as_that_one_is() {
    let mut content = two_states();
    content.containers[1]["HostConfig"] = json!({ "NetworkMode": format!("container:{}", id('d')) });
    assert_eq!(body_of_the_gateway_published_by(3, content).await, b"inside");
}

#[tokio::test]
async fn a_files_path_cannot_leave_what_is_granted() {
    let docker = Docker::start(two_states());
    let run = run(access(&docker, &ALL));
    let id = run.find(None).await.unwrap()[0].id.clone();
    // The engine makes a path normal itself, and knows no query.
    for path in ["/opt/x?/../../etc/shadow", "/opt/x?", "/opt/../etc/shadow", "/opt/%2e%2e/etc/shadow"] {
        let error = run.sha256(&id, path).await.unwrap_err();
        assert!(matches!(error, ContainersError::Other(_)), "{path}: {error:?}");
    }
}
