//! What code does, and what it only mentions.

use super::{CodeQuery, CodeScratch, Fact, parse};
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

/// Twice the text takes about twice the tokens; the clock is not asked.
#[test]
fn hostile_text_gives_no_more_than_its_bytes() {
    for unit in ["'\\", "\"", "'''", "/*", "f(", "a.", "['a'", "{{", "${7*7", "/x", "# ", "getattr(os,", "eval(atob("] {
        let text = unit.repeat(20_000);
        let mut scratch = CodeScratch::default();
        parse(text.as_bytes(), &mut scratch);
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
