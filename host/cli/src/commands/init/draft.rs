//! The environment as text, and what is told beside it.

use std::path::Path;

use shipworthy_capabilities::{
    containers::engine::EngineSocket,
    survey::{Survey, Surveyed, is_plain},
};
use shipworthy_contract::{Outcome, text::plural};
use shipworthy_report::notice::Notice;

use super::{
    certs::{self, Certs},
    doors::{Door, Doors},
};
use crate::commands::harmless::{comment, quoted};

mod functions;

use functions::Group;

/// Everything that was found.
pub(super) struct Draft<'a> {
    pub(super) at: &'a str,
    /// Where it is not the usual one.
    pub(super) socket: Option<&'a EngineSocket>,
    pub(super) survey: &'a Survey,
    pub(super) certs: &'a Certs,
    pub(super) doors: &'a Doors,
    pub(super) here: &'a Path,
}

impl Draft<'_> {
    pub(super) fn render(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let mut page = Page(String::new());
        page.comment(&format!("made by `shipworthy env init` {version} at {}", self.at));
        page.comment(&format!("from compose project {}{}", self.survey.project, self.mode()));
        page.comment("every key: docs/environments.md; what is in force: `shipworthy env show`");
        page.line("policy = \"strict\"");
        self.endpoints(&mut page);
        self.containers(&mut page);
        self.probes(&mut page);
        page.0
    }

    fn mode(&self) -> String {
        let mut modes: Vec<&str> =
            self.survey.containers.iter().filter_map(|container| container.runtime.as_deref()).collect();
        modes.sort_unstable();
        modes.dedup();
        if modes.is_empty() { String::new() } else { format!(", AGENT_RUNTIME={}", modes.join(" and ")) }
    }

    fn endpoints(&self, page: &mut Page) {
        if let Some(door) = &self.doors.gateway {
            page.table("endpoints.gateway");
            self.door(page, door);
        }
        if let Some(door) = &self.doors.agent {
            page.table("endpoints.agent");
            self.door(page, door);
            if door.https && self.certs.client.is_none() {
                page.comment("the agent turns away who shows no certificate of its authority; none was found:");
                page.comment("client_cert = \"certs/client.crt\"");
                page.comment("client_key = \"certs/client.key\"");
            }
        }
        if let Some(door) = &self.doors.metrics {
            page.table("endpoints.agent-metrics");
            self.door(page, door);
        }
        if let Some(socket) = &self.doors.containerd {
            page.table("endpoints.runtime-node");
            page.value("url", &format!("unix://{}", socket.display()));
        }
    }

    fn door(&self, page: &mut Page, door: &Door) {
        page.value("container", door.service);
        page.line(&format!("port = {}", door.port));
        page.value("scheme", if door.https { "https" } else { "http" });
        if !door.https {
            return;
        }
        if let Some(ca) = &self.certs.ca {
            page.value("ca", &certs::named(ca, self.here));
        } else {
            page.comment("no certificate of an authority was found: the system's trust roots are in force");
            page.comment("ca = \"certs/rootCA.crt\"");
        }
        if let Some(name) = &door.server_name {
            page.comment(&format!("its certificate does not carry `{}`", door.service));
            page.value("server_name", name);
        }
        if let (true, Some((cert, key))) = (door.identity, &self.certs.client) {
            page.value("client_cert", &certs::named(cert, self.here));
            page.value("client_key", &certs::named(key, self.here));
        }
    }

    fn containers(&self, page: &mut Page) {
        page.table("containers");
        if let Some(socket) = self.socket {
            page.value("socket", &socket.to_string());
        }
        if is_plain(&self.survey.project) {
            page.value("project", &self.survey.project);
        } else {
            page.comment(
                "the project's name cannot be written; without one, the only project that is a stack is meant",
            );
        }
        self.functions(page);
    }

    fn in_containerd(&self) -> bool {
        // ESB names its images by mode; one without a tag is named all the same.
        let by_image = |image: &str| image.split([':', '@']).any(|part| part.ends_with("-containerd"));
        let is =
            |container: &Surveyed| container.runtime.as_deref() == Some("containerd") || by_image(&container.image);
        self.has("runtime-node") || self.survey.containers.iter().any(is)
    }

    fn has(&self, service: &str) -> bool {
        self.survey.containers.iter().any(|container| container.service == service)
    }

    fn probes(&self, page: &mut Page) {
        if self.has("gateway") {
            page.probe("gateway", &["endpoint = \"gateway\""]);
        }
        if self.has("agent") {
            let metrics = self.doors.metrics.as_ref().map(|_| "endpoints.metrics = \"agent-metrics\"");
            let lines: Vec<&str> = ["endpoint = \"agent\""].into_iter().chain(metrics).collect();
            page.probe("agent", &lines);
        }
        if self.has("runtime-node") {
            let endpoint = self.doors.containerd.as_ref().map(|_| "endpoint = \"runtime-node\"");
            page.probe("runtime-node", endpoint.as_slice());
        }
        if self.has("provisioner") {
            page.probe("provisioner", &[]);
        } else {
            page.absent("provisioner", "the project has no container of it");
        }
        if self.has("provisioner") || matches!(self.group(), Group::Own { .. }) {
            // Each file of each function container is one question to the engine.
            page.probe("python-hooks", &["limits = { deadline = \"30s\" }"]);
        } else {
            page.absent("python-hooks", "no container is known to hold them");
        }
    }

    /// What was found and what was not.
    pub(super) fn notices(&self) -> Vec<Notice> {
        let mut notices = vec![self.services()];
        match &self.certs.folder {
            Some((folder, why)) => {
                notices.push(found(&format!("certificates in `{}`, {why}", folder.display())));
            }
            None => notices.push(
                Notice::new(Outcome::Warn, "no certificates found: the system's trust roots are in force")
                    .advise("name the folder that holds `rootCA.crt` by `--certs DIR`"),
            ),
        }
        notices
            .extend(self.certs.unreadable.iter().map(|what| Notice::new(Outcome::Warn, format!("left out: {what}"))));
        let doors =
            [("gateway", &self.doors.gateway), ("agent", &self.doors.agent), ("agent-metrics", &self.doors.metrics)];
        for (name, door) in doors.into_iter().filter_map(|(name, door)| Some((name, door.as_ref()?))) {
            notices.push(if door.answered {
                found(&format!("`endpoints.{name}`: port {}{} {}", door.port, self.way(door), door.seen))
            } else {
                Notice::new(Outcome::Warn, format!("`endpoints.{name}` could not be verified: {}", door.seen))
                    .advise("mend it in the file, or what listens there")
            });
        }
        if self.doors.agent.as_ref().is_some_and(|door| door.https) && self.certs.client.is_none() {
            notices.push(
                Notice::new(
                    Outcome::Warn,
                    "the agent takes only who shows a certificate of its authority, and none was found",
                )
                .advise("add `client_cert` and `client_key` to `[endpoints.agent]`"),
            );
        }
        if let Some(why) = &self.doors.no_containerd {
            notices.push(found(&format!("containerd is seen by its container's health alone: {why}")));
        }
        if !is_plain(&self.survey.project) {
            let left_out = "left out: the project's name, which cannot be written as a label to match";
            notices.push(Notice::new(Outcome::Warn, left_out).advise("give the project a name of one short line"));
        }
        notices.extend(self.about_functions());
        notices
    }

    fn services(&self) -> Notice {
        let in_words = |container: &Surveyed| match container.state.as_str() {
            "running" => container.service.clone(),
            state => format!("{} ({state})", container.service),
        };
        let mut names: Vec<String> = self.survey.containers.iter().map(in_words).collect();
        names.dedup();
        let functions = match self.group() {
            Group::Own { count, .. } => format!("; {}", plural(count, "function container")),
            Group::Unclear { .. } | Group::Elsewhere => String::new(),
        };
        found(&format!("services: {}{functions}", names.join(", ")))
    }

    /// How a port is reached from here.
    fn way(&self, door: &Door) -> String {
        let running = |container: &&Surveyed| container.service == door.service && container.state == "running";
        let Some(container) = self.survey.containers.iter().find(running) else { return String::new() };
        match (&container.borrows, container.networks.first()) {
            (Some(other), _) => format!(", in the network of `{other}`,"),
            (None, _) if container.published.contains(&door.port) => ", published,".to_owned(),
            (None, Some(network)) => format!(", on network `{network}`,"),
            (None, None) => String::new(),
        }
    }
}

fn found(text: &str) -> Notice {
    Notice::new(Outcome::Info, text)
}

struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn comment(&mut self, text: &str) {
        self.line(&format!("# {}", comment(text)));
    }

    fn table(&mut self, name: &str) {
        self.line("");
        self.line(&format!("[{name}]"));
    }

    fn value(&mut self, key: &str, text: &str) {
        self.line(&format!("{key} = {}", quoted(text)));
    }

    fn probe(&mut self, name: &str, lines: &[&str]) {
        self.table(&format!("probes.{name}"));
        self.line(&format!("plugin = \"builtin:{name}\""));
        for line in lines {
            self.line(line);
        }
    }

    /// A probe that would find nothing, ready to be used once it can.
    fn absent(&mut self, name: &str, why: &str) {
        self.line("");
        self.comment(why);
        self.comment(&format!("[probes.{name}]"));
        self.comment(&format!("plugin = \"builtin:{name}\""));
    }
}

#[cfg(test)]
mod tests;
