//! The style sheet and the script, and the policy by which a browser runs these two and nothing else.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use shipworthy_contract::Sha256;

use super::markup::Html;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// The policy (Content Security Policy, level 3): style and script by the digest of the very bytes that follow, nothing
/// fetched, no form, no base, and no text that a script could hand to the parser (Trusted Types).
pub(super) fn policy() -> String {
    let digest = |asset: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::of(asset.as_bytes()).as_bytes()));
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

/// The style sheet, in the head.
pub(super) fn style(html: &mut Html) {
    html.asset("style", STYLE);
}

/// The script, at the end of the body: what it works on is there.
pub(super) fn script(html: &mut Html) {
    html.asset("script", SCRIPT);
}
