//! What the engine said of a container when it was found, kept for the rest of the run: a variable or a label of it is
//! then read without asking again.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

/// Most bytes that are kept of all containers of a run. What does not fit is asked for again.
const ROOM: usize = 4 << 20;

/// Variables and labels of one container, not masked: they never leave the host as a whole.
#[derive(Clone, Default)]
pub(super) struct Described {
    /// `NAME=VALUE`.
    pub(super) env: Vec<String>,
    pub(super) labels: HashMap<String, String>,
}

impl Described {
    fn size(&self) -> usize {
        let env: usize = self.env.iter().map(String::len).sum();
        env + self.labels.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
    }
}

/// The containers of one run, by id.
#[derive(Default)]
pub(crate) struct Descriptions(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_id: BTreeMap<String, Described>,
    size: usize,
}

impl Descriptions {
    pub(super) fn keep(&self, id: &str, described: Described) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let size = kept.size.saturating_add(described.size());
        if size <= ROOM {
            kept.size = size;
            kept.by_id.insert(id.to_owned(), described);
        }
    }

    /// What one container is asked for, of what is kept.
    pub(super) fn of<T>(&self, id: &str, read: impl FnOnce(&Described) -> T) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_id.get(id).map(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_not_kept() {
        let descriptions = Descriptions::default();
        let with = |bytes: usize| Described { env: vec!["x".repeat(bytes)], labels: HashMap::new() };
        descriptions.keep("a", with(ROOM - 1));
        descriptions.keep("b", with(2));
        let length = |id: &str| descriptions.of(id, |kept| kept.env.concat().len());
        assert_eq!((length("a"), length("b")), (Some(ROOM - 1), None));
    }
}
