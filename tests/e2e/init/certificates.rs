//! Which certificates an environment is given, and what is said of those that it is not.

use anyhow::Result;
use shipworthy_stand_ins::{
    Sandbox, Stack,
    docker::{Container, Docker},
};

use super::{SSL, init, written};
use crate::{sandbox, told::Told};

#[test]
fn certificates_are_taken_from_where_they_are_said_or_mounted_or_usual() -> Result<()> {
    let stack = Stack::start()?;
    let container = |sandbox: &Sandbox, mount: Option<&str>| {
        let container = Container::new("esb", "gateway").published(8443, stack.gateway.addr().port());
        match mount {
            Some(folder) => container.mount(&sandbox.dir().join(folder).to_string_lossy(), SSL),
            None => container,
        }
    };
    for (places, mount, words, expected) in [
        (&["given", "mounted", "certs"][..], Some("mounted"), &["--certs", "given"][..], "../given/rootCA.crt"),
        (&["mounted", ".esb/certs", "certs"], Some("mounted"), &[], "../mounted/rootCA.crt"),
        (&[".esb/certs", "certs"], Some("gone"), &[], "../.esb/certs/rootCA.crt"),
        (&["certs"], None, &[], "../certs/rootCA.crt"),
        (&["environments/certs"], None, &["--certs", "environments/certs"], "certs/rootCA.crt"),
    ] {
        let sandbox = sandbox();
        for place in places {
            stack.certs.write_to(&sandbox.dir().join(place))?;
        }
        let docker = Docker::start([container(&sandbox, mount)])?;
        let output = init(&sandbox, &docker, words)?;
        assert_eq!(output.status, Some(0), "{}", output.snapshot());
        let text = std::fs::read_to_string(sandbox.dir().join("environments/esb.toml"))?;
        assert!(text.contains(&format!("\nca = \"{expected}\"\n")), "{expected}: {text}");
        let told = Told::by(&sandbox, &["stack", "check", "--env", "esb"])?;
        assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    }
    Ok(())
}

#[test]
fn certificates_that_cannot_be_read_are_told_and_left_out() -> Result<()> {
    let stack = Stack::start()?;
    let sandbox = sandbox();
    let certs = sandbox.dir().join("certs");
    stack.certs.write_to(&certs)?;
    std::fs::remove_file(certs.join("client.key"))?;
    std::fs::create_dir(certs.join("client.key"))?;
    let agent = Container::new("esb", "agent").published(50051, stack.agent.addr().port());
    let docker = Docker::start([agent.mount("/nonexistent/certs", SSL)])?;
    let output = init(&sandbox, &docker, &[])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    insta::assert_snapshot!(output.snapshot(), @r"
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    √ written: environments/esb.toml from compose project `esb`
      → next: shipworthy stack check --env esb
    · services: agent
    · certificates in `[DIR]/certs`, `./certs`
    ‼ left out: `/nonexistent/certs/rootCA.crt`, mounted at `/app/config/ssl` of `agent`: No such file
      or directory (os error 2)
    ‼ left out: `[DIR]/certs/client.key`: it is not a regular file
    ‼ `endpoints.agent` could not be verified: `https://agent:50051`: the server asks for a client
      certificate, and the endpoint has no `client_cert`
      → mend it in the file, or what listens there
    ‼ the agent takes only who shows a certificate of its authority, and none was found
      → add `client_cert` and `client_key` to `[endpoints.agent]`
    ‼ no function container was seen, so that the stack's ENV is not known: none is looked at
      → write the stack's `groups.functions` under `[containers]`
    ");
    let text = written(&sandbox, "esb")?;
    assert!(text.contains("# client_key = \"certs/client.key\""), "{text}");
    assert_eq!(sandbox.run(&["env", "check", "esb"])?.status, Some(0));

    for folder in ["nowhere", "environments"] {
        let output = init(&sandbox, &docker, &["x", "--certs", folder])?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        assert!(output.stderr.contains("[init.certs]"), "{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn an_unrelated_folder_of_a_usual_name_is_nothing_to_tell() -> Result<()> {
    let (gateway, sandbox) = (shipworthy_stand_ins::Gateway::new().start_plain()?, sandbox());
    sandbox.file("certs/README", "of another program\n")?;
    sandbox.file(".esb/certs", "a file\n")?;
    let docker = Docker::start([Container::new("esb", "gateway").published(8443, gateway.addr().port())])?;
    let output = init(&sandbox, &docker, &[])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    assert!(!output.stderr.contains("left out"), "{}", output.snapshot());
    Ok(())
}

#[test]
fn certificates_that_are_none_are_no_defect() -> Result<()> {
    let (stack, sandbox) = (Stack::start()?, sandbox());
    sandbox.file("certs/rootCA.crt", "not a certificate\n")?;
    let docker = Docker::start([Container::new("esb", "gateway").published(8443, stack.gateway.addr().port())])?;
    let output = init(&sandbox, &docker, &[])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    let told = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("expected certificates in PEM, found: there is none"), "{}", output.snapshot());
    assert_eq!(sandbox.run(&["env", "check", "esb"])?.status, Some(0));

    stack.certs.write_to(&sandbox.dir().join("certs"))?;
    std::fs::copy(sandbox.dir().join("certs/other-client.key"), sandbox.dir().join("certs/client.key"))?;
    let output = init(&sandbox, &docker, &["--force"])?;
    let told = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("it belongs to another certificate"), "{}", output.snapshot());
    Ok(())
}
