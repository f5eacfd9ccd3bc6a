//! Requirements taken apart: one want for each thing that is judged on its own.

use std::collections::BTreeMap;

use shipworthy_contract::{
    Location, RuleId, Service, Sha256,
    evidence::keys,
    requirement::{FactRequirement, Mode, Requirement, ServiceRequirement, Source, Wanted},
    rules,
    version::{ApiVersion, VersionRequirement},
};

use crate::tell;

/// What is wanted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// The api version.
    ApiVersion(ApiVersion),
    /// The mode.
    Mode(Mode),
    /// The release.
    Release(String),
    /// The service's own version.
    Version(VersionRequirement),
    /// A capability.
    Capability(String),
    /// Allowed digests of a name.
    Digest(String, Vec<Sha256>),
    /// A fact of the probe's own key.
    Fact(String, FactRequirement),
}

impl What {
    /// The rule that judges it.
    pub(crate) const fn rule(&self) -> RuleId {
        match self {
            Self::ApiVersion(_) => rules::API_VERSION,
            Self::Mode(_) => rules::MODE,
            Self::Release(_) => rules::RELEASE,
            Self::Version(_) => rules::VERSION,
            Self::Capability(_) => rules::CAPABILITY,
            Self::Digest(..) => rules::DIGEST,
            Self::Fact(..) => rules::FACT,
        }
    }

    /// The fact's key, the capability's or the digest's name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::ApiVersion(_) => keys::API_VERSION,
            Self::Mode(_) => keys::MODE,
            Self::Release(_) => keys::RELEASE,
            Self::Version(_) => keys::VERSION,
            Self::Capability(name) | Self::Digest(name, _) | Self::Fact(name, _) => name,
        }
    }

    /// What kind of thing it is, with its name, for a message.
    fn noun(&self) -> String {
        let name = tell::clean(self.name());
        match self {
            Self::ApiVersion(_) => "api version".to_owned(),
            Self::Mode(_) => "mode".to_owned(),
            Self::Release(_) => "release".to_owned(),
            Self::Version(_) => "version".to_owned(),
            Self::Capability(_) => format!("capability `{name}`"),
            Self::Digest(..) => format!("digest of `{name}`"),
            Self::Fact(..) => format!("fact `{name}`"),
        }
    }

    /// What is expected, as text.
    fn expected(&self) -> String {
        match self {
            Self::ApiVersion(version) => version.to_string(),
            Self::Mode(mode) => mode.as_str().to_owned(),
            Self::Release(release) => tell::clean(release),
            Self::Version(version) => tell::clean(&version.to_string()),
            Self::Capability(name) => tell::clean(name),
            Self::Digest(_, allowed) => allowed.iter().map(Sha256::to_string).collect::<Vec<_>>().join(" or "),
            Self::Fact(_, FactRequirement::Equal(text)) => tell::clean(text),
            Self::Fact(_, FactRequirement::Number(comparison, number)) => {
                format!("{}{number}", tell::sign(*comparison))
            }
        }
    }

    /// Place among the results of one scope.
    const fn rank(&self, stack_wide: bool) -> u8 {
        match self {
            Self::ApiVersion(_) if stack_wide => 0,
            Self::Mode(_) if stack_wide => 1,
            Self::Version(_) => 2,
            Self::Release(_) => 3,
            Self::ApiVersion(_) => 4,
            Self::Mode(_) => 5,
            Self::Capability(_) => 6,
            Self::Digest(..) => 7,
            Self::Fact(..) => 8,
        }
    }
}

/// One want and where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Want {
    /// What.
    pub what: What,
    /// The file and field that say so; of the first source, if several say the same.
    pub by: Location,
    /// [`What::noun`], and
    pub noun: String,
    /// [`What::expected`], put into words once for all instances.
    pub expected: String,
}

impl Want {
    /// `services.gateway.version` in `artifact.yml`, in words.
    pub(crate) fn place(&self) -> String {
        let field = self.by.field.as_deref().unwrap_or_default();
        let file = self.by.file.as_deref().unwrap_or_default();
        format!("`{field}` in `{file}`")
    }
}

/// All wants, in the order of the results.
#[derive(Debug, Default)]
pub(crate) struct Wants {
    /// Stack-wide: api version, mode, release.
    pub stack: Vec<Want>,
    /// By service. A service that is named without any want stands here too: it has to be there.
    pub services: BTreeMap<Service, Vec<Want>>,
}

impl Wants {
    /// Takes requirements apart. Several sources may want the same thing: identical wants are one, different ones all
    /// hold.
    pub(crate) fn of(requirements: &[Requirement]) -> Self {
        let mut wants = Self::default();
        for requirement in requirements {
            let by = Writer { source: &requirement.source, service: None };
            push(&mut wants.stack, by.want("api_version", requirement.api_version.as_ref(), |v| What::ApiVersion(*v)));
            push(&mut wants.stack, by.want("mode", requirement.mode.as_ref(), |mode| What::Mode(*mode)));
            push(&mut wants.stack, by.want("esb_version", requirement.release.as_ref(), |r| What::Release(r.clone())));
            for (service, required) in &requirement.services {
                let by = Writer { source: &requirement.source, service: Some(service) };
                let all = wants.services.entry(service.clone()).or_default();
                service_wants(&by, required).for_each(|want| push(all, Some(want)));
            }
        }
        wants.stack.sort_by_key(|want| want.what.rank(true));
        for all in wants.services.values_mut() {
            all.sort_by_key(|want| want.what.rank(false));
        }
        wants
    }
}

fn push(wants: &mut Vec<Want>, want: Option<Want>) {
    wants.extend(want.filter(|want| wants.iter().all(|other| other.what != want.what)));
}

fn service_wants(by: &Writer<'_>, required: &ServiceRequirement) -> impl Iterator<Item = Want> {
    let named = [
        by.want("version", required.version.as_ref(), |version| What::Version(version.clone())),
        by.want("release", required.release.as_ref(), |release| What::Release(release.clone())),
        by.want("api_version", required.api_version.as_ref(), |version| What::ApiVersion(*version)),
        by.want("mode", required.mode.as_ref(), |mode| What::Mode(*mode)),
    ];
    let capabilities = required
        .capabilities
        .iter()
        .map(|wanted| by.want("capabilities", Some(wanted), |name| What::Capability(name.clone())));
    let digests = required.sha256.iter().map(|(name, wanted)| {
        by.want(&format!("sha256.{name}"), Some(wanted), |allowed| What::Digest(name.clone(), allowed.clone()))
    });
    let facts = required
        .facts
        .iter()
        .map(|(key, wanted)| by.want(&format!("facts.{key}"), Some(wanted), |fact| well_known(key, fact)));
    let wants: Vec<Want> = named.into_iter().chain(capabilities).chain(digests).chain(facts).flatten().collect();
    wants.into_iter()
}

/// A well-known key under `facts` is judged by its own rule: `facts.mode` must not be milder than `mode`. Text that the
/// key's rule cannot read was refused when the requirement was read.
fn well_known(key: &str, fact: &FactRequirement) -> What {
    let what = match (key, fact) {
        (keys::MODE, FactRequirement::Equal(text)) => {
            [Mode::Docker, Mode::Containerd].into_iter().find(|mode| mode.as_str() == text).map(What::Mode)
        }
        (keys::VERSION, FactRequirement::Equal(text)) => text.parse().ok().map(What::Version),
        (keys::API_VERSION, FactRequirement::Equal(text)) => text.parse().ok().map(What::ApiVersion),
        (keys::RELEASE, FactRequirement::Equal(text)) => Some(What::Release(text.clone())),
        _ => None,
    };
    what.unwrap_or_else(|| What::Fact(key.to_owned(), fact.clone()))
}

/// Names places in one source.
struct Writer<'a> {
    source: &'a Source,
    service: Option<&'a Service>,
}

impl Writer<'_> {
    fn want<T>(&self, field: &str, wanted: Option<&Wanted<T>>, what: impl FnOnce(&T) -> What) -> Option<Want> {
        let wanted = wanted?;
        let (root, file) = match self.source {
            Source::Artifact { file, field } => (field.as_str(), file),
            Source::Environment { file } => ("requirements", file),
        };
        let field = match self.service {
            Some(service) => format!("{root}.services.{service}.{}", tell::clean(field)),
            None => format!("{root}.{field}"),
        };
        // A place that is not known is 0, which no file has.
        let known = |number: u32| (number > 0).then_some(number);
        let by = Location {
            entry: None,
            field: Some(field),
            file: Some(file.clone()),
            line: known(wanted.at.line),
            column: known(wanted.at.column),
        };
        let what = what(&wanted.value);
        let (noun, expected) = (what.noun(), what.expected());
        Some(Want { what, by, noun, expected })
    }
}
