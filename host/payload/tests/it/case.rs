//! One case of a vectors file.

use std::{collections::BTreeMap, error::Error, fs, os::unix::fs::symlink, path::Path};

use serde_json::Value;
use shipworthy_contract::{Outcome, Policy, rules};
use shipworthy_payload::{Checked, Choice, Demands, Generation, Limits, Request, Silent, check};

pub(crate) type Outcomes<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The input and every verdict.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) expected: BTreeMap<String, Expected>,
    manifest: String,
    files: BTreeMap<String, String>,
    dirs: Vec<String>,
    links: BTreeMap<String, String>,
    secret_env: Option<String>,
}

/// One verdict.
pub(crate) struct Expected {
    accept: bool,
    warnings: Option<usize>,
    /// The generation that must be used; only own cases say so.
    contract: Option<String>,
    /// Rules that must be among those that fail; only own cases say so.
    rules: Vec<String>,
}

/// Reads a vectors file.
#[expect(clippy::disallowed_methods, reason = "reads a file of the repository")]
pub(crate) fn load(file: &str) -> Outcomes<Vec<Case>> {
    let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(file)?)?;
    cases.iter().map(case).collect()
}

fn case(value: &Value) -> Outcomes<Case> {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let map = |key: &str| -> BTreeMap<String, String> {
        let entries = value[key].as_object().into_iter().flatten();
        entries.filter_map(|(path, text)| Some((path.clone(), text.as_str()?.to_owned()))).collect()
    };
    let expected = value["expected"].as_object().ok_or("`expected` is missing")?;
    Ok(Case {
        name: text("name").ok_or("`name` is missing")?,
        manifest: text("manifest").ok_or("`manifest` is missing")?,
        files: map("files"),
        dirs: strings(&value["dirs"]),
        links: map("links"),
        secret_env: text("secret_env"),
        expected: expected.iter().map(|(key, value)| Ok((key.clone(), verdict(value)?))).collect::<Outcomes<_>>()?,
    })
}

fn verdict(value: &Value) -> Outcomes<Expected> {
    Ok(Expected {
        accept: value["accept"].as_bool().ok_or("`accept` is missing")?,
        warnings: value["warnings"].as_u64().and_then(|count| usize::try_from(count).ok()),
        contract: value["contract"].as_str().map(str::to_owned),
        rules: strings(&value["rules"]),
    })
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

impl Case {
    /// Judges the case as `accept/vectors` does, in the library.
    pub(crate) fn check(&self, generation: &str) -> Result<(), String> {
        let expected = self.expected.get(generation).ok_or("no such verdict")?;
        let checked = self.run(generation).map_err(|error| error.to_string())?;
        let count = |outcome| checked.results.iter().filter(|result| result.outcome == outcome).count();
        let failed: Vec<&str> = checked
            .results
            .iter()
            .filter(|result| result.outcome.blocks())
            .map(|result| result.rule.as_str())
            .collect();
        // The stack may be incompatible where the payload is sound; the payload's word alone is the requirement's shape.
        let stack_says_more = self.has_stack_verdict(checked.generation) && !expected.accept;
        if expected.accept != failed.is_empty() && !(stack_says_more && failed.is_empty()) {
            return Err(format!("accepted: {}, expected: {}; {failed:?}", failed.is_empty(), expected.accept));
        }
        if failed.is_empty() && count(Outcome::Pass) == 0 {
            return Err("accepted without one rule that passed".to_owned());
        }
        let payload_only = !self.has_stack_verdict(checked.generation);
        if let Some(warnings) = expected.warnings.filter(|_| expected.accept && payload_only)
            && warnings != count(Outcome::Warn)
        {
            return Err(format!("{} warnings, expected {warnings}", count(Outcome::Warn)));
        }
        if let Some(rule) = expected.rules.iter().find(|rule| !failed.contains(&rule.as_str())) {
            return Err(format!("`{rule}` does not fail; {failed:?}"));
        }
        self.malformed_requirements_fail(&checked)?;
        match &expected.contract {
            Some(contract) if *contract != checked.artifact.contract => {
                Err(format!("judged by {}, expected {contract}", checked.artifact.contract))
            }
            _ => Ok(()),
        }
    }

    /// These are malformed whatever the stack is, so the payload side alone must refuse them.
    fn malformed_requirements_fail(&self, checked: &Checked) -> Result<(), String> {
        let malformed = [
            "stack-string",
            "stack-only-api",
            "stack-only-mode",
            "stack-only-version",
            "stack-api-\"\"",
            "stack-api-\"1.\"",
            "stack-api-null",
            "stack-mode-'k8s'-containerd",
            "stack-mode-''-docker",
        ];
        let told = checked.results.iter().any(|result| {
            result.rule == rules::STACK_REQUIREMENT && result.outcome == Outcome::Fail && result.location.is_some()
        });
        if malformed.contains(&self.name.as_str()) && !told {
            return Err("a malformed requirement is not told".to_owned());
        }
        Ok(())
    }

    fn has_stack_verdict(&self, generation: Generation) -> bool {
        matches!(generation, Generation::V1_1 | Generation::V1_2) && self.manifest.contains("runtime_stack")
    }

    fn run(&self, generation: &str) -> Outcomes<Checked> {
        let sandbox = tempfile::tempdir()?;
        // A manifest says `../CASE/` for the case's own folder.
        let folder = sandbox.path().join("CASE");
        self.lay_out(&folder)?;
        let (contract, policy) = generation.split_once('-').unwrap_or((generation, ""));
        let policy: Policy = match (policy, contract) {
            ("", "1.1" | "1.2") => Policy::Warn,
            ("", _) => Policy::Strict,
            (named, _) => named.parse()?,
        };
        let secrets = folder.join("secrets.env");
        let request = Request {
            manifest: &folder.join("artifact.yml"),
            contract: contract.parse::<Choice>()?,
            policy,
            secret_env: self.secret_env.as_ref().map(|_| secrets.as_path()),
            artifact_sha256: None,
            demands: &Demands::default(),
            limits: &Limits::default(),
            progress: &Silent,
        };
        Ok(check(&request)?)
    }

    #[expect(clippy::disallowed_methods, reason = "lays out a case in a folder of its own")]
    fn lay_out(&self, folder: &Path) -> Outcomes<()> {
        fs::create_dir_all(folder)?;
        for path in &self.dirs {
            fs::create_dir_all(folder.join(path))?;
        }
        for (path, text) in &self.files {
            let target = folder.join(path);
            fs::create_dir_all(target.parent().unwrap_or(folder))?;
            fs::write(target, text)?;
        }
        for (path, target) in &self.links {
            let link = folder.join(path);
            fs::create_dir_all(link.parent().unwrap_or(folder))?;
            symlink(target, link)?;
        }
        fs::write(folder.join("artifact.yml"), &self.manifest)?;
        if let Some(secrets) = &self.secret_env {
            fs::write(folder.join("secrets.env"), secrets)?;
        }
        Ok(())
    }
}
