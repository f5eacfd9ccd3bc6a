//! Single variables and labels of a container, and which of its variables are secrets.

use shipworthy_contract::Secret;

use super::{KnownId, Result, described::Described, engine::DESCRIPTION_BYTES};
use crate::{Run, mask::Masks};

/// Parts of a name that make its value a secret wherever they stand.
const TELLING_PARTS: [&str; 7] = ["SECRET", "TOKEN", "PASSW", "PASSPHRASE", "CREDENTIAL", "APIKEY", "PRIVATE"];

/// Whole words of a name that make its value a secret.
const TELLING_WORDS: [&str; 7] = ["KEY", "PASS", "PWD", "AUTH", "DSN", "PAT", "PIN"];

/// Values that are no secret whatever the name says: masking them would garble every log.
const COMMON_VALUES: [&str; 8] = ["true", "false", "none", "null", "enabled", "disabled", "required", "optional"];

/// One variable. The whole environment is known here, and only this leaves.
pub(super) async fn variable(run: &Run, id: KnownId, name: &str) -> Result<Option<String>> {
    let value = described(run, &id, |of| {
        of.env
            .iter()
            .filter_map(|line| line.split_once('='))
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value.to_owned())
    });
    Ok(value.await?.map(|value| run.masks.text(&value)))
}

/// One label.
pub(super) async fn label(run: &Run, id: KnownId, name: &str) -> Result<Option<String>> {
    let value = described(run, &id, |of| of.labels.get(name).cloned()).await?;
    Ok(value.map(|value| run.masks.text(&value)))
}

/// Masks for the secrets of a container's own environment.
pub(super) async fn own_secrets(run: &Run, id: &KnownId) -> Result<Masks> {
    let secrets = described(run, id, |of| {
        let variables = of.env.iter().filter_map(|line| line.split_once('='));
        variables.filter_map(|(name, value)| secret(name, value)).collect::<Vec<Secret>>()
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

/// The part of a variable's value that must not be seen: all of it if the name says so, else a password in a URL.
fn secret(name: &str, value: &str) -> Option<Secret> {
    let name = name.to_ascii_uppercase();
    let telling = TELLING_PARTS.iter().any(|part| name.contains(part))
        || name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| TELLING_WORDS.contains(&word));
    // `PWD` and `OLDPWD` are folders.
    let secret = if telling && name != "PWD" { Some(value) } else { password_of_url(value) };
    let secret = secret.filter(|value| !COMMON_VALUES.contains(&value.to_ascii_lowercase().as_str()));
    secret.map(|value| Secret::new(value.to_owned()))
}

fn password_of_url(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_name_or_by_shape() {
        for (name, value, expected) in [
            ("JWT_SECRET_KEY", "abcd", Some("abcd")),
            ("db_password", "abcd", Some("abcd")),
            ("X_API_KEY", "abcd", Some("abcd")),
            ("GITHUB_TOKEN", "abcd", Some("abcd")),
            ("DATABASE_URL", "postgres://app:s3cret@db/app", Some("s3cret")),
            ("DATABASE_URL", "postgres://db/app?x=a:b@c", None),
            ("AUTH_ENABLED", "true", None),
            ("KEYBOARD", "qwerty", None),
            ("PWD", "/app", None),
            ("ESB_TAG", "v1.2.3", None),
        ] {
            let found = secret(name, value);
            assert_eq!(found.as_ref().map(Secret::reveal), expected, "{name}");
        }
    }
}
