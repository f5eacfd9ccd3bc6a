//! Real loopback servers.
