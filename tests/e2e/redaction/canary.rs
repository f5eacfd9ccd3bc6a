//! A value that must not be seen, and the forms in which it would be seen all the same.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use shipworthy_contract::Sha256;

/// A canary.
pub(super) struct Canary {
    pub(super) name: &'static str,
    pub(super) value: String,
}

impl Canary {
    /// One that no other text holds by chance, with letters of both cases and digits, as a token has them.
    pub(super) fn new(name: &'static str) -> Self {
        let digest = Sha256::of(name.as_bytes()).to_string();
        Self { name, value: format!("Cnry{}", digest.chars().take(20).collect::<String>()) }
    }

    /// As it is, in Base64 behind none, one and two other bytes, and in hexadecimal.
    pub(super) fn forms(&self) -> Vec<String> {
        let hex = self.value.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let mut forms =
            vec![self.value.clone(), self.value.to_lowercase(), self.value.to_uppercase(), hex.to_uppercase(), hex];
        for before in ["", "x", "xx"] {
            let encoded = base64(&format!("{before}{}", self.value));
            // Without the digits that depend on what stands before or behind.
            forms.push(encoded.chars().skip(4).take(24).collect());
        }
        forms
    }
}

pub(super) fn base64(text: &str) -> String {
    BASE64_STANDARD.encode(text)
}

/// The names of the canaries that bytes hold.
pub(super) fn searched(canaries: &[Canary], bytes: &[u8]) -> Vec<&'static str> {
    let text = String::from_utf8_lossy(bytes);
    canaries
        .iter()
        .filter(|canary| canary.forms().iter().any(|form| text.contains(form)))
        .map(|canary| canary.name)
        .collect()
}
