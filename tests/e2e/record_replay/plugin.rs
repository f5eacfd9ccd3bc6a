//! Plugins that are written here, such as two versions of one.

use anyhow::Result;
use serde_json::json;
use shipworthy_stand_ins::Sandbox;

use super::guest::Guest;

/// Grants of the plugins that are written here.
pub(super) const GRANTS: &str = "grants = [\"http GET /**\"]";

/// Writes a plugin of `orders` as `NAME.wasm`, with its descriptor beside it.
pub(super) fn write(sandbox: &Sandbox, name: &str, version: &str, guest: &Guest) -> Result<()> {
    let descriptor = json!({ "name": "orders", "version": version, "services": ["orders"], "needs": ["http GET /**"] });
    sandbox.file(&format!("{name}.wasm"), guest.bytes())?;
    sandbox.file(&format!("{name}.probe.json"), descriptor.to_string())?;
    Ok(())
}

/// An environment with one of them.
pub(super) fn environment(url: &str, name: &str, lines: &str, requirements: &str) -> String {
    format!(
        "[requirements]\n{requirements}\n[endpoints.orders]\nurl = \"{url}\"\n\
         [probes.orders]\nplugin = \"{name}.wasm\"\n{GRANTS}\n{lines}\n"
    )
}
