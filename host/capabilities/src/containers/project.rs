//! Which compose project is meant: the one that is named, else the only one that is a stack. Never a guess.

use std::collections::{BTreeMap, BTreeSet};

use shipworthy_contract::{Service, text::excerpt};

use super::{
    ContainersError, Result,
    client::Client,
    engine::{ContainerEngine, PROJECT_LABEL, SERVICE_LABEL},
    find,
};

/// Services by which a compose project is known to be a stack (contract.md, part 3).
pub(super) const CORE_SERVICES: [&str; 2] = ["gateway", "agent"];

/// The engine's project; looked for once, however many probes ask.
pub(super) async fn resolve(engine: &ContainerEngine, client: &Client) -> Result<String> {
    let resolve = || async {
        match &engine.project {
            Some(named) => Ok(named.clone()),
            None => only_one(client).await,
        }
    };
    // Another run may be looking for it, with more time than this one has.
    client.in_time(async { engine.in_use.get_or_try_init(resolve).await.cloned() }).await
}

/// Asked where a service has no container: an error if the project itself has none, for then most likely its name is wrong,
/// or the stack is not up. A group is of no project.
pub(super) async fn must_have_containers(engine: &ContainerEngine, client: &Client, service: &Service) -> Result<()> {
    if engine.groups.contains_key(service) {
        return Ok(());
    }
    let project = resolve(engine, client).await?;
    let labels = BTreeMap::from([(PROJECT_LABEL.to_owned(), Some(project.clone()))]);
    if !find::list_by(client, &labels).await?.is_empty() {
        return Ok(());
    }
    let stacks: Vec<String> = stacks(client).await?.iter().map(|name| excerpt(name, 80)).collect();
    let stacks = if stacks.is_empty() { "none".to_owned() } else { stacks.join(", ") };
    let project = excerpt(&project, 80);
    // As if nobody answered: worth trying again while a stack comes up.
    Err(ContainersError::EngineUnreachable(format!(
        "no container of compose project `{project}`; projects with a `gateway` or `agent`: {stacks}"
    )))
}

async fn only_one(client: &Client) -> Result<String> {
    let mut projects: Vec<String> = stacks(client).await?.into_iter().collect();
    match projects.len() {
        0 => Err(none()),
        1 => projects.pop().ok_or_else(none),
        _ => Err(ContainersError::AmbiguousProject(projects.iter().map(|name| excerpt(name, 80)).collect())),
    }
}

/// Every project that is a stack.
pub(crate) async fn stacks(client: &Client) -> Result<BTreeSet<String>> {
    let any = BTreeMap::from([(PROJECT_LABEL.to_owned(), None)]);
    let projects = find::list_by(client, &any)
        .await?
        .into_iter()
        .filter_map(|found| found.labels)
        .filter(|labels| labels.get(SERVICE_LABEL).is_some_and(|service| CORE_SERVICES.contains(&service.as_str())))
        .filter_map(|mut labels| labels.remove(PROJECT_LABEL));
    Ok(projects.collect())
}

fn none() -> ContainersError {
    ContainersError::EngineUnreachable(
        "no compose project has a `gateway` or `agent` container; `project` under `[containers]` names one".to_owned(),
    )
}
