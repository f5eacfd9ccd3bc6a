//! A plugin's needs held against what a probe of an environment is given. It says what `grants::settle` decides, whole
//! instead of the first thing that does not fit.

use std::collections::BTreeSet;

use shipworthy_contract::{Role, grant::Grant};

use crate::{
    Descriptor, Probe,
    grants::{Mark, given, listed, role_of},
};

/// What a probe is given of what its plugin needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Every need, in the descriptor's order.
    pub needs: Vec<HeldNeed>,
    /// Every role of the plugin.
    pub roles: Vec<HeldRole>,
    /// Grants that no need asks for.
    pub unneeded: Vec<Grant>,
    /// The whole `grants = [...]` to paste, where something is missing or not needed.
    pub list: Option<String>,
}

/// One need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldNeed {
    /// Its line.
    pub need: Grant,
    /// Whether the plugin can do without it: it is left out then, where it is not granted.
    pub optional: bool,
    /// What became of it.
    pub state: NeedState,
}

/// What became of a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedState {
    /// The probe may do it, and has where to.
    Granted,
    /// No grant covers it.
    NotGranted,
    /// It is granted, and its role has no endpoint.
    NoEndpoint,
}

/// One role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRole {
    /// The role.
    pub role: Role,
    /// The endpoint that the environment maps to it.
    pub endpoint: Option<String>,
    /// Whether a need that is not optional asks it.
    pub required: bool,
}

/// Holds a plugin's needs against a probe.
pub fn hold(descriptor: &Descriptor, probe: &Probe, bundled: bool) -> Held {
    let given = given(descriptor, probe, bundled);
    let state = |need: &Grant| {
        if !given.iter().any(|grant| grant.covers(need, &probe.service)) {
            NeedState::NotGranted
        } else if role_of(need).is_some_and(|role| !probe.endpoints.contains_key(role)) {
            NeedState::NoEndpoint
        } else {
            NeedState::Granted
        }
    };
    let needs: Vec<HeldNeed> = descriptor
        .needs
        .iter()
        .map(|need| HeldNeed { need: need.clone(), optional: descriptor.is_optional(need), state: state(need) })
        .collect();
    // A grant that gives a part of a need is too narrow; that is no reason to drop it.
    let asked = |grant: &Grant| {
        descriptor.needs.iter().any(|need| grant.covers(need, &probe.service) || need.covers(grant, &probe.service))
    };
    let unneeded: Vec<Grant> = given.iter().filter(|grant| !asked(grant)).cloned().collect();
    let list = list(given, &needs, &unneeded);
    Held { roles: roles(descriptor, probe), needs, unneeded, list }
}

/// What is in force, then what is missing: `grants` is replaced as a whole.
fn list(given: &[Grant], needs: &[HeldNeed], unneeded: &[Grant]) -> Option<String> {
    let mut lines: Vec<(&Grant, Mark)> = given
        .iter()
        .map(|grant| (grant, if unneeded.contains(grant) { Mark::NotNeeded } else { Mark::Kept }))
        .collect();
    let missing = needs.iter().filter(|held| held.state == NeedState::NotGranted);
    lines.extend(missing.map(|held| (&held.need, if held.optional { Mark::Optional } else { Mark::Missing })));
    lines.iter().any(|(_, mark)| *mark != Mark::Kept).then(|| listed(lines))
}

fn roles(descriptor: &Descriptor, probe: &Probe) -> Vec<HeldRole> {
    all_roles(descriptor)
        .into_iter()
        .map(|role| HeldRole {
            endpoint: probe.endpoints.get(&role).cloned(),
            required: is_required(descriptor, &role),
            role,
        })
        .collect()
}

/// The roles that a descriptor names, and `main` where a need asks it.
pub fn all_roles(descriptor: &Descriptor) -> BTreeSet<Role> {
    descriptor.roles.keys().chain(descriptor.needs.iter().filter_map(role_of)).cloned().collect()
}

/// Whether the plugin cannot do without an endpoint for a role.
pub(super) fn is_required(descriptor: &Descriptor, role: &Role) -> bool {
    descriptor.needs.iter().any(|need| role_of(need) == Some(role) && !descriptor.is_optional(need))
}
