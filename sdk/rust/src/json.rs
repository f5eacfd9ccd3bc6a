//! JSON answers, read by pointer (RFC 6901), with errors that say where.

use serde::de::DeserializeOwned;
use serde_json::Value as Node;

use crate::{Origin, Unreadable, Value};

/// A JSON document that knows where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Json {
    what: String,
    root: Node,
}

impl Json {
    /// Reads `text`, which came from `what` (`GET /openapi.json`).
    ///
    /// ```
    /// use shipworthy_sdk::Json;
    ///
    /// let json = Json::parse("GET /openapi.json", br#"{ "info": { "version": "2.0.0" } }"#)?;
    /// assert_eq!(json.text("/info/version")?, "2.0.0");
    /// assert_eq!(json.origin("/info/version").what, "GET /openapi.json info.version");
    /// assert!(json.text("/info/title").is_err());
    /// # Ok::<(), shipworthy_sdk::Unreadable>(())
    /// ```
    pub fn parse(what: impl Into<String>, text: &[u8]) -> Result<Self, Unreadable> {
        let what = what.into();
        match serde_json::from_slice(text) {
            Ok(root) => Ok(Self { what, root }),
            Err(error) => Err(Unreadable(format!("{what}: not JSON: {error}"))),
        }
    }

    /// The whole document.
    pub const fn root(&self) -> &Node {
        &self.root
    }

    /// What is at `pointer`, such as `/info/version`; the empty pointer is the document.
    pub fn at(&self, pointer: &str) -> Option<&Node> {
        self.root.pointer(pointer)
    }

    /// The text at `pointer`.
    pub fn text(&self, pointer: &str) -> Result<&str, Unreadable> {
        self.expect(pointer)?.as_str().ok_or_else(|| self.not_a("text", pointer))
    }

    /// The keys of the object at `pointer`.
    pub fn keys(&self, pointer: &str) -> Result<impl Iterator<Item = &str>, Unreadable> {
        let object = self.expect(pointer)?.as_object().ok_or_else(|| self.not_a("an object", pointer))?;
        Ok(object.keys().map(String::as_str))
    }

    /// The text, number or boolean at `pointer`, as a fact's value.
    pub fn value(&self, pointer: &str) -> Result<Value, Unreadable> {
        match self.expect(pointer)? {
            Node::String(text) => Ok(Value::Text(text.clone())),
            Node::Bool(boolean) => Ok(Value::Boolean(*boolean)),
            Node::Number(number) => {
                number.as_f64().map(Value::Number).ok_or_else(|| self.not_a("a finite number", pointer))
            }
            Node::Null | Node::Array(_) | Node::Object(_) => Err(self.not_a("text, a number or a boolean", pointer)),
        }
    }

    /// What is at `pointer`, as a type of the probe's own. An empty pointer reads the whole document.
    pub fn read<T: DeserializeOwned>(&self, pointer: &str) -> Result<T, Unreadable> {
        T::deserialize(self.expect(pointer)?)
            .map_err(|error| Unreadable(format!("{}: {error}", self.origin(pointer).what)))
    }

    /// Where `pointer` was read, in words.
    pub fn origin(&self, pointer: &str) -> Origin {
        if pointer.is_empty() {
            return Origin::new(&*self.what);
        }
        let dotted = pointer.trim_start_matches('/').replace('/', ".").replace("~1", "/").replace("~0", "~");
        Origin::new([&self.what, " ", &dotted].concat())
    }

    fn expect(&self, pointer: &str) -> Result<&Node, Unreadable> {
        self.at(pointer).ok_or_else(|| Unreadable([&self.what, ": has no `", pointer, "`"].concat()))
    }

    fn not_a(&self, expected: &str, pointer: &str) -> Unreadable {
        Unreadable([&self.what, ": `", pointer, "`: expected ", expected].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json() -> Json {
        let text = br#"{ "a": { "b/c": "x", "n": 1.5, "t": true, "z": null }, "paths": { "/x": {}, "/y": {} } }"#;
        Json::parse("GET /j", text).unwrap()
    }

    #[test]
    fn scalars_become_values_and_nothing_else_does() {
        for (pointer, expected) in [
            ("/a/b~1c", Ok(Value::from("x"))),
            ("/a/n", Ok(Value::from(1.5))),
            ("/a/t", Ok(Value::from(true))),
            ("/a/z", Err("GET /j: `/a/z`: expected text, a number or a boolean")),
            ("/a", Err("GET /j: `/a`: expected text, a number or a boolean")),
            ("/none", Err("GET /j: has no `/none`")),
        ] {
            assert_eq!(json().value(pointer).map_err(|error| error.0), expected.map_err(str::to_owned), "{pointer}");
        }
    }

    #[test]
    fn origins_read_like_paths() {
        assert_eq!(json().origin("/a/b~1c").what, "GET /j a.b/c");
        assert_eq!(json().origin("").what, "GET /j");
    }

    #[test]
    fn objects_list_their_keys() {
        assert_eq!(json().keys("/paths").unwrap().collect::<Vec<_>>(), ["/x", "/y"]);
        assert_eq!(json().keys("/a/n").err().unwrap().0, "GET /j: `/a/n`: expected an object");
    }

    #[test]
    fn types_of_the_probes_own_are_read_in_place() {
        assert_eq!(json().read::<f64>("/a/n"), Ok(1.5));
        assert!(json().read::<u8>("/a/t").unwrap_err().0.starts_with("GET /j a.t: invalid type"));
    }
}
