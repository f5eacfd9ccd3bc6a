//! What one probe may reach: its endpoints by role, its grants, its limits.

use std::{collections::BTreeMap, sync::Arc};

use shipworthy_contract::{Role, Service, grant::Grant};

use crate::{Calendar, ContainerEngine, Limits, Masks, Tape, Target};

/// Everything that one run of one probe, on one instance of its service, may have. Any value is right, so the fields are
/// public; there is no default, because whoever makes one decides every field.
#[derive(Clone, Debug)]
pub struct Access {
    /// The probe's own service, which `.` means in a grant.
    pub own: Service,
    /// What is granted: nothing else is done.
    pub grants: Vec<Grant>,
    /// Endpoints by the role that the probe knows them by. May be empty for a replay.
    pub roles: BTreeMap<Role, Arc<Target>>,
    /// The host's secret values, masked in all that leaves a run. Those of the endpoints are masked without being listed.
    pub secrets: Masks,
    /// How much of everything.
    pub limits: Limits,
    /// The container engine, if the environment has one.
    pub engine: Option<Arc<ContainerEngine>>,
    /// Whether answers are kept, or come from a recording.
    pub tape: Tape,
    /// Which time a run begins at, unless a recording says so.
    pub calendar: Calendar,
}
