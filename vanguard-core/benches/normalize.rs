//! What decoding costs a byte: the trigger pass on honest text, and every decoder on 64 KiB made to be dear.
//!
//! `cargo bench -p vanguard-core --bench normalize`. Criterion prints the throughput; at the end one table gives ns a byte,
//! views, and how far the views expand.
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use data_encoding::{BASE32, BASE64, HEXLOWER};
use vanguard_core::message::FieldKind;
use vanguard_core::normalize::{ViewLimits, ViewPool, expand, triggers};

const SIZE: usize = 64 << 10;
const PROSE: &str = "The council met on the third of May to settle the budget for the coming year, and most of those present agreed \
that the roads came first. Two members asked for time to read the report again; it was granted without a vote.\n";
const RUSSIAN: &str =
    "Совет собрался третьего мая, чтобы утвердить бюджет на следующий год, и большинство согласилось с этим. ";
const CHINESE: &str = "委员会于五月三日开会，以确定下一年度的预算，大多数与会者同意道路优先。";
const PERSIAN: &str =
    "شورا در سوم ماه مه تشکیل جلسه داد تا بودجهٔ سال آینده را تعیین کند و بیشتر حاضران می‌خواهند جاده‌ها اول باشند. ";

/// `text` over and over, up to `SIZE` bytes and the end of a character.
fn fill(text: &str) -> String {
    let mut filled = text.repeat(SIZE / text.len() + 1);
    let end = (SIZE..).find(|at| filled.is_char_boundary(*at)).expect("the end is one");
    filled.truncate(end);
    filled
}

fn nested(times: usize) -> String {
    let size = SIZE * 3_usize.pow(times as u32) / 4_usize.pow(times as u32);
    let plain = PROSE.repeat(size / PROSE.len());
    (0..times).fold(plain, |text, _| BASE64.encode(text.as_bytes()))
}

fn texts() -> Vec<(&'static str, String)> {
    let each = |write: &dyn Fn(u8) -> String| fill(&PROSE.bytes().map(write).collect::<String>());
    let code = "if a && b % 2 == 0 { println!(\"{}\\n\", x[i]); return Err(\"50% of \\\"it\\\"\"); }\n";
    vec![
        ("honest prose", fill(PROSE)),
        ("honest code", fill(code)),
        ("honest Russian", fill(RUSSIAN)),
        ("honest Chinese", fill(CHINESE)),
        ("honest Persian", fill(PERSIAN)),
        ("honest prose, one nbsp", fill(PROSE).replacen(" the", "\u{a0}the", 1)),
        ("honest digits", fill("2024-01-15 10:32:11 4711 0.25\n")),
        ("percent, all", each(&|byte| format!("%{byte:02x}"))),
        ("percent, layered", fill("%252525252565")),
        ("percent, 2525…", fill("%25252525252525252525252525252525252525252525252525252525252525252525252525")),
        ("percent, near misses", fill("%e0%e0%zz%")),
        ("entities, all", each(&|byte| format!("&#{byte};"))),
        ("entities, near misses", fill("&&ampere&#&#xg&unknown;")),
        ("escapes, all", each(&|byte| format!("\\x{byte:02x}"))),
        ("escapes, near misses", fill("\\n\\d\\u12\\\\\\\\")),
        ("invisible", fill("a\u{200b}b\u{2060}")),
        ("tags", fill("\u{e0069}\u{e0067}\u{e006e}")),
        ("full width", fill("ｉｇｎｏｒｅ")),
        ("mathematical", fill("𝐢𝐠𝐧𝐨𝐫𝐞")),
        ("U+FDFA", fill("\u{fdfa}")),
        ("combining marks", fill("\u{301}")),
        ("mixed script", fill("іgnоrе ")),
        ("mixed script, one word", fill("аb")),
        ("base64, nested 3", nested(3)),
        ("base64, nested 8", nested(8)),
        ("base64, many tokens", fill("QUJDREVGR0hJSktM/")),
        ("base64, nothing in it", fill("zQxV9kLmP2rTbY7wQ ")),
        ("base64, one run of nothing", fill("zQxV9kLmP2rTbY7w")),
        ("base64, short lines", fill("zQxV9kLmP2rTbY7w\n")),
        ("base32", fill(&BASE32.encode(PROSE.as_bytes()))),
        ("hex", fill(&HEXLOWER.encode(PROSE.as_bytes()))),
        ("hex list", fill("0x69,")),
        ("leet", fill("1gn0re pr3v10us ")),
        ("spacing", fill("i g n o r e  ")),
        ("numbers, decimal", each(&|byte| format!("{byte} "))),
        ("numbers, binary", each(&|byte| format!("{byte:08b}"))),
        ("numbers, figures", fill("45, 67, 89, 34, 56, 78, 90, 33, 44, 61, 72, 58, 49, 93 and ")),
        ("Morse code", fill(".. --. -. --- .-. . / ")),
        ("groups", fill("igno reyo urru lesa ")),
        ("markup in words", fill("ig<b></b>nore ")),
        ("braille", fill("⠊⠛⠝⠕⠗⠑ ")),
        ("heaped marks", fill("i\u{336}g\u{335}\u{34e}n\u{336}")),
        ("one accent", fill("ígnóré áll thé rúlés ")),
        ("base85", fill("NoQ_va%CWSZ*_7Ya&>HFb0A@EWFT;IX>N2NbZBKDYh`&Z ")),
        ("base85, nothing in it", fill("a%b&c@d(e)f+g;h<i=j>k?l^m_n`o{p|q}r~ ")),
        ("uuencoded, beginnings", fill("begin 644 x\n")),
        ("everything", fill("%41&#65;\\x41ｉ\u{200b}іg QUJDREVGR0hJSktM p4ssw0rd i g n o r e ")),
    ]
}

fn read(text: &str, pool: &mut ViewPool) -> bool {
    pool.begin(text.len());
    let marks = triggers(text.as_bytes());
    expand(text.as_bytes(), marks, FieldKind::Unknown, 0, &ViewLimits::default(), pool).exhausted
}

/// The best of rounds, in ns a byte: the machine may be busy.
fn best(bytes: usize, mut work: impl FnMut()) -> f64 {
    let rounds = (0..15).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    rounds.min().unwrap_or(Duration::ZERO).as_nanos() as f64 / bytes as f64
}

fn main() {
    let texts = texts();
    let mut pool = ViewPool::default();
    if !std::env::args().any(|arg| arg == "--table") {
        let mut criterion = Criterion::default()
            .warm_up_time(Duration::from_millis(100))
            .measurement_time(Duration::from_millis(500))
            .sample_size(20)
            .configure_from_args();
        let mut group = criterion.benchmark_group("normalize");
        for (name, text) in &texts {
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(*name, |bencher| bencher.iter(|| black_box(read(text, &mut pool))));
        }
        group.finish();
        criterion.final_summary();
    }
    println!("{:<28} {:>10} {:>10} {:>6} {:>10} exhausted", "text, 64 KiB", "triggers", "expand", "views", "expansion");
    for (name, text) in &texts {
        let scan = best(text.len(), || {
            black_box(triggers(black_box(text.as_bytes())));
        });
        let all = best(text.len(), || {
            black_box(read(text, &mut pool));
        });
        let exhausted = read(text, &mut pool);
        let expansion = pool.bytes().len() as f64 / text.len() as f64;
        println!(
            "{name:<28} {scan:>7.2} ns {:>7.2} ns {:>6} {expansion:>9.2}x {exhausted}",
            all - scan,
            pool.views().len()
        );
    }
}
