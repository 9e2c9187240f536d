//! What a tool said is: whom it may reach.

/// What data is; later ones weigh more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Label {
    /// May go anywhere.
    Public,
    /// Written by strangers: it may hold orders, and is nobody's secret.
    Untrusted,
    /// Nothing is known of it.
    #[default]
    Plain,
    /// Not for everybody: databases, mail, personal data.
    Private,
    /// Must not leave.
    Secret,
}

impl Label {
    /// What a configuration can say.
    pub const ALL: [Self; 4] = [Self::Public, Self::Untrusted, Self::Private, Self::Secret];

    /// The word used in config and reasons.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Untrusted => "untrusted",
            Self::Plain => "plain",
            Self::Private => "private",
            Self::Secret => "secret",
        }
    }
}
