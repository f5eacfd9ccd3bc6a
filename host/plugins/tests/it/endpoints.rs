//! Endpoints made ready to be reached.

use shipworthy_contract::endpoint::{Address, Endpoint, Http2};

use crate::support::{Folder, load, told};

fn variables(name: &str) -> Option<String> {
    match name {
        "KEY" => Some("hunter22".to_owned()),
        "EMPTY" => Some(" ".to_owned()),
        "BROKEN" => Some("hunter22\r\nx: y".to_owned()),
        _ => None,
    }
}

fn resolve(folder: &Folder) -> Result<Vec<Endpoint>, String> {
    let environment = folder.load("e.toml").unwrap_or_else(|errors| panic!("{errors}"));
    let spec = environment.endpoints.values().next().unwrap();
    spec.resolve(&variables).map_err(|error| folder.clean(&told(&error)))
}

#[test]
fn paths_are_relative_to_the_file_and_secrets_are_fetched() {
    let folder = Folder::new(&[
        (
            "env/e.toml",
            "[endpoints.gateway]\nurl = \"https://h:8443\"\nca = \"ca.pem\"\nclient_cert = \"../c.pem\"\nclient_key = \"/k.pem\"\nserver_name = \"Agent\"\nhttp2 = \"off\"\nheaders = { X-Api-Key = { env = \"KEY\" }, authorization = { file = \"token\" }, accept = \"text/plain\" }\n",
        ),
        ("env/token", "Bearer hunter23\n"),
    ]);
    let environment = folder.load("env/e.toml").unwrap();
    let endpoints = environment.endpoints["gateway"].resolve(&variables).unwrap();
    let [endpoint] = endpoints.as_slice() else { panic!("one instance") };
    assert_eq!((endpoint.name.as_str(), endpoint.instance.as_str()), ("gateway", "gateway"));
    let tls = endpoint.tls.as_ref().unwrap();
    assert_eq!(tls.ca, Some(folder.file("env/ca.pem")));
    assert_eq!(tls.client_cert, Some(folder.file("env/../c.pem")));
    assert_eq!(tls.client_key.as_ref().unwrap().to_str(), Some("/k.pem"));
    assert_eq!(tls.server_name.as_deref(), Some("agent"));
    assert_eq!(endpoint.http2, Http2::Off);
    let headers: Vec<(&str, &str)> =
        endpoint.headers.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect();
    assert_eq!(headers, [("x-api-key", "hunter22"), ("authorization", "Bearer hunter23"), ("accept", "text/plain")]);
    assert!(!format!("{endpoint:?}").contains("hunter2"));
}

#[test]
fn an_environment_needs_no_secret_until_it_is_used() {
    let environment =
        load("[endpoints.a]\nurl = \"http://h\"\nheaders = { token = { env = \"UNSET\" }, accept = \"x\" }");
    let outline = environment.endpoints["a"].outline().unwrap();
    assert_eq!(outline[0].headers.len(), 1, "only what stands in the file");
}

#[test]
fn a_fleet_has_an_endpoint_for_each_instance() {
    let folder = Folder::new(&[
        ("e.toml", "[endpoints.gateway]\ninstances_from = \"fleet.txt\"\nca = \"ca.pem\"\n"),
        ("fleet.txt", "# ours\nedge-1 https://10.0.0.1:8443\nhttp://10.0.0.2:80\n"),
    ]);
    let fleet = resolve(&folder).unwrap();
    let told: Vec<(String, String, bool)> =
        fleet.iter().map(|one| (one.instance.clone(), one.url(), one.tls.is_some())).collect();
    assert_eq!(
        told,
        [
            ("edge-1".to_owned(), "https://10.0.0.1:8443".to_owned(), true),
            ("http://10.0.0.2:80".to_owned(), "http://10.0.0.2:80".to_owned(), false),
        ]
    );
    let listed = load("[endpoints.gateway]\ninstances = [\"a https://h\", \"unix:///run/x.sock\"]");
    assert_eq!(listed.endpoints["gateway"].outline().unwrap().len(), 2);
}

#[test]
fn a_container_is_an_address_to_be_looked_up() {
    for (keys, tls) in [("", false), ("scheme = \"https\"", true), ("ca = \"ca.pem\"", true)] {
        let environment = load(&format!("[endpoints.agent]\ncontainer = \"agent\"\nport = 50051\n{keys}"));
        let endpoint = &environment.endpoints["agent"].outline().unwrap()[0];
        assert_eq!(endpoint.address, Address::Container { service: "agent".parse().unwrap(), port: 50051 });
        assert_eq!(endpoint.tls.is_some(), tls, "{keys}");
    }
}

#[test]
fn a_secret_that_is_not_there_is_told_without_showing_any() {
    let cases: Vec<String> =
        ["env = \"UNSET\"", "env = \"EMPTY\"", "env = \"BROKEN\"", "file = \"none\"", "file = \"blank\""]
            .iter()
            .map(|reference| {
                let text = format!("[endpoints.a]\nurl = \"http://h\"\nheaders.token = {{ {reference} }}\n");
                resolve(&Folder::new(&[("e.toml", &text), ("blank", "\n")])).unwrap_err()
            })
            .collect();
    assert!(!cases.concat().contains("hunter"), "{cases:?}");
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn a_fleet_file_that_cannot_be_used_is_told_with_its_line() {
    let cases: Vec<String> = [Some("a https://u:hunter2@h\n"), Some("ok https://h\nx y z\n"), Some("# none\n"), None]
        .iter()
        .map(|fleet| {
            let mut files = vec![("e.toml", "[endpoints.a]\ninstances_from = \"fleet\"\n")];
            files.extend(fleet.map(|fleet| ("fleet", fleet)));
            resolve(&Folder::new(&files)).unwrap_err()
        })
        .collect();
    assert!(!cases.concat().contains("hunter"), "{cases:?}");
    insta::assert_snapshot!(cases.join("\n"));
}
