//! Codes, faults and advice.

use shipworthy_contract::{Explain, Fault};

use super::{ArtifactProblem, CredentialProblem, Problem, RegistryError, Tried};

/// Most tags that are named.
const MOST_TAGS: usize = 8;

impl Explain for RegistryError {
    fn code(&self) -> &'static str {
        match &*self.problem {
            Problem::UnknownTag { .. } => "registry.unknown-tag",
            Problem::UnknownDigest => "registry.unknown-digest",
            Problem::UnknownRepository => "registry.unknown-repository",
            Problem::UnknownBlob { .. } => "registry.unknown-blob",
            Problem::Unauthorized { .. } => "registry.unauthorized",
            Problem::Forbidden { .. } => "registry.forbidden",
            Problem::Credentials(_) => "registry.credentials",
            Problem::OtherDigest { .. } => "registry.other-digest",
            Problem::Tls { .. } => "registry.tls",
            Problem::NotTls { .. } => "registry.not-tls",
            Problem::NotHttp { .. } => "registry.not-http",
            Problem::Unreachable { .. } => "registry.unreachable",
            Problem::TimedOut { .. } => "registry.timed-out",
            Problem::Altered { .. } => "registry.altered",
            Problem::CutShort { .. } => "registry.cut-short",
            Problem::Size { .. } => "registry.size",
            Problem::TooLarge { .. } => "registry.too-large",
            Problem::Artifact(_) => "registry.artifact",
            Problem::Refused { .. } => "registry.refused",
            Problem::Redirect { .. } => "registry.redirect",
            Problem::Malformed(_) => "registry.malformed",
            Problem::Ca { .. } | Problem::SystemRoots(_) => "registry.ca",
            Problem::Offline | Problem::OfflineTag | Problem::OfflineSignatures => "registry.offline",
            Problem::Store(_) => "registry.store",
            Problem::NoDescriptor => "registry.no-descriptor",
            Problem::Component(source) => source.code(),
        }
    }

    fn fault(&self) -> Fault {
        match &*self.problem {
            Problem::UnknownTag { .. }
            | Problem::UnknownDigest
            | Problem::UnknownRepository
            | Problem::Unauthorized { .. }
            | Problem::Forbidden { .. }
            | Problem::Credentials(_)
            | Problem::OtherDigest { .. }
            | Problem::Tls { .. }
            | Problem::NotTls { .. }
            | Problem::NotHttp { .. }
            | Problem::Unreachable { .. }
            | Problem::Ca { .. }
            | Problem::SystemRoots(_)
            | Problem::Offline
            | Problem::OfflineTag
            | Problem::OfflineSignatures
            | Problem::Store(_) => Fault::Environment,
            Problem::UnknownBlob { .. }
            | Problem::TimedOut { .. }
            | Problem::Altered { .. }
            | Problem::CutShort { .. }
            | Problem::Size { .. }
            | Problem::Refused { .. }
            | Problem::Redirect { .. }
            | Problem::Malformed(_) => Fault::Service,
            Problem::TooLarge { .. } | Problem::Artifact(_) | Problem::NoDescriptor => Fault::Plugin,
            Problem::Component(source) => source.fault(),
        }
    }

    fn help(&self) -> Option<String> {
        help(&self.problem)
    }
}

fn help(problem: &Problem) -> Option<String> {
    let text = match problem {
        Problem::UnknownTag { tags } if tags.is_empty() => "see that the tag was pushed",
        Problem::UnknownTag { tags } => return Some(tags_there(tags)),
        Problem::UnknownDigest => {
            "a pinned artifact may have been deleted from the registry: push the same bytes again, or pin another"
        }
        Problem::UnknownRepository => {
            "look for a misspelling; a registry may also hide what the credentials at hand do not open"
        }
        Problem::UnknownBlob { .. } => "push it again",
        Problem::Unauthorized { host, tried, .. } => return Some(log_in(host, tried)),
        Problem::Forbidden { .. } => "let whoever keeps the registry give this account the right to the repository",
        Problem::Credentials(problem) => return credentials(problem),
        Problem::OtherDigest { .. } => "leave out the digest: what is pushed has the one that it has",
        Problem::Tls { untrusted: false, .. } => "ask whoever keeps the registry to mend its certificate",
        Problem::Tls { .. } => {
            "the registry's authority goes into `ca` under `[registries.\"HOST\"]`, or into `--ca FILE`"
        }
        Problem::NotTls { .. } => {
            "only where nobody can listen in: `plain_http = true` under `[registries.\"HOST\"]`, or `--plain-http`"
        }
        Problem::NotHttp { .. } => "leave out `plain_http` and `--plain-http`",
        Problem::Unreachable { .. } => "see that the registry runs, and that its name and port are right",
        Problem::TimedOut { .. } => "see how the registry and the way to it fare, and try again",
        Problem::Altered { .. } => {
            "nothing of it was kept or used: the registry, or something on the way, has other bytes than were pushed. \
             Pushing it again does not mend a registry's own copy, which it takes for whole: delete it there first"
        }
        Problem::CutShort { .. } => "nothing of it was kept or used; try again",
        Problem::Size { .. } => {
            "nothing of it was kept or used: the registry's copy is damaged. Delete it there, and push it again"
        }
        Problem::TooLarge { .. } => "see that this is the artifact that was meant",
        Problem::Artifact(ArtifactProblem::Index(_)) => "name the digest of one manifest",
        Problem::Artifact(_) => "`shipworthy plugin push` makes one that can be used, as `wkg oci push` does",
        Problem::Refused { status: 429, .. } => "the registry is asked too often: try again later",
        Problem::Refused { .. } => "ask whoever keeps the registry",
        Problem::Redirect { .. } => "ask whoever keeps the registry where it leads to, and why",
        Problem::Malformed(_) => "see that this is the address of a registry, and not of a page that stands before it",
        Problem::Ca { .. } => "name a PEM file with the certificates of authorities",
        Problem::SystemRoots(_) => "name the registry's authority in `ca`, or install the system's certificates",
        Problem::Offline | Problem::OfflineSignatures => {
            "`shipworthy plugin pull` fetches it where there is a network, into the same store"
        }
        Problem::OfflineTag => "name the digest: `@sha256:` and 64 digits, which `shipworthy plugin pull` prints",
        Problem::Store(_) => return None,
        Problem::NoDescriptor => {
            "a file beside it does not travel with it, and would keep other tools from reading the artifact:\n\
             `shipworthy plugin build` puts it into the component"
        }
        Problem::Component(source) => return source.help(),
    };
    Some(text.to_owned())
}

fn tags_there(tags: &[String]) -> String {
    let shown: Vec<&str> = tags.iter().rev().take(MOST_TAGS).rev().map(String::as_str).collect();
    let more = tags.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("there are: {}{more}", shown.join(", "))
}

fn log_in(host: &str, tried: &Tried) -> String {
    match tried {
        Tried::Nothing => format!("log in with `docker login {host}`, or set `DOCKER_CONFIG` to where the config lies"),
        Tried::Config(_) | Tried::Helper(_) => format!("log in anew with `docker login {host}`"),
    }
}

fn credentials(problem: &CredentialProblem) -> Option<String> {
    let text = match problem {
        CredentialProblem::Config { .. } | CredentialProblem::Entry { .. } => {
            "`docker login` and `oras login` write it; `DOCKER_CONFIG` is the folder that it lies in"
        }
        CredentialProblem::NoHelper { .. } => "the docker config names it: install it, or log in without it",
        CredentialProblem::HelperFailed { .. }
        | CredentialProblem::HelperAnswer { .. }
        | CredentialProblem::HelperTime { .. } => {
            "run it by hand with `get`, and the registry's name on standard input"
        }
        CredentialProblem::Realm(_) | CredentialProblem::Scheme(_) | CredentialProblem::NoToken(_) => return None,
    };
    Some(text.to_owned())
}
