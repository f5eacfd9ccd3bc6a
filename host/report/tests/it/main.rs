//! What the report's renderers promise, a file per subject.

mod docs;
mod error;
mod fleets;
mod hostile;
mod human;
mod json;
mod plugin;
mod redaction;
mod rules;
mod samples;
mod since;
mod trials;
