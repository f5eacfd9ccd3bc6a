//! Environments, descriptors and where plugins come from.
