//! Writes sample reports as pages, to look at: `cargo run -p shipworthy-report --example pages -- FOLDER`.

#![expect(clippy::print_stdout, reason = "an example tells its figures")]
#![expect(clippy::disallowed_methods, reason = "an example writes where it is told to")]

#[path = "../tests/it/filled.rs"]
mod filled;
#[path = "../tests/it/pages.rs"]
mod pages;
#[path = "../tests/it/samples.rs"]
mod samples;
#[path = "../tests/it/fleets/stack.rs"]
#[expect(dead_code, reason = "the samples of other tests stand there too")]
mod stack;

use std::{path::PathBuf, time::Instant};

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| "target/pages".into()));
    std::fs::create_dir_all(&folder)?;
    for (name, report) in pages::all().into_iter().chain([("crowd".to_owned(), pages::fleet(2_000))]) {
        let begun = Instant::now();
        let page = shipworthy_report::html::render(&report);
        let took = begun.elapsed();
        println!("{name:<20} {:>6} results {:>9} bytes in {took:>9.1?}", report.results.len(), page.len());
        std::fs::write(folder.join(format!("{name}.html")), page)?;
    }
    Ok(())
}
