//! One container, as a test describes it, and as it runs.

use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use super::{Project, docker, image, project};
use crate::Tree;
use crate::sandbox::temp_dir;

/// After this long a container that is not as it is to be will not become so.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is looked at: one look takes as long.
const TICK: Duration = Duration::from_millis(40);

/// What is waited for after the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    /// Its log says `ready`.
    Ready,
    /// It has ended.
    Ended,
    /// It is only made, never started.
    Created,
}

/// A health check's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// The check succeeds.
    Healthy,
    /// The check fails.
    Unhealthy,
    /// The check fails, within the time that a start may take.
    Starting,
}

/// A container that is about to be started. Words like `gateway` are the stand-in's own subcommands.
#[derive(Clone, Debug)]
pub struct Container {
    service: String,
    image: String,
    words: Vec<String>,
    options: Vec<String>,
    name: Option<String>,
    network: Network,
    of_compose: bool,
    until: Until,
    health: Option<Health>,
    files: Option<Tree>,
}

#[derive(Clone, Debug)]
enum Network {
    None,
    Project,
    Of(String),
}

impl Container {
    /// A container of a compose service that runs `words`, from an image of this name: `esb-agent-docker:v1`.
    pub fn new(service: &str, image: &str, words: &[&str]) -> Self {
        Self {
            service: service.to_owned(),
            image: image.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            options: Vec::new(),
            name: None,
            network: Network::None,
            of_compose: true,
            until: Until::Ready,
            health: None,
            files: None,
        }
    }

    /// With one more word for the program.
    #[must_use]
    pub fn word(mut self, word: &str) -> Self {
        self.words.push(word.to_owned());
        self
    }

    /// Without the labels that compose puts on what it starts, and under a name of its own.
    #[must_use]
    pub fn outside_compose(mut self, name: &str) -> Self {
        self.of_compose = false;
        self.named(name)
    }

    /// Under another name than `esb-ENV-SERVICE`: `esb-ENV-NAME`.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// With a label.
    #[must_use]
    pub fn label(self, name: &str, value: &str) -> Self {
        self.option("--label", &format!("{name}={value}"))
    }

    /// With a variable in its environment.
    #[must_use]
    pub fn variable(self, name: &str, value: &str) -> Self {
        self.option("--env", &format!("{name}={value}"))
    }

    /// With this port published on loopback, at a port that the engine chooses.
    #[must_use]
    pub fn publish(self, port: u16) -> Self {
        self.option("--publish", &format!("127.0.0.1::{port}"))
    }

    /// With this port published on loopback, at a port that the caller chooses.
    #[must_use]
    pub fn publish_at(self, host: u16, port: u16) -> Self {
        self.option("--publish", &format!("127.0.0.1:{host}:{port}"))
    }

    /// On no network, which starts sooner; nothing of it is published.
    #[must_use]
    pub fn isolated(mut self) -> Self {
        self.network = Network::None;
        self
    }

    /// On the project's network, under the service's name.
    #[must_use]
    pub fn networked(mut self) -> Self {
        self.network = Network::Project;
        self
    }

    /// In the network of another container, as `network_mode: "service:NAME"` puts it, or on the host's with `host`.
    #[must_use]
    pub fn network_of(mut self, mode: &str) -> Self {
        self.network = Network::Of(mode.to_owned());
        self
    }

    /// With the certificates where ESB's services have them.
    pub fn certified(self) -> Result<Self> {
        let certs = project::certs()?.display();
        Ok(self.option("--volume", &format!("{certs}:/app/config/ssl:ro")))
    }

    /// With a named volume, or a folder of the host: `NAME:/PATH`.
    #[must_use]
    pub fn volume(self, volume: &str) -> Self {
        self.option("--volume", volume)
    }

    /// With a health check, whose outcome is waited for.
    #[must_use]
    pub fn health(mut self, health: Health) -> Self {
        self.health = Some(health);
        self
    }

    /// With files of its own, put there before it starts.
    #[must_use]
    pub fn files(mut self, tree: Tree) -> Self {
        self.files = Some(tree);
        self
    }

    /// Waits for its end instead of its being ready.
    #[must_use]
    pub fn until_it_ends(mut self) -> Self {
        self.until = Until::Ended;
        self
    }

    /// Is only made, and never started.
    #[must_use]
    pub fn only_created(mut self) -> Self {
        self.until = Until::Created;
        self
    }

    fn option(mut self, name: &str, value: &str) -> Self {
        self.options.extend([name.to_owned(), value.to_owned()]);
        self
    }

    pub(crate) fn start(self, project: &Project) -> Result<Started> {
        let name = format!("esb-{}-{}", project.env(), self.name.as_deref().unwrap_or(&self.service));
        let mut words = vec!["create".to_owned(), "--pull=never".to_owned(), format!("--name={name}")];
        words.extend(project.labels()?);
        words.extend(self.compose(project));
        words.extend(self.network()?);
        words.extend(self.health_options());
        words.extend(self.options.iter().cloned());
        words.push(image::named(project.engine(), &self.image)?);
        words.extend(self.words.iter().cloned());
        let started = Started { id: docker::run(&words)?, name };
        if let Some(files) = &self.files {
            let folder = temp_dir()?;
            files.write_to(folder.path())?;
            docker::run(&["cp".to_owned(), format!("{}/.", folder.path().display()), format!("{}:/", started.id)])?;
        }
        if self.until != Until::Created {
            docker::run(&["start", &started.id])?;
        }
        started.wait(self.until, self.health)?;
        Ok(started)
    }

    fn compose(&self, project: &Project) -> Vec<String> {
        let labels = [("project", project.name()), ("service", self.service.clone())];
        let label = |(name, value)| ["--label".to_owned(), format!("com.docker.compose.{name}={value}")];
        if self.of_compose { labels.into_iter().flat_map(label).collect() } else { Vec::new() }
    }

    fn network(&self) -> Result<Vec<String>> {
        Ok(match &self.network {
            Network::None => vec!["--network=none".to_owned()],
            Network::Of(mode) => vec![format!("--network={mode}")],
            Network::Project => {
                vec![format!("--network={}", Project::network()?), format!("--network-alias={}", self.service)]
            }
        })
    }

    fn health_options(&self) -> Vec<String> {
        let words: &[&str] = match self.health {
            None => &["--no-healthcheck"],
            Some(Health::Healthy) => &["--env=STAND_IN_HEALTH=healthy"],
            Some(Health::Unhealthy) => &["--env=STAND_IN_HEALTH=unhealthy"],
            Some(Health::Starting) => &["--env=STAND_IN_HEALTH=not yet", "--health-start-period=1h"],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }
}

/// A container that is there. It goes with its [`Project`].
#[derive(Clone, Debug)]
pub struct Started {
    /// The engine's id, in full.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Started {
    /// Where one of its ports is published on loopback.
    pub fn port(&self, inner: u16) -> Result<u16> {
        let told = docker::run(&["port", &self.id, &format!("{inner}/tcp")])?;
        let port = told.lines().next().and_then(|line| line.rsplit_once(':')).map(|(_, port)| port);
        Ok(port.context("no published port")?.parse()?)
    }

    /// Its address on its network.
    pub fn address(&self) -> Result<String> {
        let address = self.inspect("{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")?;
        ensure!(!address.is_empty(), "{} has no address", self.name);
        Ok(address)
    }

    /// One value of what the engine knows of it, by a Go template.
    pub fn inspect(&self, template: &str) -> Result<String> {
        docker::run(&["inspect", "--format", template, &self.id])
    }

    /// The lines of its log.
    pub fn log(&self) -> Result<Vec<String>> {
        Ok(docker::logs(&self.id)?.lines().map(str::to_owned).collect())
    }

    /// Removes it at once.
    pub fn remove(&self) -> Result<()> {
        docker::run(&["rm", "-fv", &self.id]).map(drop)
    }

    /// Halts it: it holds its connections, and says nothing any more.
    pub fn pause(&self) -> Result<()> {
        docker::run(&["pause", &self.id]).map(drop)
    }

    /// Stops it.
    pub fn stop(&self) -> Result<()> {
        docker::run(&["stop", "--time=1", &self.id]).map(drop)
    }

    fn wait(&self, until: Until, health: Option<Health>) -> Result<()> {
        match until {
            Until::Created => return Ok(()),
            Until::Ended => return docker::run(&["wait", &self.id]).map(drop),
            Until::Ready => {
                let is_ready = || Ok(self.log()?.iter().any(|line| line.starts_with("ready")));
                self.wait_for("its log says `ready`", is_ready)?;
            }
        }
        let wanted = match health {
            None | Some(Health::Starting) => return Ok(()),
            Some(Health::Healthy) => "healthy",
            Some(Health::Unhealthy) => "unhealthy",
        };
        self.wait_for(wanted, || Ok(self.inspect("{{.State.Health.Status}}")? == wanted))
    }

    fn wait_for(&self, what: &str, is_so: impl Fn() -> Result<bool>) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while !is_so()? {
            let state = self.inspect("{{.State.Status}}")?;
            if state != "running" || Instant::now() > end {
                let mut log = String::new();
                for line in self.log()? {
                    writeln!(log, "{line}")?;
                }
                bail!("{} is {state}, and not as expected: {what}\n{log}", self.name);
            }
            thread::sleep(TICK);
        }
        Ok(())
    }
}
