//! The granted containers, running or not, read-only.

use std::fmt;

use crate::{Failure, Gap, host::Handle};

/// One container, as the engine described it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    /// What the other calls know it by.
    pub id: String,
    /// Its name, which makes a good [`Origin::of`](crate::Origin::of).
    pub name: String,
    /// Its compose service, or the environment's group.
    pub service: String,
    /// The image as it was asked for: `registry.example:5000/agent-docker:1.2`.
    pub image: String,
    /// The image's digest.
    pub image_id: String,
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
    pub state: String,
    /// `starting`, `healthy` or `unhealthy`, where it has a health check.
    pub health: Option<String>,
    /// Where it has exited.
    pub exit_code: Option<i32>,
    /// RFC 3339.
    pub started_at: Option<String>,
    /// RFC 3339.
    pub finished_at: Option<String>,
}

impl Container {
    /// The image's name without registry, tag and digest, such as `team/agent-docker`; none where the image is named
    /// by its id alone. A first part with a dot or a colon, or `localhost`, is a registry, as the engine has it.
    ///
    /// ```
    /// use shipworthy_sdk::Container;
    ///
    /// let image = "registry.example:5000/team/agent-docker:1.2".to_owned();
    /// let container = Container { image, ..Container::default() };
    /// assert_eq!(container.image_name(), Some("team/agent-docker"));
    /// assert_eq!(container.image_tag(), Some("1.2"));
    /// ```
    pub fn image_name(&self) -> Option<&str> {
        let (name, _) = self.split_image()?;
        match name.split_once('/') {
            Some((first, rest)) if first == "localhost" || first.contains(['.', ':']) => Some(rest),
            _ => Some(name),
        }
    }

    /// The image's tag, where it has one. What it means to have none is the engine's affair, so none is made up.
    pub fn image_tag(&self) -> Option<&str> {
        self.split_image()?.1
    }

    /// The name with its registry, and the tag.
    fn split_image(&self) -> Option<(&str, Option<&str>)> {
        if self.image.is_empty() || self.image.starts_with("sha256:") {
            return None;
        }
        let undigested = self.image.split_once('@').map_or(&*self.image, |(before, _)| before);
        match undigested.rsplit_once(':') {
            // The colon of a registry's port has a slash behind it.
            Some((name, tag)) if !tag.contains('/') => Some((name, Some(tag))),
            _ => Some((undigested, None)),
        }
    }
}

/// Why containers cannot be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainersError {
    /// The environment does not grant it; with the grant that it would take.
    NotGranted(String),
    /// The container engine could not be reached.
    EngineUnreachable(String),
    /// Not an id that was found in this run, or gone since.
    NoSuchContainer(String),
    /// The container has no such file.
    NoSuchFile(String),
    /// A link, folder or special file, which is not read.
    NotAFile(String),
    /// Several compose projects fit, and the environment names none.
    AmbiguousProject(Vec<String>),
    /// More than this many bytes.
    TooLarge(u32),
    /// The container engine did not answer within this many milliseconds.
    TimedOut(u32),
    /// Anything else, in the engine's words.
    Other(String),
}

impl ContainersError {
    /// The gap that this leaves. A container that is gone since it was found counts as unreachable, so that an
    /// environment's `retry` covers one that is being replaced.
    pub const fn gap(&self) -> Gap {
        match self {
            Self::NotGranted(_) => Gap::NotGranted,
            Self::EngineUnreachable(_) | Self::NoSuchContainer(_) => Gap::Unreachable,
            Self::NoSuchFile(_) => Gap::NotOffered,
            Self::NotAFile(_) | Self::Other(_) => Gap::Unreadable,
            Self::AmbiguousProject(_) => Gap::Config,
            Self::TooLarge(_) => Gap::Limit,
            Self::TimedOut(_) => Gap::TimedOut,
        }
    }
}

impl fmt::Display for ContainersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotGranted(grant) => write!(f, "not granted: {grant}"),
            Self::EngineUnreachable(why) => f.write_str(why),
            Self::NoSuchContainer(id) => write!(f, "no such container: {id}"),
            Self::NoSuchFile(path) => write!(f, "no such file: {path}"),
            Self::NotAFile(path) => write!(f, "not a regular file: {path}"),
            Self::AmbiguousProject(projects) => {
                write!(f, "several compose projects fit, and the environment names none: {}", projects.join(", "))
            }
            Self::TooLarge(limit) => write!(f, "more than {limit} bytes"),
            Self::TimedOut(limit) => write!(f, "the container engine did not answer within {limit} ms"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for ContainersError {}

impl From<ContainersError> for Failure {
    fn from(error: ContainersError) -> Self {
        Self::new(error.gap(), error.to_string())
    }
}

/// The way to the containers. A container is asked only after it was found.
///
/// ```
/// use shipworthy_sdk::{Failure, Gap, Origin, Stack};
///
/// fn release(stack: &Stack<'_>) -> Result<(), Failure> {
///     for container in stack.containers().own()? {
///         match container.image_tag() {
///             Some(tag) => stack.fact("release", tag, Origin::new("image tag").of(&*container.name)),
///             None => stack.missing("release", Failure::new(Gap::NotOffered, "the image has no tag")),
///         }
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Containers<'a> {
    pub(crate) host: Handle<'a>,
}

impl Containers<'_> {
    /// The containers of the probe's own service. Takes `container .`
    pub fn own(&self) -> Result<Vec<Container>, ContainersError> {
        self.host.find(None)
    }

    /// The containers of a compose service, or of a group that the environment names. Takes `container SERVICE`
    pub fn of(&self, service: &str) -> Result<Vec<Container>, ContainersError> {
        self.host.find(Some(service))
    }

    /// One variable of a container's environment. Takes `env SERVICE NAME`; there is no way to list them.
    pub fn env(&self, container: &Container, name: &str) -> Result<Option<String>, ContainersError> {
        self.host.env(&container.id, name)
    }

    /// One label. Takes `label SERVICE NAME`
    pub fn label(&self, container: &Container, name: &str) -> Result<Option<String>, ContainersError> {
        self.host.label(&container.id, name)
    }

    /// SHA-256 of a file, computed by the host, as 64 lowercase hexadecimal digits. Takes `file SERVICE PATTERN`
    pub fn sha256(&self, container: &Container, path: &str) -> Result<String, ContainersError> {
        self.host.sha256(&container.id, path)
    }

    /// A file's bytes, if they are at most `max_bytes`. Takes `file SERVICE PATTERN`
    pub fn read_file(&self, container: &Container, path: &str, max_bytes: u32) -> Result<Vec<u8>, ContainersError> {
        self.host.read_file(&container.id, path, max_bytes)
    }

    /// The last lines of the log, with the environment's secrets masked. Takes `logs SERVICE`
    pub fn logs(&self, container: &Container, lines: u32) -> Result<Vec<String>, ContainersError> {
        self.host.logs(&container.id, lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_taken_apart() {
        for (image, name, tag) in [
            ("agent", Some("agent"), None),
            ("agent:1.2", Some("agent"), Some("1.2")),
            ("team/agent-docker:latest", Some("team/agent-docker"), Some("latest")),
            ("localhost/agent:1", Some("agent"), Some("1")),
            ("host:5000/agent", Some("agent"), None),
            ("host:5000/a/b:1@sha256:00", Some("a/b"), Some("1")),
            ("a/b@sha256:00", Some("a/b"), None),
            ("sha256:0123", None, None),
            ("", None, None),
        ] {
            let container = Container { image: image.to_owned(), ..Container::default() };
            assert_eq!((container.image_name(), container.image_tag()), (name, tag), "{image}");
        }
    }

    #[test]
    fn each_error_leaves_the_gap_that_fits_and_keeps_its_detail() {
        let text = || "x".to_owned();
        for (error, gap, detail) in [
            (ContainersError::NotGranted("container .".to_owned()), Gap::NotGranted, "not granted: container ."),
            (ContainersError::EngineUnreachable(text()), Gap::Unreachable, "x"),
            (ContainersError::NoSuchContainer(text()), Gap::Unreachable, "no such container: x"),
            (ContainersError::NoSuchFile(text()), Gap::NotOffered, "no such file: x"),
            (ContainersError::NotAFile(text()), Gap::Unreadable, "not a regular file: x"),
            (
                ContainersError::AmbiguousProject(vec![text(), "y".to_owned()]),
                Gap::Config,
                "several compose projects fit, and the environment names none: x, y",
            ),
            (ContainersError::TooLarge(9), Gap::Limit, "more than 9 bytes"),
            (ContainersError::TimedOut(9), Gap::TimedOut, "the container engine did not answer within 9 ms"),
            (ContainersError::Other(text()), Gap::Unreadable, "x"),
        ] {
            assert_eq!(Failure::from(error), Failure::new(gap, detail));
        }
    }
}
