//! How much of an artifact is read at most (contract.md, part 2, last row of the tree table).

/// Limits on what is read. More than a limit is `payload.limit`, whatever the policy, before anything is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a manifest, config file or secret file. Honest ones have kilobytes.
    pub document_bytes: u64,
    /// Levels of nesting of a document. Every level costs stack in whoever walks it later.
    pub depth: usize,
    /// Nodes of a document after aliases are expanded: nine aliases of nine aliases grow without bound.
    pub nodes: usize,
    /// Bytes of text of a document after aliases are expanded: few nodes can repeat a long text.
    pub text_bytes: usize,
    /// Bytes of any other file that is read, such as the hook file of 1.0.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 16 << 20,
            depth: 256,
            nodes: 1_000_000,
            // Four times what can be written without aliases.
            text_bytes: 64 << 20,
            file_bytes: 8 << 30,
        }
    }
}
