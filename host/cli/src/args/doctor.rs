//! `doctor`.

use clap::Args;

use super::Form;

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Also what this environment takes: a name, or the path of a .toml file
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Form,
}
