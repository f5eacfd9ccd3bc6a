//! Gives the evidence that is written in its configuration, and nothing else: for a service that no probe can ask, and
//! for trying out requirements. It asks for nothing and so is granted nothing.

use std::collections::BTreeMap;

use serde::Deserialize;
use shipworthy_sdk::{Failure, OneOrMany, Probe, Stack, Target, Value, serde_json};

const ORIGIN: &str = "config";

/// See `probe.json`, where each key is described.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    mode: Option<String>,
    release: Option<String>,
    version: Option<String>,
    api_version: Option<String>,
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    digests: BTreeMap<String, OneOrMany<String>>,
    #[serde(default)]
    facts: BTreeMap<String, serde_json::Value>,
}

struct Static;

impl Probe for Static {
    type Config = Config;

    fn observe(stack: &Stack<'_>, _target: &Target, config: Config) -> Result<(), Failure> {
        let Config { mode, release, version, api_version, capabilities, digests, facts } = config;
        let known = [("mode", mode), ("release", release), ("version", version), ("api-version", api_version)];
        for (key, value) in known {
            if let Some(value) = value {
                stack.fact(key, value, ORIGIN);
            }
        }
        for (key, value) in facts {
            stack.fact(&key, scalar(&key, value)?, ORIGIN);
        }
        for name in capabilities {
            stack.capability(&name, true, ORIGIN);
        }
        stack.complete("");
        for (name, digests) in digests {
            for sha256 in digests.0 {
                stack.digest(&name, &sha256, ORIGIN);
            }
        }
        Ok(())
    }
}

shipworthy_sdk::export!(Static);

fn scalar(key: &str, value: serde_json::Value) -> Result<Value, Failure> {
    let value = match value {
        serde_json::Value::String(text) => Some(Value::Text(text)),
        serde_json::Value::Bool(boolean) => Some(Value::Boolean(boolean)),
        serde_json::Value::Number(number) => number.as_f64().map(Value::Number),
        serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
    };
    value.ok_or_else(|| Failure::config(["`facts.", key, "`: expected text, a number or a boolean"].concat()))
}

#[cfg(test)]
mod tests {
    use shipworthy_sdk::{Gap, testing::Script};

    use super::*;

    fn lines(config: &str) -> Vec<String> {
        Script::new().descriptor(include_str!("../probe.json")).run::<Static>(config).lines()
    }

    #[test]
    fn everything_configured_is_given_and_complete() {
        let sha256 = "0".repeat(64);
        let config = format!(
            r#"{{ "mode": "docker", "release": "1.2", "version": "2.0.0", "api_version": "1.0",
                 "capabilities": ["invoke", "route:/orders/{{id}}"],
                 "digests": {{ "sitecustomize.py": "{sha256}", "trace_bridge.py": ["{sha256}", "{sha256}"] }},
                 "facts": {{ "queue": 12, "tracing": true, "zone": "a" }} }}"#
        );
        assert_eq!(
            lines(&config),
            [
                r#"fact mode = "docker", from config"#.to_owned(),
                r#"fact release = "1.2", from config"#.to_owned(),
                r#"fact version = "2.0.0", from config"#.to_owned(),
                r#"fact api-version = "1.0", from config"#.to_owned(),
                "fact queue = 12, from config".to_owned(),
                "fact tracing = true, from config".to_owned(),
                r#"fact zone = "a", from config"#.to_owned(),
                "capability invoke present, from config".to_owned(),
                "capability route:/orders/{id} present, from config".to_owned(),
                r#"complete """#.to_owned(),
                format!("digest sitecustomize.py = {sha256}, from config"),
                format!("digest trace_bridge.py = {sha256}, from config"),
                format!("digest trace_bridge.py = {sha256}, from config"),
            ]
        );
    }

    #[test]
    fn an_empty_configuration_says_that_there_are_no_capabilities() {
        assert_eq!(lines("{}"), [r#"complete """#]);
    }

    #[test]
    fn text_is_passed_on_as_it_is() {
        assert_eq!(lines(r#"{ "mode": " docker " }"#)[0], r#"fact mode = " docker ", from config"#);
        assert_eq!(lines(r#"{ "mode": "DOCKER" }"#)[0], r#"fact mode = "DOCKER", from config"#);
    }

    #[test]
    fn what_cannot_be_read_is_the_environments_fault_and_names_the_key() {
        for (config, named) in [
            (r#"{ "facts": { "a": [1] } }"#, "`facts.a`: expected text, a number or a boolean"),
            (r#"{ "modes": "docker" }"#, "config: unknown field `modes`"),
            (r#"{ "capabilities": "invoke" }"#, "config: invalid type: string \"invoke\""),
        ] {
            let seen = Script::new().run::<Static>(config);
            let failure = seen.outcome().unwrap_err();
            assert_eq!(failure.why, Gap::Config);
            assert!(failure.detail.starts_with(named), "{failure}");
        }
    }
}
