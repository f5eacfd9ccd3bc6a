//! Writes environment files for tests: TOML with the addresses and certificates of a stack filled in.

use std::fmt;

/// What stands in a file that says nothing of containers: no test may ask the engine of the machine that it runs on.
const NO_ENGINE: &str = "[containers]\nsocket = \"unix:///nonexistent/docker.sock\"";

/// The text of an environment file, as far as it is put together. [`fmt::Display`] gives the file.
#[derive(Clone, Debug)]
pub struct Environment {
    gateway: String,
    agent: String,
    certs: String,
    keys: Vec<String>,
    requirements: Vec<String>,
    sections: Vec<String>,
}

impl Environment {
    /// An empty one that knows where the stack answers. `certs` is the folder of the certificates, absolute or relative
    /// to the environment file.
    pub(crate) fn new(gateway: String, agent: String, certs: String) -> Self {
        Self { gateway, agent, certs, keys: Vec::new(), requirements: Vec::new(), sections: Vec::new() }
    }

    /// A line of the top table: `policy = "warn"`.
    #[must_use]
    pub fn key(mut self, line: &str) -> Self {
        self.keys.push(line.to_owned());
        self
    }

    /// A line of `[requirements]`: `services.gateway.version = ">=3"`.
    #[must_use]
    pub fn requires(mut self, line: &str) -> Self {
        self.requirements.push(line.to_owned());
        self
    }

    /// Anything else, as it is to stand in the file: a table's head and its lines.
    #[must_use]
    pub fn section(mut self, text: &str) -> Self {
        self.sections.push(text.trim_end().to_owned());
        self
    }

    /// An endpoint without TLS settings of its own.
    #[must_use]
    pub fn endpoint(self, name: &str, url: &str) -> Self {
        self.section(&format!("[endpoints.{name}]\nurl = {}", quoted(url)))
    }

    /// An endpoint whose certificate must come from the stand-ins' CA.
    #[must_use]
    pub fn trusted_endpoint(self, name: &str, url: &str) -> Self {
        let ca = self.cert("rootCA.crt");
        self.section(&format!("[endpoints.{name}]\nurl = {}\nca = {ca}", quoted(url)))
    }

    /// An endpoint as [`Environment::trusted_endpoint`] that is shown the client certificate.
    #[must_use]
    pub fn mutual_endpoint(self, name: &str, url: &str) -> Self {
        let (ca, cert, key) = (self.cert("rootCA.crt"), self.cert("client.crt"), self.cert("client.key"));
        let url = quoted(url);
        self.section(&format!("[endpoints.{name}]\nurl = {url}\nca = {ca}\nclient_cert = {cert}\nclient_key = {key}"))
    }

    /// A probe on the endpoint of the same name, of the service of the same name.
    #[must_use]
    pub fn probe(self, name: &str, plugin: &str) -> Self {
        self.probe_with(name, plugin, "")
    }

    /// As [`Environment::probe`], with further lines of its table: `grants = ["http GET /health"]`.
    #[must_use]
    pub fn probe_with(self, name: &str, plugin: &str, lines: &str) -> Self {
        let (plugin, endpoint) = (quoted(plugin), quoted(name));
        self.section(&format!("[probes.{name}]\nplugin = {plugin}\nendpoint = {endpoint}\n{lines}"))
    }

    /// `builtin:static` for a service; `config` is a TOML inline table: `{ mode = "docker" }`.
    #[must_use]
    pub fn probe_static(self, name: &str, config: &str) -> Self {
        self.section(&format!("[probes.{name}]\nplugin = \"builtin:static\"\nconfig = {config}"))
    }

    /// The stack's gateway, by `builtin:gateway`.
    #[must_use]
    pub fn probe_gateway(self) -> Self {
        let url = self.gateway.clone();
        self.trusted_endpoint("gateway", &url).probe("gateway", "builtin:gateway")
    }

    /// The stack's agent, by `builtin:grpc-health` over mutual TLS.
    #[must_use]
    pub fn probe_agent(self) -> Self {
        let url = self.agent.clone();
        self.mutual_endpoint("agent", &url).probe("agent", "builtin:grpc-health")
    }

    fn cert(&self, file: &str) -> String {
        quoted(&format!("{}/{file}", self.certs))
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.keys.is_empty() {
            parts.push(self.keys.join("\n"));
        }
        if !self.requirements.is_empty() {
            parts.push(format!("[requirements]\n{}", self.requirements.join("\n")));
        }
        parts.extend(self.sections.iter().cloned());
        if !self.sections.iter().any(|section| section.contains("[containers]")) {
            parts.push(NO_ENGINE.to_owned());
        }
        writeln!(f, "{}", parts.join("\n\n"))
    }
}

/// A TOML basic string. JSON's escapes are TOML's, and no path or address of a test holds a DEL.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_in_the_order_that_toml_wants() {
        let text = Environment::new("https://127.0.0.1:1".into(), "https://127.0.0.1:2".into(), "certs".into())
            .probe_agent()
            .requires("mode = \"docker\"")
            .probe_static("declared", "{ mode = \"docker\" }")
            .key("policy = \"warn\"")
            .to_string();
        let expected = r#"policy = "warn"

[requirements]
mode = "docker"

[endpoints.agent]
url = "https://127.0.0.1:2"
ca = "certs/rootCA.crt"
client_cert = "certs/client.crt"
client_key = "certs/client.key"

[probes.agent]
plugin = "builtin:grpc-health"
endpoint = "agent"

[probes.declared]
plugin = "builtin:static"
config = { mode = "docker" }

[containers]
socket = "unix:///nonexistent/docker.sock"
"#;
        assert_eq!(text, expected);
    }
}
