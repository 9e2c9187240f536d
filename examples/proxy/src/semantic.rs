//! `vanguard semantic`: what the embedded model makes of texts.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use vanguard_core::Profile;
use vanguard_core::semantic::{Head, Place, explain, likelihood, score, threshold};

use crate::cli::{At, Semantic, SemanticText};
use crate::exit::{FOUND, Failure};
use crate::output::say;
use crate::terminal::{expect_from_terminal, visible};

/// False-positive rates that recall is told at.
const RATES: [f64; 3] = [0.01, 0.005, 0.001];
/// Words that an explanation tells.
const TOLD: usize = 8;

/// Runs `vanguard semantic`. Returns the exit code.
pub(crate) fn run(command: &Semantic) -> Result<u8, Failure> {
    match command {
        Semantic::Score(text) => judge(text, 0),
        Semantic::Explain(text) => judge(text, TOLD),
        Semantic::Eval { file, json } => eval(file, *json),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        expect_from_terminal("a text");
        std::io::stdin().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::io(path.display(), error))?;
    Ok(bytes)
}

/// Scores of a text, and the band each comes to; `told`: words of an explanation.
fn judge(asked: &SemanticText, told: usize) -> Result<u8, Failure> {
    let text = read(&asked.file)?;
    let place = match asked.at {
        At::Result => Place::Result,
        At::Argument => Place::Argument,
        At::Metadata => Place::Metadata,
    };
    let profile = asked.profile.map_or(Profile::Balanced, Into::into);
    let mut found = false;
    for (head, best) in score(&text).into_iter().flat_map(|bests| Head::ALL.into_iter().zip(bests)) {
        let band = threshold(place, head, profile).and_then(|threshold| threshold.band(best.score));
        found |= band.is_some();
        let likely = likelihood(place, head, best.score);
        let window = text.get(best.start as usize..best.end as usize).unwrap_or_default();
        let window = String::from_utf8_lossy(window);
        let words = explain(&text, best, head, told);
        if asked.json {
            let words: Vec<_> =
                words.iter().map(|entry| json!({"words": entry.words, "weight": entry.weight})).collect();
            let mut line = json!({"head": head.as_str(), "score": best.score, "likely": likely, "band": band.map(|band| band.as_str()),
                "start": best.start, "end": best.end});
            if told > 0 {
                line["words"] = Value::from(words);
            }
            say!("{line}");
        } else {
            let points = f64::from(best.score) / 16.0;
            say!("{:10} {points:8.1} {likely:3} %  {}", head.as_str(), band.map_or("-", |band| band.as_str()));
            if told > 0 {
                say!("  bytes {} to {}: {}", best.start, best.end, visible(&window.replace('\n', " ")));
                for entry in words {
                    say!("  {:5}  {}", entry.weight, visible(&entry.words.replace('\n', " ")));
                }
            }
        }
    }
    Ok(if found { FOUND } else { 0 })
}

/// A labelled text.
#[derive(Deserialize)]
struct Case {
    text: String,
    label: u8,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    lang: String,
}

/// Scores of honest texts and of attacks, by a name.
#[derive(Default)]
struct Group {
    scores: Vec<i64>,
}

fn eval(file: &Path, as_json: bool) -> Result<u8, Failure> {
    let text = String::from_utf8_lossy(&read(file)?).into_owned();
    let (mut honest, mut groups) = (Vec::new(), BTreeMap::<String, Group>::new());
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let case: Case = serde_json::from_str(line).map_err(|error| {
            let wanted = "a line is {\"text\": …, \"label\": 0 or 1}";
            Failure::Io(format!("{}, line {}: {error}: {wanted}", file.display(), at + 1))
        })?;
        let best = margin(case.text.as_bytes());
        if case.label == 0 {
            honest.push(best);
        } else {
            let lang = if case.lang.is_empty() { "language unknown" } else { &case.lang };
            for name in ["all".to_owned(), format!("kind {}", case.kind), format!("language {lang}")] {
                groups.entry(name).or_default().scores.push(best);
            }
        }
    }
    honest.sort_unstable();
    if honest.is_empty() || groups.is_empty() {
        return Err(Failure::Code(2, "there must be honest texts (label 0) and attacks (label 1)".to_owned()));
    }
    let bars = RATES.map(|rate| {
        let above = (honest.len() as f64 * rate) as usize;
        honest.get(honest.len() - 1 - above.min(honest.len() - 1)).copied().unwrap_or_default()
    });
    for (name, group) in &groups {
        let count = group.scores.len();
        let recall = bars.map(|bar| group.scores.iter().filter(|score| **score > bar).count() as f64 / count as f64);
        let auc = group.scores.iter().map(|score| rank(&honest, *score)).sum::<f64>() / count as f64;
        if as_json {
            say!(
                "{}",
                json!({"of": name, "attacks": count, "honest": honest.len(), "auc": auc,
                "recall": {"0.01": recall[0], "0.005": recall[1], "0.001": recall[2]}})
            );
        } else {
            let [one, half, tenth] = recall.map(|share| share * 100.0);
            say!("{name:32} {count:6}  AUC {auc:.4}  recall at 1 % {one:5.1}  0.5 % {half:5.1}  0.1 % {tenth:5.1}");
        }
    }
    Ok(0)
}

/// How far the strongest head is above its own warning, in thousandths: one scale for heads whose scores differ.
fn margin(text: &[u8]) -> i64 {
    let bests = score(text).into_iter().flat_map(|bests| Head::ALL.into_iter().zip(bests));
    let margins = bests.filter_map(|(head, best)| {
        let bar = threshold(Place::Result, head, Profile::Balanced)?;
        Some(i64::from(best.score) * 1000 / i64::from(bar.warn.max(1)))
    });
    margins.max().unwrap_or(i64::MIN)
}

/// The share of honest scores below this one; of equal ones half.
fn rank(honest: &[i64], score: i64) -> f64 {
    let below = honest.partition_point(|other| *other < score);
    let upto = honest.partition_point(|other| *other <= score);
    (below + upto) as f64 / 2.0 / honest.len() as f64
}
