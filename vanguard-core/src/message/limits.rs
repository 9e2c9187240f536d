//! How large and how deep a message may be. Each limit has a reason; RATIONALE.md has the longer ones.

/// Bounds on one message. They bound memory and work; none of them is met by honest traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a message. Default 32 MiB: the largest honest results seen are base64 images and logs of a few MiB.
    pub message: usize,
    /// Nesting of arrays and objects. Default 128: one more than the 127 that `serde_json` accepts, and far above any
    /// schema.
    pub depth: u32,
    /// Values and keys together. Default 4,194,304: a 32 MiB message of eight-byte records.
    pub nodes: u32,
    /// Bytes of one decoded string. Default 32 MiB: as large as the message.
    pub string: usize,
    /// Elements of a JSON-RPC batch (2025-03-26 only). Default 256: clients batch a handful.
    pub batch: u32,
    /// Findings kept per verdict; the ones beyond it are counted in the last. Default 64: a report, not a log.
    pub findings: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { message: 32 << 20, depth: 128, nodes: 4 << 20, string: 32 << 20, batch: 256, findings: 64 }
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn serde_json_accepts_one_level_less_than_the_default() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let accepts = |depth: u32| serde_json::from_str::<serde_json::Value>(&nested(depth as usize)).is_ok();
        let depth = Limits::default().depth;
        assert!(accepts(depth - 1) && !accepts(depth));
    }
}
