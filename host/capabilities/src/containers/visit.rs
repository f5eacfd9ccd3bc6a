//! Whether a container engine can be asked at all, for who looks after a machine: its version, and the compose projects
//! that it runs. Nothing but GET is sent, and no container's environment is read.

use std::{collections::BTreeMap, time::Duration};

use shipworthy_contract::text::excerpt;

use super::{
    ContainersError,
    client::Client,
    engine::{ContainerEngine, DESCRIPTION_BYTES, EngineSocket, PROJECT_LABEL},
    find,
};

/// Longest name or version that is kept, in characters.
const LONGEST: usize = 80;

/// Most projects that are named.
const MOST: usize = 50;

/// An engine that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visited {
    /// What it says it is, such as `28.0.4`; empty if it does not say.
    pub version: String,
    /// The API that it speaks, such as `1.48`; empty if it does not say.
    pub api: String,
    /// Its compose projects in the order of their names, each with how many containers it has in any state.
    pub projects: BTreeMap<String, usize>,
}

/// Asks the engine, for at most so long.
///
/// # Errors
///
/// It cannot be reached, does not answer in time, or answers something else.
pub async fn visit(socket: &EngineSocket, limit: Duration) -> Result<Visited, ContainersError> {
    let engine = ContainerEngine::new(socket.clone(), None, BTreeMap::new());
    let client = Client::new(&engine, limit, DESCRIPTION_BYTES);
    let version = client.ask(client.docker()?.version()).await?;
    let any = BTreeMap::from([(PROJECT_LABEL.to_owned(), None)]);
    let mut projects: BTreeMap<String, usize> = BTreeMap::new();
    for listed in find::list_by(&client, &any).await? {
        let name =
            listed.labels.as_ref().and_then(|labels| labels.get(PROJECT_LABEL)).map(|name| excerpt(name, LONGEST));
        if let Some(name) = name.filter(|name| projects.len() < MOST || projects.contains_key(name)) {
            *projects.entry(name).or_default() += 1;
        }
    }
    let text = |text: Option<String>| excerpt(&text.unwrap_or_default(), LONGEST);
    Ok(Visited { version: text(version.version), api: text(version.api_version), projects })
}
