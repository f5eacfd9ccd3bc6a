//! How much of an artifact is read at most (contract.md, part 2, last row of the tree table). Stated here once: the
//! payload side holds to it, and an environment's `[payload.limits]` changes it.

/// Limits on what is read. More than a limit is `payload.limit`, whatever the policy, before anything is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadLimits {
    /// Bytes of a manifest, config file or secret file. Honest ones have kilobytes.
    pub document_bytes: u64,
    /// Levels of nesting of a document. Every level costs stack in whoever walks it later.
    pub depth: usize,
    /// Nodes of a document after aliases are expanded: nine aliases of nine aliases grow without bound.
    pub nodes: usize,
    /// Bytes of text of a document after aliases are expanded: few nodes can repeat a long text.
    pub text_bytes: usize,
    /// Bytes of any other file that is read: a file of a tree, or the hook file of 1.0.
    pub file_bytes: u64,
    /// Bytes of all files of a tree.
    pub tree_bytes: u64,
    /// Files of a tree, listed or found. Folders are counted apart, against the same number.
    pub tree_files: u64,
    /// Bytes of a sums file.
    pub sums_bytes: u64,
    /// Folders above a file of a tree. Each one above a file that is read is held open.
    pub folders: usize,
}

impl Default for PayloadLimits {
    fn default() -> Self {
        Self {
            document_bytes: 16 << 20,
            depth: 256,
            nodes: 1_000_000,
            // Four times what can be written without aliases.
            text_bytes: 64 << 20,
            file_bytes: 8 << 30,
            tree_bytes: 64 << 30,
            tree_files: 1_000_000,
            sums_bytes: 256 << 20,
            folders: 256,
        }
    }
}
