//! The last lines of a container's log.

use bollard::query_parameters::LogsOptionsBuilder;

use shipworthy_contract::redact;

use super::{KnownId, Result, env};
use crate::Run;

/// The last lines, oldest first, secrets masked.
pub(super) async fn last(run: &Run, id: KnownId, lines: u32) -> Result<Vec<String>> {
    let limits = &run.access.limits;
    let lines = lines.min(limits.log_lines);
    if lines == 0 {
        return Ok(Vec::new());
    }
    let own = env::own_secrets(run, &id).await?;
    let client = run.engine(limits.log_bytes)?;
    let options = LogsOptionsBuilder::default().stdout(true).stderr(true).tail(&lines.to_string()).build();
    let mut pieces = Box::pin(client.docker()?.logs(&id.0, Some(options)));
    let mut log = Vec::new();
    while let Some(piece) = client.next(&mut pieces).await? {
        log.extend_from_slice(piece.as_ref());
    }
    // Masked as a whole, before it is cut into lines: a secret may have several, and a guest may turn their order.
    let masked = run.masks.bytes(own.bytes(log));
    let text = String::from_utf8_lossy(&masked);
    let text = redact::text(&text);
    let all: Vec<&str> = text.lines().collect();
    let wanted = usize::try_from(lines).unwrap_or(usize::MAX);
    let skipped = all.len().saturating_sub(wanted);
    Ok(all.into_iter().skip(skipped).map(str::to_owned).collect())
}
