use std::{collections::BTreeMap, path::PathBuf};

use super::*;

fn container(service: &str) -> Surveyed {
    Surveyed {
        service: service.to_owned(),
        name: format!("esb-{service}"),
        image: String::new(),
        state: "running".to_owned(),
        runtime: None,
        published: std::collections::BTreeSet::new(),
        networks: Vec::new(),
        borrows: None,
        mounts: BTreeMap::new(),
    }
}

fn door(service: &'static str, port: u16, https: bool, server_name: Option<&str>) -> Door {
    let server_name = server_name.map(str::to_owned);
    let (seen, identity) = ("answers".to_owned(), service == "agent");
    Door { service, port, https, server_name, identity, seen, answered: true, turned_away: false }
}

fn survey(project: &str, services: &[&str], functions: &[&str]) -> Survey {
    Survey {
        project: project.to_owned(),
        containers: services.iter().map(|service| container(service)).collect(),
        functions: functions.iter().map(|env| ((*env).to_owned(), 1)).collect(),
        unnamed_functions: 0,
    }
}

fn rendered(services: &[&str], functions: &[&str], certs: &Certs, doors: &Doors) -> String {
    let survey = survey("esb", services, functions);
    let draft = Draft { at: "now", socket: None, survey: &survey, certs, doors, here: Path::new("/srv") };
    let text = draft.render();
    // The head says version and time.
    text.split_once("policy = ").map_or(text.clone(), |(_, rest)| rest.to_owned())
}

#[test]
fn a_certificate_for_another_name_and_a_socket_that_can_be_reached_are_written() {
    let certs = Certs {
        ca: Some(PathBuf::from("/srv/certs/rootCA.crt")),
        client: Some(("/etc/esb/client.crt".into(), "/etc/esb/client.key".into())),
        ..Certs::default()
    };
    let doors = Doors {
        gateway: Some(door("gateway", 8443, true, Some("localhost"))),
        agent: Some(door("agent", 50051, true, None)),
        containerd: Some("/var/lib/x/containerd.sock".into()),
        ..Doors::default()
    };
    insta::assert_snapshot!(rendered(&["agent", "gateway", "runtime-node"], &[], &certs, &doors), @r#"
    "strict"

    [endpoints.gateway]
    container = "gateway"
    port = 8443
    scheme = "https"
    ca = "../certs/rootCA.crt"
    # its certificate does not carry `gateway`
    server_name = "localhost"

    [endpoints.agent]
    container = "agent"
    port = 50051
    scheme = "https"
    ca = "../certs/rootCA.crt"
    client_cert = "/etc/esb/client.crt"
    client_key = "/etc/esb/client.key"

    [endpoints.runtime-node]
    url = "unix:///var/lib/x/containerd.sock"

    [containers]
    project = "esb"
    # functions are containers of containerd, which this engine does not see

    [probes.gateway]
    plugin = "builtin:gateway"
    endpoint = "gateway"

    [probes.agent]
    plugin = "builtin:agent"
    endpoint = "agent"

    [probes.runtime-node]
    plugin = "builtin:runtime-node"
    endpoint = "runtime-node"

    # the project has no container of it
    # [probes.provisioner]
    # plugin = "builtin:provisioner"

    # no container is known to hold them
    # [probes.python-hooks]
    # plugin = "builtin:python-hooks"
    "#);
}

#[test]
fn without_certificates_the_lines_to_add_are_there() {
    let doors = Doors {
        gateway: Some(door("gateway", 8443, true, None)),
        agent: Some(door("agent", 50051, true, None)),
        ..Doors::default()
    };
    insta::assert_snapshot!(rendered(&["agent", "gateway", "provisioner"], &[], &Certs::default(), &doors), @r#"
    "strict"

    [endpoints.gateway]
    container = "gateway"
    port = 8443
    scheme = "https"
    # no certificate of an authority was found: the system's trust roots are in force
    # ca = "certs/rootCA.crt"

    [endpoints.agent]
    container = "agent"
    port = 50051
    scheme = "https"
    # no certificate of an authority was found: the system's trust roots are in force
    # ca = "certs/rootCA.crt"
    # the agent turns away who shows no certificate of its authority; none was found:
    # client_cert = "certs/client.crt"
    # client_key = "certs/client.key"

    [containers]
    project = "esb"
    # no function container was seen, so that the stack's ENV is not known; the line that is this stack's:
    # groups.functions = { created_by = "esb-agent", esb_env = "ENV" }

    [probes.gateway]
    plugin = "builtin:gateway"
    endpoint = "gateway"

    [probes.agent]
    plugin = "builtin:agent"
    endpoint = "agent"

    [probes.provisioner]
    plugin = "builtin:provisioner"

    [probes.python-hooks]
    plugin = "builtin:python-hooks"
    limits = { deadline = "30s" }
    "#);
}

#[test]
fn function_containers_are_taken_only_if_project_or_containers_are_named_by_their_env() {
    let (certs, doors) = (Certs::default(), Doors::default());
    for (project, name, envs, own) in [
        ("esb-dev", "x", &["dev"][..], true),
        ("shop-dev", "x", &["dev"], true),
        ("compose", "esb-dev-gateway", &["dev"], true),
        ("esb-dev", "x", &["my-dev"], false),
        ("esb-mydev", "esb-mydev-gateway", &["dev"], false),
        ("esb", "esb-gateway", &["dev"], false),
        ("esb-prod", "esb-prod-gateway", &["dev"], false),
        ("esb-dev", "esb-dev-gateway", &["dev", "staging"], false),
        ("esb-dev", "esb-dev-gateway", &[], false),
    ] {
        let mut survey = survey(project, &["gateway"], envs);
        name.clone_into(&mut survey.containers[0].name);
        let draft =
            Draft { at: "now", socket: None, survey: &survey, certs: &certs, doors: &doors, here: Path::new("/srv") };
        let text = draft.render();
        let told = draft.about_functions().len();
        for line in ["groups.functions = { created_by = \"esb-agent\", esb_env = \"dev\" }", "[probes.python-hooks]"] {
            let live = text.lines().any(|found| found == line);
            assert_eq!((live, told), (own, usize::from(!own)), "{project} {name} {envs:?}: {text}");
        }
        assert!(own || !text.lines().any(|line| line.starts_with("groups.")), "{text}");
        for env in envs {
            assert!(text.contains(&format!("esb_env = \"{env}\" }}")), "{text}");
        }
    }
}

#[test]
fn what_cannot_be_written_as_a_label_is_left_out_and_told() {
    let (certs, doors) = (Certs::default(), Doors::default());
    let long = "x".repeat(201);
    for project in ["a\u{202e}b", "a\nb", &long] {
        let survey = Survey { unnamed_functions: 2, ..survey(project, &["gateway"], &[]) };
        let draft =
            Draft { at: "now", socket: None, survey: &survey, certs: &certs, doors: &doors, here: Path::new("/") };
        let text = draft.render();
        assert!(!text.lines().any(|line| line.starts_with("project") || line.starts_with("groups")), "{text}");
        let told =
            shipworthy_report::notice::render(&draft.notices(), &crate::output::look(crate::output::Stream::Err));
        for expected in ["left out: the project's name", "left out: 2 function containers"] {
            assert!(told.contains(expected), "{told}");
        }
    }
}
