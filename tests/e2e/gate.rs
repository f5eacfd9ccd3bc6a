//! The gate around a deploy command: what the command is told, what keeps it from being started in the last moment, and
//! signals on their way to it.

mod changes;
mod signals;
mod told;

use anyhow::Result;
use shipworthy_stand_ins::{Sandbox, Tree};

use crate::sandbox;

/// What the manifest of [`gate`] says of its tree.
const SEALED: &str = "    payload_manifest: {path: SHA256SUMS, sha256: DIGEST}\n";

/// A sealed artifact `artifact.yml` with the tree `a`, that requires docker.
fn artifact() -> Result<Sandbox> {
    let sandbox = sandbox();
    let tree = Tree::minimal().file("a/app.jar", "hello\n").file("a/other.jar", "world\n");
    sandbox.tree(&tree)?;
    seal(&sandbox, "artifact.yml", "a")?;
    Ok(sandbox)
}

/// Lists what is in a tree, and says so in the manifest, whose only entry it is.
fn seal(sandbox: &Sandbox, manifest: &str, root: &str) -> Result<()> {
    let sums = sandbox.run(&["payload", "sums", root])?.stdout;
    let digest = digest_of(&sums);
    sandbox.file(&format!("{root}/SHA256SUMS"), &sums)?;
    let text = std::fs::read_to_string(sandbox.dir().join(manifest))?;
    let stack = "runtime_stack:\n  api_version: '1.0'\n  mode: docker\n";
    sandbox.file(manifest, format!("{text}{}{stack}", SEALED.replace("DIGEST", &digest)))?;
    Ok(())
}

fn digest_of(text: &str) -> String {
    shipworthy_contract::Sha256::of(text.as_bytes()).to_string()
}

/// An environment in which the stack is what the artifact requires.
fn open(sandbox: &Sandbox) -> Result<()> {
    let probe = "[probes.gateway]\nplugin = \"builtin:static\"\nconfig = { mode = \"docker\" }\n";
    sandbox.file("open.toml", probe)?;
    Ok(())
}
