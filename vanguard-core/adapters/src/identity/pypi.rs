//! Packages of PyPI, as they lie in `site-packages`: their metadata names version and files.

use std::fs;
use std::path::{Path, PathBuf};

use vanguard_core::integrity::Package;

use super::{Places, content};

/// The package `name` where `uvx` finds it: among uv's tools, or in its cache (of several the newest).
pub(super) fn find(name: &str, places: &Places) -> Option<Package> {
    let tools = places.uv_tools.clone().or_else(|| places.in_home(".local/share/uv/tools"))?;
    let cache = places.uv_cache.clone().or_else(|| places.in_home(".cache/uv"))?.join("archive-v0");
    let tool = tools.join(normal(name, '-'));
    let mut cached: Vec<_> =
        folders(&cache).filter_map(|folder| Some((folder.metadata().ok()?.modified().ok()?, folder))).collect();
    cached.sort();
    let cached = cached.into_iter().rev().map(|(_, folder)| folder);
    let is_named = |metadata: &Path| {
        let file = metadata.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        file.split('-').next().is_some_and(|found| normal(found, '_') == normal(name, '_'))
    };
    std::iter::once(tool).chain(cached).find_map(|environment| {
        // An archive of the cache is either an environment or one unpacked package.
        let sites = sites(&environment).into_iter().chain([environment.clone()]);
        sites.into_iter().find_map(|site| read(&site, &metadata(&site).find(|folder| is_named(folder))?))
    })
}

/// The package that installed the script `program`.
pub(super) fn around(program: &Path) -> Option<Package> {
    let script = program.file_name()?.to_str()?;
    let environment = program.parent().filter(|folder| folder.ends_with("bin"))?.parent()?;
    sites(environment).into_iter().find_map(|site| {
        let installs = |folder: &PathBuf| {
            let scripts = fs::read_to_string(folder.join("entry_points.txt")).unwrap_or_default();
            scripts.lines().any(|line| line.split_once('=').is_some_and(|(name, _)| name.trim() == script))
        };
        read(&site, &metadata(&site).find(installs)?)
    })
}

/// The package that the module `name` comes from, in the environment of the interpreter `python`.
pub(super) fn with_module(python: &Path, name: &str) -> Option<Package> {
    let top = name.split('.').next()?;
    let environment = python.parent()?.parent()?;
    let (folder, file) = (format!("{top}/"), format!("{top}.py,"));
    let brings = |metadata: &PathBuf| {
        let record = fs::read_to_string(metadata.join("RECORD")).unwrap_or_default();
        record.lines().any(|line| line.starts_with(&folder) || line.starts_with(&file))
    };
    sites(environment).into_iter().find_map(|site| read(&site, &metadata(&site).find(brings)?))
}

/// PEP 503: runs of `-`, `_` and `.` are one sign.
fn normal(name: &str, sign: char) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.map(str::to_ascii_lowercase).collect::<Vec<_>>().join(&sign.to_string())
}

fn folders(of: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(of).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path()).take(10_000)
}

fn sites(environment: &Path) -> Vec<PathBuf> {
    folders(&environment.join("lib")).map(|python| python.join("site-packages")).filter(|site| site.is_dir()).collect()
}

fn metadata(site: &Path) -> impl Iterator<Item = PathBuf> {
    folders(site).filter(|folder| folder.extension().is_some_and(|extension| extension == "dist-info"))
}

fn read(site: &Path, metadata: &Path) -> Option<Package> {
    let about = fs::read_to_string(metadata.join("METADATA")).ok()?;
    let header = |name: &str| {
        let mut lines = about.lines().take_while(|line| !line.is_empty());
        lines
            .find_map(|line| line.split_once(':').filter(|(key, _)| *key == name))
            .map(|(_, value)| value.trim().to_owned())
    };
    let record = fs::read_to_string(metadata.join("RECORD")).unwrap_or_default();
    // Scripts that were made here, and what Python compiled, differ from machine to machine.
    let own = |path: &&str| !path.starts_with("..") && !path.contains("__pycache__") && !path.contains(".dist-info/");
    let files = record.lines().filter_map(|line| line.split(',').next()).filter(own);
    let files = files.map(|file| site.join(file.trim_matches('"'))).collect();
    Some(Package {
        registry: "pypi".to_owned(),
        name: header("Name")?,
        version: header("Version"),
        sha256: content::of_files(site, files),
    })
}
