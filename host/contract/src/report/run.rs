//! When a check was made, how long it took, and by which host.

use serde::{Deserialize, Serialize};

/// The run that a report is of. Two reports of the same findings differ in nothing but this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The version of the host that judged.
    pub shipworthy: String,
    /// When it began, UTC, to the second, as RFC 3339 writes it: `2026-12-04T08:00:00Z`.
    pub started: String,
    /// How long it took until it was judged, in milliseconds.
    pub duration_ms: u64,
}
