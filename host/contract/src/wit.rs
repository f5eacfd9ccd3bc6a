//! The WIT package that probes are built for, and which of its versions this host serves.
//!
//! Within one minor version a later release has all of an earlier one, unchanged (`docs/wit-versioning.md`). So the host
//! serves the newest release of each minor version, and a component gets the one of its own minor version.

/// The package.
pub const PACKAGE: &str = "shipworthy:probe";

/// The interface of it that a probe is called by.
pub const GUEST: &str = "guest";

/// The newest release of each minor version that this host serves, newest first. Each is a folder of `wit/`.
pub const SERVED: [&str; 1] = ["0.1.0"];

/// What releases have in common of which one can stand in for another: `0.1` of `0.1.3`, `2` of `2.4.0`. None for what is
/// no release, such as `0.1` or `0.2.0-draft`.
pub fn track(version: &str) -> Option<&str> {
    let (minor, patch) = version.rsplit_once('.')?;
    let (major, second) = minor.split_once('.')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !(is_number(major) && is_number(second) && is_number(patch)) {
        return None;
    }
    Some(if major == "0" { minor } else { major })
}

/// The release that a component of this version gets, of those that are served.
pub fn serving<'s>(version: &str, served: &[&'s str]) -> Option<&'s str> {
    let wanted = track(version)?;
    served.iter().copied().find(|served| track(served) == Some(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_of_one_track_stand_in_for_one_another() {
        for (version, expected) in [
            ("0.1.0", Some("0.1")),
            ("0.1.12", Some("0.1")),
            ("0.2.0", Some("0.2")),
            ("2.4.0", Some("2")),
            ("0.1", None),
            ("0.1.0.0", None),
            ("0.2.0-draft", None),
            ("0.x.0", None),
            ("", None),
        ] {
            assert_eq!(track(version), expected, "{version}");
        }
    }

    #[test]
    fn a_component_gets_the_release_of_its_own_track() {
        let served = ["0.2.1", "0.1.4"];
        for (version, expected) in [("0.1.0", Some("0.1.4")), ("0.1.9", Some("0.1.4")), ("0.2.0", Some("0.2.1"))] {
            assert_eq!(serving(version, &served), expected);
        }
        assert_eq!(serving("0.3.0", &served), None);
        assert_eq!(serving("1.0.0", &["1.2.0"]), Some("1.2.0"));
    }

    #[test]
    fn one_release_of_each_track_is_served_the_newest_first() {
        let tracks: Vec<&str> = SERVED.iter().filter_map(|served| track(served)).collect();
        assert_eq!(tracks.len(), SERVED.len());
        let mut sorted = tracks.clone();
        sorted.sort_by_key(|track| track.split('.').filter_map(|part| part.parse::<u32>().ok()).collect::<Vec<_>>());
        sorted.reverse();
        sorted.dedup();
        assert_eq!(tracks, sorted);
    }
}
