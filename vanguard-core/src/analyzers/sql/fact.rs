//! What there is to know about a text.

use serde::{Deserialize, Serialize};

/// One thing a text does or tries. Rules name it by its word in snake case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// In a value: the quote around it is closed and SQL goes on behind it.
    BreakOut,
    /// In a value: the quote that would break out is an opening one behind words, as where a sentence quotes SQL.
    Quoted,
    /// In a value: `OR`, `AND`, `XOR`, `||`, `&&` and a comparison of constants (`or 1=1`, `and 'a'='b`).
    /// In a query: `OR` and a constant compared with itself.
    Tautology,
    /// In a value: the same with a comparison of anything (`or user like '%`).
    Condition,
    /// In a value: a piece of a condition that only a query makes whole: `OR name = "`, `or a=b --`, `) like (`.
    Fragment,
    /// The whole value is a number compared with a number, which is a probe where no number is computed: `11!=1`.
    Comparison,
    /// The whole value is the beginning of a call: `unhex(`.
    Unfinished,
    /// The whole value is a call whose type is cast: `f(a)::text`.
    Cast,
    /// In a value: ends the query it stands in and comments out the rest: `x;--`.
    Ended,
    /// The whole value ends a string that it did not begin, or is strings in a row: `login '`, `'eve', 'x'`.
    Torn,
    /// In a value: nothing stands before the quote that breaks out, and a word of SQL behind it: `' like '%`.
    Leads,
    /// The whole value is quotes, or what joins conditions: `"'`, `&&`.
    Signs,
    /// In a value: the quote that would break out stands in source code that holds a query: `q = "… '" + a`.
    Embedded,
    /// `UNION … SELECT` with a list that is one.
    UnionSelect,
    /// In a value: `(SELECT …)`.
    Subquery,
    /// A semicolon with another statement behind it.
    Stacked,
    /// In a value: a comment that swallows what the query has behind the value.
    CommentTail,
    /// In a value: `ORDER BY 5`, `GROUP BY`, `HAVING`, `LIMIT` or `PROCEDURE` behind its end.
    ClauseProbe,
    /// Waits: `sleep(…)`, `pg_sleep`, `WAITFOR DELAY`, `benchmark(…)`.
    TimeDelay,
    /// Makes the database report data in an error: `extractvalue`, `updatexml`, ….
    ErrorBased,
    /// Reads files: `LOAD_FILE`, `LOAD DATA INFILE`, `pg_read_file`, `OPENROWSET(BULK …)`.
    FileRead,
    /// Writes files: `INTO OUTFILE`, `COPY … TO 'file'`, `lo_export`, `ATTACH DATABASE`.
    FileWrite,
    /// Runs programs: `xp_cmdshell`, `COPY … PROGRAM`, `sp_OACreate`, `sys_exec`.
    Command,
    /// Makes the database talk to another host: `utl_http`, `dblink`, `xp_dirtree`.
    Outbound,
    /// Runs text as SQL: `EXEC(…)`, `EXECUTE IMMEDIATE`, `sp_executesql`, `PREPARE … FROM`.
    Dynamic,
    /// Asks which tables and columns there are.
    SchemaProbe,
    /// Asks for version, user, settings of the server.
    ServerProbe,
    /// Reads the server's own table of users and passwords.
    Credentials,
    /// Gives rights or makes users.
    Privilege,
    /// Changes how the server is set up or stops it.
    Server,
    /// Removes tables, databases, all rows: `DROP`, `TRUNCATE`.
    Destructive,
    /// `DELETE` or `UPDATE` without `WHERE`, or with one that is always true.
    Unbounded,
    /// Spelled so that a filter does not see it: comments inside words' gaps, `/*! … */`, strings built from codes.
    Obfuscated,
    /// Calls a function that only SQL has.
    Function,
    /// The text has more tokens than are read.
    Incomplete,
}

/// A fact and its place in the text.
pub type Found = crate::analyzers::found::Found<Fact>;
