//! Values and where they were read.

/// A fact's value. Requirements compare numbers as numbers (`"<100"`), anything else as text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, passed on as it is.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Number(number.into())
            }
        })+
    };
}

numbers!(f64, f32, i32, u32, i16, u16, i8, u8);

/// Where something was read, in words that let a person read it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Such as `GET /openapi.json info.version`.
    pub what: String,
    /// The container or other part, where the service has several.
    pub subject: Option<String>,
}

impl Origin {
    /// An origin in a service that is all one part.
    ///
    /// ```
    /// use shipworthy_sdk::Origin;
    ///
    /// let origin = Origin::new("label org.example.version").of("agent-1");
    /// assert_eq!(origin.subject.as_deref(), Some("agent-1"));
    /// ```
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), subject: None }
    }

    /// The same, in one of the service's parts.
    #[must_use]
    pub fn of(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }
}

impl From<&str> for Origin {
    fn from(what: &str) -> Self {
        Self::new(what)
    }
}

impl From<String> for Origin {
    fn from(what: String) -> Self {
        Self::new(what)
    }
}
