//! The host's side, call by call as the WIT has it: behind it stands the component's world, or a test's script.
//!
//! In a component there is one host only, and it is known by type: through a table of methods the component would
//! import the whole world, where it now imports what it uses and is the smaller for it.

#[cfg(not(target_family = "wasm"))]
use crate::{Call, Container, ContainersError, Gap, Level, NetworkError, Origin, Request, Value, grpc, http};

#[cfg(target_family = "wasm")]
pub(crate) type Handle<'a> = &'a crate::component::World;

#[cfg(not(target_family = "wasm"))]
pub(crate) type Handle<'a> = &'a dyn Host;

#[cfg(not(target_family = "wasm"))]
pub(crate) trait Host {
    fn fact(&self, key: &str, value: Value, origin: Origin);
    fn capability(&self, name: &str, present: bool, origin: Origin);
    fn complete(&self, prefix: &str);
    fn digest(&self, name: &str, sha256: &str, origin: Origin);
    fn missing(&self, name: &str, why: Gap, detail: &str);
    fn finding(&self, rule: &str, holds: bool, message: &str, expected: Option<&str>, found: Option<&str>);

    fn http(&self, request: Request) -> Result<http::Answer, NetworkError>;
    fn http_all(&self, requests: Vec<Request>) -> Vec<Result<http::Answer, NetworkError>>;
    fn grpc(&self, call: Call) -> Result<grpc::Answer, NetworkError>;

    fn find(&self, service: Option<&str>) -> Result<Vec<Container>, ContainersError>;
    fn env(&self, id: &str, name: &str) -> Result<Option<String>, ContainersError>;
    fn label(&self, id: &str, name: &str) -> Result<Option<String>, ContainersError>;
    fn sha256(&self, id: &str, path: &str) -> Result<String, ContainersError>;
    fn read_file(&self, id: &str, path: &str, max_bytes: u32) -> Result<Vec<u8>, ContainersError>;
    fn logs(&self, id: &str, lines: u32) -> Result<Vec<String>, ContainersError>;

    fn log(&self, level: Level, message: &str);
}
