//! Manifests as they are written and read (OCI image specification 1.1, "Image manifest").

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shipworthy_contract::{Sha256, text::excerpt};

use crate::ArtifactProblem;

/// An image manifest's media type.
pub(crate) const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";

/// An index's.
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// What is asked for, so that a registry gives what there is: docker's own kinds are refused with their names.
pub(crate) const ACCEPTED: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

/// A component's layer.
pub(crate) const WASM: &str = "application/wasm";

/// The config of a component's manifest.
pub(crate) const WASM_CONFIG: &str = "application/vnd.wasm.config.v0+json";

/// A config that says nothing: `{}`.
pub(crate) const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// Names a file or an artifact.
pub(crate) const TITLE: &str = "org.opencontainers.image.title";

/// Longest foreign name that is shown.
const SHOWN: usize = 100;

/// Most layers that are named where there are too many.
const MOST_SHOWN: usize = 6;

/// What a manifest names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) artifact_type: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) annotations: Map<String, Value>,
}

impl Descriptor {
    /// Of bytes that are at hand.
    pub(crate) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: format!("sha256:{}", Sha256::of(bytes)),
            size: bytes.len() as u64,
            artifact_type: None,
            annotations: Map::new(),
        }
    }

    /// The same with an annotation.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.to_owned(), Value::String(value.to_owned()));
        self
    }

    /// Its digest, if it is one that is taken.
    pub(crate) fn sha256(&self) -> Result<Sha256, ArtifactProblem> {
        let hex = self.digest.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
        hex.ok_or_else(|| ArtifactProblem::Digest(excerpt(&self.digest, SHOWN)))
    }

    pub(crate) fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key)?.as_str()
    }
}

/// An image manifest. Its fields stand in the order in which they are written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    pub(crate) schema_version: u8,
    #[serde(default)]
    pub(crate) media_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) artifact_type: Option<String>,
    pub(crate) config: Descriptor,
    #[serde(default)]
    pub(crate) layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<Descriptor>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) annotations: Map<String, Value>,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Index {
    pub(crate) schema_version: u8,
    #[serde(default)]
    pub(crate) media_type: String,
    #[serde(default)]
    pub(crate) manifests: Vec<Descriptor>,
}

impl Manifest {
    /// Reads one. `content_type` is what the registry called it, for one that does not say itself.
    pub(crate) fn read(bytes: &[u8], content_type: Option<&str>) -> Result<Self, ArtifactProblem> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|error| ArtifactProblem::Unreadable(excerpt(&error.to_string(), SHOWN)))?;
        if let Some(manifests) = value.get("manifests") {
            return Err(ArtifactProblem::Index(manifests.as_array().map_or(0, Vec::len)));
        }
        let own = value.get("mediaType").and_then(Value::as_str);
        let called = content_type.map(|text| text.split(';').next().unwrap_or_default().trim());
        match own.or(called) {
            Some(IMAGE) | None => {}
            Some(other) => return Err(ArtifactProblem::MediaType(excerpt(other, SHOWN))),
        }
        serde_json::from_value(value).map_err(|error| ArtifactProblem::Unreadable(excerpt(&error.to_string(), SHOWN)))
    }

    /// The layer that is the component: the only one, whatever it is called, or the only one that is called so.
    pub(crate) fn component(&self) -> Result<&Descriptor, ArtifactProblem> {
        let mut wasm = self.layers.iter().filter(|layer| layer.media_type == WASM);
        match (self.layers.as_slice(), wasm.next(), wasm.next()) {
            ([], ..) => Err(ArtifactProblem::NoLayers),
            ([only], ..) => Ok(only),
            (_, Some(one), None) => Ok(one),
            (many, ..) => {
                let mut names: Vec<String> = many
                    .iter()
                    .take(MOST_SHOWN)
                    .map(|layer| format!("`{}`", excerpt(&layer.media_type, SHOWN)))
                    .collect();
                if many.len() > MOST_SHOWN {
                    names.push(format!("and {} more", many.len() - MOST_SHOWN));
                }
                Err(ArtifactProblem::Layers(names))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(names: &[&str]) -> String {
        let layers: Vec<Descriptor> = names.iter().map(|name| Descriptor::of(name, name.as_bytes())).collect();
        let manifest = Manifest {
            schema_version: 2,
            media_type: IMAGE.to_owned(),
            artifact_type: None,
            config: Descriptor::of(EMPTY, b"{}"),
            layers,
            subject: None,
            annotations: Map::new(),
        };
        serde_json::to_string(&manifest).unwrap()
    }

    fn component(text: &str) -> String {
        match Manifest::read(text.as_bytes(), None).and_then(|manifest| manifest.component().cloned()) {
            Ok(layer) => layer.media_type,
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn the_component_is_the_only_layer_or_the_only_one_of_its_kind() {
        let tar = "application/vnd.oci.image.layer.v1.tar";
        for (names, expected) in [
            (&[WASM][..], WASM),
            (&[tar], tar),
            (&["application/json", WASM], WASM),
            (&[], "it has no layers"),
            (
                &["application/json", "text/plain"],
                "expected one layer, or one of them to be `application/wasm`, found: `application/json`, `text/plain`",
            ),
            (
                &[WASM, WASM],
                "expected one layer, or one of them to be `application/wasm`, found: `application/wasm`, `application/wasm`",
            ),
        ] {
            assert_eq!(component(&layers(names)), expected, "{names:?}");
        }
        assert!(component(&layers(&["x"; 100])).ends_with("`x`, and 94 more"));
    }

    #[test]
    fn what_is_no_image_manifest_is_refused_by_its_name() {
        for (text, called, expected) in [
            (
                r#"{"schemaVersion":2,"manifests":[{},{}]}"#,
                None,
                "it is an index of 2 manifests, and which one is meant is not said",
            ),
            (r#"{"mediaType":"application/x"}"#, None, "expected an OCI image manifest, found: application/x"),
            (
                r#"{"schemaVersion":1}"#,
                Some("application/y; charset=utf-8"),
                "expected an OCI image manifest, found: application/y",
            ),
            (r#"{"schemaVersion":2}"#, None, "its manifest cannot be read (missing field `config`)"),
            ("<html>", None, "its manifest cannot be read (expected value at line 1 column 1)"),
        ] {
            assert_eq!(Manifest::read(text.as_bytes(), called).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn only_one_kind_of_digest_is_taken() {
        let mut layer = Descriptor::of(WASM, b"x");
        assert_eq!(layer.sha256().unwrap(), Sha256::of(b"x"));
        layer.digest = format!("sha512:{}", "0".repeat(128));
        assert!(layer.sha256().is_err());
    }
}
