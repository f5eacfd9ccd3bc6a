//! `shipworthy.lock`: once it is there, nothing else runs, and more than what was locked has to be approved by name.

use anyhow::{Context as _, Result};
use shipworthy_stand_ins::{Output, Plugin, Sandbox};

use crate::sandbox;

const LOCK: &str = "environments/shipworthy.lock";

/// Two environments with an agent of their own each; nobody is asked anything.
fn folder() -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.file("plugins/old.wasm", Plugin::new("agent", "1.0.0").component()?)?;
    sandbox.file("plugins/new.wasm", Plugin::new("agent", "2.0.0").component()?)?;
    environment(&sandbox, "staging", "old", &[])?;
    environment(&sandbox, "production", "old", &[])?;
    Ok(sandbox)
}

fn environment(sandbox: &Sandbox, name: &str, plugin: &str, grants: &[&str]) -> Result<()> {
    let text = format!(
        "[endpoints.agent]\nurl = \"http://127.0.0.1:9\"\n[requirements]\nmode = \"docker\"\n\
         services.agent.version = \"1.0.0\"\n[probes.agent]\nplugin = \"../plugins/{plugin}.wasm\"\ngrants = {grants:?}\n\
         config = {{ mode = \"docker\", version = \"1.0.0\" }}\n\
         [probes.gateway]\nplugin = \"builtin:static\"\nconfig = {{ mode = \"docker\" }}\n"
    );
    sandbox.file(&format!("environments/{name}.toml"), text)?;
    Ok(())
}

fn check(sandbox: &Sandbox, name: &str) -> Result<Output> {
    sandbox.run(&["stack", "check", "--env", name, "--quiet"])
}

fn read(sandbox: &Sandbox) -> Result<String> {
    Ok(std::fs::read_to_string(sandbox.dir().join(LOCK))?)
}

fn ok(output: Output) -> Result<Output> {
    anyhow::ensure!(output.status == Some(0), "{}", output.snapshot());
    Ok(output)
}

/// A digest is another in each build of the probes.
pub(crate) fn without_digests(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive([' ', '\n', '"', '`', ':']) {
        let hex = word.trim_end_matches([' ', '\n', '"', '`', ':']);
        let is_digest = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_size = (5..8).contains(&hex.len()) && hex.bytes().all(|byte| byte.is_ascii_digit());
        let shown = if is_digest {
            "SHA256"
        } else if is_size {
            "SIZE"
        } else {
            hex
        };
        out.push_str(shown);
        out.push_str(word.strip_prefix(hex).unwrap_or_default());
    }
    out
}

#[test]
fn it_holds_every_plugin_of_every_environment() -> Result<()> {
    let sandbox = folder()?;
    let output = ok(sandbox.run(&["plugin", "lock"])?)?;
    insta::assert_snapshot!("locked", without_digests(&output.snapshot()));
    insta::assert_snapshot!("lock", without_digests(&read(&sandbox)?));
    for name in ["staging", "production"] {
        ok(check(&sandbox, name)?)?;
    }
    let before = read(&sandbox)?;
    ok(sandbox.run(&["plugin", "lock"])?)?;
    ok(sandbox.run(&["plugin", "lock", "--check"])?)?;
    assert_eq!(read(&sandbox)?, before, "the same set gives the same bytes");
    Ok(())
}

#[test]
fn a_swap_touches_its_own_environment_only() -> Result<()> {
    let sandbox = folder()?;
    ok(sandbox.run(&["plugin", "lock"])?)?;
    let before = read(&sandbox)?;
    environment(&sandbox, "staging", "new", &[])?;
    assert_eq!(check(&sandbox, "staging")?.status, Some(2), "the lock holds the old one");
    ok(check(&sandbox, "production")?)?;
    ok(sandbox.run(&["plugin", "lock"])?)?;
    let after = read(&sandbox)?;
    let of = |lock: &str, name: &str| -> Vec<String> {
        let tables = lock.split("\n\n").filter(|table| table.starts_with(&format!("[environments.{name}.")));
        tables.map(str::to_owned).collect()
    };
    assert_eq!(of(&before, "production"), of(&after, "production"));
    assert_ne!(of(&before, "staging"), of(&after, "staging"));
    let version = |name: &str| -> Result<String> {
        let report = sandbox.run(&["stack", "check", "--env", name, "--format", "json"])?.json()?;
        let results = report["results"].as_array().context("results")?;
        let of_agent = results.iter().find(|result| result["plugin"]["name"] == "agent").context("the agent's")?;
        Ok(of_agent["plugin"]["version"].to_string())
    };
    assert_eq!((version("staging")?, version("production")?), ("\"2.0.0\"".to_owned(), "\"1.0.0\"".to_owned()));
    Ok(())
}

#[test]
fn whatever_differs_from_it_is_refused_with_its_own_message() -> Result<()> {
    type Change = fn(&Sandbox) -> Result<()>;
    let table: &[(&str, &str, Change)] = &[
        ("other bytes", "lock.bytes", |sandbox| {
            sandbox.file("plugins/old.wasm", Plugin::new("agent", "1.0.1").component()?).map(drop)
        }),
        ("another source", "lock.source", |sandbox| environment(sandbox, "staging", "new", &[])),
        ("a grant more", "lock.grants", |sandbox| environment(sandbox, "staging", "old", &["http POST /x"])),
        ("a probe more", "lock.entry", |sandbox| {
            let text = std::fs::read_to_string(sandbox.dir().join("environments/staging.toml"))?;
            let more = "[probes.other]\nplugin = \"builtin:static\"\nconfig = { mode = \"docker\" }\n";
            sandbox.file("environments/staging.toml", format!("{text}{more}")).map(drop)
        }),
        ("another service", "lock.service", |sandbox| {
            let text = std::fs::read_to_string(sandbox.dir().join("environments/staging.toml"))?;
            let text = text.replace("[probes.agent]", "[probes.agent]\nservice = \"provisioner\"");
            sandbox.file("environments/staging.toml", text).map(drop)
        }),
        ("a lock of another format", "env.value", |sandbox| {
            sandbox.file(LOCK, read(sandbox)?.replace("version = 1\n", "version = 2\n")).map(drop)
        }),
        ("a lock with an unknown key", "env.unknown-key", |sandbox| {
            sandbox.file(LOCK, read(sandbox)?.replacen("wit = ", "wat = ", 1)).map(drop)
        }),
        ("a lock that is cut short", "env.syntax", |sandbox| {
            let text = read(sandbox)?;
            sandbox.file(LOCK, text.get(..text.len() / 2).unwrap_or_default()).map(drop)
        }),
        ("a lock of somebody else's bundled probe", "lock.bytes", |sandbox| {
            let text = read(sandbox)?;
            let (first, rest) = text.rsplit_once("sha256 = \"").context("a digest")?;
            let digit = if rest.starts_with('0') { "1" } else { "0" };
            let rest: String = rest.chars().skip(1).collect();
            sandbox.file(LOCK, format!("{first}sha256 = \"{digit}{rest}")).map(drop)
        }),
    ];
    let mut page = Vec::new();
    for (name, code, change) in table {
        let sandbox = folder()?;
        ok(sandbox.run(&["plugin", "lock"])?)?;
        change(&sandbox)?;
        for policy in ["strict", "warn"] {
            let output = sandbox.run(&["stack", "check", "--env", "staging", "--policy", policy])?;
            assert_eq!(output.status, Some(2), "{name}\n{}", output.snapshot());
            assert!(output.stderr.contains(&format!("[{code}]")), "{name}: {code}\n{}", output.snapshot());
            assert_eq!(output.stdout, "", "{name}: nothing is judged");
            if policy == "strict" {
                page.push(format!("# {name}\n{}", without_digests(&output.snapshot())));
            }
        }
        assert_eq!(sandbox.run(&["env", "check", "staging"])?.status, Some(2), "{name}");
    }
    insta::assert_snapshot!("refused", page.join("\n"));
    Ok(())
}

#[test]
fn without_one_ci_takes_bundled_plugins_only() -> Result<()> {
    let mut sandbox = folder()?;
    sandbox.file("environments/bundled.toml", "[probes.gateway]\nplugin = \"builtin:static\"\nconfig = {}\n")?;
    ok(check(&sandbox, "staging")?)?;
    assert_eq!(sandbox.run(&["stack", "check", "--env", "staging", "--locked"])?.status, Some(2));
    sandbox.variable("CI", "true");
    let refused = check(&sandbox, "staging")?;
    assert_eq!(refused.status, Some(2));
    insta::assert_snapshot!("missing", refused.snapshot());
    ok(check(&sandbox, "bundled")?)?;
    ok(sandbox.run(&["stack", "check", "--env", "staging", "--locked=false", "--quiet"])?)?;
    ok(sandbox.run(&["plugin", "lock", "--env", "staging"])?)?;
    ok(check(&sandbox, "staging")?)?;
    for off in ["", "false", "0"] {
        sandbox.variable("CI", off);
        ok(check(&sandbox, "production").map(|_| sandbox.run(&["env", "list"]))??)?;
    }
    Ok(())
}

#[test]
fn more_than_what_was_locked_has_to_be_approved_by_name() -> Result<()> {
    let sandbox = folder()?;
    ok(sandbox.run(&["plugin", "lock"])?)?;
    let before = read(&sandbox)?;
    let needy = Plugin::new("agent", "3.0.0").needs("http POST /x").needs("grpc grpc.health.v1.Health/Check");
    sandbox.file("plugins/old.wasm", needy.component()?)?;
    environment(&sandbox, "staging", "old", &["http POST /x", "grpc grpc.health.v1.Health/Check", "logs ."])?;
    environment(&sandbox, "production", "new", &[])?;

    let refused = sandbox.run(&["plugin", "lock"])?;
    assert_eq!(refused.status, Some(2), "{}", refused.snapshot());
    assert_eq!(read(&sandbox)?, before, "nothing is written, not even what needs no approval");
    insta::assert_snapshot!("widened", without_digests(&refused.snapshot()));

    let some = sandbox.run(&["plugin", "lock", "--accept", "agent:http POST /x"])?;
    assert_eq!(some.status, Some(2), "{}", some.snapshot());
    let other = sandbox.run(&["plugin", "lock", "--accept", "gateway:http POST /x"])?;
    assert!(other.stderr.contains("[lock.accept]"), "{}", other.snapshot());
    let all = [
        "plugin",
        "lock",
        "--accept",
        "agent:http POST /x",
        "--accept",
        "agent:grpc grpc.health.v1.Health/Check",
        "--accept",
        "agent:logs .",
    ];
    let approved = ok(sandbox.run(&all)?)?;
    insta::assert_snapshot!("approved", without_digests(&approved.snapshot()));
    ok(check(&sandbox, "staging")?)?;
    // What is approved once is in the lock, and approving it again is a mistake.
    assert_eq!(sandbox.run(&all)?.status, Some(2));

    environment(&sandbox, "staging", "new", &[])?;
    ok(sandbox.run(&["plugin", "lock"])?)?;
    Ok(())
}

#[test]
fn a_lock_that_is_out_of_date_is_told_and_left_as_it_is() -> Result<()> {
    let sandbox = folder()?;
    let missing = sandbox.run(&["plugin", "lock", "--check"])?;
    assert!(missing.stderr.contains("[lock.stale]"), "{}", missing.snapshot());
    assert!(!sandbox.dir().join(LOCK).exists());
    ok(sandbox.run(&["plugin", "lock"])?)?;
    let before = read(&sandbox)?;
    environment(&sandbox, "staging", "new", &[])?;
    let stale = sandbox.run(&["plugin", "lock", "--check"])?;
    assert_eq!(stale.status, Some(2));
    assert!(stale.stderr.contains("[lock.stale]"), "{}", stale.snapshot());
    assert_eq!(read(&sandbox)?, before);
    // An environment that is gone is gone from the lock, unless others alone are locked.
    std::fs::remove_file(sandbox.dir().join("environments/production.toml"))?;
    ok(sandbox.run(&["plugin", "lock", "--env", "staging"])?)?;
    assert!(read(&sandbox)?.contains("[environments.production."));
    ok(sandbox.run(&["plugin", "lock"])?)?;
    assert!(!read(&sandbox)?.contains("[environments.production."));
    Ok(())
}

#[test]
fn a_descriptor_beside_the_component_is_locked_as_well() -> Result<()> {
    let table: &[(&str, &str)] = &[
        ("\"summary\":\"it fits\"", "\"summary\":\"it is fine\""),
        ("\"severity\":\"fail\"", "\"severity\":\"warn\""),
        ("\"version\":\"1.0.0\"", "\"version\":\"1.0.1\""),
    ];
    for (from, to) in table {
        let sandbox = folder()?;
        let descriptor = Plugin::new("agent", "1.0.0").descriptor()?;
        let rules = "\"rules\":[{\"name\":\"fits\",\"severity\":\"fail\",\"summary\":\"it fits\"}]";
        let descriptor = descriptor.replace("\"rules\":[]", rules);
        sandbox.file("plugins/beside.wasm", Plugin::bare()?)?;
        sandbox.file("plugins/beside.probe.json", &descriptor)?;
        environment(&sandbox, "staging", "beside", &[])?;
        ok(sandbox.run(&["plugin", "lock"])?)?;
        ok(check(&sandbox, "staging")?)?;
        let altered = descriptor.replace(from, to);
        anyhow::ensure!(altered != descriptor, "{from}");
        sandbox.file("plugins/beside.probe.json", altered)?;
        let refused = check(&sandbox, "staging")?;
        assert_eq!(refused.status, Some(2), "{from}\n{}", refused.snapshot());
        assert!(refused.stderr.contains("[lock.needs]"), "{}", refused.snapshot());
        assert_eq!(sandbox.run(&["plugin", "lock", "--check"])?.status, Some(2), "{from}");
    }
    Ok(())
}

#[test]
fn a_probe_under_another_name_is_no_new_one() -> Result<()> {
    let sandbox = folder()?;
    ok(sandbox.run(&["plugin", "lock"])?)?;
    let path = sandbox.dir().join("environments/staging.toml");
    let text = std::fs::read_to_string(&path)?;
    let renamed = text.replace("[probes.agent]", "[probes.agent2]\nservice = \"agent\"\nendpoint = \"agent\"");
    std::fs::write(&path, renamed.replace("grants = []", "grants = [\"http POST /x\"]"))?;
    let refused = sandbox.run(&["plugin", "lock"])?;
    assert_eq!(refused.status, Some(2), "{}", refused.snapshot());
    assert!(refused.stdout.contains("--accept agent2:'http POST /x'"), "{}", refused.snapshot());
    ok(sandbox.run(&["plugin", "lock", "--accept", "agent2:http POST /x"])?)?;
    // Without anything more it is renamed without a word.
    std::fs::write(&path, renamed)?;
    ok(sandbox.run(&["plugin", "lock"])?)?;
    Ok(())
}

#[test]
fn an_environment_that_is_hidden_stays_locked_and_one_named_twice_is_locked_once() -> Result<()> {
    let sandbox = folder()?;
    sandbox.file("inner/environments/production.toml", "[probes.agent]\nplugin = \"builtin:static\"\nconfig = {}\n")?;
    ok(sandbox.run(&["plugin", "lock"])?)?;
    let before = read(&sandbox)?;
    let mut inner = sandbox.command(&["plugin", "lock"]);
    let status = inner.current_dir(sandbox.dir().join("inner")).output()?.status;
    assert_eq!(status.code(), Some(0));
    assert_eq!(read(&sandbox)?, before, "the one that `inner` hides is still there");
    let twice = ["plugin", "lock", "--env", "staging", "--env", "environments/staging.toml"];
    ok(sandbox.run(&twice)?)?;
    assert_eq!(read(&sandbox)?, before);
    Ok(())
}

#[test]
fn a_lock_is_not_lost_on_the_way_to_its_environment() -> Result<()> {
    let sandbox = folder()?;
    ok(sandbox.run(&["plugin", "lock"])?)?;
    sandbox.file("regional/eu.toml", "extends = \"../environments/staging.toml\"\n")?;
    sandbox.file("links/staging.toml", "")?;
    let link = sandbox.dir().join("links/staging.toml");
    std::fs::remove_file(&link)?;
    std::os::unix::fs::symlink("../environments/staging.toml", &link)?;
    for file in ["regional/eu.toml", "links/staging.toml"] {
        let output = check(&sandbox, file)?;
        assert!(output.status == Some(2) && output.stderr.contains("[lock.missing]"), "{file}\n{}", output.snapshot());
    }
    let lock = sandbox.dir().join(LOCK);
    std::fs::remove_file(&lock)?;
    std::os::unix::fs::symlink("nowhere", &lock)?;
    let output = check(&sandbox, "staging")?;
    assert_eq!(output.status, Some(2), "a link that leads nowhere\n{}", output.snapshot());
    Ok(())
}
