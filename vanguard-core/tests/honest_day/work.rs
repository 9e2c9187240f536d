//! Pieces of work: what agents do all day, a minute or so each.

use serde_json::{Value, json};

use super::Day;
use super::random::Random;
use super::results::{
    build_log, commits, csv, diff, error, html, issue, lock_file, log, manifest, minified, page, picture, pods, rows,
    snapshot, source, stack_trace, talk, workflow,
};

/// What a tool answers.
pub(crate) enum Said {
    Text(String),
    Picture(String),
    Error(String),
    Nothing,
}

use Said::{Error, Nothing, Picture, Text};

/// One call to come.
pub(crate) type Call = (&'static str, &'static str, Value, Said);

pub(crate) fn servers(kind: usize) -> &'static [&'static str] {
    match kind {
        0 => &["filesystem", "git", "github", "shell", "sequential-thinking", "playwright"],
        1 => &["fetch", "memory", "filesystem", "slack", "time", "playwright", "sequential-thinking"],
        2 => &["sqlite", "filesystem", "shell", "slack", "fetch"],
        _ => &["kubernetes", "sentry", "slack", "shell", "filesystem", "github", "time"],
    }
}

/// Does one piece of work of a kind of session.
pub(crate) fn work(kind: usize, step: usize, day: &mut Day<'_>, random: &mut Random) {
    let calls = match kind {
        0 => coding(step, random),
        1 => research(step, random),
        2 => data(step, random),
        _ => operations(step, random),
    };
    match (step % 9, random.below(3)) {
        // All are asked before any is answered, and answered in another order.
        (_, 0) => day.at_once(calls),
        _ => calls.into_iter().for_each(|call| day.at_once(vec![call])),
    }
}

fn path(random: &mut Random, ending: &str) -> String {
    format!("/srv/project/{}/{}_{}.{ending}", random.of(&["src", "tests", "docs", "lib"]), random.word(), random.word())
}

fn think(random: &mut Random, step: usize) -> Call {
    let thought =
        format!("{}I should look at the {} before I change the {}.", random.prose(40), random.word(), random.word());
    let arguments =
        json!({"thought": thought, "nextThoughtNeeded": true, "thoughtNumber": 1 + step % 5, "totalThoughts": 5});
    (
        "sequential-thinking",
        "sequentialthinking",
        arguments,
        Text(format!("{{\"thoughtNumber\":{},\"totalThoughts\":5,\"branches\":[]}}", 1 + step % 5)),
    )
}

fn run(command: impl Into<String>, said: String) -> Call {
    ("shell", "run_command", json!({"command": command.into(), "timeout": 120_000}), Text(said))
}

fn coding(step: usize, random: &mut Random) -> Vec<Call> {
    let file = path(random, "rs");
    match step % 12 {
        0 => {
            let tree = json!([{"name": "src", "type": "directory", "children": [{"name": random.word(), "type": "file"}]}]);
            vec![
                ("filesystem", "list_allowed_directories", json!({}), Text("Allowed directories:\n/srv/project".into())),
                ("filesystem", "directory_tree", json!({"path": "/srv/project", "excludePatterns": ["node_modules", ".git"]}), Text(tree.to_string())),
                ("filesystem", "search_files", json!({"path": "/srv/project", "pattern": "**/*.rs"}), Text((0..90).map(|_| path(random, "rs") + "\n").collect())),
            ]
        }
        1 => (0..25).map(|_| ("filesystem", "read_text_file", json!({"path": path(random, "rs")}), Text(source(random, 40)))).collect(),
        2 => {
            let (old, new) = (source(random, 3), source(random, 4));
            vec![
                ("filesystem", "read_text_file", json!({"path": file, "head": 80}), Text(source(random, 30))),
                ("filesystem", "edit_file", json!({"path": file, "edits": [{"oldText": old, "newText": new}]}), Text(diff(random, 1, 5))),
                run("cargo test --workspace --quiet 2>&1 | tail -n 80", build_log(random, 60)),
            ]
        }
        3 => vec![
            run("npm ci && npm run build", build_log(random, 120)),
            run("npx tsc --noEmit -p . && npx eslint src --max-warnings 0", build_log(random, 20)),
            run("rg -n 'fn main' --glob '*.rs' | head -50", format!("{file}:12:fn main() {{\n")),
            run("git log --oneline -n 20 -- src/ && git status --short", commits(random, 8)),
        ],
        4 => {
            let text = diff(random, 3, 60);
            vec![
                ("git", "git_diff_unstaged", json!({"repo_path": "/srv/project", "context_lines": 3}), Text(text.clone())),
                ("git", "git_add", json!({"repo_path": "/srv/project", "files": [file]}), Text("Files staged successfully".into())),
                ("git", "git_commit", json!({"repo_path": "/srv/project", "message": format!("Fix the {} of the {}\n\n{}", random.word(), random.word(), random.prose(30))}), Text(format!("Changes committed successfully with hash {}", random.hex(40)))),
                ("github", "create_pull_request", json!({"owner": "shop", "repo": "window", "title": random.words(6), "head": "fix", "base": "main", "body": format!("{}\n```diff\n{text}```", random.prose(40))}), Text("{\"number\":12,\"html_url\":\"https://github.com/shop/window/pull/12\"}".into())),
            ]
        }
        5 => {
            let script = format!("/tmp/{}.py", random.word());
            vec![
                ("filesystem", "write_file", json!({"path": script, "content": format!("import json\n\nwith open('a.json') as file:\n    data = json.load(file)\nprint(sum(one['{}'] for one in data))\n", random.word())}), Text("Successfully wrote".into())),
                run(format!("python3 {script}"), "7\n".into()),
                ("filesystem", "read_text_file", json!({"path": "/srv/project/src/nothing.rs"}), Error(error(random))),
            ]
        }
        6 => vec![
            ("github", "get_issue", json!({"owner": "shop", "repo": "window", "issue_number": random.below(900)}), Text(issue(random))),
            ("github", "search_code", json!({"q": format!("{} repo:shop/window language:rust", random.word())}), Text(source(random, 6))),
            ("github", "get_pull_request_files", json!({"owner": "shop", "repo": "window", "pull_number": random.below(900)}), Text(json!([{"filename": file, "status": "modified", "patch": diff(random, 1, 40)}]).to_string())),
            ("github", "add_issue_comment", json!({"owner": "shop", "repo": "window", "issue_number": 12, "body": format!("I can reproduce it:\n```\n{}```\n{}", stack_trace(random), random.prose(20))}), Text("{\"id\":99}".into())),
        ],
        7 => vec![
            ("filesystem", "read_multiple_files", json!({"paths": ["/srv/project/package-lock.json", "/srv/project/Dockerfile"]}), Text(lock_file(random, 150))),
            ("filesystem", "read_text_file", json!({"path": "/srv/project/.github/workflows/ci.yml"}), Text(workflow(random))),
            ("filesystem", "write_file", json!({"path": "/srv/project/.github/workflows/deploy.yml", "content": workflow(random)}), Text("Successfully wrote".into())),
            ("filesystem", "read_text_file", json!({"path": "/srv/project/dist/app.min.js"}), Text(minified(random, 40_000))),
        ],
        8 => vec![
            ("playwright", "browser_navigate", json!({"url": "http://localhost:3000/orders?page=2"}), Text(snapshot(random, 60))),
            ("playwright", "browser_click", json!({"element": "Sign in button", "target": "e21"}), Text(snapshot(random, 60))),
            ("playwright", "browser_fill_form", json!({"fields": [{"name": "Email", "type": "textbox", "ref": "e4", "value": "test@shop.example"}, {"name": "Password", "type": "textbox", "ref": "e5", "value": "correct horse"}]}), Text(snapshot(random, 20))),
            ("playwright", "browser_take_screenshot", json!({"scale": "css", "type": "png"}), Picture(picture(random, 60_000))),
            ("playwright", "browser_evaluate", json!({"function": "() => [...document.querySelectorAll('li')].map(item => item.textContent)"}), Text(random.words(40))),
            ("playwright", "browser_console_messages", json!({"level": "error"}), Text("[ERROR] Failed to load resource: the server responded with a status of 404 () @ http://localhost:3000/favicon.ico:0".into())),
        ],
        9 => vec![
            ("git", "git_log", json!({"repo_path": "/srv/project", "max_count": 40, "start_timestamp": "2 weeks ago"}), Text(commits(random, 40))),
            ("git", "git_show", json!({"repo_path": "/srv/project", "revision": random.hex(40)}), Text(diff(random, 8, 120))),
            ("git", "git_checkout", json!({"repo_path": "/srv/project", "branch_name": "main"}), Text("Switched to branch 'main'".into())),
        ],
        10 => vec![think(random, step), ("filesystem", "move_file", json!({"source": file, "destination": path(random, "rs")}), Text("Successfully moved".into()))],
        _ => vec![
            ("github", "push_files", json!({"owner": "shop", "repo": "window", "branch": "fix", "message": random.words(6), "files": [{"path": "src/a.rs", "content": source(random, 50)}, {"path": "README.md", "content": page(random, 120)}]}), Text("{\"ref\":\"refs/heads/fix\"}".into())),
            ("github", "create_pull_request_review", json!({"owner": "shop", "repo": "window", "pull_number": 12, "event": "COMMENT", "body": random.prose(60), "comments": [{"path": "src/a.rs", "position": 3, "body": random.prose(20)}]}), Text("{\"id\":3}".into())),
        ],
    }
}

fn research(step: usize, random: &mut Random) -> Vec<Call> {
    let url = |random: &mut Random| {
        format!(
            "https://{}.example/{}/{}?page={}#{}",
            random.word(),
            random.word(),
            random.words(3).replace(' ', "-"),
            random.below(9),
            random.word()
        )
    };
    match step % 9 {
        0..=2 => (0..6)
            .map(|_| ("fetch", "fetch", json!({"url": url(random), "max_length": 20_000}), Text(page(random, 900))))
            .collect(),
        3 => vec![
            ("fetch", "fetch", json!({"url": url(random), "raw": true}), Text(html(random, 80))),
            ("fetch", "fetch", json!({"url": url(random)}), Error(error(random))),
            (
                "fetch",
                "fetch",
                json!({"url": "https://journal.example/10.1000/xyz.123", "start_index": 20_000}),
                Text(random.prose(2000)),
            ),
        ],
        4 => {
            let names: Vec<_> = (0..4).map(|_| random.word()).collect();
            vec![
                (
                    "memory",
                    "create_entities",
                    json!({"entities": names.iter().map(|name| json!({"name": name, "entityType": "topic", "observations": [random.prose(12)]})).collect::<Vec<_>>()}),
                    Text("[]".into()),
                ),
                (
                    "memory",
                    "create_relations",
                    json!({"relations": [{"from": names[0], "to": names[1], "relationType": "depends on"}]}),
                    Text("[]".into()),
                ),
                (
                    "memory",
                    "search_nodes",
                    json!({"query": names[2]}),
                    Text(
                        json!({"entities": [{"name": names[2], "observations": [random.prose(30)]}], "relations": []})
                            .to_string(),
                    ),
                ),
                ("memory", "read_graph", json!({}), Text(json!({"entities": names}).to_string())),
            ]
        }
        5 => {
            let text = random.prose(300);
            vec![
                (
                    "filesystem",
                    "write_file",
                    json!({"path": path(random, "md"), "content": format!("# Notes\n\n{text}")}),
                    Text("Successfully wrote".into()),
                ),
                (
                    "slack",
                    "slack_post_message",
                    json!({"channel_id": "C0READING", "text": format!("Worth a look: https://{}.example/{} {}", random.word(), random.word(), random.prose(40))}),
                    Text("{\"ok\":true}".into()),
                ),
                (
                    "slack",
                    "slack_get_thread_replies",
                    json!({"channel_id": "C0READING", "thread_ts": "1767000000.000100"}),
                    Text(talk(random, 12)),
                ),
                (
                    "slack",
                    "slack_add_reaction",
                    json!({"channel_id": "C0READING", "timestamp": "1767000000.000100", "reaction": "eyes"}),
                    Text("{\"ok\":true}".into()),
                ),
            ]
        }
        6 => vec![
            ("playwright", "browser_navigate", json!({"url": url(random)}), Text(snapshot(random, 150))),
            (
                "playwright",
                "browser_type",
                json!({"element": "Search", "target": "e7", "text": random.words(5), "submit": true}),
                Text(snapshot(random, 90)),
            ),
            (
                "playwright",
                "browser_take_screenshot",
                json!({"scale": "css", "fullPage": true}),
                Picture(picture(random, 200_000)),
            ),
            ("playwright", "browser_close", json!({}), Nothing),
        ],
        7 => vec![
            (
                "time",
                "get_current_time",
                json!({"timezone": "Europe/Copenhagen"}),
                Text(
                    "{\"timezone\":\"Europe/Copenhagen\",\"datetime\":\"2026-01-07T13:02:00+01:00\",\"is_dst\":false}"
                        .into(),
                ),
            ),
            (
                "time",
                "convert_time",
                json!({"source_timezone": "Europe/Copenhagen", "time": "16:30", "target_timezone": "Asia/Tokyo"}),
                Text("{\"time_difference\":\"+8.0h\"}".into()),
            ),
            think(random, step),
        ],
        _ => vec![
            (
                "filesystem",
                "read_media_file",
                json!({"path": "/srv/project/figures/one.png"}),
                Picture(picture(random, 300_000)),
            ),
            ("filesystem", "read_text_file", json!({"path": path(random, "md")}), Text(page(random, 600))),
        ],
    }
}

fn data(step: usize, random: &mut Random) -> Vec<Call> {
    let (a, b) = (random.word(), random.word());
    let select = |random: &mut Random, query: String, count: usize| {
        ("sqlite", "read_query", json!({ "query": query }), Text(rows(random, count)))
    };
    match step % 8 {
        0 => vec![
            ("sqlite", "list_tables", json!({}), Text("[{'name': 'orders'}, {'name': 'buyers'}, {'name': 'products'}]".into())),
            ("sqlite", "describe_table", json!({"table_name": "orders"}), Text("[{'cid': 0, 'name': 'id', 'type': 'INTEGER', 'notnull': 1, 'pk': 1}, {'cid': 1, 'name': 'buyer', 'type': 'TEXT'}]".into())),
            ("sqlite", "describe_table", json!({"table_name": "buyers"}), Text("[{'cid': 0, 'name': 'id', 'type': 'INTEGER'}]".into())),
        ],
        1 | 2 => vec![
            select(random, format!("SELECT id, buyer, amount FROM orders WHERE product = '{a}' AND day >= '2026-01-01' ORDER BY amount DESC LIMIT 50"), 50),
            select(random, format!("WITH monthly AS (SELECT strftime('%Y-%m', day) AS month, SUM(amount) AS total FROM orders GROUP BY 1)\nSELECT month, total, total - LAG(total) OVER (ORDER BY month) AS change FROM monthly -- {b}"), 12),
            select(random, format!("SELECT b.town, COUNT(*) FROM orders o JOIN buyers b ON b.id = o.buyer_id WHERE b.name LIKE '%{a}%' OR b.name = 'O''Brien' GROUP BY b.town HAVING COUNT(*) > 3"), 20),
            ("sqlite", "read_query", json!({"query": format!("SELECT {a} FROM orders")}), Error(error(random))),
        ],
        3 => vec![
            ("sqlite", "create_table", json!({"query": format!("CREATE TABLE IF NOT EXISTS {a}_{b} (id INTEGER PRIMARY KEY, day TEXT NOT NULL, amount REAL DEFAULT 0)")}), Text("Table created successfully".into())),
            ("sqlite", "write_query", json!({"query": format!("INSERT INTO {a}_{b} (day, amount) SELECT day, SUM(amount) FROM orders GROUP BY day")}), Text("[{'affected_rows': 365}]".into())),
            ("sqlite", "append_insight", json!({"insight": random.prose(25)}), Text("Insight added to memo".into())),
        ],
        4 => vec![
            ("filesystem", "read_text_file", json!({"path": "/srv/project/data/orders.csv"}), Text(csv(random, 800))),
            ("filesystem", "write_file", json!({"path": format!("/srv/project/analysis/{a}.py"), "content": format!("import os\nimport pandas as pd\nimport matplotlib.pyplot as plt\n\nframe = pd.read_csv(os.environ.get('ORDERS', 'data/orders.csv'))\nframe.groupby('{b}')['amount'].sum().plot()\nplt.savefig('{a}.png')\n")}), Text("Successfully wrote".into())),
            run(format!("python3 analysis/{a}.py && ls -la *.png"), "-rw-r--r-- 1 dev dev 48112 Jan  7 10:12 chart.png\n".into()),
            ("filesystem", "read_media_file", json!({"path": format!("/srv/project/{a}.png")}), Picture(picture(random, 48_000))),
        ],
        5 => vec![
            run("pip install --quiet pandas==2.2.3 matplotlib && python3 -c 'import pandas; print(pandas.__version__)'", build_log(random, 6)),
            run("head -5 data/orders.csv | column -s, -t && wc -l data/*.csv && du -sh data", csv(random, 5)),
            run("awk -F, '{sum[$4] += $6} END {for (k in sum) print k, sum[k]}' data/orders.csv | sort -k2 -nr | head", random.words(20)),
            run("jq -r '.[] | [.order, .amount] | @csv' data/orders.json > /tmp/amounts.csv", String::new()),
        ],
        6 => vec![
            ("slack", "slack_post_message", json!({"channel_id": "C0NUMBERS", "text": format!("Week {}: {} orders, {} more than last week. {}", random.below(52), random.below(9000), random.below(300), random.prose(20))}), Text("{\"ok\":true}".into())),
            ("slack", "slack_get_channel_history", json!({"channel_id": "C0NUMBERS", "limit": 20}), Text(talk(random, 20))),
            ("slack", "slack_reply_to_thread", json!({"channel_id": "C0NUMBERS", "thread_ts": "1767000000.000100", "text": format!("| town | orders |\n| --- | --- |\n| {a} | {} |\n| {b} | {} |", random.below(900), random.below(900))}), Text("{\"ok\":true}".into())),
        ],
        _ => vec![
            ("fetch", "fetch", json!({"url": format!("https://api.statistics.example/v1/{a}.json?region={b}&from=2025-01&to=2026-01&format=json")}), Text(rows(random, 60))),
            run("curl -fsS 'https://api.statistics.example/v1/prices.csv?from=2025-01' -o data/prices.csv && wc -l data/prices.csv", "4012 data/prices.csv\n".into()),
        ],
    }
}

fn operations(step: usize, random: &mut Random) -> Vec<Call> {
    let pod = format!("{}-{}-{}", random.word(), random.hex(10), random.hex(5));
    match step % 9 {
        0 | 1 => vec![
            ("kubernetes", "kubectl_get", json!({"resourceType": "pods", "namespace": "shop", "output": "wide"}), Text(pods(random, 40))),
            ("kubernetes", "kubectl_logs", json!({"resourceType": "pod", "name": pod, "namespace": "shop", "tail": 300, "timestamps": true}), Text(log(random, 300))),
            ("kubernetes", "kubectl_describe", json!({"resourceType": "pod", "name": pod, "namespace": "shop"}), Text(manifest(random))),
            ("kubernetes", "exec_in_pod", json!({"name": pod, "namespace": "shop", "command": ["df", "-h", "/var/lib"]}), Text("Filesystem Size Used Avail Use% Mounted on\n/dev/sda1 40G 31G 9G 78% /var/lib\n".into())),
        ],
        2 => vec![
            ("sentry", "search_issues", json!({"organizationSlug": "shop", "query": "is:unresolved level:error", "limit": 20}), Text((0..12).map(|at| format!("## WEB-{at}: {}\n{}\n", random.words(6), stack_trace(random))).collect())),
            ("sentry", "get_sentry_resource", json!({"url": format!("https://shop.sentry.io/issues/{}/", random.below(999_999))}), Text(format!("{}\n{}", stack_trace(random), source(random, 20)))),
            ("sentry", "get_issue_tag_values", json!({"organizationSlug": "shop", "issueId": "WEB-4", "tagKey": "browser"}), Text("Chrome 121: 61 %\nFirefox 122: 20 %".into())),
            ("sentry", "update_issue", json!({"organizationSlug": "shop", "issueId": "WEB-4", "status": "resolvedInNextRelease", "assignedTo": "team:web"}), Text("Updated".into())),
        ],
        3 => vec![
            ("filesystem", "read_text_file", json!({"path": "/srv/app/.env.example"}), Text("PORT=3000\nDATABASE_PASSWORD=\nLOG_LEVEL=info\n".into())),
            ("filesystem", "write_file", json!({"path": "/srv/app/DEPLOY.md", "content": "Set PORT, DATABASE_PASSWORD and LOG_LEVEL before you deploy.\n\n```bash\nhelm upgrade --install shop ./chart -f values.yaml --set image.tag=$TAG\nkubectl rollout status deployment/shop\n```\n"}), Text("Successfully wrote".into())),
            ("kubernetes", "kubectl_apply", json!({"manifest": manifest(random), "namespace": "shop"}), Text("deployment.apps/shop configured".into())),
            ("kubernetes", "kubectl_rollout", json!({"subCommand": "status", "resourceType": "deployment", "name": "shop", "namespace": "shop"}), Text("deployment \"shop\" successfully rolled out".into())),
        ],
        4 => vec![
            ("kubernetes", "kubectl_scale", json!({"name": "shop", "namespace": "shop", "replicas": 1 + random.below(9)}), Text("deployment.apps/shop scaled".into())),
            ("kubernetes", "kubectl_get", json!({"resourceType": "events", "namespace": "kube-system", "sortBy": ".lastTimestamp"}), Error(error(random))),
            ("kubernetes", "upgrade_helm_chart", json!({"name": "shop", "chart": "shop/web", "namespace": "shop", "repo": "https://charts.shop.example", "values": {"image": {"tag": random.hex(7)}, "replicas": 3}}), Text("Release \"shop\" has been upgraded. Happy Helming!".into())),
            ("kubernetes", "node_management", json!({"operation": "drain", "nodeName": format!("node-{}", random.below(12)), "ignoreDaemonsets": true, "dryRun": true}), Text("node/node-4 cordoned (dry run)".into())),
        ],
        5 => vec![
            ("slack", "slack_get_channel_history", json!({"channel_id": "C0OPS", "limit": 30}), Text(talk(random, 30))),
            ("slack", "slack_post_message", json!({"channel_id": "C0OPS", "text": format!("`{pod}` restarted at 10:12 UTC. {} <https://grafana.shop.example/d/{}?from=now-1h&to=now|Dashboard>", random.prose(20), random.hex(9))}), Text("{\"ok\":true}".into())),
            ("slack", "slack_get_users", json!({"limit": 50}), Text(json!({"members": (0..30).map(|_| json!({"id": format!("U0{}", random.hex(6)), "real_name": random.words(2), "profile": {"email": format!("{}@shop.example", random.word())}})).collect::<Vec<_>>()}).to_string())),
        ],
        6 => vec![
            run("docker compose ps && docker compose logs --tail 50 web", log(random, 50)),
            run("curl -sS -o /dev/null -w '%{http_code} %{time_total}\\n' https://shop.example/health", "200 0.041\n".into()),
            run("openssl s_client -connect shop.example:443 -servername shop.example </dev/null 2>/dev/null | openssl x509 -noout -dates", "notAfter=Mar 14 12:00:00 2026 GMT\n".into()),
            run("terraform plan -no-color -out /tmp/plan | tail -n 40", build_log(random, 30)),
            run("journalctl -u nginx --since '1 hour ago' --no-pager | tail -n 100", log(random, 100)),
            run("dig +short shop.example A && ss -tlnp | head", "203.0.113.7\n".into()),
        ],
        7 => vec![
            ("github", "get_file_contents", json!({"owner": "shop", "repo": "infra", "path": ".github/workflows/deploy.yml"}), Text(workflow(random))),
            ("github", "create_issue", json!({"owner": "shop", "repo": "infra", "title": random.words(6), "body": format!("{}\n```\n{}```", random.prose(40), log(random, 12)), "labels": ["incident"]}), Text("{\"number\":7}".into())),
            ("time", "get_current_time", json!({"timezone": "UTC"}), Text("{\"datetime\":\"2026-01-07T12:02:00+00:00\"}".into())),
        ],
        _ => (0..20).map(|_| ("kubernetes", "kubectl_logs", json!({"resourceType": "pod", "name": format!("{}-{}", random.word(), random.hex(5)), "namespace": "shop", "tail": 60}), Text(log(random, 60)))).collect(),
    }
}

/// A file of a megabyte: a change log, a table, a lock file.
pub(crate) fn large(random: &mut Random) -> Call {
    let text = match random.below(3) {
        0 => random.prose(150_000),
        1 => csv(random, 16_000),
        _ => lock_file(random, 4_000),
    };
    ("filesystem", "read_text_file", json!({"path": "/srv/project/large.txt"}), Text(text))
}
