//! The host's secrets, in every form in which a service may echo them.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use shipworthy_contract::{
    Secret,
    secret::{mask_bytes, mask_text},
};

/// What is masked in everything that leaves a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Masks(Vec<Secret>);

impl Masks {
    /// Masks for secrets and for all that follows from them.
    pub(crate) fn new<'a>(secrets: impl Iterator<Item = &'a Secret>) -> Self {
        let mut all: Vec<String> = secrets.flat_map(forms).collect();
        // The longest first, so that one secret inside another leaves no rest of it behind.
        all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        Self(all.into_iter().map(Secret::new).collect())
    }

    pub(crate) fn text(&self, text: &str) -> String {
        mask_text(text, &self.0)
    }

    pub(crate) fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        mask_bytes(bytes, &self.0)
    }
}

/// The value; of `Bearer TOKEN` the token alone as well; of `Basic ...` what it encodes; and each as JSON writes it.
fn forms(secret: &Secret) -> Vec<String> {
    let value = secret.reveal().trim();
    let mut forms = vec![secret.reveal().to_owned(), value.to_owned()];
    if let Some((scheme, credential)) = value.split_once(' ') {
        let credential = credential.trim();
        if scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("basic") {
            forms.push(credential.to_owned());
        }
        if scheme.eq_ignore_ascii_case("basic")
            && let Ok(decoded) = BASE64_STANDARD.decode(credential)
            && let Ok(pair) = String::from_utf8(decoded)
        {
            forms.extend(pair.split_once(':').map(|(_, password)| password.to_owned()));
            forms.push(pair);
        }
    }
    let escaped: Vec<String> = forms
        .iter()
        .filter_map(|form| serde_json::to_string(form).ok())
        .filter_map(|json| Some(json.strip_prefix('"')?.strip_suffix('"')?.to_owned()))
        .collect();
    forms.extend(escaped);
    forms.retain(|form| !form.is_empty());
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_a_secret_is_masked_too() {
        let secrets = [
            Secret::new("Bearer abcdef".to_owned()),
            Secret::new("Basic dXNlcjpodW50ZXIy".to_owned()),
            Secret::new("with\"quote".to_owned()),
            Secret::new("abcdefgh".to_owned()),
        ];
        let masks = Masks::new(secrets.iter());
        for (echoed, shown) in [
            ("got Bearer abcdef!", "got [secret]!"),
            ("token=abcdef", "token=[secret]"),
            ("user:hunter2", "[secret]"),
            ("password hunter2", "password [secret]"),
            (r#"{"echo":"with\"quote"}"#, r#"{"echo":"[secret]"}"#),
            ("abcdefgh", "[secret]"),
        ] {
            assert_eq!(masks.text(echoed), shown, "{echoed}");
            assert_eq!(masks.bytes(echoed.as_bytes().to_vec()), shown.as_bytes(), "{echoed}");
        }
    }
}
