//! Which arguments of a tool a client also says in headers (`x-mcp-header`, MCP since 2026-07-28).

use crate::message::{NodeId, Tape};

/// The properties read of one schema, how deep, and how many of them may have a header: real tools have one or two.
const PROPERTIES: usize = 512;
const DEPTH: usize = 8;
const MIRRORS: usize = 32;
/// Bytes of one header's name and of the keys that lead to its argument, together.
const LONGEST: usize = 256;

/// An argument that is said in a header, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mirror {
    /// The header's name behind `Mcp-Param-`.
    header: Box<str>,
    /// The keys that lead to the argument.
    keys: Box<[Box<str>]>,
}

impl Mirror {
    /// Whether it is this header's.
    pub(crate) fn is(&self, header: &str) -> bool {
        self.header.eq_ignore_ascii_case(header)
    }

    /// The argument among those of a call.
    pub(crate) fn argument(&self, tape: &Tape, arguments: NodeId) -> Option<NodeId> {
        self.keys.iter().try_fold(arguments, |node, key| tape.member(node, key))
    }
}

/// A property on the way through a schema.
struct Property {
    schema: NodeId,
    /// Its key, and the object that it is a property of; the schema itself has none.
    below: Option<(NodeId, usize)>,
    depth: usize,
}

/// The mirrored arguments of an input schema. By the protocol nothing but `properties` leads to one.
pub(super) fn read(tape: &Tape, schema: NodeId) -> Vec<Mirror> {
    let mut mirrors = Vec::new();
    let mut open = vec![Property { schema, below: None, depth: 0 }];
    let mut at = 0;
    while let Some(&Property { schema, depth, .. }) = open.get(at) {
        if let Some(header) = tape.member(schema, "x-mcp-header").and_then(|node| tape.string(node)) {
            mirrors.extend(mirror(tape, &open, at, header).filter(|_| mirrors.len() < MIRRORS));
        }
        if let Some(properties) = tape.member(schema, "properties").filter(|_| depth < DEPTH) {
            let left = PROPERTIES.saturating_sub(open.len());
            let of = |(key, schema)| Property { schema, below: Some((key, at)), depth: depth + 1 };
            open.extend(tape.members(properties).take(left).map(of));
        }
        at += 1;
    }
    mirrors
}

fn mirror(tape: &Tape, open: &[Property], mut at: usize, header: &str) -> Option<Mirror> {
    let mut keys = Vec::new();
    let mut bytes = header.len();
    while let Some((key, parent)) = open.get(at)?.below {
        let key = std::str::from_utf8(tape.text(key)).ok()?;
        bytes = bytes.saturating_add(key.len());
        keys.push(key);
        at = parent;
    }
    (bytes <= LONGEST && !keys.is_empty())
        .then(|| Mirror { header: header.into(), keys: keys.into_iter().rev().map(Box::from).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Framing, Limits, read as parse};

    fn mirrors(text: &str) -> Vec<(String, String)> {
        let mut tape = Tape::new();
        parse(text.as_bytes(), Framing::Body, &Limits::default(), &mut tape);
        let told = |mirror: Mirror| (mirror.header.into(), mirror.keys.join("/"));
        read(&tape, 0).into_iter().map(told).collect()
    }

    #[test]
    fn only_properties_lead_to_a_mirrored_argument() {
        let found = mirrors(
            r#"{"x-mcp-header":"Root","properties":{
            "region":{"type":"string","x-mcp-header":"Region"},
            "where":{"properties":{"tenant":{"x-mcp-header":"Tenant"}}},
            "each":{"items":{"x-mcp-header":"Each"}},
            "one":{"anyOf":[{"x-mcp-header":"One"}]},
            "odd":{"x-mcp-header":7}},
            "$defs":{"d":{"x-mcp-header":"Def"}}}"#,
        );
        let expected = [("Region", "region"), ("Tenant", "where/tenant")];
        assert_eq!(found, expected.map(|(header, keys)| (header.to_owned(), keys.to_owned())));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let property = |at: usize| format!(r#""k{at}":{{"x-mcp-header":"H{at}"}}"#);
        let many: Vec<_> = (0..2000).map(property).collect();
        assert_eq!(mirrors(&format!(r#"{{"properties":{{{}}}}}"#, many.join(","))).len(), MIRRORS);
        let long = "k".repeat(LONGEST);
        assert!(mirrors(&format!(r#"{{"properties":{{"{long}":{{"x-mcp-header":"H"}}}}}}"#)).is_empty());
        let deep = r#"{"properties":{"a":"#.repeat(40) + r#"{"x-mcp-header":"H"}"# + &"}}".repeat(40);
        assert!(mirrors(&deep).is_empty());
    }
}
