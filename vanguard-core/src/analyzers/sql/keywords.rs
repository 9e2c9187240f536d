//! The words of SQL that facts are made of.

use crate::analyzers::words::WordTable;

macro_rules! keywords {
    ($($name:ident)*) => {
        /// A word that means something to SQL; all others are names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Keyword { $(
            #[doc = concat!("`", stringify!($name), "`")]
            $name,
        )* }

        const WORDS: &[&str] = &[$(stringify!($name),)*];
        const KEYWORDS: &[Keyword] = &[$(Keyword::$name,)*];
    };
}

keywords! {
    All Alter Analyze And Any As Asc Attach Backup Begin Between Bulk By Call Case Cast Collate Column Commit Copy Create
    Cross Database Deallocate Declare Delay Delete Desc Describe Distinct Div Do Drop Dumpfile Else End Except Exec Execute Exists
    Explain False For From Full Function Global Grant Group Handler Having If Immediate In Index Infile Inner Insert
    Intersect Into Is Join Kill Lateral Left Like Limit Load Local Lock Login Merge Minus Mod Natural Not Null Offset On
    Openrowset Or Order Outer Outfile Pragma Prepare Procedure Program Regexp Rename Replace Restore Reconfigure Revoke Right
    Rlike Role Rollback Schema Select Set Show Shutdown Similar Sounds Superuser Sysadmin Table Tablespace Temporary Then
    To Top Trigger True Truncate Union Unique Unload Update Use User Using Vacuum Values View Waitfor When Where With Xor
}

static TABLE: WordTable<512> = WordTable::of(WORDS);

impl Keyword {
    /// The keyword that `word` is, in whatever case.
    #[must_use]
    pub fn of(word: &[u8]) -> Option<Self> {
        KEYWORDS.get(usize::from(TABLE.row(word)?)).copied()
    }

    /// The word, capitalised.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        WORDS.get(self as usize).copied().unwrap_or_default()
    }

    /// Begins a statement.
    #[must_use]
    pub const fn is_verb(self) -> bool {
        matches!(
            self,
            Self::Alter
                | Self::Analyze
                | Self::Attach
                | Self::Backup
                | Self::Begin
                | Self::Bulk
                | Self::Call
                | Self::Commit
                | Self::Copy
                | Self::Create
                | Self::Deallocate
                | Self::Declare
                | Self::Delete
                | Self::Describe
                | Self::Do
                | Self::Drop
                | Self::Exec
                | Self::Execute
                | Self::Explain
                | Self::Grant
                | Self::Handler
                | Self::If
                | Self::Insert
                | Self::Kill
                | Self::Load
                | Self::Lock
                | Self::Merge
                | Self::Pragma
                | Self::Prepare
                | Self::Reconfigure
                | Self::Rename
                | Self::Replace
                | Self::Restore
                | Self::Revoke
                | Self::Rollback
                | Self::Select
                | Self::Set
                | Self::Show
                | Self::Shutdown
                | Self::Truncate
                | Self::Unload
                | Self::Update
                | Self::Use
                | Self::Vacuum
                | Self::Values
                | Self::Waitfor
                | Self::With
        )
    }

    /// Joins two conditions.
    #[must_use]
    pub const fn is_junction(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Xor)
    }

    /// Compares what stands before it with what stands behind it.
    #[must_use]
    pub const fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Like
                | Self::In
                | Self::Is
                | Self::Between
                | Self::Regexp
                | Self::Rlike
                | Self::Similar
                | Self::Sounds
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Keyword;

    #[test]
    fn keywords_in_any_case() {
        assert_eq!(Keyword::of(b"sElEcT"), Some(Keyword::Select));
        assert_eq!(Keyword::of(b"openrowset"), Some(Keyword::Openrowset));
        assert_eq!(Keyword::of(b"reconfigure"), Some(Keyword::Reconfigure));
        for word in ["selects", "a", "", "o'r", "\u{e9}t\u{e9}", "averylongwordindeed"] {
            assert_eq!(Keyword::of(word.as_bytes()), None, "{word}");
        }
    }
}
