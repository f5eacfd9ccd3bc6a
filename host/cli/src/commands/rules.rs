//! `shipworthy rules` and `shipworthy explain`.

use std::collections::BTreeSet;

use shipworthy_plugins::Descriptor;
use shipworthy_report::rules::{self, ProbeRule};

use crate::{
    args::{ExplainArgs, Form, PluginFlags, RulesArgs},
    bundled, clock,
    output::{Stream, look, print},
    refusal::Refusal,
    set::Set,
    stack::Plan,
};

pub(crate) fn list(args: &RulesArgs) -> Result<(), Refusal> {
    let own = own_rules(args.env.as_deref())?;
    print(&match args.format {
        Form::Human => rules::list(&own, &look(Stream::Out)),
        Form::Json => rules::list_json(&own, &clock::waiver_example()),
    })?;
    Ok(())
}

pub(crate) fn explain(args: &ExplainArgs) -> Result<(), Refusal> {
    let own = own_rules(args.env.as_deref())?;
    let expires = clock::waiver_example();
    print(&match args.format {
        Form::Human => rules::explain(&args.rule, &own, &expires, &look(Stream::Out))?,
        Form::Json => rules::explain_json(&args.rule, &own, &expires)?,
    })?;
    Ok(())
}

/// Those of an environment's plugins, by their descriptors and with the severities that it sets; then those of bundled
/// probes that it does not run.
fn own_rules(env: Option<&str>) -> Result<Vec<ProbeRule>, Refusal> {
    let mut own = Vec::new();
    if let Some(name) = env {
        let plan = Plan::whole(&Set::open(name, &PluginFlags::default())?)?;
        for listed in plan.listed() {
            own.extend(listed.own_rules.iter().map(|rule| ProbeRule {
                service: listed.service.clone(),
                name: rule.name.clone(),
                severity: rule.severity.outcome(),
                summary: rule.summary.clone(),
                hint: rule.hint.clone(),
                plugin: format!("{} {}", listed.plugin.name, listed.plugin.version),
            }));
        }
    }
    let mut known: BTreeSet<String> = BTreeSet::new();
    own.extend(bundled_rules());
    own.retain(|rule| known.insert(rule.id()));
    Ok(own)
}

/// The rules of the bundled probes that look at one service; those for any service have no service to name.
fn bundled_rules() -> Vec<ProbeRule> {
    let mut own = Vec::new();
    for bundled in bundled::table() {
        // A bundled descriptor that cannot be read is found by a test of this crate.
        let Ok(descriptor) = Descriptor::parse_bundled(bundled.descriptor) else { continue };
        for service in &descriptor.services {
            own.extend(descriptor.rules.iter().map(|rule| ProbeRule {
                service: service.clone(),
                name: rule.name.clone(),
                severity: rule.severity.outcome(),
                summary: rule.summary.clone(),
                hint: rule.hint.clone(),
                plugin: format!("builtin:{}", bundled.name),
            }));
        }
    }
    own
}
