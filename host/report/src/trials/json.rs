//! Tests for machines: `plugin test --format json`.

use serde::Serialize;

use super::Trials;
use crate::json::pretty;

/// The format, in its field `schema`.
const SCHEMA: &str = "shipworthy.plugin-test/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    exit_code: u8,
    #[serde(flatten)]
    trials: &'a Trials,
}

/// The tests as indented JSON with a line break at its end.
pub fn render(trials: &Trials) -> String {
    pretty(&Document { schema: SCHEMA, exit_code: trials.exit_code(), trials })
}
