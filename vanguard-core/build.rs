//! Compiles `rules/*.yaml` into a compact table: trees without examples, and what each pattern requires. The modules that
//! read YAML and regexes are the crate's own, included by path.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_docs,
    reason = "only a part of the included modules is used"
)]

use std::{env, error::Error, fs, path::PathBuf, process};

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
    pub mod beside;
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
    syntax::{any_of, derive},
    table::{Packed, Table},
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=rules");
    for part in ["config", "message", "rules"] {
        println!("cargo::rerun-if-changed=src/{part}");
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut files: Vec<_> = fs::read_dir("rules")?.collect::<Result<_, _>>()?;
    files.retain(|file| file.path().extension().is_some_and(|extension| extension == "yaml"));
    files.sort_by_key(fs::DirEntry::file_name);
    let mut table = Table { version: String::new(), packs: Vec::new(), derived: Vec::new() };
    let (mut problems, mut digest, mut list) = (Problems::new(), Sha256::new(), String::from("&[\n"));
    for file in files {
        let name = file.file_name().into_string().map_err(|_| "a pack's name is not UTF-8")?;
        let text = fs::read_to_string(file.path())?;
        digest.update(&name);
        digest.update(&text);
        if let Some(tree) = read_yaml(&format!("rules/{name}"), &text, &mut problems) {
            patterns(&tree.root, &mut table, &mut problems);
            table.packs.push(Packed::from(&tree.root));
        }
        // The very text that the table was made of, in a place that whoever compiles knows: no path of this machine.
        fs::write(out.join(&name), text)?;
        list.push_str(&format!("({name:?}, include_str!(concat!(env!(\"OUT_DIR\"), {:?}))),\n", format!("/{name}")));
    }
    list.push(']');
    if problems.has_errors() {
        eprintln!("the built-in packs have problems\n\n{problems}");
        process::exit(1);
    }
    table.derived.sort_by(|(a, _), (b, _)| a.cmp(b));
    table.derived.dedup_by(|(a, _), (b, _)| a == b);
    let hash: [u8; 32] = digest.finalize().into();
    table.version = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    fs::write(out.join("packs.bin"), postcard::to_allocvec(&table)?)?;
    fs::write(out.join("packs.rs"), list)?;
    Ok(())
}

/// Derives what every pattern below `node` requires.
fn patterns(node: &Node, table: &mut Table<Packed>, problems: &mut Problems) {
    for (key, value) in node.entries().iter().filter(|(key, _)| key.name != "tests") {
        let nodes = if value.items().is_empty() { std::slice::from_ref(value) } else { value.items() };
        let texts = nodes.iter().filter_map(Node::as_str);
        let sources: Vec<String> = match key.name.as_str() {
            "regex" => texts.map(str::to_owned).collect(),
            "literal" => texts.map(regex_syntax::escape).collect(),
            "first" | "then" => vec![any_of(texts)],
            _ => {
                patterns(value, table, problems);
                continue;
            }
        };
        for source in sources {
            match derive(&source) {
                Ok(derived) => table.derived.push((source, derived)),
                Err(error) => drop(problems.error(value.span, error.to_string())),
            }
        }
    }
    node.items().iter().for_each(|item| patterns(item, table, problems));
}
