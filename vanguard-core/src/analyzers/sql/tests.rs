//! What texts are, and what they are not.

use super::{Fact, SqlQuery, SqlScratch, parse, parse_value};
use proptest::prelude::*;

fn facts(text: &str, value: bool) -> Vec<Fact> {
    let mut scratch = SqlScratch::default();
    if value {
        parse_value(text.as_bytes(), &mut scratch)
    } else {
        parse(text.as_bytes(), &mut scratch)
    }
    let sql = scratch.sql(text.as_bytes());
    assert!(
        sql.found().iter().all(|found| found.span.start <= found.span.end && found.span.end as usize <= text.len()),
        "{text}"
    );
    sql.found().iter().map(|found| found.fact).collect()
}

#[track_caller]
fn check_value(fact: Fact, hit: &[&str], miss: &[&str]) {
    let wrong: Vec<_> = (hit
        .iter()
        .filter(|text| !facts(text, true).contains(&fact))
        .map(|text| format!("missed: {text} {:?}", facts(text, true))))
    .chain(miss.iter().filter(|text| facts(text, true).contains(&fact)).map(|text| format!("hit: {text}")))
    .collect();
    assert!(wrong.is_empty(), "{fact:?}\n{}", wrong.join("\n"));
}

#[test]
fn a_no_break_space_parts_words_numbers_and_variables() {
    for text in ["1 or 1=1", "' or 'a'='a", "' or @a=@a --", "' or 1=1 --"] {
        let spelled = text.replace(' ', "\u{a0}");
        assert_eq!(facts(&spelled, true), facts(text, true), "{text}");
    }
}

/// Values that people, places, titles, sentences, code and filters have.
const HONEST: &[&str] = &[
    "O'Brien",
    "don't; drop by",
    "the union select committee",
    "it's 5 o'clock and all is well",
    "Tom & Jerry",
    "rock 'n' roll",
    "the dogs' and cats' home",
    "the boys' #1 pick",
    "dogs' -- a story",
    "either one or two",
    "order by phone",
    "drop table tennis practice; update calendar",
    "I'd like to select the best from the list",
    "Select committee on intelligence",
    "sleep well",
    "where is it?",
    "1 or 2 items",
    "a=b",
    "5'10\" tall",
    "x > 3 and y < 5",
    "status = open AND priority = high",
    "name eq 'Tom' and age gt 5",
    "{'a': 1, 'b': 'c'}",
    "{\"a\": \"b\", \"c\": \"d\"}",
    "print('hello'); exit()",
    "She said \"yes\" and left",
    "\"quoted\" and more",
    "C# developer",
    "50% off -- today only",
    "user@example.com",
    "SELECT",
    "insert coin",
    "delete this file; then update the index",
    "L'Oréal",
    "Hawai'i",
    "'90s or so",
    "Alter ego; create something",
    "having fun",
    "group by the fire",
    "limit 5 per person",
    "truncate the string",
    "What's the case when it fails?",
    "grant access to Bob",
    "version 2 (beta)",
    "call me; show up",
    "if (x == 1) { y = 'a' }",
    "SELECT-O-MATIC 3000",
    "https://a.example/?q=1&b='x'",
    "kids' menu; set of 3",
    "a || b",
    "foo && bar",
];

#[test]
fn honest_values_are_nothing() {
    let wrong: Vec<_> =
        HONEST.iter().map(|text| (text, facts(text, true))).filter(|(_, facts)| !facts.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn values_that_break_out() {
    check_value(
        Fact::BreakOut,
        &[
            "' or 1=1--",
            "admin'--",
            "admin' -- -",
            "admin' #",
            "admin'/*",
            "x' OR 'a'='a",
            "\" or \"\"=\"",
            "') or ('1'='1",
            "')) or (('1'='1",
            "1'; DROP TABLE users--",
            "' UNION SELECT username, password FROM users--",
            "' AND sleep(5)#",
            "1' ORDER BY 3--+",
            "' HAVING 1=1--",
            "' GROUP BY password HAVING 1=1--",
            "'||(SELECT password FROM users)||'",
            "'+(select 1)+'",
            "' and email like '%a",
            "' || pg_sleep(5)--",
            "x' AND 1=(SELECT COUNT(*) FROM tabname); --",
            "' or not false--",
            "' or ''-'",
            "'='",
            "' like '",
            "'/**/or/**/1=1--",
            "' or exists(select * from users)--",
            "x';",
            "x' or username is not null--",
            "1' into outfile '/tmp/x'--",
            "' XOR 1=1--",
            "' && 1=1#",
            "' procedure analyse()--",
            "'\u{b}or\u{b}1=1--",
            "'\u{a0}or\u{a0}1=1\u{a0}--",
        ],
        HONEST,
    );
}

#[test]
fn values_with_constant_conditions() {
    check_value(
        Fact::Tautology,
        &[
            "1 or 1=1",
            "1 OR 2>1",
            "' or 'a'='a",
            "1) or (1=1",
            "' or 1 like 1--",
            "' or true--",
            "or 1=1--",
            "1 and 1=2",
            "1 || 1=1",
            "' or 1--",
            "\" or \"a\"=\"a",
            "x' or 5 between 1 and 7--",
            "1 or 0x31=0x31",
            "' or ''='",
            "1 /*!50000or*/ 1=1",
            "' oR NoT 1=2--",
            " OR 1=1",
            "name,1=1",
            "'a' < 'b' = 7",
            "9 is not null",
            "if(4=4,9,8)",
        ],
        &[
            "a,b",
            "1,2,3",
            "if (x == 1) y",
            "'a', 'b'",
            "5 or 6",
            "x = 1",
            "true or false?",
            "yes or no",
            "a or 1",
            "1 and 2",
        ],
    );
}

#[test]
fn values_that_are_pieces_or_probes() {
    check_value(
        Fact::Fragment,
        &[
            "OR name = \"",
            "or a!='",
            "or a=b-- ",
            "x LIKE '",
            ") like (",
            ") or (1",
            "1='1' or-- -",
            "or name like 'x%' --",
        ],
        &[":) or :(", "and so on --", "a = b", "it is either x or", ") see below"],
    );
    check_value(
        Fact::Unfinished,
        &["hex(", "if(", "length?(", "encode=(", "day. (", "MAX (", "if !("],
        &["hex", "hex(x)", "open (", "time (UTC)", "a day ("],
    );
    check_value(
        Fact::Torn,
        &["login '", ",note\"", "'eve', 'x'"],
        &["parents'", "what's your name?", "height (12\")", "'Sheet 1'!A1", "name", "'a' or 'b'"],
    );
    check_value(Fact::Ended, &["x;--", "drop t; -- ", "1;/*"], &["x; -- note", "x;", "x --", "C; #"]);
    check_value(Fact::Cast, &["f(a)::text", "f(a, 'b')::double precision"], &["a::b", "f(a)", "std::max(a)"]);
    check_value(Fact::Comparison, &["11!=1", "3 > 2"], &["11", "a!=1", "1=1 is true"]);
}

/// Who reads markup puts its values into a query.
#[test]
fn values_stand_in_markup() {
    for (text, fact) in [
        ("<a b=\"7 or 1=1\"/>", Fact::Tautology),
        ("<a><b>x' or 'c'='c</b></a>", Fact::BreakOut),
        ("<?xml version='1.0'?><a b='1'>7 union select 1,2</a>", Fact::UnionSelect),
        ("<a b=\"7; drop table t\">x</a>", Fact::Stacked),
    ] {
        assert!(facts(text, true).contains(&fact), "{text}: {:?}", facts(text, true));
    }
    for text in ["<a b=\"it's\" c='d'>5 o'clock; and more</a>", "<p>Select one or two from the list</p>", "<3 you & me"]
    {
        assert_eq!(facts(text, true), [], "{text}");
    }
}

#[test]
fn values_that_join_other_queries() {
    check_value(
        Fact::UnionSelect,
        &[
            "-1 UNION SELECT 1,2,3",
            "1 union all select null,null--",
            "' UNION SELECT * FROM users--",
            "1 uNiOn(select(1),2)",
            "1 UNION/**/SELECT/**/password/**/FROM/**/users",
            "' union distinct select @@version#",
            "1 union select user,pass from t",
        ],
        &["union select committee", "The European Union select few", "the union, select members", "UNION SELECT"],
    );
    check_value(
        Fact::Stacked,
        &[
            "1; DROP TABLE users",
            "1;DELETE FROM x",
            "'; insert into users values(1)--",
            "'; EXEC xp_cmdshell 'dir'--",
            "1);waitfor delay '0:0:5'--",
            "')) waitfor delay '0:0:5'--",
            "x'; update users set a=1--",
            "1; SELECT pg_sleep(5)",
            "1; shutdown--",
            "1;declare @q varchar(9);set @q='x'",
        ],
        &[
            "tea; select cakes",
            "stop; drop by; update me",
            "a; b; c",
            "wait; call mom",
            "first; then set the table",
            "delete it; from now on",
        ],
    );
    check_value(
        Fact::Subquery,
        &["(select password from users)", "1 and (select 1)=1", "' and (SELECT top 1 a FROM b)=1--"],
        &["(select one)", "(see table)"],
    );
    check_value(
        Fact::ClauseProbe,
        &["1 ORDER BY 5--", "' order by 3#", "1 having 1=1", " ORDER BY 22# ", "1' group by a having 1=1--"],
        &["order by 5pm", "having 2 kids", "sort and order by name"],
    );
}

#[test]
fn values_that_call() {
    check_value(
        Fact::TimeDelay,
        &["sleep(5)", "1 and pg_sleep(5)", "' or benchmark(1000000,md5(1))#", "1 waitfor delay '0:0:5'"],
        &["sleep 5", "good sleep; really", "sleep (8 hours) and eat"],
    );
    check_value(Fact::ErrorBased, &["extractvalue(1,concat(0x7e,version()))", "UpdateXML("], &["extract value"]);
    check_value(Fact::FileRead, &["' union select load_file('/etc/passwd')--", "load_file(0x2f)"], &["load file"]);
    check_value(
        Fact::Command,
        &["exec master..xp_cmdshell 'dir'", "exec xp_cmdshell", "'; copy t from program 'id'--"],
        &["command shell", "xp_cmdshell (SQL Server)"],
    );
    check_value(
        Fact::SchemaProbe,
        &["1 union select table_name from information_schema.tables", "' and 1=(select name from sysobjects)--"],
        &["information schema"],
    );
    check_value(
        Fact::Outbound,
        &["' AND 1=utl_inaddr.get_host_address('x')--", "1;exec xp_dirtree '//x/y'"],
        &["host address"],
    );
}

#[test]
fn statements_do_what_they_do() {
    let has = |text: &str, fact: Fact| facts(text, false).contains(&fact);
    for (fact, hit, miss) in [
        (
            Fact::Destructive,
            vec![
                "DROP TABLE users",
                "drop database x;",
                "TRUNCATE orders",
                "ALTER TABLE a DROP COLUMN b",
                "/* x */ drop/**/table t",
                "-- a\rdrop table t",
            ],
            vec![
                "SELECT 'drop table x'",
                "-- drop table x\nSELECT 1",
                "DROP TEMPORARY TABLE t",
                "SELECT drop_date FROM t",
                "CREATE TABLE t (a int)",
            ],
        ),
        (
            Fact::Unbounded,
            vec![
                "DELETE FROM users",
                "UPDATE t SET a = 1",
                "DELETE FROM t WHERE 1=1",
                "WITH x AS (SELECT 1 WHERE true) DELETE FROM t",
                "delete from t where true",
                "UPDATE t SET a=(SELECT 1 FROM b WHERE c=1)",
            ],
            vec![
                "DELETE FROM users WHERE id = 5",
                "UPDATE t SET a=1 WHERE b=2",
                "SELECT * FROM t FOR UPDATE",
                "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a=1",
                "DELETE FROM t LIMIT 5",
            ],
        ),
        (
            Fact::Stacked,
            vec!["SELECT 1; SELECT 2", "a;b"],
            vec!["SELECT 1;", "SELECT ';'", "SELECT 1 -- ; x", ";;SELECT 1;"],
        ),
        (
            Fact::FileWrite,
            vec![
                "SELECT 1 INTO OUTFILE '/x'",
                "COPY t TO '/tmp/x'",
                "ATTACH DATABASE '/x' AS y",
                "SELECT lo_export(1,'/x')",
            ],
            vec!["COPY t TO STDOUT", "SELECT a INTO b FROM c"],
        ),
        (
            Fact::FileRead,
            vec![
                "SELECT LOAD_FILE('/etc/passwd')",
                "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",
                "COPY t FROM '/x'",
                "SELECT pg_read_file('x')",
                "SELECT * FROM OPENROWSET(BULK 'x')",
            ],
            vec!["COPY t FROM STDIN", "SELECT * FROM files"],
        ),
        (
            Fact::Command,
            vec![
                "COPY t FROM PROGRAM 'id'",
                "EXEC xp_cmdshell 'dir'",
                "EXEC master..xp_cmdshell 'dir'",
                "select sys_exec('id')",
                "CREATE FUNCTION f() RETURNS int AS $$ x $$ LANGUAGE plpython3u",
                "CREATE FUNCTION f RETURNS int SONAME 'f.so'",
                "CREATE FUNCTION f() RETURNS int AS 'x.so', 'f' LANGUAGE 'C' STRICT",
                "DO LANGUAGE plperlu $$ x $$",
                "CREATE FUNCTION f() RETURNS int AS '$libdir/../../tmp/x', 'f' LANGUAGE C",
                "CREATE FUNCTION f() RETURNS int AS '/tmp/x.so', 'MODULE_PATHNAME' LANGUAGE C",
                "CREATE FUNCTION f() RETURNS int AS '$libdir/x' LANGUAGE plpython3u",
                "CREATE FUNCTION f() RETURNS int AS $$/tmp/x$$, '$libdir/x' LANGUAGE C",
                "CREATE FUNCTION f(a int DEFAULT cast('1' AS 'MODULE_PATHNAME')) RETURNS int AS '/tmp/x' LANGUAGE C",
                "CREATE EXTENSION plpython3u",
            ],
            vec![
                "SELECT program FROM t",
                "SELECT command FROM t",
                "CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE plpgsql",
                "CREATE EXTENSION pg_trgm",
                "CREATE FUNCTION weigh(a int, b int) RETURNS int AS 'MODULE_PATHNAME', 'weigh' LANGUAGE C STRICT",
                "CREATE FUNCTION f() RETURNS text AS '$libdir/my_units' LANGUAGE C",
            ],
        ),
        (
            Fact::Privilege,
            vec!["GRANT ALL ON x TO y", "CREATE USER a", "ALTER ROLE x SUPERUSER", "EXEC sp_addsrvrolemember 'a'"],
            vec!["SELECT role FROM users", "CREATE TABLE role (a int)"],
        ),
        (
            Fact::Dynamic,
            vec!["EXECUTE IMMEDIATE 'x'", "EXEC('select 1')", "EXEC sp_executesql @x", "PREPARE s FROM 'x'"],
            vec!["EXEC my_proc 1"],
        ),
        (
            Fact::Server,
            vec!["SET GLOBAL general_log=1", "SHUTDOWN", "ALTER SYSTEM SET a=b", "EXEC sp_configure 'x',1"],
            vec!["SET @a = 1", "SELECT 1", "EXEC sp_configure 'max server memory', 4096"],
        ),
        (
            Fact::TimeDelay,
            vec!["SELECT pg_sleep(5)", "WAITFOR DELAY '0:0:5'", "SELECT randomblob(900000000)"],
            vec!["SELECT sleep_time FROM t", "SELECT hex(randomblob(16))"],
        ),
        (Fact::Obfuscated, vec!["SELECT/**/1", "/*!50000 SELECT*/ 1"], vec!["SELECT /* c */ 1", "SELECT 1 /* end */"]),
        (Fact::SchemaProbe, vec!["SELECT * FROM information_schema.tables"], vec!["SELECT * FROM my_schema.tables"]),
        (
            Fact::Credentials,
            vec!["SELECT * FROM mysql.user", "select * from pg_shadow"],
            vec!["SELECT * FROM app.user"],
        ),
    ] {
        let wrong: Vec<_> = hit
            .iter()
            .filter(|text| !has(text, fact))
            .map(|text| format!("missed {text}: {:?}", facts(text, false)))
            .chain(miss.iter().filter(|text| has(text, fact)).map(|text| format!("hit {text}")))
            .collect();
        assert!(wrong.is_empty(), "{fact:?}: {wrong:#?}");
    }
    assert!(
        facts(
            "SELECT a, count(*) FROM t JOIN u ON t.id = u.id WHERE b = 'O''Brien' AND 1=1 GROUP BY a ORDER BY 2 DESC",
            false
        )
        .is_empty()
    );
}

#[test]
fn a_script_that_prepares_its_statements_is_a_query() {
    let stacked = |text: &str| {
        let mut scratch = SqlScratch::default();
        parse_value(text.as_bytes(), &mut scratch);
        let sql = scratch.sql(text.as_bytes());
        (sql.first(Fact::Stacked).is_some(), sql.statements().len())
    };
    for text in [
        "BEGIN; UPDATE a SET b = 1 WHERE c = 2; COMMIT;",
        "START TRANSACTION; INSERT INTO a VALUES (1)",
        "PRAGMA foreign_keys = ON; DELETE FROM a WHERE b = 2",
        "set search_path to x; use y; delete from a where b = 2",
    ] {
        assert_eq!(stacked(text), (false, 1), "{text}");
    }
    for text in ["7; DROP TABLE a", "anna; DELETE FROM a WHERE b = 2"] {
        assert!(stacked(text).0, "{text}");
    }
}

#[test]
fn queries_find_their_evidence() {
    let ask = |query: serde_json::Value, text: &str| {
        let query: SqlQuery = serde_json::from_value(query).unwrap();
        let mut scratch = SqlScratch::default();
        parse(text.as_bytes(), &mut scratch);
        query
            .matches(&scratch.sql(text.as_bytes()))
            .map(|span| String::from_utf8_lossy(span.of(text.as_bytes())).into_owned())
    };
    use serde_json::json;
    assert_eq!(ask(json!({"verb": ["drop"]}), "select 1; drop table x").as_deref(), Some("drop table x"));
    assert_eq!(ask(json!({"call": ["load_*"]}), "select load_file('a')").as_deref(), Some("load_file"));
    assert_eq!(ask(json!({"name": ["mysql.*"]}), "select * from mysql.user").as_deref(), Some("mysql.user"));
    assert_eq!(ask(json!({"all": ["stacked", "destructive"]}), "drop table x"), None);
    assert_eq!(ask(json!({"fact": ["destructive"], "none": ["stacked"]}), "select 1; drop table x"), None);
    assert_eq!(ask(json!({}), "drop table x"), None);
    let query = SqlQuery { fact: vec![Fact::BreakOut], ..SqlQuery::default() };
    assert_eq!(serde_json::from_str::<SqlQuery>(&serde_json::to_string(&query).unwrap()).unwrap(), query);
}

proptest! {
    #[test]
    fn any_bytes_give_a_reading(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut scratch = SqlScratch::default();
        parse(&text, &mut scratch);
        parse_value(&text, &mut scratch);
        prop_assert!(scratch.sql(&text).found().iter().all(|found| found.span.end as usize <= text.len()));
    }

    #[test]
    fn any_sql_like_text_gives_a_reading(parts in prop::collection::vec(prop::sample::select(&[
        "'", "\"", "`", "--", "#", "/*", "*/", "/*!", ";", "(", ")", " or ", " and ", "union ", "select ", "from ", "1", "=", "a", ".", ",", "$$", "@", "\\", "\n", " ",
        "drop table ", "delete from ", "where ", "waitfor delay ", "order by ", "sleep(", "||", "+", "not ", "is null", "0x", "1e", "[", "]", "N'", "é",
    ][..]), 0..40)) {
        let text = parts.concat();
        facts(&text, true);
        facts(&text, false);
    }

    #[test]
    fn a_quoted_word_is_data(word in "[a-zA-Z0-9 ,.!?]{0,40}") {
        let literal = format!("SELECT '{word}'");
        prop_assert!(facts(&literal, false).is_empty());
    }
}
