//! A guest never learns an address: in what the host tells it of an error, addresses stand as `endpoint 1`, and where it
//! passes those words on to a person, they are put back. The host writes each address between backticks.

/// The addresses of one run's errors, in the order in which they came up.
#[derive(Debug, Default)]
pub(crate) struct Addresses(Vec<String>);

/// Most addresses of one run: an endpoint for each role, and the container engine.
const MOST: usize = 64;

impl Addresses {
    /// The text without its addresses.
    pub(crate) fn hide(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for (index, part) in text.split('`').enumerate() {
            if index > 0 {
                out.push('`');
            }
            // Every second part stands between backticks.
            if index % 2 == 1 && part.contains("://") {
                out.push_str(&self.name(part));
            } else {
                out.push_str(part);
            }
        }
        out
    }

    fn name(&mut self, address: &str) -> String {
        let number = match self.0.iter().position(|known| known == address) {
            Some(index) => index + 1,
            None if self.0.len() < MOST => {
                self.0.push(address.to_owned());
                self.0.len()
            }
            None => return "endpoint".to_owned(),
        };
        format!("endpoint {number}")
    }

    /// A guest's text with the addresses that were hidden from it.
    pub(crate) fn restore(&self, text: String) -> String {
        if self.0.is_empty() || !text.contains("`endpoint ") {
            return text;
        }
        // With its backticks `endpoint 1` is not found in `endpoint 12`.
        self.0.iter().enumerate().fold(text, |text, (index, address)| {
            text.replace(&format!("`endpoint {}`", index + 1), &format!("`{address}`"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_hidden_from_the_guest_and_put_back_for_people() {
        let mut addresses = Addresses::default();
        let told =
            "cannot connect to `http://127.0.0.1:1`: connection refused, as `https://h:2` and `http://127.0.0.1:1`";
        let hidden = addresses.hide(told);
        assert_eq!(hidden, "cannot connect to `endpoint 1`: connection refused, as `endpoint 2` and `endpoint 1`");
        assert_eq!(addresses.restore(format!("GET /x: {hidden}")), format!("GET /x: {told}"));
        assert_eq!(addresses.hide("the path `x` has no `/`"), "the path `x` has no `/`");
        assert_eq!(addresses.restore("`endpoint 3`".to_owned()), "`endpoint 3`");
        assert_eq!(addresses.hide("an odd ` and `http://a"), "an odd ` and `http://a");
    }

    #[test]
    fn there_is_an_end_of_addresses() {
        let mut addresses = Addresses::default();
        for port in 0..MOST + 3 {
            addresses.hide(&format!("`http://h:{port}`"));
        }
        assert_eq!(addresses.hide("`http://h:65`"), "`endpoint`");
        assert_eq!(addresses.hide("`http://h:9`"), "`endpoint 10`");
    }
}
