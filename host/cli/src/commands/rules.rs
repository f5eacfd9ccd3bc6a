//! `shipworthy rules` and `shipworthy explain`.

use shipworthy_plugins::Descriptor;
use shipworthy_report::rules::{self, ProbeRule};

use crate::{
    args::{ExplainArgs, Form, RulesArgs},
    bundled, clock,
    output::{Stream, look},
    refusal::Refusal,
};

pub(crate) fn list(args: &RulesArgs) {
    let own = own_rules();
    Stream::Out.write(&match args.format {
        Form::Human => rules::list(&own, &look(false, Stream::Out)),
        Form::Json => rules::list_json(&own, &clock::waiver_example()),
    });
}

pub(crate) fn explain(args: &ExplainArgs) -> Result<(), Refusal> {
    let own = own_rules();
    let expires = clock::waiver_example();
    Stream::Out.write(&match args.format {
        Form::Human => rules::explain(&args.rule, &own, &expires, &look(false, Stream::Out))?,
        Form::Json => rules::explain_json(&args.rule, &own, &expires)?,
    });
    Ok(())
}

/// The rules of the bundled probes that look at one service; those for any service have no service to name.
fn own_rules() -> Vec<ProbeRule> {
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
