//! The container engine: whether it can be asked, and which compose projects it runs.

use std::{path::Path, time::Duration};

use shipworthy_capabilities::{
    ContainersError,
    containers::{
        engine::{DEFAULT_SOCKET, EngineSocket},
        visit::{Visited, visit},
    },
};
use shipworthy_contract::Outcome;
use shipworthy_report::doctor::Looked;

use super::{Need, Needs, seen};

/// How long it may take to answer: one that works takes milliseconds.
const LIMIT: Duration = Duration::from_secs(5);

pub(super) async fn look(needs: &Needs) -> Looked {
    let named = needs.socket.as_deref().unwrap_or(DEFAULT_SOCKET);
    let wrong = needs.containers.outcome();
    // What is no address was told with the environment.
    let Ok(socket) = named.parse::<EngineSocket>() else {
        return seen("docker", "engine", wrong, format!("`{named}` is no address of one"));
    };
    match visit(&socket, LIMIT).await {
        Ok(visited) => answered(&socket, &visited, needs),
        Err(error) => silent(&socket, &error, needs),
    }
}

fn answered(socket: &EngineSocket, visited: &Visited, needs: &Needs) -> Looked {
    let projects: Vec<&str> = visited.projects.keys().map(String::as_str).collect();
    let running = if projects.is_empty() { "none".to_owned() } else { projects.join(", ") };
    let unsaid = |text: &str| if text.is_empty() { "not said".to_owned() } else { text.to_owned() };
    let text = format!(
        "`{socket}`: version {}, API {}; compose projects: {running}",
        unsaid(&visited.version),
        unsaid(&visited.api)
    );
    let missing = needs.project.as_deref().filter(|project| !visited.projects.contains_key(*project));
    match missing {
        None => seen("docker", "engine", Outcome::Pass, text),
        Some(project) => {
            let outcome = if needs.containers == Need::Yes { Outcome::Fail } else { Outcome::Warn };
            seen("docker", "engine", outcome, format!("{text}; the environment's is `{project}`"))
                .with("start the stack, or name another project as `containers.project` of the environment", &[])
        }
    }
}

fn silent(socket: &EngineSocket, error: &ContainersError, needs: &Needs) -> Looked {
    let needed = match needs.containers {
        Need::Yes => "",
        Need::Maybe => "; what probes see of containers will be missing",
        Need::No => "; only probes that look at containers need it",
    };
    let looked = seen("docker", "engine", needs.containers.outcome(), format!("{error}{needed}"));
    let EngineSocket::Unix(path) = socket else {
        return looked.with("see that it listens there, or correct `containers.socket` of the environment", &[]);
    };
    match error {
        ContainersError::EngineUnreachable(_) if !is_there(path) => looked.with(
            "start the engine, or name its socket as `containers.socket` of the environment:",
            &["sudo systemctl start docker"],
        ),
        ContainersError::EngineUnreachable(words) if words.contains("permission denied") => looked.with(
            "let this user ask it; whoever may, is as good as root there:",
            &["sudo usermod -aG docker \"$USER\"", "newgrp docker"],
        ),
        ContainersError::EngineUnreachable(_) => {
            looked.with("nobody listens at the socket; start the engine:", &["sudo systemctl restart docker"])
        }
        ContainersError::TimedOut(_) => {
            looked.with("it is there and does not answer; see what keeps it:", &["sudo journalctl -u docker -n 50"])
        }
        _ => looked.with("see that this is the socket of a container engine", &[]),
    }
}

#[expect(clippy::disallowed_methods, reason = "the door to whether a socket is there")]
fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}
