//! What the words of a tool's name say that it does.

use super::act::{Act, Acts};
use crate::config::{Capabilities, Capability};
use crate::message::for_each_word;

/// What a tool does by its configuration, else by its name.
pub(crate) fn acts(by_name: Acts, stated: Option<Capabilities>) -> Acts {
    let Some(can) = stated else { return by_name };
    let mut acts = Acts::NONE;
    for (capability, act) in [
        (Capability::Read, Act::Read),
        (Capability::Write, Act::Write),
        (Capability::Exec, Act::Execute),
        (Capability::Network, Act::Network),
        (Capability::Message, Act::Message),
        (Capability::Database, Act::Database),
    ] {
        acts.add(act, can.contains(capability));
    }
    // What only the name can say.
    for act in [Act::SensitiveRead, Act::EnvRead, Act::List, Act::Untrusted, Act::Private] {
        acts.add(act, by_name.has(act));
    }
    acts.add(
        Act::NetworkSend,
        can.contains(Capability::Message) || can.contains(Capability::Network) && by_name.has(Act::NetworkSend),
    );
    acts
}

/// What a tool does by its name.
pub(crate) fn by_name(tool: &[u8]) -> Acts {
    let (mut first, mut looks, mut sends, mut noun) = (true, false, false, false);
    let (mut secret, mut keeps, mut acts) = (false, false, Acts::NONE);
    let mut name = [false; 4];
    let [file, sql, web, people] = &mut name;
    for_each_word(tool, |word| {
        match word {
            b"read" | b"get" | b"view" | b"show" | b"open" | b"cat" | b"head" | b"tail" | b"load" | b"fetch"
            | b"retrieve" | b"lookup" | b"describe" | b"download" | b"receive" | b"check" | b"export" | b"dump" => {
                looks |= first || word == b"read"
            }
            b"list" | b"ls" | b"tree" | b"glob" | b"find" | b"search" | b"directory" | b"enumerate" | b"scan" => {
                looks |= first;
                acts.add(Act::List, word != b"search" || first);
            }
            b"send" | b"post" | b"publish" | b"upload" | b"submit" | b"share" | b"forward" | b"reply" | b"tweet"
            | b"broadcast" | b"notify" | b"push" | b"transmit" | b"paste" | b"webhook" | b"beacon" => sends = true,
            b"comment" | b"email" | b"mail" | b"slack" | b"discord" | b"telegram" | b"sms" | b"whatsapp" | b"teams"
            | b"chat" | b"message" | b"messages" | b"channel" | b"gmail" | b"outlook" | b"inbox" => *people = true,
            b"write" | b"create" | b"edit" | b"append" | b"save" | b"put" | b"update" | b"insert" | b"replace"
            | b"patch" | b"modify" | b"store" | b"set" | b"add" | b"move" | b"copy" | b"rename" => {
                acts.add(Act::Write, true)
            }
            b"run" | b"exec" | b"execute" | b"shell" | b"bash" | b"terminal" | b"command" | b"eval" | b"powershell"
            | b"spawn" | b"script" | b"cmd" | b"evaluate" => acts.add(Act::Execute, true),
            b"http" | b"https" | b"url" | b"web" | b"browser" | b"browse" | b"navigate" | b"curl" | b"webpage"
            | b"crawl" | b"scrape" | b"internet" | b"request" | b"website" | b"dns" | b"resolve" | b"whois"
            | b"ping" => *web = true,
            b"issue" | b"issues" | b"gist" | b"ticket" | b"pull" | b"pr" | b"review" | b"feed" | b"rss" | b"news" => {
                noun = true
            }
            b"sql" | b"query" | b"database" | b"db" | b"postgres" | b"mysql" | b"sqlite" | b"table" | b"tables"
            | b"rows" | b"records" | b"crm" | b"customers" | b"customer" | b"users" | b"patients" | b"employees"
            | b"contacts" => *sql = true,
            b"file" | b"files" | b"document" | b"documents" | b"note" | b"notes" | b"memory" => *file = true,
            b"secret" | b"secrets" | b"vault" | b"credential" | b"credentials" | b"password" | b"passwords"
            | b"keychain" | b"keyring" | b"wallet" => secret = true,
            b"env" | b"environment" | b"environ" | b"getenv" | b"printenv" => acts.add(Act::EnvRead, true),
            b"local" | b"internal" => keeps = true,
            _ => {}
        }
        first = false;
    });
    let [file, sql, web, people] = name;
    let writes = acts.has(Act::Write);
    acts.add(Act::Network, web && !keeps);
    acts.add(Act::Download, web && file && looks || tool.windows(8).any(|part| part.eq_ignore_ascii_case(b"download")));
    acts.add(Act::Read, looks || file && !writes && !sends);
    acts.add(Act::Message, (sends || writes) && people && !looks);
    acts.add(Act::NetworkSend, !looks && (sends || (people || noun) && writes || web && people));
    acts.add(Act::Network, acts.has(Act::NetworkSend));
    acts.add(Act::Database, sql);
    acts.add(Act::SensitiveRead, secret && !writes && !sends && (looks || !acts.has(Act::List)));
    // What strangers can write: the web, mail, tickets.
    acts.add(Act::Untrusted, looks_at_strangers(looks || acts.has(Act::List), web, people || noun) && !keeps);
    acts.add(Act::Private, (sql || people) && !writes && !sends);
    if acts.has(Act::EnvRead) && (writes || sends || acts.has(Act::Execute)) {
        let without = acts.iter().filter(|act| *act != Act::EnvRead);
        acts = without.fold(Acts::NONE, Acts::with);
    }
    acts
}

const fn looks_at_strangers(looks: bool, web: bool, people: bool) -> bool {
    web || looks && people
}

#[cfg(test)]
mod tests {
    use super::by_name;
    use crate::behavior::act::Act;

    #[test]
    fn a_name_says_what_a_tool_does() {
        for (tool, has) in [
            ("read_file", Act::Read),
            ("list_directory", Act::List),
            ("send_email", Act::Message),
            ("send_email", Act::NetworkSend),
            ("http_post", Act::NetworkSend),
            ("post_message", Act::NetworkSend),
            ("slack_send_message", Act::NetworkSend),
            ("create_issue", Act::NetworkSend),
            ("upload_file", Act::NetworkSend),
            ("fetch_url", Act::Network),
            ("web_search", Act::Untrusted),
            ("get_issue", Act::Untrusted),
            ("read_email", Act::Untrusted),
            ("get_secret", Act::SensitiveRead),
            ("vault.read", Act::SensitiveRead),
            ("get_env", Act::EnvRead),
            ("db.query", Act::Database),
            ("run_command", Act::Execute),
            ("download_file", Act::Download),
            ("write_file", Act::Write),
        ] {
            assert!(by_name(tool.as_bytes()).has(has), "{tool} {has:?} {}", by_name(tool.as_bytes()));
        }
        for (tool, lacks) in [
            ("get_post", Act::NetworkSend),
            ("list_messages", Act::NetworkSend),
            ("write_file", Act::NetworkSend),
            ("fetch_url", Act::NetworkSend),
            ("read_file", Act::Untrusted),
            ("set_secret", Act::SensitiveRead),
            ("set_env", Act::EnvRead),
            ("get_issue", Act::NetworkSend),
            ("create_environment", Act::EnvRead),
            ("search_files", Act::Network),
        ] {
            assert!(!by_name(tool.as_bytes()).has(lacks), "{tool} {lacks:?}");
        }
    }
}
