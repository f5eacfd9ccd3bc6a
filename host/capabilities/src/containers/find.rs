//! Which containers a service has, and in which compose project.

use std::collections::BTreeMap;

use bollard::{
    models::{ContainerInspectResponse, ContainerState, ContainerSummary},
    query_parameters::ListContainersOptionsBuilder,
};
use futures_util::{StreamExt as _, stream};
use shipworthy_contract::Service;

use super::{
    Container, ContainersError, Result,
    client::Client,
    described::Described,
    engine::{ContainerEngine, DESCRIPTION_BYTES, PROJECT_LABEL, SERVICE_LABEL},
    project,
};
use crate::Run;

/// Most containers that one service may have here: each is inspected.
pub(crate) const MOST: usize = 256;

/// Containers that are inspected at the same time.
const AT_ONCE: usize = 8;

/// What the engine writes for a time that has not come.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// The labels by which a service's or a group's containers are known.
pub(super) async fn labels(
    engine: &ContainerEngine,
    client: &Client,
    service: &Service,
) -> Result<BTreeMap<String, String>> {
    match engine.groups.get(service) {
        Some(labels) => Ok(labels.clone()),
        None => Ok(compose_labels(&project::resolve(engine, client).await?, service)),
    }
}

fn compose_labels(project: &str, service: &Service) -> BTreeMap<String, String> {
    BTreeMap::from([(PROJECT_LABEL.to_owned(), project.to_owned()), (SERVICE_LABEL.to_owned(), service.to_string())])
}

/// Where nothing says which engine is meant.
pub(super) fn no_engine() -> ContainersError {
    ContainersError::EngineUnreachable(
        "the environment names no container engine, and the service is not on this machine for certain".to_owned(),
    )
}

/// Containers in any state that carry all the labels.
pub(super) async fn list(client: &Client, labels: &BTreeMap<String, String>) -> Result<Vec<ContainerSummary>> {
    let wanted = labels.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
    list_by(client, &wanted).await
}

pub(super) async fn list_by(
    client: &Client,
    labels: &BTreeMap<String, Option<String>>,
) -> Result<Vec<ContainerSummary>> {
    let filters = labels
        .iter()
        .map(|(name, value)| value.as_ref().map_or_else(|| name.clone(), |value| format!("{name}={value}")))
        .collect();
    let filters = std::collections::HashMap::from([("label".to_owned(), filters)]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
    let found = client.ask(client.docker()?.list_containers(Some(options))).await?;
    // Checked again, so that an engine which knows no such filter does not show containers that are not granted.
    Ok(found.into_iter().filter(|container| carries(container, labels)).collect())
}

fn carries(container: &ContainerSummary, labels: &BTreeMap<String, Option<String>>) -> bool {
    let has = container.labels.as_ref();
    labels.iter().all(|(name, wanted)| {
        has.and_then(|has| has.get(name)).is_some_and(|found| wanted.as_ref().is_none_or(|wanted| wanted == found))
    })
}

/// A service's containers with their state, sorted by name.
pub(super) async fn find(run: &Run, service: Service) -> Result<Vec<Container>> {
    let client = run.engine(DESCRIPTION_BYTES)?;
    let engine = run.access.engine.as_deref().ok_or_else(no_engine)?;
    let labels = labels(engine, &client, &service).await?;
    let ids: Vec<String> =
        list(&client, &labels).await?.into_iter().filter_map(|found| found.id).filter(|id| is_id(id)).collect();
    if ids.is_empty() {
        project::must_have_containers(engine, &client, &service).await?;
    }
    if ids.len() > MOST {
        return Err(ContainersError::Other(format!("expected at most {MOST} containers, found: {}", ids.len())));
    }
    let mut inspected = stream::iter(ids).map(|id| inspect(&client, id)).buffer_unordered(AT_ONCE);
    let mut containers = Vec::new();
    while let Some((id, inspected)) = inspected.next().await {
        match inspected {
            Ok(inspected) => containers.push(describe(run, id, &service, inspected)),
            // Gone since it was listed.
            Err(ContainersError::NoSuchContainer(_)) => {}
            Err(error) => return Err(error),
        }
    }
    containers.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
    Ok(containers)
}

async fn inspect(client: &Client, id: String) -> (String, Result<ContainerInspectResponse>) {
    let inspected = match client.docker() {
        Ok(docker) => client.ask(docker.inspect_container(&id, None)).await,
        Err(error) => Err(error),
    };
    (id, inspected)
}

/// Whether the engine's id is one, and so may stand in a request's path.
pub(super) fn is_id(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn describe(run: &Run, id: String, service: &Service, inspected: ContainerInspectResponse) -> Container {
    let mask = |text: String| run.masks.text(&text);
    let state = inspected.state.unwrap_or_default();
    let ended = has_ended(&state);
    let config = inspected.config.unwrap_or_default();
    let described = Described { env: config.env.unwrap_or_default(), labels: config.labels.unwrap_or_default() };
    run.described.keep(&id, described);
    Container {
        id,
        name: mask(inspected.name.unwrap_or_default().trim_start_matches('/').to_owned()),
        service: service.to_string(),
        image: mask(config.image.unwrap_or_default()),
        image_id: inspected.image.unwrap_or_default(),
        health: state
            .health
            .and_then(|health| health.status)
            .map(|status| status.to_string())
            .filter(|status| !status.is_empty() && status != "none"),
        exit_code: state.exit_code.filter(|_| ended).and_then(|code| i32::try_from(code).ok()),
        started_at: state.started_at.filter(|at| has_come(at)),
        finished_at: state.finished_at.filter(|at| has_come(at)),
        state: state.status.map(|status| status.to_string()).unwrap_or_default(),
    }
}

/// The engine says exit code 0 of a container that has never run as well.
fn has_ended(state: &ContainerState) -> bool {
    use bollard::models::ContainerStateStatusEnum as Status;
    matches!(state.status, Some(Status::EXITED | Status::DEAD))
}

fn has_come(at: &str) -> bool {
    !at.is_empty() && at != NEVER
}
