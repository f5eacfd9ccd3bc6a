//! How a fleet is shared out: which part looks at an instance follows from its name alone.

use std::{fmt, str::FromStr};

use shipworthy_contract::{Service, Sha256};

/// Most parts: no endpoint has more instances.
pub const MOST_PARTS: u32 = 10_000;

/// One part of several. Written `hash:2/4`: the second of four.
///
/// An instance belongs to part 1 + H mod N, where H is the first eight bytes, most significant first, of the SHA-256 of
/// the service's name, a zero byte and the instance's name. It is the same in every version, so that who looks at an
/// instance changes only if N does. All probes of one instance go to the same part. A service that has one instance, or
/// whose probe has no endpoint, counts as an instance that is named like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    number: u32,
    of: u32,
}

/// Text that is no part of anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `hash:K/N`, part K of N with 1 ≤ K ≤ N ≤ {MOST_PARTS}, found: {0}")]
pub struct NotAPartition(pub String);

impl Partition {
    /// Part `number` of `of`, if there is such a part.
    pub const fn new(number: u32, of: u32) -> Option<Self> {
        if 1 <= number && number <= of && of <= MOST_PARTS { Some(Self { number, of }) } else { None }
    }

    /// Which part, from 1.
    pub const fn number(self) -> u32 {
        self.number
    }

    /// Of how many.
    pub const fn of(self) -> u32 {
        self.of
    }

    /// Whether this part looks at an instance of a service.
    pub fn has(self, service: &Service, instance: &str) -> bool {
        let digest = Sha256::of(&[service.as_str().as_bytes(), &[0], instance.as_bytes()].concat());
        let beginning = digest.as_bytes().first_chunk().copied().map_or(0, u64::from_be_bytes);
        beginning % u64::from(self.of) + 1 == u64::from(self.number)
    }
}

impl FromStr for Partition {
    type Err = NotAPartition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |digits: &str| {
            let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|_| all_digits)
        };
        let parts = text.strip_prefix("hash:").and_then(|parts| parts.split_once('/'));
        parts
            .and_then(|(part, of)| Self::new(number(part)?, number(of)?))
            .ok_or_else(|| NotAPartition(shipworthy_contract::text::excerpt(text, 40)))
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "part {} of {}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_a_part_or_refused() {
        for (text, part) in [
            ("hash:1/1", Some((1, 1))),
            ("hash:2/4", Some((2, 4))),
            ("hash:04/4", Some((4, 4))),
            ("hash:10000/10000", Some((10_000, 10_000))),
            ("hash:0/4", None),
            ("hash:5/4", None),
            ("hash:1/0", None),
            ("hash:1/10001", None),
            ("hash:+1/4", None),
            ("hash:1/", None),
            ("hash:/4", None),
            ("hash:", None),
            ("2/4", None),
            ("count:2/4", None),
            ("hash:1/4294967297", None),
            ("hash: 1/4", None),
        ] {
            let read = text.parse::<Partition>().ok().map(|part| (part.number(), part.of()));
            assert_eq!(read, part, "{text}");
        }
    }

    /// Fixed for ever: other jobs of a matrix may run another version.
    #[test]
    fn who_looks_at_an_instance_is_the_same_in_every_version() {
        let part = |service: &str, instance: &str, of| {
            let service = service.parse().unwrap();
            (1..=of).filter(|number| Partition::new(*number, of).unwrap().has(&service, instance)).collect::<Vec<_>>()
        };
        // `printf 'gateway\0gateway' | sha256sum` begins with 422fde1669af276f, which is 3 modulo 4.
        for (service, instance, of, expected) in [
            ("gateway", "gateway", 4, 4),
            ("gateway", "edge-1", 4, 2),
            ("gateway", "edge-2", 4, 3),
            ("agent", "edge-1", 7, 2),
        ] {
            assert_eq!(part(service, instance, of), [expected], "{service} {instance} of {of}");
        }
    }

    #[test]
    fn every_instance_is_in_one_part_and_no_part_has_most() {
        let service = "gateway".parse().unwrap();
        for of in [1, 2, 3, 7, 16] {
            let mut counts = vec![0_usize; of as usize];
            for instance in 0..1_000 {
                let name = format!("edge-{instance}");
                let parts = (1..=of).filter(|number| Partition::new(*number, of).unwrap().has(&service, &name));
                let parts: Vec<u32> = parts.collect();
                assert_eq!(parts.len(), 1);
                counts[parts[0] as usize - 1] += 1;
            }
            let fair = 1_000 / of as usize;
            assert!(counts.iter().all(|count| (fair / 2..=fair * 2).contains(count)), "{of}: {counts:?}");
        }
    }
}
