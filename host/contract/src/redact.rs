//! What is a secret although nobody said so: by the name of its key, or by its shape.
//!
//! Values that the host itself was given are known and masked wherever they show (`capabilities::mask`). This is for
//! what it was not given: a variable of a container, a key of a file, a line of a log. A name can be wrong and a shape
//! unknown, so this is a net and no wall; `docs/redaction.md` says what falls through.

mod report;
mod shape;

use std::borrow::Cow;

pub use report::{is_masked, report};

use crate::secret::MASK;

/// Parts of a name that promise a secret wherever they stand in it, without what joins words.
const ANYWHERE: [&str; 10] = [
    "secret",
    "token",
    "passw",
    "passphrase",
    "credential",
    "authorization",
    "cookie",
    "apikey",
    "accesskey",
    "privatekey",
];

/// Whole words of the name of a setting that promise one.
const WORDS: [&str; 6] = ["auth", "bearer", "jwt", "pwd", "session", "signature"];

/// Further ones of the name of a variable, where there are no files and services of such names.
const WORDS_OF_VARIABLES: [&str; 6] = ["key", "pass", "pw", "dsn", "pat", "pin"];

/// Settings that end with such a word and name a file.
const PATHS: [&str; 1] = ["client_key"];

/// Values that are no secret whatever the name says: masking them would garble every log.
const COMMON: [&str; 14] = [
    "true", "false", "none", "null", "enabled", "disabled", "required", "optional", "present", "absent", "yes", "no",
    "ok", MASK,
];

/// Whether a name promises a secret whatever it is the name of: `api_token`, `DB_PASSWORD`, `accessKey`.
pub fn is_secret_key(name: &str) -> bool {
    let squeezed: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    ANYWHERE.iter().any(|part| squeezed.contains(part))
}

/// Whether a setting or a header of this name is taken to hold a secret: `authorization`, `x-api-key`, `x-auth`. Too
/// often rather than too seldom: a masked number costs a look into the file, a shown one a rotation.
pub fn is_secret_setting(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let last = words(&name).last().unwrap_or_default();
    let is_path = PATHS.iter().any(|path| name == *path || name.ends_with(&format!(".{path}")));
    !is_path
        && (is_secret_key(&name) || words(&name).any(|word| WORDS.contains(&word)) || matches!(last, "key" | "keys"))
}

/// Whether what a report or a text tells under this name is a secret: `session`, `x-auth`, not `auth-mode`.
pub(crate) fn is_secret_name(name: &str) -> bool {
    const LAST: [&str; 5] = ["auth", "bearer", "jwt", "pwd", "session"];
    let lower = name.to_ascii_lowercase();
    let last = words(&lower).filter(|word| *word != "id").last().unwrap_or_default();
    is_secret_key(name) || LAST.contains(&last)
}

/// Whether the name of an environment variable says that its value is a secret.
pub fn is_secret_variable(name: &str) -> bool {
    // `PWD` and `OLDPWD` are folders.
    let lower = name.to_ascii_lowercase();
    let has_word = || words(&lower).any(|word| WORDS.contains(&word) || WORDS_OF_VARIABLES.contains(&word));
    name != "PWD" && (is_secret_key(name) || has_word())
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether a value beside such a name can be a secret at all.
pub fn is_secret_value(value: &str) -> bool {
    !value.trim().is_empty() && !COMMON.contains(&value.trim().to_ascii_lowercase().as_str())
}

/// The parts of a variable's value that must not be seen: all of it if the name says so, else whatever has the shape of a
/// secret, such as the password of each URL.
pub fn of_variable<'a>(name: &str, value: &'a str) -> Vec<&'a str> {
    let mut secrets = if is_secret_variable(name) {
        vec![value]
    } else {
        shape::found(value).into_iter().filter_map(|range| value.get(range)).collect()
    };
    secrets.retain(|value| is_secret_value(value));
    secrets
}

/// [`crate::text::excerpt`] of a text whose secrets are masked before it is cut: of half a secret the shape is not seen.
pub fn excerpt(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return crate::text::excerpt(text, limit);
    }
    // Enough for what is shown and for what may end behind it; a huge text costs no more.
    let head: String = text.chars().take(limit.saturating_mul(4).saturating_add(8_192)).collect();
    let cut = if head.len() < text.len() { "…" } else { "" };
    crate::text::excerpt(&self::text(&(head + cut)), limit)
}

/// Masks what has the shape of a secret in lines that are one text: a private key has many. There are as many lines
/// after it.
pub fn lines(lines: &mut [&mut String]) {
    let whole = lines.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n");
    let found = shape::found(&whole);
    let mut begin = 0;
    for line in lines {
        let end = begin + line.len();
        let mut masked = String::new();
        let mut shown = begin;
        for range in found.iter().filter(|range| range.start < end && range.end > begin) {
            masked.push_str(whole.get(shown..range.start.max(shown)).unwrap_or_default());
            masked.push_str(MASK);
            shown = range.end.min(end);
        }
        if shown > begin {
            masked.push_str(whole.get(shown..end).unwrap_or_default());
            **line = masked;
        }
        begin = end + 1;
    }
}

/// Text with a mask over whatever has the shape of a secret: the password of a URL, a private key, a bearer's token, a
/// JSON web token, keys of well-known makers, and the value in `password=value` and its like.
pub fn text(text: &str) -> Cow<'_, str> {
    let found = shape::found(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut shown = 0;
    for range in found {
        if let Some(before) = text.get(shown..range.start) {
            masked.push_str(before);
            masked.push_str(MASK);
        }
        shown = shown.max(range.end);
    }
    masked.push_str(text.get(shown..).unwrap_or_default());
    Cow::Owned(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_name_or_by_shape() {
        for (name, value, expected) in [
            ("JWT_SECRET_KEY", "abcd", &["abcd"][..]),
            ("db_password", "abcd", &["abcd"]),
            ("X-API-KEY", "abcd", &["abcd"]),
            ("GITHUB_TOKEN", "abcd", &["abcd"]),
            ("AWS_ACCESS_KEY_ID", "abcd", &["abcd"]),
            ("DATABASE_URL", "postgres://app:s3cret@db/app", &["s3cret"]),
            ("DATABASE_URLS", "postgres://app:s3cret@db/app redis://:other@r", &["s3cret", "other"]),
            ("DATABASE_URL", "postgres://db/app?x=a:b@c", &[]),
            ("AUTH_ENABLED", "true", &[]),
            ("KEYBOARD", "qwerty", &[]),
            ("PWD", "/app", &[]),
            ("ESB_TAG", "v1.2.3", &[]),
        ] {
            assert_eq!(of_variable(name, value), expected, "{name}");
        }
        assert!(
            !is_secret_setting("client_key") && is_secret_variable("client_key"),
            "a file's name, a variable's value"
        );
    }

    #[test]
    fn names_of_settings_that_promise_a_secret_are_known() {
        for name in [
            "authorization",
            "Cookie",
            "x-api-key",
            "X_API_KEY",
            "apiKey",
            "token",
            "accessToken",
            "db_password",
            "proxy-authorization",
            "x-auth",
            "client_secret",
        ] {
            assert!(is_secret_setting(name), "{name}");
        }
        for name in ["url", "accept", "user-agent", "client_key", "keyboard", "author", "monkey", "x-request-id"] {
            assert!(!is_secret_setting(name), "{name}");
        }
    }

    #[test]
    fn shapes_are_masked_and_words_are_not() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
        let aws = ["AKIA", "ABCDEFGHIJKLMNOP"].concat();
        let forge = ["ghp_", "0123456789abcdefghij0123456789abcdef"].concat();
        for (shown, masked) in [
            ("postgres://app:s3cret@db/app", "postgres://app:[secret]@db/app".to_owned()),
            (
                "at https://a:b%40c@h:8443/x and http://h/y@z",
                "at https://a:[secret]@h:8443/x and http://h/y@z".to_owned(),
            ),
            ("https://0123456789abcdef0123@h/x", "https://[secret]@h/x".to_owned()),
            ("ssh://git@h/x", "ssh://git@h/x".to_owned()),
            ("redis://:pw@h", "redis://:[secret]@h".to_owned()),
            (&format!("got {jwt}, then"), "got [secret], then".to_owned()),
            (&format!("id {aws} and {forge}."), "id [secret] and [secret].".to_owned()),
            ("Authorization: Bearer abc123def", "Authorization: [secret]".to_owned()),
            (
                "sent bearer abc123def, and basic authentication",
                "sent bearer [secret], and basic authentication".to_owned(),
            ),
            ("sent Basic dXNlcjpodW50ZXIy now", "sent Basic [secret] now".to_owned()),
            ("DB_PASSWORD=hunter2 x=1", "DB_PASSWORD=[secret] x=1".to_owned()),
            ("url?access_token=abc&x=1", "url?access_token=[secret]&x=1".to_owned()),
            (r#"{"api_key":"a b","n":1}"#, r#"{"api_key":"[secret]","n":1}"#.to_owned()),
            (r#"x = "{\"api_key\":\"abc\"}" y"#, r#"x = "{\"api_key\":\"[secret]\"}" y"#.to_owned()),
            ("password: abc", "password: [secret]".to_owned()),
            (r#"password = "hunter 2""#, r#"password = "[secret]""#.to_owned()),
            ("x-api-key: abc", "x-api-key: [secret]".to_owned()),
            ("-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----\nrest", "[secret]\nrest".to_owned()),
            ("-----BEGIN PRIVATE KEY----- abc", "[secret]".to_owned()),
            ("AAAA\nBBBB\n-----END RSA PRIVATE KEY-----\nrest", "[secret]\nrest".to_owned()),
            ("BBBB -----END PRIVATE KEY…", "[secret]".to_owned()),
            ("-----END PRIVATE KEY----- | AAAA | BBBB | -----BEGIN PRIVATE KEY-----", "[secret]".to_owned()),
            ("found `password: CANary30` there", "found `password: [secret]` there".to_owned()),
            ("(password: abc) [pwd: abc]", "(password: [secret]) [pwd: [secret]".to_owned()),
            ("a | token: abc | 'secret: abc'", "a | token: [secret] | 'secret: [secret]'".to_owned()),
            ("info: session: abc", "info: session: [secret]".to_owned()),
            ("spring.datasource.password: abc", "spring.datasource.password: [secret]".to_owned()),
            ("a.token: expected text", "a.token: expected text".to_owned()),
            ("password => abc", "password => [secret]".to_owned()),
            ("q?a=1&password%3DPW x-auth: abc", "q?a=1&password%3D[secret] x-auth: [secret]".to_owned()),
            ("Authorization:Bearer  TOKEN", "Authorization: [secret]".replace(": ", ":")),
            ("Cookie: a=b; sid=abc\nx: y", "Cookie: [secret]\nx: y".to_owned()),
            ("-H 'Authorization: ApiKey  abc' -v", "-H 'Authorization: [secret]' -v".to_owned()),
            ("postgres://u:a/b?c#d@db/x", "postgres://u:[secret]@db/x".to_owned()),
            ("x postgres://user:SECRETabc…", "x postgres://user:[secret]…".to_owned()),
            ("at http://h:8080/long… and http://h:80…", "at http://h:8080/long… and http://h:80…".to_owned()),
            ("http://h:8080/x@y", "http://h:8080/x@y".to_owned()),
            ("app:abc@tcp(db:3306)/x", "app:[secret]@tcp(db:3306)/x".to_owned()),
            ("-----BEGIN PUBLIC KEY-----\nabc", "-----BEGIN PUBLIC KEY-----\nabc".to_owned()),
            ("headers.x-api-key = { env = \"X\" }", "headers.x-api-key = { env = \"X\" }".to_owned()),
            ("required_secret_env: `A`, `B`", "required_secret_env: `A`, `B`".to_owned()),
            ("auth_token=true token=", "auth_token=true token=".to_owned()),
            ("no answer from the token service: 404", "no answer from the token service: 404".to_owned()),
            ("version is 2.0.0, sha256 0123456789abcdef", "version is 2.0.0, sha256 0123456789abcdef".to_owned()),
        ] {
            assert_eq!(text(shown), masked, "{shown}");
            assert_eq!(text(&masked), masked, "once is enough");
        }
    }

    #[test]
    fn a_text_of_nothing_but_beginnings_is_read_in_one_go() {
        for piece in [
            "eyJ",
            "ghp_",
            "token=",
            "-----BEGIN PRIVATE KEY-----x",
            "-----END x",
            "bearer ",
            "://a",
            "://a:b",
            "\"token\":\"",
            "a:",
            "cookie:",
            "-token: ",
        ] {
            let long = piece.repeat(50_000);
            assert!(!text(&long).is_empty());
        }
    }

    #[test]
    fn lines_are_one_text() {
        let mut all =
            ["a", "-----BEGIN PRIVATE KEY-----", "AAAA", "BBBB", "-----END PRIVATE KEY----- b", "c"].map(str::to_owned);
        lines(&mut all.iter_mut().collect::<Vec<_>>());
        assert_eq!(all, ["a", "[secret]", "[secret]", "[secret]", "[secret] b", "c"]);
    }

    #[test]
    fn what_is_cut_is_masked_before() {
        let long = format!("{}postgres://user:SECRET{}@db", "filler ".repeat(30), "x".repeat(100));
        assert!(!excerpt(&long, 240).contains("SECRET"));
        assert_eq!(excerpt("short", 240), "short");
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_back(before in "\\PC{0,40}", after in "\\PC{0,40}") {
            let whole = format!("{before} password=hunter22 {after}");
            proptest::prop_assert!(!text(&whole).contains("password=hunter22"), "{}", text(&whole));
        }
    }
}
