//! The ids of findings that come from the engine itself and not from a rule of a pack. Where one is made, it is named by its constant
//! here, so this is all of them.

use crate::integrity::DriftKind;
use crate::message::IssueKind;

macro_rules! own {
    ($($(#[$doc:meta])* $name:ident = $id:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: &str = $id;)*
        const OWN: &[&str] = &[$($id),*];
    };
}

own! {
    /// A list of methods forbids it.
    POLICY_METHOD = "POLICY-METHOD";
    /// A list of tools forbids it.
    POLICY_TOOL = "POLICY-TOOL";
    /// A list of resources forbids it.
    POLICY_RESOURCE = "POLICY-RESOURCE";
    /// A list of prompts forbids it.
    POLICY_PROMPT = "POLICY-PROMPT";
    /// A path leads out of the safe zones.
    POLICY_ZONE = "POLICY-ZONE";
    /// A path leads out of the safe zones, though not by its text.
    POLICY_ZONE_LINK = "POLICY-ZONE-LINK";
    /// The path resolver could not say where a path leads.
    POLICY_ZONE_UNKNOWN = "POLICY-ZONE-UNKNOWN";
    /// What lies at a path has other names, or lies on another mount.
    POLICY_ZONE_SHARED = "POLICY-ZONE-SHARED";
    /// A host may not be reached.
    POLICY_DESTINATION = "POLICY-DESTINATION";
    /// A secret could not be redacted.
    REDACT_RESIDUE = "REDACT-RESIDUE";
    /// A placeholder became its value again, for the server that it came from.
    REDACT_RESTORED = "REDACT-RESTORED";
    /// A planted string is on its way to a server.
    CANARY = "CANARY";
    /// Something is used that was held back since it is not as it was locked.
    INTEGRITY_HELD = "INTEGRITY-HELD";
    /// Arguments are not as the tool declares.
    SCHEMA_ARGUMENTS = "SCHEMA-ARGUMENTS";
    /// A result is not as the tool declares.
    SCHEMA_RESULT = "SCHEMA-RESULT";
    /// A link that a client opens has a scheme that is not for opening.
    LINK_SCHEME = "LINK-SCHEME";
    /// A link holds a page or a script.
    LINK_CONTENT = "LINK-CONTENT";
    /// A link leads elsewhere than it reads.
    LINK_DISGUISED = "LINK-DISGUISED";
    /// A link's host looks like another.
    LINK_LOOKALIKE = "LINK-LOOKALIKE";
    /// A link reaches a machine's own services.
    LINK_INTERNAL = "LINK-INTERNAL";
    /// A link is to carry data out.
    LINK_CARRIES = "LINK-CARRIES";
    /// A definition goes on where nobody looks.
    META_OUT_OF_SIGHT = "META-OUT-OF-SIGHT";
    /// A form asks a person for a credential.
    ASK_CREDENTIALS = "ASK-CREDENTIALS";
    /// A form asks a person for card data.
    ASK_CARD = "ASK-CARD";
    /// A tool's hint says that it only reads, destroys nothing or reaches nobody, and the tool does.
    META_FALSE_HINT = "META-FALSE-HINT";
    /// An argument takes what the tool has no use for.
    META_GATHERS = "META-GATHERS";
    /// All documents of a collection are deleted.
    STORE_UNBOUNDED = "STORE-UNBOUNDED";
    /// A database is dropped by a tool of its own.
    STORE_DROPPED = "STORE-DROPPED";
    /// A rule for mail hands it on and deletes it.
    MAIL_HANDED_ON = "MAIL-HANDED-ON";
    /// A policy that is an object allows everything on everything.
    GRANT_ALL = "GRANT-ALL";
    /// A policy that is an object gives everybody an owner's rights.
    GRANT_WORLD = "GRANT-WORLD";
    /// An answer answers nothing.
    ID_UNKNOWN = "ID-UNKNOWN";
    /// An answer's id is that of a request, but of another type.
    ID_TYPE = "ID-TYPE";
    /// A request has the id of one in flight.
    ID_REUSED = "ID-REUSED";
    /// The headers of an HTTP request contradict its body.
    HEADER_MISMATCH = "HEADER-MISMATCH";
    /// A schema leads its reader elsewhere.
    META_EXTERNAL_REF = "META-EXTERNAL-REF";
    /// A pattern of a schema takes exponential time.
    META_REDOS = "META-REDOS";
    /// A schema overwhelms its reader.
    META_SCHEMA_BOMB = "META-SCHEMA-BOMB";
    /// A budget is used up.
    BUDGET_SPENT = "BUDGET-SPENT";
    /// Something is sent soon after a secret was read.
    SEQUENCE_SECRET_SENT = "SEQUENCE-SECRET-SENT";
    /// Something unreadable is sent after a secret was read.
    SEQUENCE_SECRET_OPAQUE = "SEQUENCE-SECRET-OPAQUE";
    /// Something is sent to a place that a stranger named after a secret was read.
    SEQUENCE_SECRET_TOLD = "SEQUENCE-SECRET-TOLD";
    /// Something is sent soon after the environment was read.
    SEQUENCE_ENV_NETWORK = "SEQUENCE-ENV-NETWORK";
    /// What was written to an odd place is run.
    SEQUENCE_WRITE_RUN = "SEQUENCE-WRITE-RUN";
    /// A risky script is run that was written before.
    SEQUENCE_RISKY_RUN = "SEQUENCE-RISKY-RUN";
    /// What was downloaded is run.
    SEQUENCE_DOWNLOAD_RUN = "SEQUENCE-DOWNLOAD-RUN";
    /// One thing after another is read.
    SEQUENCE_MASS_READ = "SEQUENCE-MASS-READ";
    /// More calls than anybody reads.
    SEQUENCE_FLOOD = "SEQUENCE-FLOOD";
    /// One secret after another is read.
    SEQUENCE_SECRETS_READ = "SEQUENCE-SECRETS-READ";
    /// A secret is read after a text gave orders.
    SEQUENCE_INJECTION_SECRET = "SEQUENCE-INJECTION-SECRET";
    /// Something is run or sent after a text gave orders.
    SEQUENCE_INJECTION_ACT = "SEQUENCE-INJECTION-ACT";
    /// Too many approvals are asked for.
    SEQUENCE_REVIEWS = "SEQUENCE-REVIEWS";
    /// Strangers' texts, private data and a way out came together.
    SEQUENCE_TRIFECTA = "SEQUENCE-TRIFECTA";
    /// What is secret leaves.
    FLOW_SECRET = "FLOW-SECRET";
    /// Data goes where only a stranger's text says.
    FLOW_TOLD = "FLOW-TOLD";
    /// Data leaves in a disguise.
    FLOW_DISGUISED = "FLOW-DISGUISED";
    /// Private data leaves.
    FLOW_PRIVATE = "FLOW-PRIVATE";
    /// What one server said goes out by another.
    FLOW_CROSS = "FLOW-CROSS";
    /// What nobody can read leaves.
    ENTROPY_SENT = "ENTROPY-SENT";
    /// Data leaves in names of hosts.
    DRIP_LABELS = "DRIP-LABELS";
    /// Data leaves in addresses.
    DRIP_QUERY = "DRIP-QUERY";
    /// Data leaves in fragments.
    DRIP_FRAGMENTS = "DRIP-FRAGMENTS";
    /// Many things in a row are asked for.
    SWEEP = "SWEEP";
    /// A tool comes after one that it has never come after.
    ANOMALY_ORDER = "ANOMALY-ORDER";
    /// More calls than usual.
    ANOMALY_BURST = "ANOMALY-BURST";
    /// More data than usual.
    ANOMALY_VOLUME = "ANOMALY-VOLUME";
    /// More of one tool than usual.
    ANOMALY_DOMINANCE = "ANOMALY-DOMINANCE";
    /// Too much was found in the session.
    RISK_CRITICAL = "RISK-CRITICAL";
    /// Judging took more work than any honest message needs, or so much was found that the rest was not looked at.
    LIMIT_WORK = "LIMIT-WORK";
    /// Encoded deeper or more often than could be read.
    LIMIT_VIEWS = "LIMIT-VIEWS";
    /// A text reads like an order to the model that reads it.
    SEMANTIC_INJECTION = "SEMANTIC-INJECTION";
    /// A text reads like a prompt that argues a model out of its limits.
    SEMANTIC_JAILBREAK = "SEMANTIC-JAILBREAK";
    /// A description reads as if it instructed the model in secret.
    SEMANTIC_POISONED = "SEMANTIC-POISONED";
    /// A model that was asked takes a text for an attack.
    SEMANTIC_LLM = "SEMANTIC-LLM";
    /// A layer could not judge.
    LAYER_FAILED = "LAYER-FAILED";
    /// Somebody approved it.
    REVIEW_GRANTED = "REVIEW-GRANTED";
    /// Somebody refused it.
    REVIEW_DENIED = "REVIEW-DENIED";
    /// Nobody approved it in time.
    REVIEW_EXPIRED = "REVIEW-EXPIRED";
    /// The decision could not be put on record.
    RECORD_FAILED = "RECORD-FAILED";
}

/// The ids of all findings that the engine makes by itself. They can be excepted, but not switched off.
pub fn own_rules() -> impl Iterator<Item = &'static str> + Clone {
    let drift = DriftKind::ALL.iter().map(|kind| kind.rule());
    IssueKind::ALL.into_iter().map(IssueKind::rule).chain(drift).chain(OWN.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::own_rules;
    use std::{fs, path::Path};

    /// Calls `see` with each source file of the crate.
    fn sources(folder: &Path, see: &mut impl FnMut(&Path, &str)) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                sources(&entry.path(), see);
            } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
                see(&entry.path(), &fs::read_to_string(entry.path()).unwrap());
            }
        }
    }

    #[test]
    fn every_finding_of_the_engine_is_listed() {
        let mut made = 0;
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |path, text| {
            let code = text.split("#[cfg(test)]").next().unwrap();
            for after in code.split("Finding::new(").skip(1) {
                made += 1;
                // A constant of this file, the rule of an issue, or that of a pack: never an id of its own.
                assert!(!after.trim_start().starts_with('"'), "{}: {}", path.display(), after.lines().next().unwrap());
            }
        });
        assert!(made > 5, "{made}");
        let issues = include_str!("../message/issue.rs").matches("=> \"L0-").count();
        assert_eq!(own_rules().filter(|id| id.starts_with("L0-")).count(), issues);
        let mut ids: Vec<_> = own_rules().collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), own_rules().count(), "an id stands for two things");
    }
}
