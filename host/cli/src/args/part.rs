//! `--partition`.

use clap::Args;
use shipworthy_stack::Partition;

use super::{StackFlags, parse};

#[derive(Debug, Args)]
#[command(next_help_heading = "Stack")]
pub(crate) struct PartFlags {
    /// Look at part K of N of the instances only; `report merge` judges all
    #[arg(long, value_name = "hash:K/N", value_parser = parse::<Partition>)]
    pub(crate) partition: Option<Partition>,
}

impl StackFlags {
    /// The same for a part.
    #[must_use]
    pub(crate) fn of_part(&self, flags: &PartFlags) -> Self {
        Self { partition: flags.partition, ..self.clone() }
    }
}
