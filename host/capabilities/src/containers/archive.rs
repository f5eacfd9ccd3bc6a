//! A regular file out of a container, which works on one that has exited.

use bollard::query_parameters::DownloadFromContainerOptionsBuilder;
use sha2::{Digest as _, Sha256 as Hasher};
use shipworthy_contract::{Sha256, path::NormalPath};

use super::{
    ContainersError, KnownId, Result,
    tar::{Reader, Step},
};
use crate::{Run, tape::Content};

/// What an archive may take beyond its file: headers, padding, and the two empty blocks at its end.
const FRAMING: u64 = 1 << 20;

/// The file's digest.
pub(super) async fn sha256(run: &Run, id: KnownId, path: NormalPath) -> Result<Sha256> {
    let mut hasher = Hasher::new();
    stream(run, &id, &path, run.access.limits.digest_bytes, |bytes| hasher.update(bytes)).await?;
    Ok(Sha256::from_bytes(hasher.finalize().into()))
}

/// The file's bytes.
pub(super) async fn read(run: &Run, id: KnownId, path: NormalPath, max_bytes: u32) -> Result<Content> {
    let limit = run.access.limits.file_bytes.min(max_bytes.into());
    let mut content = Vec::new();
    stream(run, &id, &path, limit, |bytes| content.extend_from_slice(bytes)).await?;
    Ok(Content(run.masks.bytes(content)))
}

/// Gives the file's bytes as they come. Its kind and size are known, and checked, before the first of them.
async fn stream(run: &Run, id: &KnownId, path: &NormalPath, limit: u64, mut take: impl FnMut(&[u8])) -> Result<()> {
    let client = run.engine(limit.saturating_add(FRAMING))?;
    let options = DownloadFromContainerOptionsBuilder::default().path(path.as_str()).build();
    let mut pieces = Box::pin(client.docker()?.download_from_container(&id.0, Some(options)));
    let mut reader = Reader::new(limit);
    while let Some(piece) = client.next(&mut pieces).await.map_err(|error| missing(error, path))? {
        let mut rest: &[u8] = &piece;
        loop {
            let (step, left) = reader.step(rest).map_err(|fault| fault.of(path.as_str()))?;
            rest = left;
            match step {
                Step::More => break,
                Step::Content(bytes) => take(bytes),
                Step::Done => return Ok(()),
            }
        }
    }
    Err(ContainersError::Other(format!(
        "the container engine ended the archive of `{path}` before its file was complete"
    )))
}

/// The engine says 404 for a container and for a file in it.
fn missing(error: ContainersError, path: &NormalPath) -> ContainersError {
    match error {
        ContainersError::NoSuchContainer(message) if !message.to_ascii_lowercase().contains("no such container") => {
            ContainersError::NoSuchFile(path.to_string())
        }
        other => other,
    }
}
