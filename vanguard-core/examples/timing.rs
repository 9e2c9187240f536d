//! What `inspect` costs without a language around it: `timing FILE…`, each file a message to the server. For each line `INDEX CALLS` on stdin it
//! prints how many seconds that many calls with that message took. `scripts/boundary.py` and `scripts/boundary.mjs` ask it in turn
//! with what they measure.

use std::error::Error;
use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::time::Instant;

use vanguard_core::{Inspector, Message};

fn main() -> Result<(), Box<dyn Error>> {
    let messages = std::env::args().skip(1).map(std::fs::read).collect::<Result<Vec<_>, _>>()?;
    let inspector = Inspector::builder().build()?;
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (index, calls) = line.split_once(' ').ok_or("a line is INDEX CALLS")?;
        let message = messages.get(index.parse::<usize>()?).ok_or("no such message")?;
        let begun = Instant::now();
        for _ in 0..calls.parse()? {
            drop(black_box(inspector.inspect(black_box(&Message::to_server(message)))));
        }
        writeln!(out, "{}", begun.elapsed().as_secs_f64())?;
        out.flush()?;
    }
    Ok(())
}
