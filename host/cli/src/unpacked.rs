//! A bundle that is in use: unpacked into a private folder for as long as the command runs.

use std::{
    io,
    path::{Path, PathBuf},
};

use shipworthy_contract::{Explain, Fault, Sha256, text::excerpt};
use shipworthy_plugins::{
    Environment,
    bundle::{self, BundleError, LARGEST_BUNDLE},
    environment,
    files::{self, FileError},
};
use shipworthy_signatures::{TrustedKey, VerifyError, verify_digest};

use crate::{
    interrupt,
    refusal::Refusal,
    replace::{Readers, replace},
    signing::{SigningError, keys, subject},
};

/// The folder of a bundle that holds what came from registries.
pub(crate) const STORE: &str = "store";

/// Why a bundle cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotUnpacked {
    #[error("cannot read the bundle")]
    Read(#[source] FileError),
    #[error("cannot use the bundle `{}`", file.display())]
    Bundle {
        file: PathBuf,
        #[source]
        source: BundleError,
    },
    #[error("expected the environment `{}`, which the bundle `{}` holds, found: {}", excerpt(holds, 80), file.display(), excerpt(asked, 80))]
    OtherEnvironment { file: PathBuf, holds: String, asked: String },
    #[error("the environment of the bundle names `{}`, which leads out of it", path.display())]
    Outside { path: PathBuf },
    #[error("the bundle cannot be unpacked")]
    Write(#[source] io::Error),
    #[error("the bundle `{}` has no lock", file.display())]
    NoLock { file: PathBuf },
}

impl Explain for NotUnpacked {
    fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "bundle.file",
            Self::Bundle { source, .. } => source.code(),
            Self::OtherEnvironment { .. } => "bundle.environment",
            Self::Outside { .. } => "bundle.outside",
            Self::Write(_) => "host.temporary",
            Self::NoLock { .. } => "bundle.content",
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Bundle { source, .. } => source.help(),
            Self::NoLock { .. } => Some("`shipworthy bundle create --env NAME` makes one".to_owned()),
            Self::OtherEnvironment { holds, .. } => Some(format!("say `--env {holds}`")),
            Self::Outside { .. } => Some(
                "keep it in the project, and name it by a path that is relative to the environment's file".to_owned(),
            ),
            Self::Read(_) => Some("name the file that `shipworthy bundle create` wrote".to_owned()),
            Self::Write(_) => Some("see that temporary files can be written".to_owned()),
        }
    }
}

/// The folder, which is removed with this.
pub(crate) struct Unpacked {
    folder: tempfile::TempDir,
    /// The version of the shipworthy that made the bundle.
    pub(crate) host: String,
    /// The bundle, and the path of the environment's file in it.
    pub(crate) shown: PathBuf,
}

impl Unpacked {
    /// Unpacks a bundle that is as its index says, and reads the environment that it holds. `asked` is the one that the
    /// command line names.
    pub(crate) fn open(file: &Path, asked: Option<&str>, keys: &[PathBuf]) -> Result<(Self, Environment), Refusal> {
        let bytes = files::read(file, LARGEST_BUNDLE).map_err(NotUnpacked::Read)?;
        if !keys.is_empty() {
            // Over the very bytes that are unpacked: a file that is opened twice can be two.
            verify(&bytes, file, &keys::trusted(keys)?)?;
        }
        Self::of(&bytes, file, asked)
    }

    /// The same of a bundle that is at hand, and lies or will lie in this file.
    pub(crate) fn of(bytes: &[u8], file: &Path, asked: Option<&str>) -> Result<(Self, Environment), Refusal> {
        let bundle = bundle::read(bytes).map_err(|source| NotUnpacked::Bundle { file: file.to_owned(), source })?;
        if let Some(asked) = asked.filter(|asked| *asked != bundle.environment) {
            let (holds, asked) = (bundle.environment, asked.to_owned());
            return Err(NotUnpacked::OtherEnvironment { file: file.to_owned(), holds, asked }.into());
        }
        let folder = tempfile::Builder::new().prefix("shipworthy-bundle-").tempdir().map_err(NotUnpacked::Write)?;
        interrupt::remove_at_exit(folder.path());
        let root = files::normal(folder.path());
        for (path, bytes) in &bundle.files {
            write(&root.join(path), bytes).map_err(NotUnpacked::Write)?;
        }
        let mut environment =
            environment::load(&root.join(&bundle.file)).map_err(|errors| Refusal::all(errors.into_vec()))?;
        if environment.name != bundle.environment {
            let (holds, asked) = (environment.name, bundle.environment);
            return Err(NotUnpacked::OtherEnvironment { file: file.to_owned(), holds, asked }.into());
        }
        let beside = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        environment.look_beside(&root, beside).map_err(|path| {
            let path = path.strip_prefix(&root).map(Path::to_owned).unwrap_or(path);
            NotUnpacked::Outside { path }
        })?;
        let shown = file.join(&bundle.file);
        Ok((Self { folder, host: bundle.host, shown }, environment))
    }

    /// Where what came from registries lies.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join(STORE)
    }
}

fn verify(bytes: &[u8], file: &Path, keys: &[TrustedKey]) -> Result<(), SigningError> {
    let signature = subject::signature_of(file, None)?;
    let verdict =
        signature.map_or(Err(VerifyError::Unsigned), |signature| verify_digest(Sha256::of(bytes), &signature, keys));
    let subject = || file.display().to_string();
    verdict.map(drop).map_err(|source| SigningError::NotTrusted { subject: subject(), source })
}

fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    if let Some(folder) = file.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    replace(file, Readers::Owner, |out| out.write_all(bytes))
}
