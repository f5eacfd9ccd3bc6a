//! Two SHA-256 streams at once on x86-64 with SHA-NI; on any other machine, one after the other by `sha2`.
//!
//! One stream leaves half of the unit idle: each round waits for the one before it. Two independent streams,
//! instruction by instruction in turn, fill it (decision 016 says what that gains). Chosen at run time.
//!
//! # Safety
//!
//! The only unsafe operation is the call of a function that is compiled for SHA-NI and SSE4.1. It stands directly
//! behind the test that this processor has both, and takes and gives nothing but plain arrays and slices: no pointer is
//! made, no memory is read but by index and iterator. That the bytes are those of `sha2` is held by tests and
//! properties below, and by every test of a tree.

#![expect(unsafe_code, reason = "the one call of a function for SHA-NI, behind the test that the processor has it")]

/// A stream's state between two blocks.
pub(crate) type State = [u32; 8];

/// What is hashed at a time.
pub(crate) type Block = [u8; 64];

/// The state before the first block (FIPS 180-4, 5.3.3).
pub(crate) const INITIAL: State =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Hashes blocks into one state.
pub(crate) fn compress(state: &mut State, blocks: &[Block]) {
    sha2::block_api::compress256(state, blocks);
}

/// Hashes as many blocks of each stream into its state as the shorter of the two has.
pub(crate) fn compress_both(first: &mut State, second: &mut State, blocks: [&[Block]; 2]) {
    let count = blocks[0].len().min(blocks[1].len());
    let [Some(left), Some(right)] = blocks.map(|blocks| blocks.get(..count)) else { return };
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1") {
        // SAFETY: the processor has what `ni::compress` is compiled for; the line above asked it.
        unsafe { ni::compress(first, second, left, right) };
        return;
    }
    compress(first, left);
    compress(second, right);
}

#[cfg(target_arch = "x86_64")]
mod ni {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi32, _mm_set_epi32, _mm_set_epi64x,
        _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32,
    };

    use super::{Block, State};

    /// The constants of the 64 rounds, four to a row (FIPS 180-4, 4.2.2).
    const ROUNDS: [[u32; 4]; 16] = [
        [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5],
        [0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
        [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3],
        [0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
        [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc],
        [0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
        [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7],
        [0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
        [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13],
        [0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
        [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3],
        [0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
        [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5],
        [0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
        [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208],
        [0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
    ];

    /// A state as the instructions want it: words a, b, e, f and words c, d, g, h, the first in the highest lane.
    #[derive(Clone, Copy)]
    struct Halves {
        abef: __m128i,
        cdgh: __m128i,
    }

    #[target_feature(enable = "sha,sse4.1")]
    pub(super) fn compress(first: &mut State, second: &mut State, left: &[Block], right: &[Block]) {
        let (mut one, mut two) = (halves(first), halves(second));
        for (left, right) in left.iter().zip(right) {
            let before = (one, two);
            let (mut w, mut v) = (words(left), words(right));
            // The first sixteen words are the block's own; the other 48 follow from those before them.
            let (quarters, _) = ROUNDS.as_chunks::<4>();
            let [first, others @ ..] = quarters else { return };
            rounds(&mut one, &mut two, [w[0], v[0]], &first[0]);
            rounds(&mut one, &mut two, [w[1], v[1]], &first[1]);
            rounds(&mut one, &mut two, [w[2], v[2]], &first[2]);
            rounds(&mut one, &mut two, [w[3], v[3]], &first[3]);
            for quarter in others {
                w[0] = next(w[0], w[1], w[2], w[3]);
                v[0] = next(v[0], v[1], v[2], v[3]);
                rounds(&mut one, &mut two, [w[0], v[0]], &quarter[0]);
                w[1] = next(w[1], w[2], w[3], w[0]);
                v[1] = next(v[1], v[2], v[3], v[0]);
                rounds(&mut one, &mut two, [w[1], v[1]], &quarter[1]);
                w[2] = next(w[2], w[3], w[0], w[1]);
                v[2] = next(v[2], v[3], v[0], v[1]);
                rounds(&mut one, &mut two, [w[2], v[2]], &quarter[2]);
                w[3] = next(w[3], w[0], w[1], w[2]);
                v[3] = next(v[3], v[0], v[1], v[2]);
                rounds(&mut one, &mut two, [w[3], v[3]], &quarter[3]);
            }
            add(&mut one, before.0);
            add(&mut two, before.1);
        }
        *first = whole(one);
        *second = whole(two);
    }

    /// Four rounds of each stream, in turn.
    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn rounds(one: &mut Halves, two: &mut Halves, words: [__m128i; 2], constants: &[u32; 4]) {
        let [k0, k1, k2, k3] = constants.map(u32::cast_signed);
        let constants = _mm_set_epi32(k3, k2, k1, k0);
        let [w, v] = words.map(|word| _mm_add_epi32(word, constants));
        one.cdgh = _mm_sha256rnds2_epu32(one.cdgh, one.abef, w);
        two.cdgh = _mm_sha256rnds2_epu32(two.cdgh, two.abef, v);
        one.abef = _mm_sha256rnds2_epu32(one.abef, one.cdgh, _mm_shuffle_epi32(w, 0x0e));
        two.abef = _mm_sha256rnds2_epu32(two.abef, two.cdgh, _mm_shuffle_epi32(v, 0x0e));
    }

    /// The four words that follow sixteen (FIPS 180-4, 6.2.2, step 1).
    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn next(a: __m128i, b: __m128i, c: __m128i, d: __m128i) -> __m128i {
        let sum = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));
        _mm_sha256msg2_epu32(sum, d)
    }

    /// The sixteen words of a block, which are big-endian.
    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn words(block: &Block) -> [__m128i; 4] {
        let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
        let (quarters, _) = block.as_chunks::<16>();
        std::array::from_fn(|index| {
            let quarter = quarters.get(index).map_or(0, |quarter| u128::from_le_bytes(*quarter));
            #[expect(clippy::cast_possible_truncation, reason = "the two halves of 128 bits")]
            let (low, high) = ((quarter as u64).cast_signed(), ((quarter >> 64) as u64).cast_signed());
            _mm_shuffle_epi8(_mm_set_epi64x(high, low), swap)
        })
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn halves(state: &State) -> Halves {
        let word = state.map(u32::cast_signed);
        Halves {
            abef: _mm_set_epi32(word[0], word[1], word[4], word[5]),
            cdgh: _mm_set_epi32(word[2], word[3], word[6], word[7]),
        }
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn whole(Halves { abef, cdgh }: Halves) -> State {
        [
            _mm_extract_epi32(abef, 3),
            _mm_extract_epi32(abef, 2),
            _mm_extract_epi32(cdgh, 3),
            _mm_extract_epi32(cdgh, 2),
            _mm_extract_epi32(abef, 1),
            _mm_extract_epi32(abef, 0),
            _mm_extract_epi32(cdgh, 1),
            _mm_extract_epi32(cdgh, 0),
        ]
        .map(i32::cast_unsigned)
    }

    #[inline]
    #[target_feature(enable = "sha,sse4.1")]
    fn add(to: &mut Halves, before: Halves) {
        to.abef = _mm_add_epi32(to.abef, before.abef);
        to.cdgh = _mm_add_epi32(to.cdgh, before.cdgh);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn blocks(seed: u8, count: usize) -> Vec<Block> {
        let mut bytes = (0..=255_u8).cycle().map(|byte| byte.wrapping_mul(seed));
        (0..count).map(|_| std::array::from_fn(|_| bytes.next().unwrap())).collect()
    }

    fn both_agree(left: &[Block], right: &[Block], start: [State; 2]) {
        let count = left.len().min(right.len());
        let mut expected = start;
        sha2::block_api::compress256(&mut expected[0], &left[..count]);
        sha2::block_api::compress256(&mut expected[1], &right[..count]);
        let [mut first, mut second] = start;
        compress_both(&mut first, &mut second, [left, right]);
        assert_eq!([first, second], expected);
    }

    #[test]
    fn two_streams_give_what_sha2_gives() {
        for count in [0, 1, 2, 3, 17, 1024] {
            both_agree(&blocks(1, count), &blocks(2, count), [INITIAL; 2]);
            both_agree(&blocks(3, count), &blocks(4, count + 5), [INITIAL, [u32::MAX; 8]]);
        }
    }

    proptest! {
        #[test]
        fn any_two_streams_give_what_sha2_gives(
            left in prop::collection::vec(prop::array::uniform32(any::<u16>()), 0..6),
            right in prop::collection::vec(prop::array::uniform32(any::<u16>()), 0..6),
            start in prop::array::uniform2(prop::array::uniform8(any::<u32>())),
        ) {
            let block = |words: &[u16; 32]| -> Block { std::array::from_fn(|at| words[at / 2].to_be_bytes()[at % 2]) };
            let left: Vec<Block> = left.iter().map(block).collect();
            let right: Vec<Block> = right.iter().map(block).collect();
            both_agree(&left, &right, start);
        }
    }
}
