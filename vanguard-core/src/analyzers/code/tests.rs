//! What code does, and what it only mentions.

use super::{CodeQuery, CodeScratch, Fact, Sink, parse, parse_value};
use crate::message::Span;
use proptest::prelude::*;

fn facts(text: &str) -> Vec<Fact> {
    let mut scratch = CodeScratch::default();
    parse(text.as_bytes(), &mut scratch);
    let code = scratch.code(text.as_bytes());
    assert!(code.found().iter().all(|one| one.span.start <= one.span.end && one.span.end as usize <= text.len()));
    code.found().iter().map(|found| found.fact).collect()
}

#[track_caller]
fn check(fact: Fact, hit: &[&str], miss: &[&str]) {
    let told = |text: &&&str| format!("{text}: {:?}", facts(text));
    let missed: Vec<_> = hit.iter().filter(|text| !facts(text).contains(&fact)).map(|text| told(&text)).collect();
    let wrong: Vec<_> = miss.iter().filter(|text| facts(text).contains(&fact)).map(|text| told(&text)).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "{fact:?}\nmissed {missed:#?}\nwrong {wrong:#?}");
}

#[test]
fn programs_are_started() {
    check(
        Fact::Process,
        &[
            "import os\nos.system('id')",
            "__import__('os').system('id')",
            "__import__(\"os\") . popen ( 'id' ).read()",
            "importlib.import_module('subprocess').run(['id'])",
            "subprocess.check_output(cmd, shell=True)",
            "require('child_process').exec('id')",
            "require(\"node:child_process\")['execSync']('id')",
            "process.mainModule.require('child_process').spawn('sh')",
            "Runtime.getRuntime().exec(\"id\")",
            "new ProcessBuilder(\"sh\", \"-c\", x).start()",
            "<?php system($_GET['c']); ?>",
            "<?php echo shell_exec ('id'); ?>",
            "Kernel.system('id')",
            "system \"id\"",
            "IO.popen(['id'])",
            "# a\ros.system('id')",
            "1 // a\u{2028}require('child_process').exec('id')",
            "a = 7 // 2; os.system('id')",
            "a = 7 // 2; os.system('id') / 1",
            "x = 'it''s'; os.system('id')",
            "/'/.test(x); require('child_process').exec(y); /'/",
            "$a = 'two\nlines' . system('id') . 'x';",
            "os['system']('id')",
            "os?.system('id')",
            "\"\"\"doc's\"\"\"; os.system('id')",
        ],
        &[
            "# os.system('id')\nprint(1)",
            "print('os.system(1)')",
            "print(\"call os.system('x') never\")",
            "// require('child_process').exec('id')\nlet a = 1;",
            "# \u{2019}os.system('id')\r\nx = 1",
            "/* system('id') */ let a = 1;",
            "\"\"\"\nos.system('id')\n\"\"\"\nx = 1",
            "def system(self): pass",
            "const m = /ab+c/.exec(text);",
            "pattern.exec(line)",
            "the operating system (Linux)",
            "cursor.execute('SELECT 1')",
            "it's the system's fault",
            "db.exec('CREATE TABLE t (a)')",
        ],
    );
}

#[test]
fn text_is_run_as_code() {
    check(
        Fact::Eval,
        &[
            "eval(x)",
            "exec(compile(s, 'a', 'exec'))",
            "new Function('return 1')()",
            "window['eval'](x)",
            "vm.runInNewContext(x)",
            "@eval($_POST['x']);",
            "assert($x);",
            "class A { #x = eval(y) }",
        ],
        &[
            "function (x) { return x }",
            "model.eval()",
            "df.eval('a + b')",
            "evaluate(x)",
            "'eval(x)'",
            "# eval(x)",
            "def eval(self, x): pass",
        ],
    );
    check(
        Fact::DecodedEval,
        &[
            "exec(base64.b64decode('aWQ='))",
            "eval(atob('aWQ='))",
            "eval(gzinflate(base64_decode('aWQ=')))",
            "exec(__import__('base64').b64decode(x).decode())",
            "eval(String.fromCharCode(97, 98))",
        ],
        &["base64.b64decode(x)", "eval(x)", "data = atob(x); eval('1')", "eval(x, atob)"],
    );
    check(
        Fact::InlineImport,
        &["__import__('os').system('id')", "require('child_process').execSync('id')"],
        &["import os\nos.system('id')", "require('fs').readFileSync('a')", "__import__('json').loads(x)"],
    );
}

#[test]
fn the_interpreter_is_climbed() {
    check(
        Fact::Escape,
        &[
            "().__class__.__bases__[0].__subclasses__()",
            "{{ ''.__class__.__mro__[1] }}",
            "f.__globals__['os']",
            "this.constructor.constructor('return process')()",
            "[]['constructor']['constructor']('x')()",
            "getattr(os, 'sys' + 'tem')('id')",
            "${T(java.lang.Runtime).getRuntime()}",
            "process.mainModule.require('fs')",
            "{{ a.__class__ }}",
        ],
        &[
            "self.__class__.__name__",
            "x.constructor",
            "getattr(args, 'name')",
            "'__globals__'",
            "new Foo().constructor.name",
        ],
    );
}

#[test]
fn objects_are_made_of_bytes() {
    check(
        Fact::Deserialize,
        &[
            "pickle.loads(x)",
            "import pickle\nobj = pickle.load(open('a', 'rb'))",
            "unserialize($x)",
            "in.readObject()",
            "marshal.loads(b)",
            "yaml.unsafe_load(t)",
        ],
        &["json.loads(x)", "yaml.safe_load(x)", "# pickle.loads(x)", "model.load(x)"],
    );
}

#[test]
fn templates_hold_expressions() {
    check(
        Fact::Template,
        &["{{ user }}", "${a}", "<%= a %>", "{% if a %}", "#{a}"],
        &["{a}", "{ {", "{{}}", "100% > 5"],
    );
    check(
        Fact::Probe,
        &["{{7*7}}", "${3*3}", "<%= 7*7 %>", "${{7*7}}", "#{ 7 * 7 }", "{{7*'7'}}", "*{7*7}"],
        &["{{ total }}", "${HOME}", "{{ 7 }}", "{{ date 2024-01-01 }}", "${{ secrets.TOKEN }}", "f(7*7)"],
    );
}

#[test]
fn queries_find_their_evidence() {
    let ask = |query: serde_json::Value, text: &str| {
        let query: CodeQuery = serde_json::from_value(query).unwrap();
        let mut scratch = CodeScratch::default();
        parse(text.as_bytes(), &mut scratch);
        let found = query.matches(&scratch.code(text.as_bytes()));
        found.map(|span| String::from_utf8_lossy(span.of(text.as_bytes())).into_owned())
    };
    use serde_json::json;
    assert_eq!(ask(json!({"call": ["os.sys*"]}), "x = os.system('id')").as_deref(), Some("os.system"));
    assert_eq!(ask(json!({"call": ["eval"]}), "model.eval()"), None);
    assert_eq!(
        ask(json!({"import": ["child_process"]}), "import {exec} from 'child_process';").as_deref(),
        Some("child_process")
    );
    assert_eq!(ask(json!({"import": ["subprocess"]}), "import os, subprocess as sp").as_deref(), Some("subprocess"));
    assert_eq!(ask(json!({"all": ["template", "escape"]}), "{{ x }}"), None);
    assert_eq!(ask(json!({"fact": ["eval"], "none": ["decode"]}), "eval(atob(x))"), None);
    assert_eq!(ask(json!({}), "eval(x)"), None);
}

fn values(text: &str) -> Vec<Fact> {
    let mut scratch = CodeScratch::default();
    parse_value(text.as_bytes(), &mut scratch);
    scratch.code(text.as_bytes()).found().iter().map(|found| found.fact).collect()
}

#[track_caller]
fn check_value(fact: Fact, hit: &[&str], miss: &[&str]) {
    let missed: Vec<_> = hit.iter().filter(|text| !values(text).contains(&fact)).collect();
    let wrong: Vec<_> = miss.iter().filter(|text| values(text).contains(&fact)).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "{fact:?}\nmissed {missed:#?}\nwrong {wrong:#?}");
}

#[test]
fn values_that_are_nothing_but_code() {
    check_value(
        Fact::Sole,
        &[
            "eval($x);",
            "@exec('a')",
            "a.b('c')",
            "exec /**/ ('a')",
            "base64_decode(",
            "{system('a')}",
            "<?php f(1); ?>",
        ],
        &["System (Admin)", "call f(x) now", "f", "(a)", "f(x) is even", "$f(x)"],
    );
    check_value(
        Fact::Php,
        &["is_array()", "call_user_func('a')", "pg_enter_mode (", "filegroup  (x)", "preg_match (1)"],
        &["len(x)", "is_array", "max(1, 2)", "is_array() tells whether", "mail (home)"],
    );
    check_value(
        Fact::Dynamic,
        &[
            "$f(1)",
            "$$$z(2);",
            "@$a['b'](1)",
            "${'a'}(1)",
            "$a/*c*/()",
            "(system)(id)",
            "('sys'.'tem')('id')",
            "(string) \"sys\".\"tem\" ('id')",
            "[system][0](id)",
            "exec #x\n (a)",
            "exec#\n(a)",
            "$ {'a'}",
            "$_GET['a']($_GET['b'])",
            "gzinflate/*x*/()",
        ],
        &[
            "$(x)",
            "$f",
            "$HOME (the folder)",
            "$f(x)$",
            "[a](https://x.example)",
            "(a)(b)",
            "(c)(3)",
            "${a}",
            "f(1)(2)",
            "$x = f(1)",
            "501(c)(3)",
            "$100 (USD)",
            "fns[0](x)",
            "/* a */ (b)",
        ],
    );
    check_value(
        Fact::Endless,
        &["while(true);", "while(1){}", "for(;;){}", "while (!![]) ;", "while(!false)", "while(-Infinity);"],
        &["while you wait", "while (i < 9)", "while(x);", "for(i = 0;;)", "meanwhile(true)"],
    );
    check_value(
        Fact::Filter,
        &["*)(uid=*", "x)(|(a=b", "*)(&", "a) (!(b=c"],
        &["(a)(b=c)", ":) (x)", "a) b (c)", "(&(a=b))"],
    );
    check_value(Fact::Wrapped, &["${a}", "{{ a }}", "<% a %>", "@@{[ a ]}"], &["a ${b}", "{a}", "{{ a }} b"]);
    check_value(Fact::Process, &["<a b=\"__import__('os').system('id')\"/>"], &["<a b=\"os\">system</a>"]);
}

#[test]
fn templates_that_climb() {
    check(
        Fact::Escape,
        &[
            "{{ a|attr('\\x5f\\x5fclass') }}",
            "{{ ['id']|map('system') }}",
            "{{ _self.env.x() }}",
            "<%= `id` %>",
            "@{[ x ]}",
            "{{ a.constructor('x')() }}",
            "${a.getClass()}",
            "{{lookup b \"constructor\"}}",
            "{{ [0]|reduce('system', 'id') }}",
        ],
        &[
            "{{ a|map('upper') }}",
            "{{ a|attr('name') }}",
            "{{ team.constructor }}",
            "{{ system }}",
            "<%= a %>",
            "{{ _self }}",
            "user@{host}",
        ],
    );
    check(
        Fact::Context,
        &["{{ config }}", "{{self}}", "{% for a in config %}", "{{ config.items() }}"],
        &["{{ site.config }}", "{{ config_title }}", "{% for a in configs %}", "{{ a in config_of }}"],
    );
}

/// What a call hands on, each call's strings together.
#[test]
fn strings_are_handed_on() {
    let given = |text: &str| -> Vec<(Sink, Vec<String>)> {
        let mut scratch = CodeScratch::default();
        parse(text.as_bytes(), &mut scratch);
        let told = |span: Span| String::from_utf8_lossy(span.of(text.as_bytes())).into_owned();
        scratch.code(text.as_bytes()).handed_on().map(|(sink, strings)| (sink, strings.map(told).collect())).collect()
    };
    let one = |sink: Sink, strings: &[&str]| vec![(sink, strings.iter().map(ToString::to_string).collect::<Vec<_>>())];
    assert_eq!(given("os.system('ls -l')"), one(Sink::Command, &["ls -l"]));
    assert_eq!(given("subprocess.run(['ls', '-l'])"), one(Sink::Command, &["ls", "-l"]));
    for read in
        ["open('a.txt')", "open('a.txt', 'rb')", "open('a.txt', encoding='ascii')", "open('a.txt', 'windows-1252')"]
    {
        assert_eq!(given(read), one(Sink::Path, &["a.txt"]), "{read}");
    }
    for write in ["open('a.txt', 'w')", "open('a.txt', mode='ab')", "open('a.txt', 'r+')", "fs.appendFile('a.txt', x)"]
    {
        assert_eq!(given(write), one(Sink::Write, &["a.txt"]), "{write}");
    }
    assert_eq!(given("shutil.rmtree('build')"), one(Sink::Removal, &["build"]));
    assert_eq!(given("requests.get('http://x.example')"), one(Sink::Url, &["http://x.example"]));
    assert_eq!(given("print('ls -l')"), []);
    assert_eq!(given("# os.system('ls')\n"), []);
}

/// Twice the text takes about twice the tokens; the clock is not asked.
#[test]
fn hostile_text_gives_no_more_than_its_bytes() {
    for unit in [
        "'\\",
        "\"",
        "'''",
        "/*",
        "f(",
        "a.",
        "['a'",
        "{{",
        "${7*7",
        "/x",
        "# ",
        "getattr(os,",
        "eval(atob(",
        "{{a|attr(",
        "<a b='f('>",
        "$a[",
        "while(",
        "@{[",
    ] {
        let text = unit.repeat(20_000);
        let mut scratch = CodeScratch::default();
        parse_value(text.as_bytes(), &mut scratch);
        assert!(scratch.found.len() <= 2 * text.len() && scratch.open.len() <= 1024, "{unit}");
    }
}

proptest! {
    #[test]
    fn any_code_like_text_gives_a_reading(parts in prop::collection::vec(prop::sample::select(&[
        "'", "\"", "'''", "\"\"\"", "`", "\\", "\n", "#", "//", "/*", "*/", "(", ")", "[", "]", ".", "?.", "::", ",", ";", " ", "eval", "os", "system",
        "require", "import ", "from ", "def ", "__class__", "{{", "}}", "${", "<%", "%>", "7*7", "/", "é", "=",
    ][..]), 0..60)) {
        facts(&parts.concat());
    }

    #[test]
    fn a_quoted_call_is_data(word in "[a-z.() ]{0,30}") {
        let quoted = format!("x = '{word}'");
        prop_assert!(facts(&quoted).is_empty());
        let commented = format!("# {word}\n");
        prop_assert!(facts(&commented).is_empty());
    }
}
