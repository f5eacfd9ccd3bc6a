//! `[payload]`: what the environment demands of an artifact.

use shipworthy_contract::PayloadLimits;

use super::{
    bounds::read_payload_limits,
    reader::{Reader, Table},
};

pub(super) const KEYS: [&str; 6] = ["project", "env", "mode", "contract", "require_tree", "limits"];

/// Generations of the payload contract that can be asked for.
const CONTRACTS: [&str; 5] = ["auto", "1.0", "1.1", "1.2", "1.3"];

/// What the environment demands of an artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PayloadDemands {
    /// The manifest's `project`.
    pub project: Option<String>,
    /// The manifest's `env`.
    pub env: Option<String>,
    /// The manifest's `mode`.
    pub mode: Option<String>,
    /// `auto`, `1.0`, `1.1`, `1.2` or `1.3`; without it the command line's, else `auto`.
    pub contract: Option<String>,
    /// Whether every entry must have a `payload_manifest`.
    pub require_tree: bool,
    /// How much of an artifact is read at most.
    pub limits: PayloadLimits,
}

pub(super) fn read(reader: &mut Reader, root: Table<'_>) -> PayloadDemands {
    let Some(entry) = root.get("payload") else { return PayloadDemands::default() };
    let Some(table) = reader.table(&entry.item, "payload", &KEYS) else { return PayloadDemands::default() };
    let mut contract = reader.word(table, "contract");
    if let (Some(found), Some(entry)) = (&contract, table.get("contract"))
        && !CONTRACTS.contains(&found.as_str())
    {
        let found = shipworthy_contract::text::excerpt(found, 40);
        let reason = format!("expected `auto`, `1.0`, `1.1`, `1.2` or `1.3`, found: {found}");
        reader.bad(entry.item.spot, &table.key("contract"), &reason);
        contract = None;
    }
    PayloadDemands {
        project: reader.word(table, "project"),
        env: reader.word(table, "env"),
        mode: reader.word(table, "mode"),
        contract,
        require_tree: reader.boolean(table, "require_tree").unwrap_or(false),
        limits: read_payload_limits(reader, table),
    }
}
