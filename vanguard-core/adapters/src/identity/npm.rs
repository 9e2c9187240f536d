//! Packages of npm, as they lie in `node_modules`.

use std::fs;
use std::path::{Path, PathBuf};

use vanguard_core::integrity::Package;

use super::{Places, content};

/// The package `name` where `npx` finds it: beside us, installed for all, or in its cache (of several the newest).
pub(super) fn find(name: &str, npx: &Path, places: &Places) -> Option<Package> {
    let beside = places.here.ancestors().map(|folder| folder.join("node_modules").join(name));
    let global = npx.parent().and_then(Path::parent).map(|prefix| prefix.join("lib/node_modules").join(name));
    let cache = places.npm_cache.clone().or_else(|| places.in_home(".npm"))?.join("_npx");
    let mut cached: Vec<_> = fs::read_dir(cache)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("node_modules").join(name))
        .filter_map(|folder| Some((folder.join("package.json").metadata().ok()?.modified().ok()?, folder)))
        .collect();
    cached.sort();
    let cached = cached.pop().map(|(_, folder)| folder);
    beside.chain(global).chain(cached).find_map(|folder| read(&folder))
}

/// The package that `file` lies in.
pub(super) fn around(file: &Path) -> Option<Package> {
    file.ancestors().skip(1).take(12).find_map(read)
}

fn read(folder: &Path) -> Option<Package> {
    let folder: PathBuf = folder.canonicalize().ok()?;
    let manifest = folder.join("package.json");
    let about: serde_json::Value = serde_json::from_slice(&fs::read(manifest).ok()?).ok()?;
    let text = |name: &str| about.get(name)?.as_str().map(str::to_owned);
    Some(Package {
        registry: "npm".to_owned(),
        name: text("name")?,
        version: text("version"),
        sha256: content::of_folder(&folder, &["node_modules", ".git"]),
    })
}
