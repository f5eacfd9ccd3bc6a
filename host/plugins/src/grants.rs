//! What a plugin may do: its descriptor says what it needs, the environment says what it gets (design.md, part 3).

mod error;
mod list;

use std::collections::BTreeMap;

use shipworthy_contract::{
    Role,
    grant::{Grant, Method},
    path::Pattern,
    suggest::nearest,
};

pub use self::error::{GrantError, GrantProblem};
pub(crate) use self::list::{Mark, key, listed, quoted};

use crate::{Descriptor, Probe, Severity};

/// Most lines of needs, and of grants: more cannot be reviewed by a person.
pub(crate) const MOST_GRANTS: usize = 256;

/// What a probe may do and with what, settled before anything runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Everything that it may do.
    pub grants: Vec<Grant>,
    /// What it would use and does not get; the report says so.
    pub refused_optional: Vec<Grant>,
    /// Endpoints by role, for every role that its grants speak of and the environment maps.
    pub endpoints: BTreeMap<Role, String>,
    /// The severity of each of its own rules, the environment's word before its author's.
    pub severity: BTreeMap<String, Severity>,
}

/// Settles what a probe may do. Bundled plugins have what they declare, unless the environment has a list; any other
/// plugin has the environment's list only.
///
/// # Errors
///
/// The first thing that does not fit; what is not granted is told whole.
pub fn settle(descriptor: &Descriptor, probe: &Probe, bundled: bool) -> Result<Settled, GrantError> {
    settle_parts(descriptor, probe, bundled).map_err(|problem| GrantError::new(descriptor, probe, problem))
}

fn settle_parts(descriptor: &Descriptor, probe: &Probe, bundled: bool) -> Result<Settled, GrantProblem> {
    if !descriptor.serves(&probe.service) {
        let services = descriptor.services.clone();
        return Err(GrantProblem::WrongService { service: probe.service.clone(), services });
    }
    let given = given(descriptor, probe, bundled).to_vec();
    let covered = |need: &Grant| given.iter().any(|grant| grant.covers(need, &probe.service));
    let (mut refused_optional, missing): (Vec<Grant>, Vec<Grant>) =
        descriptor.needs.iter().filter(|need| !covered(need)).cloned().partition(|need| descriptor.is_optional(need));
    if !missing.is_empty() {
        return Err(GrantProblem::NotGranted { missing, given });
    }
    check_roles(descriptor, probe)?;
    // What remains without an endpoint is optional: it is given up, with a word in the report.
    let mapped = |grant: &Grant| role_of(grant).is_none_or(|role| probe.endpoints.contains_key(role));
    refused_optional.extend(descriptor.needs.iter().filter(|need| covered(need) && !mapped(need)).cloned());
    let grants = given.iter().filter(|grant| mapped(grant)).cloned().collect();
    let severity = settle_severity(descriptor, probe)?;
    Ok(Settled { grants, refused_optional, endpoints: probe.endpoints.clone(), severity })
}

/// The lines that are in force: the environment's list, else what a bundled plugin declares.
pub fn given<'a>(descriptor: &'a Descriptor, probe: &'a Probe, bundled: bool) -> &'a [Grant] {
    match &probe.grants {
        Some(grants) => grants,
        None if bundled => &descriptor.needs,
        None => &[],
    }
}

/// Every role that a need speaks of must be mapped, unless all needs of that role are optional.
fn check_roles(descriptor: &Descriptor, probe: &Probe) -> Result<(), GrantProblem> {
    if let Some(role) = probe.endpoints.keys().find(|role| !descriptor.has_role(role)) {
        let nearest = nearest(role.as_str(), descriptor.roles.keys().map(Role::as_str)).map(str::to_owned);
        return Err(GrantProblem::UnknownRole { role: role.clone(), nearest });
    }
    let mandatory = descriptor.needs.iter().filter(|need| !descriptor.is_optional(need)).filter_map(role_of);
    match mandatory.into_iter().find(|role| !probe.endpoints.contains_key(role)) {
        Some(role) => Err(GrantProblem::NoEndpoint {
            role: role.clone(),
            description: descriptor.roles.get(role).cloned(),
            service: probe.service.clone(),
        }),
        None => Ok(()),
    }
}

fn settle_severity(descriptor: &Descriptor, probe: &Probe) -> Result<BTreeMap<String, Severity>, GrantProblem> {
    let mut severities: BTreeMap<String, Severity> =
        descriptor.rules.iter().map(|rule| (rule.name.clone(), rule.severity)).collect();
    for (rule, wanted) in &probe.severity {
        let Some(severity) = severities.get_mut(rule) else {
            let nearest = nearest(rule, severities.keys().map(String::as_str)).map(str::to_owned);
            return Err(GrantProblem::UnknownRule { rule: rule.clone(), nearest });
        };
        *severity = *wanted;
    }
    Ok(severities)
}

/// The role that a line speaks of, if it speaks of an endpoint.
pub(crate) fn role_of(grant: &Grant) -> Option<&Role> {
    match grant {
        Grant::Http { role, .. } | Grant::Grpc { role, .. } => Some(role),
        Grant::Container { .. } | Grant::Env { .. } | Grant::Label { .. } | Grant::File { .. } | Grant::Logs { .. } => {
            None
        }
    }
}

/// Why a line may not stand although it is well-formed: a wildcard where a real name would have an effect. With
/// methods that change something, a `*` is allowed only behind a prefix of its own segment that a name can be kept
/// clear of: `shipworthy-no-such-function-*`.
pub(crate) fn wildcard_fault(grant: &Grant) -> Option<&'static str> {
    let Grant::Http { method, pattern, .. } = grant else { return None };
    match method {
        Method::Get | Method::Head | Method::Options => None,
        Method::Post | Method::Put | Method::Patch | Method::Delete => dangerous_wildcard(pattern),
    }
}

fn dangerous_wildcard(pattern: &Pattern) -> Option<&'static str> {
    if pattern.as_str().contains("**") {
        return Some("`**` would match real names, and this method has an effect on them");
    }
    let bare = pattern.as_str().split('/').any(|segment| segment.starts_with('*'));
    bare.then_some(
        "`*` without text before it in its segment would match real names, and this method has an effect on them",
    )
}
