//! What servers list, read from `servers.yaml`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub(crate) struct Servers(BTreeMap<String, BTreeMap<String, Value>>);

impl Servers {
    pub(crate) fn read() -> Self {
        type File = BTreeMap<String, BTreeMap<String, (String, String)>>;
        let file: File = serde_saphyr::from_str(include_str!("servers.yaml")).unwrap();
        let tools = |tools: BTreeMap<String, (String, String)>| {
            let tool = |(name, (description, arguments)): (String, (String, String))| {
                let tool = json!({"name": name, "description": description, "inputSchema": schema(&arguments)});
                (name, tool)
            };
            tools.into_iter().map(tool).collect()
        };
        Self(file.into_iter().map(|(server, all)| (server, tools(all))).collect())
    }

    pub(crate) fn listing(&self, server: &str) -> Value {
        json!({"tools": self.0[server].values().collect::<Vec<_>>()})
    }

    /// Panics unless the arguments are such as the tool lists.
    pub(crate) fn check(&self, server: &str, tool: &str, arguments: &Value) {
        let listed = self.0[server].get(tool).unwrap_or_else(|| panic!("{server} has no {tool}"));
        let (schema, given) = (&listed["inputSchema"], arguments.as_object().unwrap());
        for (name, value) in given {
            let kind = schema["properties"][name]["type"].as_str().unwrap_or_else(|| panic!("{tool} takes no {name}"));
            let fits = match kind {
                "string" => value.is_string(),
                "number" => value.is_number(),
                "integer" => value.is_u64(),
                "boolean" => value.is_boolean(),
                "array" => value.is_array(),
                _ => value.is_object(),
            };
            assert!(fits, "{tool}: {name} is a {kind}, not {value}");
        }
        let missing =
            schema["required"].as_array().unwrap().iter().find(|name| !given.contains_key(name.as_str().unwrap()));
        assert_eq!(missing, None, "{tool}");
    }
}

fn schema(arguments: &str) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for argument in arguments.split_whitespace() {
        let (name, kind) = argument.split_once(':').unwrap_or((argument, "s"));
        let plain = name.trim_end_matches('*');
        let schema = match kind {
            "s" => json!({"type": "string"}),
            "n" => json!({"type": "number"}),
            "i" => json!({"type": "integer", "minimum": 0}),
            "b" => json!({"type": "boolean", "default": false}),
            "a" => json!({"type": "array", "items": {"type": "string"}}),
            "l" => json!({"type": "array", "items": {"type": "object"}}),
            "o" => json!({"type": "object"}),
            other => panic!("`{other}` is no kind of argument"),
        };
        properties.insert(plain.to_owned(), schema);
        if plain != name {
            required.push(plain);
        }
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false, "$schema": "http://json-schema.org/draft-07/schema#"})
}
