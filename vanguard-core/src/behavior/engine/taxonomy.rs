//! Where what L3 finds stands in the lists of threats.

use crate::finding::Taxonomy;
use crate::rules::own;

/// Where a finding stands in the lists of threats.
pub(super) fn taxonomy(rule: &str) -> Taxonomy {
    type Row = [(&'static str, &'static str); 6];
    const LEAVES: Row = [
        ("owasp-mcp", "MCP10"),
        ("owasp-agentic", "ASI02"),
        ("owasp-llm", "LLM02"),
        ("mcp-38", "MCP-24"),
        ("atlas", "AML.T0086"),
        ("cwe", "200"),
    ];
    const TOO_MUCH: Row = [
        ("owasp-mcp", "MCP02"),
        ("owasp-agentic", "ASI08"),
        ("owasp-llm", "LLM10"),
        ("mcp-38", "MCP-33"),
        ("atlas", "AML.T0029"),
        ("cwe", "770"),
    ];
    const RUNS: Row = [
        ("owasp-mcp", "MCP05"),
        ("owasp-agentic", "ASI05"),
        ("owasp-llm", "LLM06"),
        ("mcp-38", "MCP-07"),
        ("atlas", "AML.T0050"),
        ("cwe", "494"),
    ];
    const TOLD: Row = [
        ("owasp-mcp", "MCP06"),
        ("owasp-agentic", "ASI01"),
        ("owasp-llm", "LLM01"),
        ("mcp-38", "MCP-20"),
        ("atlas", "AML.T0051.001"),
        ("cwe", "1427"),
    ];
    let row = match rule {
        own::ANOMALY_BURST
        | own::ANOMALY_VOLUME
        | own::BUDGET_SPENT
        | own::SWEEP
        | own::SEQUENCE_MASS_READ
        | own::SEQUENCE_REVIEWS
        | own::RISK_CRITICAL => &TOO_MUCH,
        own::SEQUENCE_WRITE_RUN | own::SEQUENCE_RISKY_RUN | own::SEQUENCE_DOWNLOAD_RUN => &RUNS,
        own::SEQUENCE_INJECTION_SECRET | own::SEQUENCE_INJECTION_ACT | own::FLOW_TOLD => &TOLD,
        _ if rule.starts_with("FLOW-")
            || rule.starts_with("DRIP-")
            || rule.starts_with("ENTROPY-")
            || rule.starts_with("SEQUENCE-") =>
        {
            &LEAVES
        }
        _ => return Taxonomy::default(),
    };
    row.iter().copied().collect()
}
