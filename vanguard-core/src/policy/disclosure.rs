//! What happens to what is secret: by its class, the direction it travels in, and where it goes.

use super::{Policy, done_with};
use crate::config::{Capability, Treatment};
use crate::finding::Finding;
use crate::inspection::Inspection;
use crate::message::{Field, FieldKind, Flow, for_each_word};
use crate::redact::{Class, type_of};
use crate::verdict::Action;

impl Policy {
    /// What becomes of a finding by what it found; `by_threshold` is what its severity and confidence come to.
    pub(super) fn disclose(&self, inspection: &Inspection<'_>, finding: &Finding, by_threshold: Action) -> Action {
        let Some(class) = Class::of(&finding.rule, finding.confidence) else { return by_threshold };
        match self.config.redaction.treatment(&type_of(&finding.rule), class, inspection.flow()) {
            Treatment::Allow => Action::Allow,
            Treatment::Warn => Action::Warn,
            // Nothing is known to replace, since a layer saw it that says no more; or it is the sender's own id.
            Treatment::Redact if finding.held.is_none() || is_head(inspection, &finding.pointer) => by_threshold,
            Treatment::Redact => Action::Edit,
            Treatment::Block => Action::Block,
            Treatment::Guard if self.leaves(inspection, finding) => Action::Block,
            Treatment::Guard | Treatment::Thresholds => by_threshold,
        }
    }

    /// Whether what stands where the finding is goes to another machine, to people, or nobody knows where. A tool that keeps it
    /// here, runs it, or is handed it as its credential is no such way.
    fn leaves(&self, inspection: &Inspection<'_>, finding: &Finding) -> bool {
        if inspection.flow() == Flow::ToClient {
            return false;
        }
        let element = super::compose::element(inspection, &finding.pointer);
        let method = inspection.method(element);
        // What a person fills in for a server is theirs to give.
        if matches!(method, Some("elicitation/create" | "roots/list" | "initialize")) {
            return false;
        }
        if finding.pointer.split('/').any(|step| names_credential(step.as_bytes())) {
            return false;
        }
        let at = finding.span.start;
        let start = |field: &Field| inspection.tape().node(field.node).map_or(0, |node| node.source.start);
        let behind = inspection.fields.partition_point(|field| start(field) <= at);
        let field = behind.checked_sub(1).and_then(|last| inspection.fields.get(last));
        if field.is_some_and(|field| matches!(field.kind, FieldKind::Command | FieldKind::Code | FieldKind::Sql)) {
            return false;
        }
        let tool = inspection.target(element).filter(|_| method == Some("tools/call"));
        let Some(tool) = tool else { return true };
        if let Some(can) = self.config.capabilities_of(tool) {
            return can.contains(Capability::Network) || can.contains(Capability::Message);
        }
        let key = field.map_or(&[][..], |field| inspection.tape().key_of(field.node));
        match sink(tool) {
            Some(leaves) => leaves,
            None => !done_with(key, self.does(tool, std::iter::once(key))).contains(Capability::Write),
        }
    }
}

/// Whether this is a message's id, method or version, which are never edited.
fn is_head(inspection: &Inspection<'_>, pointer: &str) -> bool {
    let (first, last) = pointer.rsplit_once('/').unwrap_or_default();
    let own = first.is_empty() || inspection.tape().elements(0).next().is_some() && first.matches('/').count() == 1;
    own && matches!(last, "id" | "method" | "jsonrpc")
}

/// Whether a tool's name says where what it gets goes: away, or not. A word for sending weighs more than one for keeping.
fn sink(tool: &str) -> Option<bool> {
    let (mut away, mut here) = (false, false);
    for_each_word(tool.as_bytes(), |word| {
        away |= matches!(
            word,
            b"send"
                | b"post"
                | b"email"
                | b"mail"
                | b"message"
                | b"publish"
                | b"upload"
                | b"http"
                | b"https"
                | b"fetch"
                | b"request"
                | b"webhook"
                | b"share"
                | b"comment"
                | b"issue"
                | b"notify"
                | b"notification"
                | b"forward"
                | b"reply"
                | b"tweet"
                | b"slack"
                | b"discord"
                | b"telegram"
                | b"sms"
                | b"url"
                | b"web"
                | b"browser"
                | b"navigate"
                | b"download"
                | b"curl"
                | b"api"
                | b"graphql"
                | b"gist"
                | b"paste"
                | b"webpage"
                | b"chat"
                | b"broadcast"
                | b"remote"
                | b"internet"
        );
        here |= matches!(
            word,
            b"file"
                | b"files"
                | b"directory"
                | b"folder"
                | b"grep"
                | b"think"
                | b"thinking"
                | b"memory"
                | b"remember"
                | b"shell"
                | b"bash"
                | b"command"
                | b"exec"
                | b"execute"
                | b"run"
                | b"terminal"
                | b"process"
                | b"code"
                | b"python"
                | b"sql"
                | b"query"
                | b"database"
                | b"secret"
                | b"secrets"
                | b"vault"
                | b"credential"
                | b"credentials"
                | b"env"
                | b"environment"
                | b"variable"
                | b"variables"
                | b"config"
                | b"configure"
                | b"setting"
                | b"settings"
                | b"keychain"
                | b"password"
                | b"login"
                | b"authenticate"
                | b"auth"
                | b"connect"
                | b"decode"
                | b"verify"
                | b"validate"
                | b"hash"
                | b"encrypt"
                | b"token"
                | b"git"
                | b"local"
                | b"clipboard"
        );
    });
    if away { Some(true) } else { here.then_some(false) }
}

/// Whether a name is one that a credential is handed over under: `Authorization`, `api_key`, `githubToken`.
fn names_credential(key: &[u8]) -> bool {
    let (mut named, mut key_word, mut qualified) = (false, false, false);
    for_each_word(key, |word| {
        named |= matches!(
            word,
            b"authorization"
                | b"auth"
                | b"token"
                | b"tokens"
                | b"secret"
                | b"secrets"
                | b"apikey"
                | b"password"
                | b"passwd"
                | b"passphrase"
                | b"credential"
                | b"credentials"
                | b"bearer"
                | b"cookie"
                | b"cookies"
                | b"pat"
                | b"jwt"
                | b"pwd"
                | b"dsn"
                | b"accesstoken"
                | b"apitoken"
                | b"privatekey"
                | b"headers"
                | b"env"
                | b"environment"
        );
        key_word |= matches!(word, b"key" | b"keys");
        qualified |= matches!(
            word,
            b"api" | b"access" | b"private" | b"ssh" | b"auth" | b"service" | b"account" | b"signing" | b"license"
        );
    });
    named || key_word && qualified
}

#[cfg(test)]
mod tests {
    use super::{names_credential, sink};

    #[test]
    fn names_say_where_things_go() {
        for tool in ["send_email", "postMessage", "http_post", "create_issue", "fetch_url", "upload_file"] {
            assert_eq!(sink(tool), Some(true), "{tool}");
        }
        for tool in ["write_file", "run_shell", "set_secret", "execute_sql", "sequentialthinking_think", "git_commit"] {
            assert_eq!(sink(tool), Some(false), "{tool}");
        }
        for tool in ["lookup", "add_note", ""] {
            assert_eq!(sink(tool), None, "{tool}");
        }
    }

    #[test]
    fn names_say_what_a_credential_is_handed_over_under() {
        for key in ["Authorization", "api_key", "githubToken", "X-Api-Key", "client_secret", "headers", "privateKey"] {
            assert!(names_credential(key.as_bytes()), "{key}");
        }
        for key in ["body", "text", "key", "message", "keyboard", "author", "monkey"] {
            assert!(!names_credential(key.as_bytes()), "{key}");
        }
    }
}
