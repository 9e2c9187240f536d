//! Compiles `rules/*.yaml` into a compact table: trees without examples, and what each pattern requires. The modules that
//! read YAML and regexes are the crate's own, included by path.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_docs,
    reason = "only a part of the included modules is used"
)]

use std::{env, error::Error, fs, path::Path};

use sha2::{Digest, Sha256};

#[path = "src/config"]
mod config {
    pub mod problem;
    pub mod suggest;
    pub mod tree;
    pub mod yaml;
}
#[path = "src/message"]
mod message {
    mod span;
    pub use span::Span;
}
#[path = "src/rules"]
mod rules {
    pub mod literals;
    pub mod rarity;
    pub mod syntax;
    pub mod table;
}

use config::{
    problem::Problems,
    tree::{Node, Value},
    yaml::read_yaml,
};
use rules::{
    syntax::{PatternError, derive},
    table::{Stored, Table},
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=rules");
    for part in ["config", "message", "rules"] {
        println!("cargo::rerun-if-changed=src/{part}");
    }
    let mut files: Vec<_> = fs::read_dir("rules")?.collect::<Result<_, _>>()?;
    files.retain(|file| file.path().extension().is_some_and(|extension| extension == "yaml"));
    files.sort_by_key(fs::DirEntry::file_name);
    let (mut table, mut problems, mut digest, mut list) =
        (Table::default(), Problems::new(), Sha256::new(), String::from("&[\n"));
    for file in files {
        let name = file.file_name().into_string().map_err(|_| "a pack's name is not UTF-8")?;
        let text = fs::read_to_string(file.path())?;
        digest.update(&name);
        digest.update(&text);
        if let Some(tree) = read_yaml(&format!("rules/{name}"), &text, &mut problems) {
            patterns(&tree.root, &mut table, &mut problems);
            table.packs.push(Stored::pack(&tree.root));
        }
        let path = fs::canonicalize(file.path())?;
        list.push_str(&format!("({name:?}, include_str!({path:?})),\n"));
    }
    list.push(']');
    if problems.has_errors() {
        return Err(format!("the built-in packs have problems\n\n{problems}\n").into());
    }
    table.derived.sort_by(|(a, _), (b, _)| a.cmp(b));
    table.derived.dedup_by(|(a, _), (b, _)| a == b);
    let hash: [u8; 32] = digest.finalize().into();
    table.version = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("packs.bin"), postcard::to_allocvec(&table)?)?;
    fs::write(Path::new(&out).join("packs.rs"), list)?;
    Ok(())
}

/// Derives what every pattern below `node` requires.
fn patterns(node: &Node, table: &mut Table, problems: &mut Problems) {
    for (key, value) in node.entries() {
        let source: Option<fn(&str) -> String> = match key.name.as_str() {
            "tests" => continue,
            "regex" => Some(str::to_owned),
            "literal" => Some(regex_syntax::escape),
            _ => None,
        };
        let texts = if value.items().is_empty() { std::slice::from_ref(value) } else { value.items() };
        for text in texts {
            match (source, text.as_str()) {
                (Some(source), Some(pattern)) => match derive(&source(pattern)) {
                    Ok(derived) => table.derived.push((source(pattern), derived)),
                    Err(error) => drop(problems.error(text.span, error.to_string())),
                },
                _ => patterns(text, table, problems),
            }
        }
    }
    node.items().iter().for_each(|item| patterns(item, table, problems));
}
