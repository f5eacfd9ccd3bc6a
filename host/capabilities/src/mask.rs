//! The host's secrets, in every usual form in which a service may echo them.

use std::{ops::Range, sync::Arc};

use aho_corasick::AhoCorasick;
use shipworthy_contract::{Secret, secret::MASK};

mod decoded;
mod forms;

use decoded::{Decoded, LAYERS};

/// Forms shorter than this, in bytes, are not searched for: masking every `1` would make answers unreadable and hide
/// nothing. It also bounds what masking adds to an answer to its own length.
const SHORTEST: usize = 4;

/// Secrets, made ready to be searched for in everything that leaves a run. Cheap to clone; made once for all runs.
#[derive(Clone, Default)]
pub struct Masks(Option<Arc<Search>>);

struct Search {
    secrets: Vec<Secret>,
    forms: AhoCorasick,
}

impl std::fmt::Debug for Masks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Masks")
    }
}

impl Masks {
    /// Masks for secrets and for all that follows from them.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut secrets: Vec<Secret> = secrets.into_iter().cloned().collect();
        secrets.sort_by(|a, b| a.reveal().cmp(b.reveal()));
        secrets.dedup();
        let mut forms: Vec<String> = secrets.iter().flat_map(forms::of).filter(|form| form.len() >= SHORTEST).collect();
        forms.sort();
        forms.dedup();
        if forms.is_empty() {
            return Self::default();
        }
        // It is refused only where more than four billion bytes are to be searched for; headers and variables are bounded.
        Self(AhoCorasick::new(&forms).ok().map(|forms| Arc::new(Search { secrets, forms })))
    }

    /// These masks, and those for more secrets: the same ones where the secrets are known already.
    pub(crate) fn with<'a>(&self, more: impl Iterator<Item = &'a Secret>) -> Self {
        let known = self.0.as_deref().map(|search| search.secrets.as_slice()).unwrap_or_default();
        let is_new = |secret: &&Secret| known.binary_search_by(|known| known.reveal().cmp(secret.reveal())).is_err();
        let new: Vec<&Secret> = more.filter(is_new).collect();
        if new.is_empty() { self.clone() } else { Self::new(known.iter().chain(new)) }
    }

    /// A text with a mask over every secret.
    pub fn text(&self, text: &str) -> String {
        match self.masked(text.as_bytes()) {
            // Every form is whole text, so what is left between them is, too.
            Some(masked) => String::from_utf8_lossy(&masked).into_owned(),
            None => text.to_owned(),
        }
    }

    pub(crate) fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.masked(&bytes).unwrap_or(bytes)
    }

    /// With a mask over every secret; none if there is nothing to mask.
    fn masked(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let found = self.0.as_deref().map(|search| found(&search.forms, bytes)).filter(|found| !found.is_empty())?;
        let mut masked = Vec::with_capacity(bytes.len());
        let mut shown = 0;
        for Range { start, end } in found {
            masked.extend_from_slice(bytes.get(shown..start).unwrap_or_default());
            masked.extend_from_slice(MASK.as_bytes());
            shown = end;
        }
        masked.extend_from_slice(bytes.get(shown..).unwrap_or_default());
        Some(masked)
    }
}

/// Where secrets stand, in order: as they are, and as their reader takes what was escaped. Those that overlap are one: no
/// rest of either is left behind.
fn found(forms: &AhoCorasick, bytes: &[u8]) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = forms.find_overlapping_iter(bytes).map(|one| one.range()).collect();
    for decoded in LAYERS.iter().filter_map(|layer| Decoded::of(bytes, layer)) {
        let ranges = forms.find_overlapping_iter(&decoded.bytes).map(|one| decoded.stood(&one.range()));
        all.extend(ranges);
    }
    all.sort_unstable_by_key(|range| (range.end, range.start));
    let mut found: Vec<Range<usize>> = Vec::new();
    for Range { mut start, end } in all {
        // They come in the order of their ends, so a later one may reach back over several.
        while let Some(last) = found.pop_if(|last| last.end > start) {
            start = start.min(last.start);
        }
        found.push(start..end);
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_follows_from_a_secret_is_masked_too() {
        let secrets = [
            Secret::new("Bearer abcdef".to_owned()),
            Secret::new("Basic dXNlcjpodW50ZXIy".to_owned()),
            Secret::new("with\"quote".to_owned()),
            Secret::new("abcdefgh".to_owned()),
            Secret::new("ghijk".to_owned()),
            Secret::new("no".to_owned()),
        ];
        let masks = Masks::new(secrets.iter());
        for (echoed, shown) in [
            ("got Bearer abcdef!", "got [secret]!"),
            ("token=abcdef", "token=[secret]"),
            ("user:hunter2", "[secret]"),
            ("password hunter2", "password [secret]"),
            (r#"{"echo":"with\"quote"}"#, r#"{"echo":"[secret]"}"#),
            ("abcdefgh", "[secret]"),
            ("abcdefghijk", "[secret]"),
            ("hunter2hunter2 no", "[secret][secret] no"),
            // The same in Base64, alone and behind one and two other bytes.
            ("YWJjZGVmZ2g=", "[secret]="),
            ("eGFiY2RlZmdo", "eG[secret]"),
            ("eHhhYmNkZWZnaA==", "eHh[secret]A=="),
        ] {
            assert_eq!(masks.text(echoed), shown, "{echoed}");
            assert_eq!(masks.bytes(echoed.as_bytes().to_vec()), shown.as_bytes(), "{echoed}");
        }
    }

    #[test]
    fn no_way_of_escaping_hides_a_secret() {
        let secret = Secret::new("Canary+30'A/x=".to_owned());
        let masks = Masks::new([&secret]);
        let all = |write: fn(u32) -> String| secret.reveal().chars().map(|c| write(u32::from(c))).collect::<String>();
        for echoed in [
            r"Canary\u002B30\u0027A/x=".to_owned(),
            r"Canary\u002b30\u0027A\/x\u003D".to_owned(),
            r"Canary+30\'A/x\x3d".to_owned(),
            "Canary&#43;30&#x27;A&#x2F;x&equals;".to_owned(),
            "Canary&plus;30&apos;A&sol;x=".to_owned(),
            "%43anary+30'A/x=".to_owned(),
            "Canary%2B30%27A%252Fx=".replace("%252F", "%2f"),
            all(|c| format!("\\u{c:04X}")),
            all(|c| format!("\\u{c:04x}")),
            all(|c| format!("\\\\u{c:04x}")),
            all(|c| format!("%{c:02X}")),
            all(|c| format!("%25{c:02x}")),
            all(|c| format!("&#{c};")),
            all(|c| format!("&#x{c:x};")),
        ] {
            let shown = masks.text(&format!("{{\"é\":\"{echoed}\\n\"}}"));
            assert_eq!(shown, "{\"é\":\"[secret]\\n\"}", "{echoed}");
        }
    }

    #[test]
    fn tokens_of_any_scheme_and_values_of_cookies_are_secrets_of_their_own() {
        let secrets = ["ApiKey canary-1", "Token token=\"canary-2\"", "sid=canary-3; lang=canary-4; secure=true; a=b"];
        let secrets = secrets.map(|text| Secret::new(text.to_owned()));
        let masks = Masks::new(secrets.iter());
        let echoed = "canary-1, canary-2, canary-3, canary-4, true, a b";
        assert_eq!(masks.text(echoed), "[secret], [secret], [secret], [secret], true, a b");
    }

    #[test]
    fn masks_are_shared_where_no_secret_is_new() {
        let [old, new] = ["hunter22", "opensesame"].map(|text| Secret::new(text.to_owned()));
        let masks = Masks::new([&old]);
        let same = |a: &Masks, b: &Masks| Arc::ptr_eq(a.0.as_ref().unwrap(), b.0.as_ref().unwrap());
        assert!(same(&masks, &masks.with([&old].into_iter())));
        let both = masks.with([&old, &new].into_iter());
        assert_eq!(both.text("hunter22 opensesame"), "[secret] [secret]");
    }

    proptest! {
        #[test]
        fn no_secret_is_left_and_no_other_text_is_lost(
            secret in "[!-~]{4,20}", before in "\\PC{0,20}", after in "\\PC{0,20}",
        ) {
            let masks = Masks::new([&Secret::new(secret.clone())]);
            let masked = masks.text(&format!("{before}{secret}{after}"));
            prop_assert!(masked.contains(MASK));
            prop_assume!(!MASK.contains(&secret));
            // Text around a mask could happen to be the secret only if it was cut by the mask itself.
            prop_assert!(masked.split(MASK).all(|part| !part.contains(&secret)));
            prop_assert!(masked.len() <= 2 * (before.len() + secret.len() + after.len()));
        }
    }
}
