//! What a secret looks like once a service has put it into JSON, a URL, HTML, Base64 or hexadecimal.
//!
//! What is escaped more than it must be is found by reading it (`decoded`). These are the encodings that services use without meaning harm. Against a service and a plugin that conspire there is
//! no list that would do: whoever is sent a secret can send it on.

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE},
};
use shipworthy_contract::{Secret, redact::is_secret_value};

/// Base64 digits that a form must have to be searched for: fewer come up by chance in every large answer.
const FEWEST_DIGITS: usize = 6;

/// The value; of `Bearer TOKEN` and its like the token alone as well, of `Basic ...` what it encodes, of a cookie each of
/// its values; and all of them as others write them.
pub(super) fn of(secret: &Secret) -> Vec<String> {
    let plain = plain(secret.reveal());
    let mut forms = plain.clone();
    for text in &plain {
        forms.extend(json(text));
        forms.extend(url(text));
        forms.extend(html(text));
        forms.extend(base64(text));
        forms.extend([false, true].map(|upper| hex(text, upper)));
    }
    forms
}

fn plain(value: &str) -> Vec<String> {
    let trimmed = value.trim();
    let mut plain = vec![value.to_owned(), trimmed.to_owned()];
    if let Some((scheme, credential)) = trimmed.split_once(' ') {
        let credential = credential.trim();
        // `ApiKey TOKEN`, whatever a service calls its scheme.
        if is_word(scheme) {
            plain.push(credential.to_owned());
            plain.extend(values(credential));
        }
        if scheme.eq_ignore_ascii_case("basic")
            && let Ok(decoded) = BASE64_STANDARD.decode(credential)
            && let Ok(pair) = String::from_utf8(decoded)
        {
            plain.extend(pair.split_once(':').map(|(_, password)| password.to_owned()));
            plain.push(pair);
        }
    }
    plain.extend(values(trimmed));
    plain.sort();
    plain.dedup();
    plain.retain(|form| form.len() >= super::SHORTEST);
    plain
}

/// The values of a cookie, and of parameters: `sid=VALUE; lang=en`, `token="VALUE"`.
fn values(text: &str) -> impl Iterator<Item = String> {
    text.split([';', ',']).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        let value = value.trim().trim_matches('"');
        // Padding of Base64 is no value, and what would be masked in every text is none.
        let is_value = is_word(name) && is_secret_value(value) && value.contains(|c| c != '=');
        is_value.then(|| value.to_owned())
    })
}

/// What RFC 9110, 5.6.2, calls a token.
fn is_word(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(is_letter)
}

/// As a JSON string: the least that must be escaped, `/` as well (PHP), and what HTML would read as well (Go, Rails).
fn json(text: &str) -> Vec<String> {
    let Ok(quoted) = serde_json::to_string(text) else { return Vec::new() };
    let least = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&quoted);
    let for_html = |text: &str| text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let slashes = least.replace('/', "\\/");
    vec![for_html(least), for_html(&slashes), least.to_owned(), slashes]
}

/// Percent-encoded, with digits in upper and lower case, and a blank as `%20` or `+`.
fn url(text: &str) -> Vec<String> {
    let encode = |kept: &[u8], upper: bool| -> String {
        text.bytes()
            .map(|byte| match byte {
                _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => char::from(byte).to_string(),
                _ if upper => format!("%{byte:02X}"),
                _ => format!("%{byte:02x}"),
            })
            .collect()
    };
    // RFC 3986, what JavaScript's `encodeURIComponent` keeps, what stays in a path, and a form's fields.
    [b"-._~".as_slice(), b"-._~!*'()", b"-._~!*'()$&+,;=:@/", b"-._*"]
        .into_iter()
        .flat_map(|kept| [true, false].map(|upper| encode(kept, upper)))
        .flat_map(|form| [form.replace("%20", "+"), form])
        .collect()
}

fn html(text: &str) -> Vec<String> {
    let base = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    [("&quot;", "&#39;"), ("&#34;", "&#39;"), ("&quot;", "&#x27;"), ("&#34;", "&#x27;"), ("\"", "'")]
        .map(|(double, single)| base.replace('"', double).replace('\'', single))
        .into()
}

/// In Base64, wherever it stands in what is encoded: the digits that depend on nothing beside it.
fn base64(text: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for before in 0..3_usize {
        let bytes = [vec![0; before], text.as_bytes().to_vec()].concat();
        // Six bits a digit: those that hold bits of what stands before, or of what would stand behind, are left out.
        let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        if last.saturating_sub(first) >= FEWEST_DIGITS {
            let digits = [BASE64_STANDARD.encode(&bytes), BASE64_URL_SAFE.encode(&bytes)];
            forms.extend(digits.iter().filter_map(|digits| digits.get(first..last)).map(str::to_owned));
        }
        // What ends here has one digit more, of which the rest is zero.
        if before == 0 {
            forms.extend(
                [&BASE64_STANDARD.encode(&bytes), &BASE64_URL_SAFE.encode(&bytes)]
                    .map(|digits| digits.trim_end_matches('=').to_owned()),
            );
        }
    }
    forms
}

fn hex(text: &str, upper: bool) -> String {
    text.bytes().map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") }).collect()
}
