//! `vanguard rules`: list, show, test and lint rules, and what they cover.

use crate::cli::{RuleFiles, Rules};
use crate::exit::{FOUND, Failure};
use crate::judge::read_or_stdin;
use crate::output::{self, say};
use crate::terminal::visible;
use serde_json::json;
use vanguard_core::rules::taxonomy::{self, SCHEMES};
use vanguard_core::rules::{self, Cost, Entry, PACKS, catalog, run_examples};
use vanguard_core::{ConfigError, Inspector, Message};

/// Runs `vanguard rules`. Returns the exit code.
pub(crate) fn run(command: &Rules) -> Result<u8, Failure> {
    match command {
        Rules::List(files) => {
            for entry in entries(&texts(files)?)? {
                let Entry { rule, .. } = &entry;
                if files.json {
                    say!("{}", json!(entry));
                } else {
                    let (severity, confidence) = (rule.severity.as_str(), rule.confidence.as_str());
                    say!("{:32} {severity:8} {confidence:6} {}", rule.id, visible(&rule.title));
                }
            }
            Ok(0)
        }
        Rules::Show { id, files } => show(id, files),
        Rules::Test(files) => test(files),
        Rules::Lint { strict, files } => lint(files, *strict),
        Rules::Coverage(files) => coverage(files),
    }
}

fn show(id: &str, files: &RuleFiles) -> Result<u8, Failure> {
    let entries = entries(&texts(files)?)?;
    let Some(entry) = entries.iter().find(|entry| entry.rule.id == id) else {
        let known = entries.iter().map(|entry| entry.rule.id.as_str());
        let near = vanguard_core::config::suggest::closest(id, known);
        let hint = near
            .map_or_else(|| "`vanguard rules list` names them".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Failure::Code(2, format!("no rule is called `{id}`: {hint}")));
    };
    let cost = rules::cost(&entry.rule);
    if files.json {
        let mut shown = json!(entry);
        shown["cost"] = json!(cost);
        say!("{shown}");
    } else {
        say!("# {}\n{}\n", entry.pack, entry.source);
        output::print(visible_lines(&told(&cost)));
    }
    Ok(0)
}

/// What a rule costs, as comments of the YAML above it.
fn told(cost: &Cost) -> String {
    let mut out = String::new();
    if let Some(every) = cost.every {
        let literals: Vec<_> = cost.literals.iter().map(|literal| format!("{literal:?}")).collect();
        out += &format!("# looks for, every {every:.0} bytes of ordinary text: {}\n", literals.join(", "));
    }
    if !cost.asks.is_empty() {
        out += &format!("# asks the analyzers of: {}\n", cost.asks.join(", "));
    }
    if !cost.worst.is_empty() {
        let steps = cost.steps_per_byte;
        out += &format!("# takes {steps:.1} of 16 steps a byte on the worst text found, of {:?}\n", cost.worst);
    }
    out
}

fn visible_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", visible(line))).collect()
}

fn coverage(files: &RuleFiles) -> Result<u8, Failure> {
    let entries = entries(&texts(files)?)?;
    let all = taxonomy::coverage(entries.iter().map(|entry| &entry.rule));
    if files.json {
        all.iter().for_each(|entry| say!("{}", json!(entry)));
        return Ok(0);
    }
    for (scheme, title) in SCHEMES {
        let own: Vec<_> = all.iter().filter(|entry| entry.scheme == scheme).collect();
        let covered = own.iter().filter(|entry| !entry.rules.is_empty()).count();
        let (_, closed) = taxonomy::entries(scheme);
        let of = if closed { format!(" of {}", own.len()) } else { String::new() };
        say!("{title} ({scheme}): {covered}{of} covered");
        for entry in own {
            let rules = entry.rules.len();
            let names: Vec<_> = entry.rules.iter().take(NAMED).map(String::as_str).collect();
            let more = if rules > NAMED { ", …" } else { "" };
            let line =
                format!("  {:14} {rules:4}  {:52}  {}{more}", entry.id, entry.title.unwrap_or(""), names.join(", "));
            say!("{}", line.trim_end());
        }
        say!("");
    }
    say!("{} rules", entries.len());
    Ok(0)
}

/// Rules that are named for an entry.
const NAMED: usize = 3;

fn test(files: &RuleFiles) -> Result<u8, Failure> {
    let texts = texts(files)?;
    let mut builder = Inspector::builder();
    for (name, text) in texts.iter().filter(|_| !files.files.is_empty()) {
        builder = builder.pack(name, text);
    }
    let inspector = builder.build().map_err(wrong)?;
    let rules: Vec<_> = entries(&texts)?.into_iter().map(|entry| entry.rule).collect();
    let failures = run_examples(&rules, |example| {
        let verdict = inspector.inspect(&Message::new(example.flow, &example.message()));
        verdict.findings.into_iter().map(|finding| finding.rule).collect()
    });
    for failure in &failures {
        if files.json {
            let (expected, example) = (if failure.should_hit { "hit" } else { "miss" }, &failure.example);
            let (field, flow) = (example.field, example.flow);
            say!(
                "{}",
                json!({"rule": failure.rule, "expected": expected, "field": field, "flow": flow, "text": example.text})
            );
        } else {
            say!("{}", visible(&failure.to_string()));
        }
    }
    if !files.json {
        let examples: usize = rules.iter().map(|rule| rule.hits.len() + rule.misses.len()).sum();
        say!("{} rules, {examples} examples, {} wrong", rules.len(), failures.len());
    }
    Ok(if failures.is_empty() { 0 } else { FOUND })
}

fn lint(files: &RuleFiles, strict: bool) -> Result<u8, Failure> {
    let texts = texts(files)?;
    let (count, problems) = rules::lint(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    for problem in problems.sorted() {
        if files.json {
            say!("{}", json!(problem));
        } else {
            say!("{problem}\n");
        }
    }
    let (errors, warnings) = (problems.errors(), problems.len() - problems.errors());
    if !files.json {
        say!("{count} rules, {errors} errors, {warnings} warnings");
    }
    Ok(if errors > 0 || strict && warnings > 0 { FOUND } else { 0 })
}

/// The packs' names and texts: the given files, or the built-in ones.
fn texts(files: &RuleFiles) -> Result<Vec<(String, String)>, Failure> {
    if files.files.is_empty() {
        return Ok(PACKS.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
    }
    files.files.iter().map(|path| Ok((path.display().to_string(), read_or_stdin(path)?))).collect()
}

fn entries(texts: &[(String, String)]) -> Result<Vec<Entry>, Failure> {
    catalog(texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))).map_err(wrong)
}

fn wrong(error: ConfigError) -> Failure {
    Failure::Config(error.to_string())
}
