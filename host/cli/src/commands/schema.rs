//! `shipworthy schema`.

use crate::{args::SchemaOf, output::Stream};

pub(crate) fn run(of: SchemaOf) {
    Stream::Out.write(match of {
        SchemaOf::Report => shipworthy_report::REPORT_SCHEMA,
        SchemaOf::Environment => shipworthy_plugins::environment::ENVIRONMENT_SCHEMA,
        SchemaOf::Lock => shipworthy_plugins::lock::LOCK_SCHEMA,
        SchemaOf::Descriptor => shipworthy_plugins::descriptor::DESCRIPTOR_SCHEMA,
    });
}
