//! What tools say to an agent at work, of realistic kinds.

use data_encoding::BASE64;
use serde_json::json;

use super::random::Random;

/// A source file in one of several languages.
pub(crate) fn source(random: &mut Random, lines: usize) -> String {
    let language = random.below(4);
    let line = |random: &mut Random, at: usize| {
        let (a, b, c) = (random.word(), random.word(), random.word());
        match (language, at % 7) {
            (0, 0) => format!(
                "/// The {a} of a {b}.\npub fn {a}_{b}(value: u32) -> Result<u32, Error> {{\n    Ok(value + {at})\n}}\n"
            ),
            (0, 1) => format!("    let {a} = {b}.iter().map(|{c}| {c}.{a}()).collect::<Vec<_>>();\n"),
            (0, 2) => format!("    let {a} = std::env::var(\"{}_URL\").unwrap_or_default();\n", b.to_uppercase()),
            (0, _) => format!("    if {a} > {at} {{\n        return Err(Error::{b}({c}));\n    }}\n"),
            (1, 0) => format!(
                "def {a}_{b}({c}: int) -> int:\n    \"\"\"Give the {a} of the {b}.\"\"\"\n    return {c} + {at}\n"
            ),
            (1, 1) => format!("    {a} = os.environ.get(\"{}\", \"{c}\")\n", b.to_uppercase()),
            (1, 2) => {
                format!("    {a} = requests.get(f\"https://api.{b}.example/v1/{c}/{{{a}_id}}\", timeout=10).json()\n")
            }
            (1, 3) => format!("    subprocess.run([\"git\", \"{a}\", \"--{b}\"], check=True)\n"),
            (1, _) => format!("    for {a} in {b}:\n        logger.info(\"{c} %s\", {a})\n"),
            (2, 0) => format!(
                "export async function {a}({b}: string): Promise<{c}[]> {{\n  const res = await fetch(`${{base}}/{a}?{b}=${{encodeURIComponent({b})}}`);\n  return res.json();\n}}\n"
            ),
            (2, 1) => format!("  const {a} = process.env.{} ?? '{c}';\n", b.to_uppercase()),
            (2, 2) => format!("  const hash = createHash('sha256').update({a}).digest('hex'); // {b}\n"),
            (2, _) => format!("  if (!{a}) throw new Error(`no {b} for ${{{c}}}`);\n"),
            (_, 0) => format!(
                "func {a}{b}(ctx context.Context, {c} int) error {{\n\treturn fmt.Errorf(\"{a}: %w\", err)\n}}\n"
            ),
            (_, 1) => format!("\trows, err := db.QueryContext(ctx, \"SELECT {a}, {b} FROM {c} WHERE id = $1\", id)\n"),
            (_, _) => format!("\tif err := {a}.{b}(ctx); err != nil {{\n\t\treturn err\n\t}}\n"),
        }
    };
    (0..lines).map(|at| line(random, at)).collect()
}

pub(crate) fn diff(random: &mut Random, files: usize, lines: usize) -> String {
    (0..files)
        .map(|_| {
            let name = format!("src/{}_{}.rs", random.word(), random.word());
            let body: String = source(random, lines)
                .lines()
                .map(|line| format!("{}{line}\n", random.of(&["+", "-", " ", " "])))
                .collect();
            let (one, other) = (random.hex(7), random.hex(7));
            format!("diff --git a/{name} b/{name}\nindex {one}..{other} 100644\n--- a/{name}\n+++ b/{name}\n@@ -1,{lines} +1,{lines} @@\n{body}")
        })
        .collect()
}

/// What a run of tests or a build writes.
pub(crate) fn build_log(random: &mut Random, lines: usize) -> String {
    (0..lines)
        .map(|at| {
            let (a, b, c) = (random.word(), random.word(), random.word());
            match random.below(6) {
                0 => format!("   Compiling {a}-{b} v0.{at}.{} (/srv/project/crates/{a})\n", random.below(20)),
                1 => format!("test {a}::tests::{b}_{c} ... ok\n"),
                2 => format!("warning: unused variable: `{a}`\n  --> src/{b}.rs:{at}:9\n"),
                3 => format!("npm warn deprecated {a}@2.{at}.0: {b} is no longer kept, use {c}\n"),
                4 => format!("\u{1b}[32mPASS\u{1b}[0m src/{a}/{b}.test.ts (\u{1b}[1m{}\u{1b}[0m ms)\n", random.below(900)),
                _ => format!("#{at} [{a} 3/9] RUN apt-get update && apt-get install -y --no-install-recommends curl ca-certificates && rm -rf /var/lib/apt/lists/*\n"),
            }
        })
        .collect()
}

pub(crate) fn stack_trace(random: &mut Random) -> String {
    let frames: String = (0..14)
        .map(|at| {
            format!(
                "  File \"/srv/app/{}/{}.py\", line {}, in {}\n    {} = {}({})\n",
                random.word(),
                random.word(),
                at * 17 + 3,
                random.word(),
                random.word(),
                random.word(),
                random.word()
            )
        })
        .collect();
    format!("Traceback (most recent call last):\n{frames}ValueError: {} is not a {}\n", random.word(), random.word())
}

/// The log of a service.
pub(crate) fn log(random: &mut Random, lines: usize) -> String {
    (0..lines)
        .map(|at| {
            let (second, minute) = (at % 60, at / 60 % 60);
            match random.below(4) {
                0 => format!("2026-01-07T10:{minute:02}:{second:02}Z INFO {} took {} ms trace={}\n", random.words(5), random.below(900), random.hex(32)),
                1 => format!("10.4.{}.{} - - [07/Jan/2026:10:{minute:02}:{second:02} +0000] \"GET /{}/{}?page={} HTTP/1.1\" 200 {} \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\"\n", random.below(255), random.below(255), random.word(), random.word(), random.below(9), random.below(90_000)),
                2 => format!("{{\"level\":\"warn\",\"ts\":17{}.{},\"caller\":\"{}/{}.go:{at}\",\"msg\":\"{}\"}}\n", random.below(99_999_999), random.below(999), random.word(), random.word(), random.words(6)),
                _ => format!("2026-01-07T10:{minute:02}:{second:02}Z ERROR {}: connection to postgres://{}-db:5432/{} refused, again in {} s\n", random.word(), random.word(), random.word(), random.below(60)),
            }
        })
        .collect()
}

pub(crate) fn csv(random: &mut Random, rows: usize) -> String {
    let rows: String = (0..rows)
        .map(|at| {
            format!(
                "{},{} {},{}.{}@{}.example,{},2026-{:02}-{:02},{}.{:02}\n",
                41_000 + at,
                random.word(),
                random.word(),
                random.word(),
                random.word(),
                random.word(),
                random.word(),
                1 + random.below(12),
                1 + random.below(28),
                random.below(900),
                random.below(100)
            )
        })
        .collect();
    format!("order,buyer,mail,product,day,amount\n{rows}")
}

pub(crate) fn rows(random: &mut Random, count: usize) -> String {
    let one = |at: usize, random: &mut Random| {
        let (name, town) = (random.word(), random.word());
        json!({"order": 41_000 + at, "buyer": format!("{name} {town}"), "mail": format!("{name}@{town}.example"), "product": random.word(), "amount": random.below(9000), "paid": random.below(2) == 1})
    };
    serde_json::to_string(&(0..count).map(|at| one(at, random)).collect::<Vec<_>>()).unwrap()
}

/// A page as a fetcher gives it: markdown with links, code, tables and pictures.
pub(crate) fn page(random: &mut Random, words: usize) -> String {
    let (a, b) = (random.word(), random.word());
    let mut out =
        format!("Contents of https://{a}.example/{b}:\n# {}\n\n{}\n\n", random.words(5), random.prose(words / 2));
    out += &format!(
        "## Install\n\n```bash\ncurl -fsSL https://get.{a}.example/key.asc | sudo gpg --dearmor -o /usr/share/keyrings/{a}.gpg\nsudo apt-get install {a}\n{a} --version\n```\n\n"
    );
    out += &format!(
        "| {} | {} |\n| --- | --- |\n| {} | {} |\n\n",
        random.word(),
        random.word(),
        random.word(),
        random.below(99)
    );
    out += &format!(
        "![{}](https://img.{b}.example/{}.png) See also [{}](https://{b}.example/docs/{}#{}) or write to hello@{a}.example.\n\n",
        random.words(3),
        random.hex(12),
        random.words(2),
        random.word(),
        random.word()
    );
    out + &format!(
        "> Note: never paste your password into a page that you do not know.\n\n{}\n",
        random.prose(words / 2)
    )
}

pub(crate) fn html(random: &mut Random, items: usize) -> String {
    let items: String = (0..items)
        .map(|at| format!("<li class=\"{}\" data-id=\"{at}\"><a href=\"/{}?utm_source={}&amp;utm_medium=web\" onclick=\"track({at})\">{}</a> &mdash; {}</li>\n", random.word(), random.word(), random.word(), random.words(3), random.prose(12)))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title><script src=\"/static/app.{}.js\" defer></script><style>.a{{display:none}}</style></head>\n<body><ul>\n{items}</ul><!-- built {} --></body></html>\n",
        random.words(4),
        random.hex(8),
        random.hex(40)
    )
}

/// What is on a page, as a browser's tool tells it.
pub(crate) fn snapshot(random: &mut Random, nodes: usize) -> String {
    let nodes: String = (0..nodes)
        .map(|at| {
            format!(
                "    - {} \"{}\" [ref=e{at}] [cursor=pointer]\n",
                random.of(&["link", "button", "textbox", "heading", "listitem", "img"]),
                random.words(3)
            )
        })
        .collect();
    format!(
        "### Page state\n- Page URL: https://shop.example/{}\n- Page Title: {}\n- Page Snapshot:\n```yaml\n- generic [ref=e1]:\n{nodes}```\n",
        random.word(),
        random.words(3)
    )
}

pub(crate) fn manifest(random: &mut Random) -> String {
    let name = random.word();
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: shop\n  labels: {{app: {name}}}\nspec:\n  replicas: {}\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      containers:\n      - name: {name}\n        image: registry.shop.example/{name}@sha256:{}\n        args: [\"--config\", \"/etc/{name}/config.yaml\"]\n        env:\n        - name: DATABASE_PASSWORD\n          valueFrom: {{secretKeyRef: {{name: {name}-db, key: password}}}}\n        resources: {{limits: {{memory: 512Mi}}}}\n",
        1 + random.below(6),
        random.hex(64)
    )
}

pub(crate) fn pods(random: &mut Random, count: usize) -> String {
    let pods: String = (0..count)
        .map(|_| {
            format!(
                "{}-{}-{}   1/1   Running   {}   {}d   10.2.{}.{}   node-{}\n",
                random.word(),
                random.hex(10),
                random.hex(5),
                random.below(4),
                random.below(90),
                random.below(255),
                random.below(255),
                random.below(12)
            )
        })
        .collect();
    format!("NAME   READY   STATUS   RESTARTS   AGE   IP   NODE\n{pods}")
}

pub(crate) fn commits(random: &mut Random, count: usize) -> String {
    (0..count)
        .map(|at| {
            format!(
                "Commit: {}\nAuthor: {} <{}@shop.example>\nDate: 2026-01-{:02} 10:12:00+00:00\nMessage: {}\n\n",
                random.hex(40),
                random.word(),
                random.word(),
                1 + at % 28,
                random.words(7)
            )
        })
        .collect()
}

pub(crate) fn issue(random: &mut Random) -> String {
    let body = format!(
        "### What happened\n{}\n\n```\n{}```\n\n### What should happen\n{}\n\n<!-- Please do not remove this comment; it is read by the triage workflow. -->\n- [x] I have read the guide\n- [ ] I can send a pull request",
        random.prose(50),
        stack_trace(random),
        random.prose(20)
    );
    json!({"number": random.below(4000), "title": random.words(6), "state": "open", "user": {"login": random.word()}, "labels": [{"name": "bug"}], "body": body}).to_string()
}

pub(crate) fn talk(random: &mut Random, messages: usize) -> String {
    let all: Vec<_> = (0..messages)
        .map(|at| json!({"type": "message", "user": format!("U0{}", random.hex(6).to_uppercase()), "ts": format!("17670{:05}.{:06}", at, random.below(999_999)), "text": format!("{} <https://wiki.shop.example/{}|{}> :{}:", random.prose(14), random.word(), random.words(2), random.word())}))
        .collect();
    json!({"ok": true, "messages": all}).to_string()
}

/// A lock file of packages: hashes without end.
pub(crate) fn lock_file(random: &mut Random, packages: usize) -> String {
    let packages: String = (0..packages)
        .map(|at| {
            let name = format!("{}-{}", random.word(), random.word());
            let integrity = BASE64.encode(&random.bytes(64));
            format!("    \"node_modules/{name}\": {{\n      \"version\": \"1.{at}.0\",\n      \"resolved\": \"https://registry.npmjs.org/{name}/-/{name}-1.{at}.0.tgz\",\n      \"integrity\": \"sha512-{integrity}\"\n    }},\n")
        })
        .collect();
    format!(
        "{{\n  \"name\": \"shop\",\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n{packages}    \"\": {{}}\n  }}\n}}\n"
    )
}

/// Settings that every project has: which secrets there are, not what they are.
pub(crate) fn workflow(random: &mut Random) -> String {
    let job = random.word();
    format!(
        "name: {job}\non: [push]\npermissions: {{contents: read}}\njobs:\n  {job}:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@{}\n    - run: |\n        npm ci\n        npm test -- --reporter=junit > report.xml\n    - name: Deploy\n      env:\n        DEPLOY_TOKEN: ${{{{ secrets.DEPLOY_TOKEN }}}}\n      run: curl -fsS -X POST -H \"Authorization: Bearer $DEPLOY_TOKEN\" https://deploy.shop.example/v1/{job}\n",
        random.hex(40)
    )
}

pub(crate) fn minified(random: &mut Random, bytes: usize) -> String {
    let mut out = String::from(
        "!function(e,t){\"object\"==typeof exports?module.exports=t():e.lib=t()}(this,function(){\"use strict\";",
    );
    while out.len() < bytes {
        out += &format!(
            "function {}(e,t){{return e.{}?t.{}(e,{}):void 0}}var {}={{{}:!0,{}:\"\\x{}\"}};",
            random.of(&["a", "n", "r", "o"]),
            random.word(),
            random.word(),
            random.below(99),
            random.hex(2),
            random.word(),
            random.word(),
            random.hex(2)
        );
    }
    out + "});"
}

pub(crate) fn picture(random: &mut Random, bytes: usize) -> String {
    BASE64.encode(&[&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &random.bytes(bytes)].concat())
}

/// What goes wrong on an ordinary day.
pub(crate) fn error(random: &mut Random) -> String {
    let word = random.word();
    let errors = [
        format!("Error: ENOENT: no such file or directory, open '/srv/project/src/{word}.rs'"),
        format!("Access denied - path outside allowed directories: /etc/{word} not in /srv/project"),
        format!("MCP error -32602: Invalid arguments for tool {word}: Required"),
        format!("Command failed with exit code 101\nerror[E0308]: mismatched types\n  --> src/{word}.rs:12:9"),
        "Error from server (Forbidden): pods is forbidden: User \"dev\" cannot list resource \"pods\" in the namespace \"kube-system\"".to_owned(),
        "Failed to fetch https://journal.example/: 429 Too Many Requests".to_owned(),
        format!("sqlite3.OperationalError: no such column: {word}"),
    ];
    errors[random.below(errors.len())].clone()
}
