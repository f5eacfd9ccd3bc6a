//! One stream of a pair: a buffer that holds a piece of a message, and after its last byte the padding.

use std::io;

use shipworthy_contract::Sha256;

use super::pair::{self, Block, INITIAL, State};

/// Bytes read at a time: a piece lies in the core's own cache while it is hashed, and a call to the system costs
/// little beside it.
const PIECE: usize = 128 << 10;

const BLOCK: usize = size_of::<Block>();

/// Room for the padding behind a full piece: a byte, zeros and eight bytes of length.
const PADDING: usize = 2 * BLOCK;

/// A stream of one message after the other.
pub(super) struct Lane {
    state: State,
    buffer: Box<[u8]>,
    /// Where what is not hashed yet begins; whole blocks.
    from: usize,
    /// Where what was read ends.
    to: usize,
    /// Bytes of the message so far.
    length: u64,
    /// Whether the padding is in the buffer.
    ended: bool,
}

impl Lane {
    pub(super) fn new() -> Self {
        let buffer = vec![0; PIECE + PADDING].into_boxed_slice();
        Self { state: INITIAL, buffer, from: 0, to: 0, length: 0, ended: false }
    }

    /// Begins another message.
    pub(super) fn begin(&mut self) {
        (self.state, self.from, self.to, self.length, self.ended) = (INITIAL, 0, 0, 0, false);
    }

    /// Fills the buffer once no whole block is left in it, until it is full or the message ends. `read` reads like
    /// [`io::Read::read`]. Gives how many bytes came.
    pub(super) fn fill(&mut self, mut read: impl FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        self.buffer.copy_within(self.from..self.to, 0);
        (self.from, self.to) = (0, self.to - self.from);
        let before = self.to;
        while let Some(room) = self.buffer.get_mut(self.to..PIECE).filter(|room| !room.is_empty()) {
            let count = read(room)?;
            if count == 0 {
                self.pad();
                break;
            }
            self.to += count;
            self.length += count as u64;
        }
        Ok(self.to.saturating_sub(before))
    }

    /// Whole blocks that wait to be hashed.
    pub(super) fn waiting(&self) -> &[Block] {
        self.buffer.get(self.from..self.to).map_or(&[], |bytes| bytes.as_chunks().0)
    }

    /// The digest, once the message has ended and all of it is hashed.
    pub(super) fn digest(&self) -> Option<Sha256> {
        (self.ended && self.from == self.to).then(|| {
            let mut bytes = [0; 32];
            for (to, word) in bytes.as_chunks_mut().0.iter_mut().zip(self.state) {
                *to = word.to_be_bytes();
            }
            Sha256::from_bytes(bytes)
        })
    }

    /// Hashes what waits.
    pub(super) fn compress(&mut self) {
        let mut state = self.state;
        let waiting = self.waiting();
        let done = waiting.len();
        pair::compress(&mut state, waiting);
        self.advance(state, done);
    }

    /// Hashes as much of both as the shorter has waiting.
    pub(super) fn compress_both(&mut self, other: &mut Self) {
        let (mut state, mut others) = (self.state, other.state);
        let waiting = [self.waiting(), other.waiting()];
        let done = waiting[0].len().min(waiting[1].len());
        pair::compress_both(&mut state, &mut others, waiting);
        self.advance(state, done);
        other.advance(others, done);
    }

    fn advance(&mut self, state: State, blocks: usize) {
        self.state = state;
        self.from += blocks * BLOCK;
    }

    /// Ends the message in the buffer (FIPS 180-4, 5.1.1).
    fn pad(&mut self) {
        let bits = self.length.wrapping_mul(8).to_be_bytes();
        let end = (self.to + 1 + bits.len()).next_multiple_of(BLOCK);
        if let Some(padding) = self.buffer.get_mut(self.to..end) {
            padding.fill(0);
            if let Some(first) = padding.first_mut() {
                *first = 0x80;
            }
            if let Some(last) = padding.last_chunk_mut() {
                *last = bits;
            }
            self.to = end;
            self.ended = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::*;

    fn alone(bytes: &[u8], step: usize) -> Sha256 {
        let mut rest = bytes;
        let mut lane = Lane::new();
        lane.begin();
        loop {
            lane.fill(|room| {
                let most = room.len().min(step);
                rest.read(&mut room[..most])
            })
            .unwrap();
            lane.compress();
            if let Some(digest) = lane.digest() {
                return digest;
            }
        }
    }

    /// Two messages in two lanes, which end at different times.
    fn paired(messages: [&[u8]; 2], step: usize) -> [Sha256; 2] {
        let mut rest = messages;
        let mut lanes = [Lane::new(), Lane::new()];
        let mut digests = [None, None];
        while digests.contains(&None) {
            for (lane, rest) in lanes.iter_mut().zip(&mut rest) {
                if lane.waiting().is_empty() && !lane.ended {
                    lane.fill(|room| {
                        let most = room.len().min(step);
                        rest.read(&mut room[..most])
                    })
                    .unwrap();
                }
            }
            let [one, two] = &mut lanes;
            if one.waiting().is_empty() || two.waiting().is_empty() {
                one.compress();
                two.compress();
            } else {
                one.compress_both(two);
            }
            digests = [one.digest(), two.digest()];
        }
        digests.map(Option::unwrap)
    }

    #[test]
    fn every_length_around_a_block_and_a_piece_is_padded_rightly() {
        let bytes: Vec<u8> = (0..=255).cycle().take(2 * PIECE + 200).collect();
        let around = |length: usize| length.saturating_sub(3)..length + 4;
        for length in (0..260).chain(around(PIECE)).chain(around(PIECE + 64)).chain(around(2 * PIECE)) {
            let message = &bytes[..length];
            assert_eq!(alone(message, usize::MAX), Sha256::of(message), "{length}");
        }
    }

    #[test]
    fn a_failed_read_is_told() {
        let error = Lane::new().fill(|_| Err(io::ErrorKind::PermissionDenied.into())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
    }

    proptest! {
        #[test]
        fn any_two_messages_give_what_sha2_gives(
            one in prop::collection::vec(any::<u8>(), 0..700),
            two in prop::collection::vec(any::<u8>(), 0..700),
            step in 1_usize..200,
        ) {
            prop_assert_eq!(paired([&one, &two], step), [Sha256::of(&one), Sha256::of(&two)]);
        }

        #[test]
        fn long_messages_too(one in 0..400_000_usize, two in 0..400_000_usize, step in 1_000..200_000_usize) {
            let bytes: Vec<u8> = (0..=250).cycle().take(400_000).collect();
            let messages = [&bytes[..one], &bytes[..two]];
            prop_assert_eq!(paired(messages, step), messages.map(Sha256::of));
        }
    }
}
