//! What the stand-ins promise, seen from a client that shares no code with them.

mod agent;
mod client;
mod gateway;
mod hostile;
mod stack;
