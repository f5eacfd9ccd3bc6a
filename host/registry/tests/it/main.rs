//! The client against a real registry, and against what can lie between.
