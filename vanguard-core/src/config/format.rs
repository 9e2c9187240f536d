//! Which format a file is in: by its name, else by its first line.

use crate::config::json::read_json;
use crate::config::problem::Problems;
use crate::config::toml::read_toml;
use crate::config::tree::Tree;
use crate::config::yaml::read_yaml;

/// A format that configurations and rule packs are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML 1.2.
    Yaml,
    /// TOML 1.0.
    Toml,
    /// RFC 8259.
    Json,
}

impl Format {
    /// The format of a file: by the extension of `file` (`yaml`, `yml`, `toml`, `json`), else by how `text` begins.
    #[must_use]
    pub fn of(file: &str, text: &str) -> Self {
        let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
        match extension.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Self::Yaml,
            "toml" => Self::Toml,
            "json" => Self::Json,
            _ => Self::by_first_line(text),
        }
    }

    fn by_first_line(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let line = lines.next().unwrap_or_default();
        let assigned = line.find('=').is_some_and(|equals| !line.get(..equals).unwrap_or_default().contains(':'));
        match line.as_bytes().first() {
            Some(b'{') => Self::Json,
            Some(b'[') => Self::Toml,
            _ if assigned => Self::Toml,
            _ => Self::Yaml,
        }
    }
}

/// Reads `text` in the format that [`Format::of`] finds; `file` is the name shown in problems. See [`read_yaml`] for what is reported
/// and what is returned.
pub fn read(file: &str, text: &str, problems: &mut Problems) -> Option<Tree> {
    match Format::of(file, text) {
        Format::Yaml => read_yaml(file, text, problems),
        Format::Toml => read_toml(file, text, problems),
        Format::Json => read_json(file, text, problems),
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn the_name_decides_then_the_first_line() {
        for (file, text, format) in [
            ("a.yaml", "{}", Format::Yaml),
            ("a.b.YML", "", Format::Yaml),
            ("a.toml", "", Format::Toml),
            ("a.json", "", Format::Json),
            ("config", "", Format::Yaml),
            ("config", "# x = 1\n\nprofile: strict", Format::Yaml),
            ("<stdin>", "\u{feff}{\"profile\": 1}", Format::Json),
            ("<stdin>", "profile = 'strict'", Format::Toml),
            ("<stdin>", "# x\n[rules]\n", Format::Toml),
            ("<stdin>", "deny: 'a=b'", Format::Yaml),
        ] {
            assert_eq!(Format::of(file, text), format, "{file} {text}");
        }
    }
}
