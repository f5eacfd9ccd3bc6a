//! Single variables and labels of a container, and which of its variables are secrets.

use shipworthy_contract::{Secret, redact, secret::MASK};

use super::{KnownId, Result, described::Described, engine::DESCRIPTION_BYTES};
use crate::{Run, mask::Masks};

/// One variable. The whole environment is known here, and only this leaves; of a secret, only that it is set. Whoever
/// grants `env . DB_PASSWORD` lets a probe see whether there is one: no verdict rests on what it is.
pub(super) async fn variable(run: &Run, id: KnownId, name: &str) -> Result<Option<String>> {
    let value = described(run, &id, |of| {
        of.env
            .iter()
            .filter_map(|line| line.split_once('='))
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value.to_owned())
    });
    let masked = |value: String| {
        let is_secret = redact::is_secret_variable(name) && redact::is_secret_value(&value);
        if is_secret { MASK.to_owned() } else { redact::text(&value).into_owned() }
    };
    Ok(value.await?.map(|value| run.masks.text(&masked(value))))
}

/// One label.
pub(super) async fn label(run: &Run, id: KnownId, name: &str) -> Result<Option<String>> {
    let value = described(run, &id, |of| of.labels.get(name).cloned()).await?;
    let is_secret = |value: &String| redact::is_secret_key(name) && redact::is_secret_value(value);
    Ok(value.map(|value| if is_secret(&value) { MASK.to_owned() } else { run.masks.text(&value) }))
}

/// Masks for the secrets of a container's own environment.
pub(super) async fn own_secrets(run: &Run, id: &KnownId) -> Result<Masks> {
    let secrets = described(run, id, |of| {
        let variables = of.env.iter().filter_map(|line| line.split_once('='));
        let secrets = variables.flat_map(|(name, value)| redact::of_variable(name, value));
        secrets.map(|secret| Secret::new(secret.to_owned())).collect::<Vec<Secret>>()
    });
    Ok(Masks::new(secrets.await?.iter()))
}

/// What is asked of the description that finding the container brought, or of a new one where that was not kept.
async fn described<T>(run: &Run, id: &KnownId, read: impl Fn(&Described) -> T) -> Result<T> {
    if let Some(known) = run.described.of(&id.0, &read) {
        return Ok(known);
    }
    let client = run.engine(DESCRIPTION_BYTES)?;
    let inspected = client.ask(client.docker()?.inspect_container(&id.0, None)).await?;
    let config = inspected.config.unwrap_or_default();
    Ok(read(&Described { env: config.env.unwrap_or_default(), labels: config.labels.unwrap_or_default() }))
}
