//! `env diff` and `plugin list`: what environments run, and what differs between two, with where each value comes from.

use anyhow::Result;
use shipworthy_stand_ins::{Plugin, Sandbox};

use crate::{locks::without_digests, sandbox};

/// Two environments on one base, which differ in a plugin, a grant, a requirement and a secret's name.
fn folder() -> Result<Sandbox> {
    let sandbox = sandbox();
    let agent = Plugin::new("agent", "1.0.0").needs("http GET /health");
    sandbox.file("plugins/agent.wasm", agent.component()?)?;
    sandbox.file(
        "environments/base.toml",
        "[requirements]\nmode = \"docker\"\n[endpoints.agent]\nurl = \"http://127.0.0.1:9\"\n\
         headers.x-api-key = { env = \"STAGING_KEY\" }\n[probes.agent]\nplugin = \"../plugins/agent.wasm\"\n\
         grants = [\"http GET /health\"]\nconfig = { mode = \"docker\" }\n",
    )?;
    sandbox.file("environments/staging.toml", "extends = \"base\"\n")?;
    sandbox.file(
        "environments/production.toml",
        "extends = \"base\"\npolicy = \"warn\"\n[requirements]\nmode = \"containerd\"\n\
         [endpoints.agent]\nheaders.x-api-key = { env = \"PRODUCTION_KEY\" }\n\
         [probes.agent]\ngrants = [\"http GET /health\", \"logs .\"]\n\
         [probes.gateway]\nplugin = \"builtin:static\"\nconfig = { mode = \"containerd\" }\n",
    )?;
    Ok(sandbox)
}

#[test]
fn what_differs_is_shown_with_its_places() -> Result<()> {
    let sandbox = folder()?;
    let output = sandbox.run(&["env", "diff", "staging", "production"])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    insta::assert_snapshot!("differs", without_digests(&output.snapshot()));
    let json = sandbox.run(&["env", "diff", "staging", "production", "--format", "json"])?.json()?;
    assert_eq!(json["schema"], "shipworthy.env-diff/1");
    let same = sandbox.run(&["env", "diff", "staging", "staging"])?;
    assert!(same.stdout.ends_with("\nnothing differs\n"), "{}", same.snapshot());
    let unknown = sandbox.run(&["env", "diff", "staging", "prodution"])?;
    assert_eq!((unknown.status, unknown.stdout.as_str()), (Some(2), ""), "{}", unknown.snapshot());
    Ok(())
}

#[test]
fn what_runs_is_listed_and_what_cannot_is_told() -> Result<()> {
    let sandbox = folder()?;
    let open = sandbox.run(&["plugin", "list", "--env", "production"])?;
    assert_eq!(open.status, Some(0), "{}", open.snapshot());
    sandbox.run(&["plugin", "lock"])?;
    let locked = sandbox.run(&["plugin", "list", "--env", "production"])?;
    sandbox.file("plugins/agent.wasm", Plugin::new("agent", "1.0.1").component()?)?;
    let altered = sandbox.run(&["plugin", "list", "--env", "staging"])?;
    assert_eq!(altered.status, Some(2), "{}", altered.snapshot());
    let page = [open, locked, altered].map(|output| without_digests(&output.snapshot()));
    insta::assert_snapshot!("listed", page.join("\n"));
    Ok(())
}
