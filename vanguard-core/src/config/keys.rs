//! Every key of a configuration: its name, its shape and what it is for. The validator and the schema are both made from this table, so
//! that they can't drift apart.

/// Items of a list, and names of a map of the user's own. Far above honest use; each can cost a compiled pattern.
pub(crate) const MAX_ITEMS: usize = 10_000;

/// A key of a map.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    pub(crate) doc: &'static str,
}

/// What a value must look like.
pub(crate) enum Shape {
    /// `true` or `false`.
    Flag,
    /// A whole number in a range, both ends included.
    Integer { min: i64, max: i64 },
    /// A number of bytes, plain or with a unit.
    Bytes { min: i64, max: i64 },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Text of a certain form.
    Text(Text),
    /// A list of at least `min` values; `hint` says what to write in place of a shorter one.
    List { of: &'static Shape, min: usize, hint: &'static str },
    /// A map with known keys.
    Map(&'static [Entry]),
    /// A map whose keys are the user's own.
    Names { name: Text, of: &'static Shape },
    /// The first of these that is of the value's type.
    Either(&'static [Shape]),
}

/// The forms of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// A [`Pattern`](crate::config::Pattern).
    Pattern,
    /// A server's name.
    Name,
    /// A file's or directory's path.
    Path,
    /// Words for people.
    Prose,
    /// An RFC 3339 date or date-time.
    Date,
    /// A JSON pointer with `*` for one step.
    Pointer,
    /// A host, hosts by pattern, or a network.
    Destination,
    /// A type of secret, as in a placeholder.
    SecretType,
    /// A regular expression, as in rules.
    Regex,
    /// A value that is never shown.
    Canary,
    /// What happens one after another.
    Sequence,
    /// Words of a sequence, with commas between.
    Events,
    /// An Ed25519 public key, as a PEM file has it between its lines.
    PublicKey,
    /// An address over HTTP, without anything secret in it.
    Url,
    /// The name of an environment variable. What is written there by mistake may be a key, so it is not shown.
    Variable,
}

const fn entry(name: &'static str, shape: Shape, doc: &'static str) -> Entry {
    Entry { name, shape, required: false, doc }
}

const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Entry {
    Entry { name, shape, required: true, doc }
}

pub(crate) const PROFILES: [&str; 3] = ["monitor", "balanced", "strict"];
pub(crate) const DENY_AS: [&str; 2] = ["error", "tool_result"];
pub(crate) const POISONED: [&str; 3] = ["remove", "block", "warn"];
pub(crate) const UNDECIDED: [&str; 3] = ["allow", "review", "block"];
pub(crate) const SEVERITIES: [&str; 5] = ["info", "low", "medium", "high", "critical"];
pub(crate) const CONFIDENCES: [&str; 3] = ["low", "medium", "high"];
pub(crate) const TREATMENTS: [&str; 6] = ["allow", "warn", "redact", "block", "guard", "thresholds"];
pub(crate) const CHECKS: [&str; 6] = ["random", "filled", "password", "crc32", "jwt", "luhn"];
pub(crate) const PROVIDERS: [&str; 4] = ["openai", "minimax", "ollama", "anthropic"];
pub(crate) const CAPABILITIES: [&str; 6] = ["read", "write", "exec", "network", "message", "database"];
pub(crate) const SETTINGS: [&str; 3] = ["off", "warn", "act"];
pub(crate) const PER: [&str; 6] = ["session", "principal", "tenant", "server", "tool", "method"];
pub(crate) const MEASURES: [&str; 5] = ["requests", "bytes_out", "bytes_in", "blocked", "cost"];
pub(crate) const LABELS: [&str; 4] = ["public", "untrusted", "private", "secret"];
pub(crate) const SWITCH: [&str; 2] = ["on", "off"];
pub(crate) const AWAY: [&str; 2] = ["local", "block"];
pub(crate) const NEVER: &str = "never";
pub(crate) const ANY: &str = "any";

const NO_HINT: &str = "";
const PATTERN: Shape = Shape::Text(Text::Pattern);
const PATTERNS: Shape = Shape::Either(&[PATTERN, Shape::List { of: &PATTERN, min: 0, hint: NO_HINT }]);
const SOME_PATTERNS: Shape = Shape::Either(&[
    PATTERN,
    Shape::List { of: &PATTERN, min: 1, hint: "leave it out to allow all; to allow none, write `deny: [\"*\"]`" },
]);
const PATH: Shape = Shape::Text(Text::Path);
const PATHS: Shape = Shape::Either(&[PATH, Shape::List { of: &PATH, min: 0, hint: NO_HINT }]);

const PUBLIC_KEY: Shape = Shape::Text(Text::PublicKey);
const PUBLIC_KEYS: Shape = Shape::Either(&[PUBLIC_KEY, Shape::List { of: &PUBLIC_KEY, min: 0, hint: NO_HINT }]);

const PAIR: Shape = Shape::Map(&[
    required("severity", Shape::Choice(&SEVERITIES), "The least severity."),
    required("confidence", Shape::Choice(&CONFIDENCES), "The least confidence."),
]);
const BAR: Shape =
    Shape::Either(&[PAIR, Shape::List { of: &PAIR, min: 1, hint: "write `never`" }, Shape::Choice(&[NEVER])]);

const NAME_LIST: Shape = Shape::Map(&[
    entry(
        "allow",
        SOME_PATTERNS,
        "If given, only names that one of these patterns matches may be used. In several files: all of them together. For a server: in place of the general list.",
    ),
    entry(
        "deny",
        PATTERNS,
        "Names that may not be used, whatever is allowed. Denied entries also vanish from listings.",
    ),
]);

const DESTINATION: Shape = Shape::Text(Text::Destination);
const DESTINATION_ALLOW: Shape = Shape::Either(&[
    DESTINATION,
    Shape::List { of: &DESTINATION, min: 1, hint: "leave it out to allow all; to allow none, write `deny: [\"*\"]`" },
]);
const DESTINATION_DENY: Shape = Shape::Either(&[DESTINATION, Shape::List { of: &DESTINATION, min: 0, hint: NO_HINT }]);
const DESTINATION_LIST: Shape = Shape::Map(&[
    entry(
        "allow",
        DESTINATION_ALLOW,
        "If given, only these hosts may be reached by these tools: in place of the list for all tools.",
    ),
    entry("deny", DESTINATION_DENY, "Hosts that these tools may not reach, besides those that no tool may."),
]);
const DESTINATIONS: Shape = Shape::Map(&[
    entry(
        "allow",
        DESTINATION_ALLOW,
        "If given, only these hosts may be reached: `example.com`, `*.example.com`, `10.0.0.0/8`, `localhost:3000`. What is listed by more than `*` is also no finding for being internal. For a server: in place of the general list.",
    ),
    entry("deny", DESTINATION_DENY, "Hosts that may not be reached, whatever is allowed."),
    entry(
        "tools",
        Shape::Names { name: Text::Pattern, of: &DESTINATION_LIST },
        "The same for some tools, by pattern over their name; the first that matches holds.",
    ),
]);

const TOOL_ZONES: Shape = Shape::Map(&[
    entry("read", PATHS, "Directories that may be read only."),
    entry("write", PATHS, "Directories that may be read and written."),
]);
const SAFE_ZONES: Shape = Shape::Either(&[
    PATH,
    Shape::List {
        of: &PATH,
        min: 1,
        hint: "leave it out for no path jail; for no access at all, write `{read: [], write: []}`",
    },
    Shape::Map(&[
        entry("read", PATHS, "Directories that may be read only."),
        entry("write", PATHS, "Directories that may be read and written."),
        entry(
            "tools",
            Shape::Names { name: Text::Pattern, of: &TOOL_ZONES },
            "In their place for some tools, by pattern over the tool's name, or over `tool/argument`; the first that matches holds. Tools that none matches are held to the general ones, and to none at all if there are none.",
        ),
    ]),
]);

const SERVER: Shape = Shape::Map(&[
    entry("methods", NAME_LIST, "JSON-RPC methods of this server."),
    entry("tools", NAME_LIST, "Tools of this server, by name."),
    entry("resources", NAME_LIST, "Resources of this server, by URI."),
    entry("prompts", NAME_LIST, "Prompts of this server, by name."),
    entry("safe_zones", SAFE_ZONES, "Directories this server's tools may touch, in place of the general ones."),
    entry("destinations", DESTINATIONS, "Hosts this server's tools may reach."),
]);

const PORT: Shape = Shape::Integer { min: 1, max: 65_535 };
const PORTS: Shape = Shape::Either(&[PORT, Shape::List { of: &PORT, min: 0, hint: NO_HINT }, Shape::Choice(&[ANY])]);

const EXCEPTION: Shape = Shape::Map(&[
    required("rule", PATTERN, "The rule, by id; a pattern for several."),
    entry("server", PATTERN, "Only messages of this server."),
    entry("tool", PATTERN, "Only calls of this tool and their results."),
    entry(
        "pointer",
        Shape::Text(Text::Pointer),
        "Only findings at this place of the message or beneath it; `*` stands for one step.",
    ),
    required("reason", Shape::Text(Text::Prose), "Why this is right; it is put on record."),
    entry(
        "expires",
        Shape::Text(Text::Date),
        "From this instant on it no longer applies: `2026-03-01` (its first second, UTC) or `2026-03-01T12:00:00Z`.",
    ),
]);

const TREATMENT: Shape = Shape::Choice(&TREATMENTS);
const TO_CLIENT: Entry =
    entry("to_client", TREATMENT, "In what a server says: results, errors, notifications, requests.");
const TO_SERVER: Entry = entry("to_server", TREATMENT, "In what a server is told: arguments above all.");
const REDACTION: Shape = Shape::Map(&[
    entry(
        "types",
        Shape::Names { name: Text::SecretType, of: &Shape::Either(&[TREATMENT, Shape::Map(&[TO_CLIENT, TO_SERVER])]) },
        "By type (`github-token`: the rule's id without its family) or class (`private-keys`, `provider-keys`, `credentials`, `assignments`, `personal-data`): `allow`, `warn`, `redact` every copy, `block`, `guard` (block what leaves for another machine, people or an unknown place, else `thresholds`) or `thresholds`; one for both directions, or one for each. A type wins over its class.",
    ),
    entry(
        "custom",
        Shape::Names {
            name: Text::SecretType,
            of: &Shape::Map(&[
                required(
                    "regex",
                    Shape::Text(Text::Regex),
                    "What it looks like; letters of either case, unless `(?-i)` says otherwise.",
                ),
                entry("check", Shape::Choice(&CHECKS), "What else must be true of what it matches."),
                TO_CLIENT,
                TO_SERVER,
            ]),
        },
        "Types of one's own, by the name that placeholders show. Without more they are treated as `provider-keys` are.",
    ),
    entry(
        "reversible",
        Shape::Flag,
        "Whether a placeholder in a call of a tool becomes its value again, if the same server had said it in the same session. The call is judged with the value in it. Values are kept in memory only. By default not.",
    ),
    entry(
        "canaries",
        Shape::Names { name: Text::SecretType, of: &Shape::Text(Text::Canary) },
        "Planted strings, by name, that nothing honest ever sends: a message that takes one to a server, in any encoding, is blocked. They are shown nowhere.",
    ),
]);

const SETTING: Shape = Shape::Choice(&SETTINGS);
const COUNT: Shape = Shape::Integer { min: 1, max: 1 << 40 };
const TOOLS: Shape = Shape::List { of: &Shape::Text(Text::Prose), min: 0, hint: NO_HINT };
const EVENTS: Shape = Shape::List { of: &Shape::Text(Text::Events), min: 0, hint: NO_HINT };
const BUDGET: Shape = Shape::Map(&[
    required("per", Shape::Choice(&PER), "Whose use is counted."),
    required(
        "of",
        Shape::Choice(&MEASURES),
        "What is counted: calls and reads that passed (`per: method` counts requests of any method), bytes told to servers or said by them, blocked requests, cost.",
    ),
    entry("tool", PATTERN, "Only calls of these tools."),
    required("most", COUNT, "So much …"),
    required("within", Shape::Integer { min: 1, max: 31_536_000 }, "… within so many seconds."),
    entry("burst", COUNT, "So much at once, refilled at that rate (a token bucket). Without it a sliding window."),
]);
const SEQUENCE: Shape = Shape::Map(&[
    required("id", Shape::Text(Text::Name), "The id of what it finds."),
    required(
        "when",
        Shape::Text(Text::Sequence),
        "What happens one after another: `sensitive_read then network_send within 10 calls / 5 min`. A step is one event, several with `or` between, or a number of times: `20 read`.",
    ),
    required("severity", Shape::Choice(&SEVERITIES), "How bad it is."),
    required("reason", Shape::Text(Text::Prose), "Why, in words."),
    entry(
        "tests",
        Shape::Map(&[
            entry("hit", EVENTS, "Events in their order, with commas between, of which the last must be found."),
            entry("miss", EVENTS, "The same where nothing must be found."),
        ]),
        "Examples, run when the configuration is used.",
    ),
]);
const BEHAVIOR: Shape = Shape::Either(&[DETAILS, Shape::Choice(&SWITCH), Shape::Flag]);
const DETAILS: Shape = Shape::Map(&[
    entry(
        "detectors",
        Shape::Map(&[
            entry("budgets", SETTING, "How often and how much."),
            entry("sequences", SETTING, "One thing after another, such as a secret read and something sent."),
            entry("flows", SETTING, "What a tool said turns up in what another is told, in whatever encoding."),
            entry("entropy", SETTING, "Ciphertext, keys and archives on their way out."),
            entry("dripping", SETTING, "Data that leaves in pieces: fragments, host names, query strings."),
            entry("enumeration", SETTING, "Many distinct things asked for: ids, hosts, ports, secrets."),
            entry("anomaly", SETTING, "What is not as `baseline` says it usually is."),
            entry("risk", SETTING, "What was found before weighs on what comes."),
        ]),
        "What each detector does: `off`, `warn` (it is put on record) or `act` (it is judged as any finding; the default).",
    ),
    entry(
        "budgets",
        Shape::List { of: &BUDGET, min: 0, hint: NO_HINT },
        "How much one may use. One for all tools takes the place of the default of the same `per` and `of`.",
    ),
    entry(
        "costs",
        Shape::Names { name: Text::Pattern, of: &Shape::Integer { min: 0, max: 1_000_000 } },
        "What a call costs, by pattern over the tool's name; else 1.",
    ),
    entry(
        "labels",
        Shape::Names { name: Text::Pattern, of: &Shape::Choice(&LABELS) },
        "What tools say is, by pattern over `tool` or `server/tool`: `secret` must not leave, `private` is not for everybody, `untrusted` was written by strangers, `public` may go anywhere.",
    ),
    entry("sequences", Shape::List { of: &SEQUENCE, min: 0, hint: NO_HINT }, "Sequences of one's own."),
    entry(
        "memory",
        Shape::Map(&[
            entry("session", Shape::Bytes { min: 16 * 1024, max: 64 * MIB }, "Bytes of one session."),
            entry("all", Shape::Bytes { min: MIB, max: 1024 * 1024 * MIB }, "Bytes of all sessions together."),
            entry(
                "forget_after",
                Shape::Integer { min: 60, max: 604_800 },
                "Seconds after which what a tool said no longer marks what is sent.",
            ),
        ]),
        "How much is remembered.",
    ),
    entry(
        "baseline",
        Shape::Map(&[
            entry("calls", COUNT, "The most calls in a minute; twice as many are told."),
            entry("bytes", COUNT, "The most bytes told to servers in a minute; twice as many are told."),
            entry(
                "share",
                Shape::Integer { min: 1, max: 100 },
                "The largest share of a session's calls that one tool has, in percent; twenty points more are told.",
            ),
            entry(
                "after",
                Shape::Names { name: Text::Prose, of: &TOOLS },
                "Which tools come after which; `start` stands before the first. Another order is told.",
            ),
        ]),
        "What is usual in a session, as `vanguard inspect --session --learn` writes it.",
    ),
    entry(
        "when_away",
        Shape::Choice(&AWAY),
        "What to do while a shared state (`vanguard start --state`) doesn't answer: `local` counts alone, `block` blocks what belongs to a session. By default `local`, in `strict` `block`.",
    ),
]);

const CAPABILITY: Shape = Shape::Choice(&CAPABILITIES);

const MIB: i64 = 1 << 20;

const SCORE: Shape = Shape::Integer { min: 1, max: 100 };

const LLM: Shape = Shape::Map(&[
    entry(
        "provider",
        Shape::Choice(&PROVIDERS),
        "The protocol of its server: `openai` (the default) for every server that speaks OpenAI's chat completions, `minimax`, `ollama` or `anthropic`.",
    ),
    entry(
        "url",
        Shape::Text(Text::Url),
        "The address of its server, to which the protocol's path is added. By default the provider's own.",
    ),
    entry("model", Shape::Text(Text::Prose), "The model's name. By default a small one of the provider's."),
    entry(
        "key_env",
        Shape::Text(Text::Variable),
        "The environment variable that holds the key. The key itself has no place in a configuration.",
    ),
    entry(
        "timeout",
        Shape::Integer { min: 1, max: 60 },
        "Seconds that an answer may take, by default 5. The message waits as long.",
    ),
    entry(
        "sinks",
        Shape::Flag,
        "Whether every call to a tool whose `capabilities` name `exec`, `network` or `message` is asked about, by default yes.",
    ),
    entry(
        "text",
        Shape::Bytes { min: 512, max: 64 << 10 },
        "The most bytes of one text that are sent, by default 4 KiB.",
    ),
    entry("warn", SCORE, "From which score of 100 on an answer is a warning, by default 50."),
    entry("block", SCORE, "From which score of 100 on an answer blocks, by default 80."),
    entry("calls", Shape::Integer { min: 1, max: 64 }, "Questions that are under way at once, by default 4."),
    entry(
        "queue",
        Shape::Integer { min: 1, max: 10_000 },
        "Questions that wait for answers, by default 256; more stay undecided.",
    ),
    entry(
        "retries",
        Shape::Integer { min: 0, max: 5 },
        "How often a question is sent again when the server is overloaded, by default once.",
    ),
    entry("cache", Shape::Integer { min: 0, max: 1_000_000 }, "Answers that are remembered, by default 4,096."),
]);

/// The whole configuration.
pub(crate) const ROOT: Shape = Shape::Map(&[
    entry(
        "profile",
        Shape::Choice(&PROFILES),
        "How strict to be: `monitor` judges as `balanced` and never acts, `balanced` (the default) blocks what is harmful and not honest, `strict` blocks also what honest traffic seldom is.",
    ),
    entry(
        "deny_as",
        Shape::Choice(&DENY_AS),
        "How a blocked request is answered: with a JSON-RPC error (the default), or a blocked tool call with a result whose `isError` is true, so that the model can read why.",
    ),
    entry(
        "poisoned",
        Shape::Choice(&POISONED),
        "What becomes of a listing with an entry that may not pass: the entry is taken out (`remove`, the default), the listing is blocked, or it passes with a warning on record.",
    ),
    entry(
        "when_undecided",
        Shape::Choice(&UNDECIDED),
        "What happens to a message when a layer would have asked someone and nobody could be asked. By default `allow`, in the profile `strict` `review`.",
    ),
    entry(
        "thresholds",
        Shape::Map(&[
            entry("warn", BAR, "From where on a finding is put on record."),
            entry("review", BAR, "From where on an approver is asked."),
            entry("block", BAR, "From where on a message does not pass."),
            entry(
                "unknown_fields",
                BAR,
                "In place of `block` for findings in fields of which nothing says what they are.",
            ),
        ]),
        "How severe and how sure a finding must be before something happens: `{severity: high, confidence: medium}`, a list of such pairs of which one must be reached, or `never`. The default is the profile's.",
    ),
    entry(
        "rules",
        Shape::Map(&[
            entry("packs", PATHS, "Files of further rules, relative to this file."),
            entry(
                "trusted_keys",
                PUBLIC_KEYS,
                "Ed25519 public keys, each the middle line of a `.pub` file. If there is one, every pack must be signed by one of them (`vanguard sign`).",
            ),
            entry("disable", PATTERNS, "Rules that are switched off, by id or pattern."),
        ]),
        "Which rules are used besides the built-in ones.",
    ),
    entry("methods", NAME_LIST, "JSON-RPC methods that may be used."),
    entry("tools", NAME_LIST, "Tools that may be used, by name."),
    entry("resources", NAME_LIST, "Resources that may be used, by URI."),
    entry("prompts", NAME_LIST, "Prompts that may be used, by name."),
    entry(
        "servers",
        Shape::Names { name: Text::Name, of: &SERVER },
        "What differs for a server, under its configured name.",
    ),
    entry("exceptions", Shape::List { of: &EXCEPTION, min: 0, hint: NO_HINT }, "Findings that are honest here."),
    entry(
        "safe_zones",
        SAFE_ZONES,
        "Directories that tools may touch; a list is for reading and writing. Without it there is no path jail.",
    ),
    entry("destinations", DESTINATIONS, "Hosts that URLs and host names in a call may reach. Without it all are open."),
    entry(
        "limits",
        Shape::Map(&[
            entry("message", Shape::Bytes { min: 1024, max: 1024 * MIB }, "Bytes of a message."),
            entry("depth", Shape::Integer { min: 8, max: 1024 }, "Nesting of arrays and objects."),
            entry("nodes", Shape::Integer { min: 1000, max: 64 * MIB }, "Values and keys of a message together."),
            entry("string", Shape::Bytes { min: 1024, max: 1024 * MIB }, "Bytes of one decoded string."),
            entry("batch", Shape::Integer { min: 1, max: 10_000 }, "Elements of a JSON-RPC batch."),
            entry("views", Shape::Integer { min: 1, max: 256 }, "Decoded readings of one string."),
            entry("view_depth", Shape::Integer { min: 1, max: 16 }, "How often text may be encoded in itself."),
            entry(
                "expansion",
                Shape::Integer { min: 1, max: 64 },
                "Bytes of all decoded readings, as a multiple of the message's.",
            ),
            entry("findings", Shape::Integer { min: 1, max: 10_000 }, "Findings kept per verdict; more are counted."),
        ]),
        "How large a message may be and what a verdict keeps.",
    ),
    entry(
        "audit",
        Shape::Map(&[
            entry("file", PATH, "The file that decisions are written to, relative to this file."),
            entry("all", Shape::Flag, "Whether plain allows are written too."),
        ]),
        "Where the proxy puts decisions on record. A host that embeds the engine keeps its own record and ignores this.",
    ),
    entry(
        "sandbox",
        Shape::Map(&[
            entry("enabled", Shape::Flag, "Whether servers are confined without `--sandbox`, too."),
            entry(
                "read",
                PATHS,
                "Further files and directories that the server may read and run, relative to this file; `~` is the home directory.",
            ),
            entry(
                "write",
                PATHS,
                "Further files and directories that the server may read, write and run, such as a cache.",
            ),
            entry("connect", PORTS, "TCP ports that the server may connect to, or `any`. By default none."),
            entry("bind", PORTS, "TCP ports that the server may listen on, or `any`. By default none."),
        ]),
        "What a server that the proxy confines (`vanguard start --sandbox`) may touch beyond its safe zones and what it needs to start. A host that embeds the engine starts no servers and ignores this.",
    ),
    entry(
        "capabilities",
        Shape::Names {
            name: Text::Pattern,
            of: &Shape::Either(&[CAPABILITY, Shape::List { of: &CAPABILITY, min: 0, hint: NO_HINT }]),
        },
        "What tools can do, where their names and schemas don't say: pattern over the tool's name, and its capabilities.",
    ),
    entry(
        "behavior",
        BEHAVIOR,
        "What is judged over a session: limits, sequences, where data flows. Only messages with a session or a principal belong to one. `off` is nothing of it, `on` all of it as it is by default.",
    ),
    entry(
        "semantic",
        Shape::Map(&[
            entry(
                "model",
                Shape::Flag,
                "Whether the embedded model reads what models read: results, descriptions, prompts and prose in arguments. By default it does.",
            ),
            entry(
                "llm",
                LLM,
                "A model that is asked where the rest left a case open: something warns and nothing blocks, or a call goes to a tool whose `capabilities` reach out. What is unsure in the message is sent to it, without secrets. No answer leaves the message undecided (`when_undecided`).",
            ),
        ]),
        "What judges texts by what they try to do, where no signature knows the wording.",
    ),
    entry("redaction", REDACTION, "What happens to secrets and personal data, by type and direction."),
    entry("$schema", Shape::Text(Text::Prose), "Where an editor finds this schema; read by nobody else."),
]);
