//! Whether a registry can be asked at all, with the credentials that there are: for who looks after a machine.

use std::sync::Arc;

use super::{Call, Client};
use crate::{
    Problem, RegistryError, Tried,
    host::{Action, Host, get},
    wire::Address,
};

/// Largest answer that is read, in bytes: the specification asks for none.
const LARGEST: u64 = 64 << 10;

impl Client {
    /// Asks whether the registry is one (distribution specification, "Determining Support"), and whether it takes the
    /// credentials; says which were at hand. Nothing is asked twice.
    ///
    /// # Errors
    /// The registry is of no use, or the credentials are.
    pub async fn visit(&self, host: &str) -> Result<Tried, RegistryError> {
        let wrong = |problem| RegistryError::new(host, 1, problem);
        if self.is_offline() {
            return Err(wrong(Problem::OfflineTag));
        }
        let host = Arc::new(Host::new(host, &self.options, &self.wire));
        host.prove().await.map_err(wrong)?;
        let call = Call::new(Arc::clone(&host), String::new(), Action::Look);
        let asked = get(Address::of(&host.origin, "/v2/".to_owned()), "the registry's version", LARGEST);
        let answer = host.ask(&call, asked).await.map_err(wrong)?;
        if answer.status.is_success() { Ok(host.tried().await) } else { Err(wrong(host.refused(&answer).await)) }
    }
}
