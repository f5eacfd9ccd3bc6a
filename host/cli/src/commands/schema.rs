//! `shipworthy schema`.

use crate::{args::SchemaOf, output::print, refusal::UsageError};

pub(crate) fn run(of: SchemaOf) -> Result<(), UsageError> {
    print(match of {
        SchemaOf::Report => shipworthy_report::REPORT_SCHEMA,
        SchemaOf::Environment => shipworthy_plugins::environment::ENVIRONMENT_SCHEMA,
        SchemaOf::Lock => shipworthy_plugins::lock::LOCK_SCHEMA,
        SchemaOf::Descriptor => shipworthy_plugins::descriptor::DESCRIPTOR_SCHEMA,
    })
}
