//! The name of a new probe, and the names that are made from it.

use std::str::FromStr;

/// Longest name, in bytes: room for what a service may be called, and for endings behind it.
const LONGEST: usize = 40;

/// What a new probe is called: `a-z`, `0-9` and `-`, beginning with a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// As it was given: `order-flow`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of its type: `OrderFlowProbe`. With an ending, so that it is never a word of the language or of the SDK.
    pub fn of_type(&self) -> String {
        let word = |word: &str| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
        };
        self.0.split('-').map(word).chain(["Probe".to_owned()]).collect()
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ordinary = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = text.len() <= LONGEST
            && text.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
            && text.bytes().all(ordinary)
            && !text.ends_with('-')
            && !text.contains("--");
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            let found = shipworthy_contract::text::excerpt(text, LONGEST);
            Err(format!(
                "expected a name such as `orders` or `order-flow`, of at most {LONGEST} letters, found: {found}"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_types() {
        let name: Name = "order-flow2".parse().unwrap();
        assert_eq!(name.of_type(), "OrderFlow2Probe");
        let name: Name = "self".parse().unwrap();
        assert_eq!(name.of_type(), "SelfProbe");
    }

    #[test]
    fn what_could_be_a_path_or_an_option_is_no_name() {
        for wrong in ["", "-x", "x-", "a--b", "../a", "a/b", "A", "a_b", "a.b", "1a", "é", &"a".repeat(41)] {
            assert!(wrong.parse::<Name>().is_err(), "{wrong}");
        }
    }
}
