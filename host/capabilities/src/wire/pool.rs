//! The open connections of one run. A probe that asks three things of one service connects once.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use shipworthy_contract::Role;

use super::{Speaks, Wire};

/// Connections by what they lead to. Ends with the run.
#[derive(Default)]
pub(crate) struct Pool(Mutex<BTreeMap<(Role, Speaks), Vec<Wire>>>);

impl Pool {
    /// An open connection, if there is one to spare.
    pub(crate) async fn take(&self, role: &Role, speaks: Speaks) -> Option<Wire> {
        loop {
            let mut wire = self.pop(role, speaks)?;
            if wire.is_open().await {
                if let Some(shared) = wire.share() {
                    self.give(role, speaks, shared);
                }
                return Some(wire);
            }
        }
    }

    /// Gives a connection (back) to the run.
    pub(crate) fn give(&self, role: &Role, speaks: Speaks, wire: Wire) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry((role.clone(), speaks)).or_default().push(wire);
    }

    fn pop(&self, role: &Role, speaks: Speaks) -> Option<Wire> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&(role.clone(), speaks))?.pop()
    }
}
