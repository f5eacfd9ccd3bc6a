//! What the report's renderers promise, a file per subject.

mod docs;
mod error;
mod filled;
mod fleets;
mod hostile;
mod html;
mod human;
mod json;
mod pages;
mod plugin;
mod redaction;
mod rules;
mod samples;
mod since;
mod since_pairs;
mod trials;

use fleets::stack;
