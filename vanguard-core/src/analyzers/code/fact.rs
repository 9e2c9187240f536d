//! What there is to know about code.

use serde::{Deserialize, Serialize};

/// One thing that code does. Rules name it by its word in snake case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// Starts a program: `os.system(…)`, `child_process.exec(…)`, `Runtime.getRuntime().exec(…)`.
    Process,
    /// Runs text as code: `eval(…)`, `new Function(…)`, `vm.runInNewContext(…)`.
    Eval,
    /// Runs text as code that was decoded on the spot: `exec(base64.b64decode(…))`.
    DecodedEval,
    /// Starts a program of a module that is imported on the spot: `__import__('os').system(…)`.
    InlineImport,
    /// Makes objects of a format that can name code: `pickle.loads(…)`, `unserialize(…)`, `!!python/object/apply`.
    Deserialize,
    /// Climbs from an object to what the interpreter keeps from it: `__subclasses__`, `constructor.constructor`.
    Escape,
    /// Undoes an encoding: `b64decode(…)`, `atob(…)`, `gzinflate(…)`.
    Decode,
    /// Runs text as code that was fetched on the spot: `exec(requests.get(…).text)`.
    FetchedEval,
    /// Fetches from a URL: `requests.get(…)`, `fetch(…)`.
    Fetch,
    /// Opens files: `File.read(…)`, `fs.readFileSync(…)`.
    File,
    /// Opens a connection: `socket.connect(…)`, `fsockopen(…)`.
    Network,
    /// Gives a socket to a program's input and output: `os.dup2(…)`, `pty.spawn(…)`.
    Duplicate,
    /// An expression between the signs of a template engine: `{{…}}`, `${…}`, `#{…}`, `<%…%>`, `{%…%}`.
    Template,
    /// Such an expression that only computes numbers: `{{7*7}}`.
    Probe,
    /// An expression that asks a template engine for what it knows of its program: `{{config}}`, `{{self}}`.
    Context,
    /// `<?php`, `<?=`, `<?`.
    OpenTag,
    /// The whole text is an expression between the signs of a template engine.
    Wrapped,
    /// The whole value is a call, with no sentence around it.
    Sole,
    /// The whole value is a call of a function that PHP alone has: `call_user_func(`.
    Php,
    /// The whole value is a call of what is only known when it runs: `$f(1)`, `('sys'.'tem')('id')`.
    Dynamic,
    /// Closes the filter of a directory that it stands in and opens another one: `*)(uid=*`.
    Filter,
    /// The whole value is a loop without end: `while(true);`.
    Endless,
}

/// A fact and its place in the text.
pub type Found = crate::analyzers::found::Found<Fact>;
