//! What is masked when a part is written is judged by what it was: a merge says what a check of the whole says.

use anyhow::Result;

use super::{merge, parts};
use crate::{sandbox, told::Told};

const CHECK: [&str; 4] = ["stack", "check", "--env", "env.toml"];

/// Requirements of facts beside facts, a waiver, and the exit status of a check.
const CASES: [(&str, &str, &str, &str, i32); 7] = [
    ("two secrets that differ", "url = \"postgres://u:one@h\"", "url = \"postgres://u:two@h\"", "", 3),
    ("the same secret", "url = \"postgres://u:one@h\"", "url = \"postgres://u:one@h\"", "", 0),
    ("by their name", "api_token = \"expected-one\"", "api_token = \"found-another\"", "", 3),
    ("a number of a secret's name", "lifetime_token = \">= 300\"", "lifetime_token = 3600", "", 0),
    ("one that is as the service is called", "token_store = \"told\"", "token_store = \"told\"", "", 0),
    (
        "a waiver for another secret",
        "url = \"other\"",
        "url = \"postgres://u:three@h\"",
        "observed = \"postgres://u:two@h\"",
        3,
    ),
    (
        "a waiver for this secret",
        "url = \"other\"",
        "url = \"postgres://u:two@h\"",
        "observed = \"postgres://u:two@h\"",
        0,
    ),
];

#[test]
fn a_merge_judges_secrets_as_a_check_does() -> Result<()> {
    for (what, wanted, seen, waiver, status) in CASES {
        let sandbox = sandbox();
        let waiver = match waiver {
            "" => String::new(),
            observed => {
                format!("[[waivers]]\nrule = \"stack.fact\"\nreason = \"for now\"\nexpires = 2999-12-31\n{observed}\n")
            }
        };
        let environment = format!(
            "[requirements.services.told.facts]\n{wanted}\n[probes.told]\nplugin = \"builtin:static\"\n\
             config = {{ facts = {{ {seen} }} }}\n{waiver}"
        );
        sandbox.file("env.toml", environment)?;
        let whole = Told::by(&sandbox, &CHECK)?;
        assert_eq!(whole.exit(), Some(status), "{what}: {}", whole.output.snapshot());
        parts(&sandbox, &CHECK, 2)?;
        let merged = merge(&sandbox, 2, &[])?;
        assert_eq!(merged.exit(), Some(status), "{what}: {}", merged.output.snapshot());
        let outcomes = |told: &Told| -> Vec<(String, String)> {
            told.results().map(|result| (result["rule"].to_string(), result["outcome"].to_string())).collect()
        };
        assert_eq!(outcomes(&merged), outcomes(&whole), "{what}");
    }
    Ok(())
}
