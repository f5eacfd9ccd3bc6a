//! Plugin sets out of a real registry: environments that run different agents by one lock, what is trusted, what is
//! refused at each stage of the way, and a run where there is no registry.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use shipworthy_stand_ins::{
    Certs, Output, Plugin, Sandbox,
    real::{Auth, Registry},
};

use crate::{sandbox, signatures::pair};

const LOCK: &str = "environments/shipworthy.lock";

/// A registry with TLS and a login that holds two agents, and two environments that name one each.
struct Fleet {
    registry: Registry,
    sandbox: Sandbox,
}

impl Fleet {
    fn start() -> Result<Option<Self>> {
        if let Err(why) = Registry::available() {
            ensure!(!shipworthy_stand_ins::real::required(), "required, and not to be had: {why}");
            crate::skipped(&why);
            return Ok(None);
        }
        let registry = Registry::start(Some(&Certs::generate()?), Auth::Basic)?;
        let mut sandbox = sandbox();
        registry.login(&sandbox.dir().join("docker"))?;
        sandbox.variable("DOCKER_CONFIG", &sandbox.dir().join("docker").display().to_string());
        sandbox.file("certs/registry.crt", fs::read(registry.ca())?)?;
        let fleet = Self { registry, sandbox };
        for version in ["1.0.0", "2.0.0"] {
            fleet.push(version, &Plugin::new("agent", version))?;
        }
        fleet.environment("staging", "agent:2.0.0", "")?;
        fleet.environment("production", "agent:1.0.0", "")?;
        Ok(Some(fleet))
    }

    fn environment(&self, name: &str, plugin: &str, more: &str) -> Result<()> {
        let host = self.registry.host();
        let text = format!(
            "[requirements]\nservices.agent.version = \"7\"\n\n[probes.agent]\nplugin = \"oci://{host}/{plugin}\"\n\
             config = {{ version = \"7\" }}\n\n[registries.\"{host}\"]\nca = \"../certs/registry.crt\"\n{more}"
        );
        self.sandbox.file(&format!("environments/{name}.toml"), text)?;
        Ok(())
    }

    /// The reference with its digest.
    fn push(&self, tag: &str, plugin: &Plugin) -> Result<String> {
        self.sandbox.file("push.wasm", plugin.component()?)?;
        let reference = format!("oci://{}/agent:{tag}", self.registry.host());
        let pushed = self.ok(&["plugin", "push", "push.wasm", &reference, "--ca", "certs/registry.crt"])?;
        Ok(pushed.stdout.trim().to_owned())
    }

    fn ok(&self, words: &[&str]) -> Result<Output> {
        let output = self.sandbox.run(words)?;
        ensure!(output.status == Some(0), "{words:?}\n{}", output.snapshot());
        Ok(output)
    }

    fn check(&self, name: &str, more: &[&str]) -> Result<Output> {
        self.sandbox.run(&[&["stack", "check", "--env", name], more].concat())
    }

    /// Version and digest of the agent that ran.
    fn ran(&self, name: &str, more: &[&str]) -> Result<(String, String)> {
        let output = self.check(name, &[&["--format", "json"], more].concat())?;
        ensure!(output.status == Some(0), "{}", output.snapshot());
        let report = output.json()?;
        let results = report["results"].as_array().context("results")?;
        let result = results.iter().find(|result| result["plugin"]["name"] == "agent").context("the agent's result")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok((text(&result["plugin"]["version"]), text(&result["plugin"]["sha256"])))
    }

    fn refused(&self, output: &Output, code: &str) -> Result<String> {
        ensure!(output.status == Some(2) && output.stdout.is_empty(), "{code}\n{}", output.snapshot());
        ensure!(output.stderr.contains(&format!("[{code}]")), "{code}\n{}", output.snapshot());
        Ok(self.page(output))
    }

    /// What is told, in one line, without what is another in each run or build.
    fn page(&self, output: &Output) -> String {
        let text = output.snapshot().replace(self.registry.host(), "REGISTRY");
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        // A digest in a reference may be broken over two lines.
        let varying =
            [("sha256:[0-9a-f ]+`", "sha256:DIGEST`"), ("[0-9a-f]{64}", "DIGEST"), ("[0-9]{5,7} bytes", "SIZE")];
        varying.into_iter().fold(line, |line, (pattern, word)| {
            regex::Regex::new(pattern).map_or(String::new(), |pattern| pattern.replace_all(&line, word).into_owned())
        })
    }

    fn store(&self) -> Result<std::path::PathBuf> {
        let compiled = self.ok(&["cache", "path"])?.stdout;
        Ok(std::path::Path::new(compiled.trim_end()).with_file_name("store"))
    }

    /// Forgets what was pulled.
    fn forget(&self) -> Result<()> {
        Ok(fs::remove_dir_all(self.store()?)?)
    }
}

fn tables(lock: &str, environment: &str) -> Vec<String> {
    let of = |table: &&str| table.starts_with(&format!("[environments.{environment}."));
    lock.split("\n\n").filter(of).map(str::to_owned).collect()
}

#[test]
fn environments_run_different_agents_by_lock_and_a_swap_is_one_environments() -> Result<()> {
    let Some(fleet) = Fleet::start()? else { return Ok(()) };
    fleet.refused(&fleet.check("staging", &[])?, "plugin.unpinned")?;
    fleet.ok(&["plugin", "lock"])?;
    let before = fs::read_to_string(fleet.sandbox.dir().join(LOCK))?;
    let (staging, production) = (fleet.ran("staging", &[])?, fleet.ran("production", &[])?);
    assert_eq!((staging.0.as_str(), production.0.as_str()), ("2.0.0", "1.0.0"));
    assert_ne!(staging.1, production.1);

    // A tag that is moved moves nobody who is locked; an update moves one environment.
    fleet.push("2.0.0", &Plugin::new("agent", "2.0.1"))?;
    fleet.forget()?;
    assert_eq!(fleet.ran("staging", &[])?, staging);
    fleet.ok(&["plugin", "lock"])?;
    assert_eq!(fs::read_to_string(fleet.sandbox.dir().join(LOCK))?, before, "a lock is not an update");
    fleet.ok(&["plugin", "lock", "--env", "staging", "--update", "agent"])?;
    let after = fs::read_to_string(fleet.sandbox.dir().join(LOCK))?;
    assert_eq!(tables(&before, "production"), tables(&after, "production"));
    assert_ne!(tables(&before, "staging"), tables(&after, "staging"));
    assert_eq!((fleet.ran("staging", &[])?.0, fleet.ran("production", &[])?), ("2.0.1".to_owned(), production));

    // What a newer version would change.
    fleet.push("3.1.0", &Plugin::new("agent", "3.1.0").needs("http POST /x"))?;
    let listed = fleet.ok(&["plugin", "list", "--env", "production", "--newer", "--format", "json"])?.json()?;
    let newer = &listed["environments"][0]["plugins"][0]["newer"];
    assert_eq!((&newer["version"], &newer["more_needs"][0]["line"]), (&"3.1.0".into(), &"http POST /x".into()));
    Ok(())
}

#[test]
fn what_is_altered_on_its_way_is_refused_at_each_stage() -> Result<()> {
    let Some(fleet) = Fleet::start()? else { return Ok(()) };
    fleet.ok(&["plugin", "lock"])?;
    let (_, sha256) = fleet.ran("staging", &[])?;
    let mut page = Vec::new();

    // In the store: a byte is another. It is fetched anew, or refused where nobody can be asked.
    let kept = fleet.store()?.join("blobs/sha256").join(&sha256);
    let flip = |path: &std::path::Path| -> Result<()> {
        let mut bytes = fs::read(path)?;
        let last = bytes.last_mut().context("a byte")?;
        *last ^= 1;
        Ok(fs::write(path, bytes)?)
    };
    flip(&kept)?;
    page.push(fleet.refused(&fleet.check("staging", &["--offline"])?, "registry.offline")?);
    assert_eq!(fleet.ran("staging", &[])?.1, sha256, "fetched anew");

    // In the registry, with an empty store.
    flip(&fleet.registry.blob(&sha256))?;
    assert_eq!(fleet.ran("staging", &[])?.1, sha256, "what was kept is whole");
    fleet.forget()?;
    page.push(fleet.refused(&fleet.check("staging", &[])?, "registry.altered")?);
    page.push(fleet.refused(&fleet.sandbox.run(&["plugin", "lock"])?, "registry.altered")?);
    flip(&fleet.registry.blob(&sha256))?;
    assert_eq!(fleet.ran("staging", &[])?.1, sha256);

    // In the lock: somebody points it at another manifest, whose bytes are whole.
    let lock = fs::read_to_string(fleet.sandbox.dir().join(LOCK))?;
    let manifest = |name: &str| -> Result<String> {
        let table = tables(&lock, name).concat();
        let rest = table.split("manifest = \"").nth(1).context("a manifest")?;
        Ok(rest.split('"').next().unwrap_or_default().to_owned())
    };
    fleet.sandbox.file(LOCK, lock.replace(&manifest("staging")?, &manifest("production")?))?;
    page.push(fleet.refused(&fleet.check("staging", &[])?, "lock.bytes")?);
    fleet.sandbox.file(LOCK, lock)?;

    // In the environment: a pin.
    let environment = fs::read_to_string(fleet.sandbox.dir().join("environments/staging.toml"))?;
    let pinned = environment.replace("config =", &format!("sha256 = \"{}\"\nconfig =", "0".repeat(64)));
    fleet.sandbox.file("environments/staging.toml", pinned)?;
    page.push(fleet.refused(&fleet.check("staging", &[])?, "plugin.pin")?);
    fleet.sandbox.file("environments/staging.toml", environment)?;

    // In a bundle.
    fleet.ok(&["bundle", "create", "--env", "staging"])?;
    let bundle = fleet.sandbox.dir().join("staging.bundle.tar");
    let mut bytes = fs::read(&bundle)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&bundle, bytes)?;
    page.push(fleet.refused(&fleet.check("staging", &["--bundle", "staging.bundle.tar"])?, "bundle.altered")?);
    assert_eq!(fleet.sandbox.run(&["bundle", "verify", "staging.bundle.tar"])?.status, Some(2));
    insta::assert_snapshot!("altered", page.join("\n\n"));
    Ok(())
}

#[test]
fn only_what_a_trusted_key_signed_runs() -> Result<()> {
    let Some(fleet) = Fleet::start()? else { return Ok(()) };
    for name in ["release", "stranger"] {
        pair(&fleet.sandbox, name)?;
    }
    let trust = |list: &str, key: &str| format!("[trust]\nplugins = {list}\n[trust.keys]\nrelease = {key}\n");
    let good = "\"../release.pub\"";
    fleet.ok(&["plugin", "lock"])?;
    let pinned = format!("oci://{}/agent@", fleet.registry.host());
    let lock = fs::read_to_string(fleet.sandbox.dir().join(LOCK))?;
    let table = tables(&lock, "staging").concat();
    let manifest = table.split("manifest = \"").nth(1).and_then(|rest| rest.split('"').next()).context("a manifest")?;
    let pinned = format!("{pinned}{manifest}");
    let mut page = Vec::new();

    fleet.environment("staging", "agent:2.0.0", &trust("[\"release\"]", good))?;
    page.push(fleet.refused(&fleet.check("staging", &[])?, "signature.unsigned")?);
    page.push(fleet.refused(&fleet.sandbox.run(&["plugin", "lock"])?, "signature.unsigned")?);
    fleet.ok(&["plugin", "sign", &pinned, "--key", "stranger.key", "--env", "production"])?;
    page.push(fleet.refused(&fleet.check("staging", &[])?, "signature.wrong-key")?);
    // The right one beside the wrong one is enough, also though the wrong one was kept already.
    fleet.ok(&["plugin", "sign", &pinned, "--key", "release.key", "--env", "production"])?;
    fleet.ran("staging", &[])?;
    fleet.ok(&["plugin", "verify", &pinned, "--key", "release.pub", "--env", "production"])?;
    let listed = fleet.ok(&["plugin", "list", "--env", "staging", "--format", "json"])?.json()?;
    assert_eq!(listed["environments"][0]["plugins"][0]["plugin"]["signed_by"], "release");

    // A key's time is over; nobody may sign; a key that is none.
    let expired = "{ file = \"../release.pub\", expires = 2020-01-31 }";
    fleet.environment("staging", "agent:2.0.0", &trust("[\"release\"]", expired))?;
    page.push(fleet.refused(&fleet.check("staging", &[])?, "signature.expired")?);
    fleet.environment("staging", "agent:2.0.0", &trust("[]", good))?;
    page.push(fleet.refused(&fleet.check("staging", &[])?, "signature.wrong-key")?);
    fleet.environment("staging", "agent:2.0.0", &trust("[\"release\"]", "\"../certs/registry.crt\""))?;
    assert_eq!(fleet.check("staging", &[])?.status, Some(2), "a certificate is no key");

    // The rest of the way is as safe: offline, and from a bundle, signatures are held too.
    fleet.environment("staging", "agent:2.0.0", &trust("[\"release\"]", good))?;
    fleet.ran("staging", &["--offline"])?;
    fleet.ok(&["bundle", "create", "--env", "staging", "--output", "a.tar"])?;
    fleet.ok(&["bundle", "create", "--env", "staging", "--output", "b.tar"])?;
    assert_eq!(fs::read(fleet.sandbox.dir().join("a.tar"))?, fs::read(fleet.sandbox.dir().join("b.tar"))?);
    fleet.forget()?;
    // An altered component in the registry is told, although its manifest and the signature of it are whole.
    let (_, sha256) = fleet.ran("staging", &["--bundle", "a.tar"])?;
    let blob = fleet.registry.blob(&sha256);
    let mut bytes = fs::read(&blob)?;
    bytes[100] ^= 1;
    fs::write(&blob, bytes)?;
    let verified = fleet.sandbox.run(&["plugin", "verify", &pinned, "--key", "release.pub", "--env", "production"])?;
    page.push(fleet.refused(&verified, "registry.altered")?);
    insta::assert_snapshot!("untrusted", page.join("\n\n"));
    Ok(())
}

#[test]
fn a_bundle_runs_where_there_is_no_registry() -> Result<()> {
    let Some(fleet) = Fleet::start()? else { return Ok(()) };
    fleet.ok(&["plugin", "lock"])?;
    fleet.ok(&["bundle", "create", "--env", "production"])?;
    let expected = fleet.ran("production", &[])?;
    let Fleet { registry, sandbox } = fleet;
    let (elsewhere, host) = (crate::sandbox(), registry.host().to_owned());
    elsewhere.file("production.bundle.tar", fs::read(sandbox.dir().join("production.bundle.tar"))?)?;
    drop(registry);
    let verified = elsewhere.run(&["bundle", "verify", "production.bundle.tar"])?;
    assert_eq!(verified.status, Some(0), "{}", verified.snapshot());
    let checked = elsewhere.run(&[
        "stack",
        "check",
        "--env",
        "production",
        "--bundle",
        "production.bundle.tar",
        "--format",
        "json",
    ])?;
    assert_eq!(checked.status, Some(0), "{}", checked.snapshot());
    let report = checked.json()?;
    assert_eq!(report["environment"]["file"], "production.bundle.tar/environments/production.toml");
    let results = report["results"].as_array().context("results")?;
    assert!(results.iter().any(|result| result["plugin"]["sha256"] == expected.1.as_str()), "{host}");
    let other = elsewhere.run(&["stack", "check", "--env", "staging", "--bundle", "production.bundle.tar"])?;
    assert!(other.stderr.contains("[bundle.environment]"), "{}", other.snapshot());
    Ok(())
}

#[test]
fn a_registry_that_does_not_answer_takes_no_row_from_the_list() -> Result<()> {
    let Some(fleet) = Fleet::start()? else { return Ok(()) };
    fleet.sandbox.file("environments/local.toml", "[probes.gateway]\nplugin = \"builtin:static\"\nconfig = {}\n")?;
    fleet.ok(&["plugin", "lock"])?;
    let Fleet { registry, sandbox } = fleet;
    let host = registry.host().to_owned();
    drop(registry);
    let listed = sandbox.run(&["plugin", "list", "--newer", "--format", "json"])?;
    assert_eq!(listed.status, Some(0), "what is in the store can be used\n{}", listed.snapshot());
    let listed = listed.json()?;
    let environments = listed["environments"].as_array().context("environments")?;
    let rows: Vec<(&Value, bool)> = environments
        .iter()
        .map(|environment| {
            (&environment["plugins"][0]["plugin"]["name"], !environment["plugins"][0]["newer_error"].is_null())
        })
        .collect();
    assert_eq!(rows, [(&"static".into(), false), (&"agent".into(), true), (&"agent".into(), true)]);
    let error = &environments[1]["plugins"][0]["newer_error"];
    assert!(error.as_str().is_some_and(|error| error.contains(&host)), "{error}");
    let page = sandbox.run(&["plugin", "list", "--newer", "--env", "staging"])?;
    assert_eq!(page.status, Some(0), "{}", page.snapshot());
    assert!(page.stdout.contains("  newer      not known: "), "{}", page.snapshot());
    Ok(())
}
