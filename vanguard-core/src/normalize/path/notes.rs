//! What stands out in a path's spelling. A note is a fact, not an accusation: rules decide which of them matter where.

use serde::{Deserialize, Serialize};

use crate::normalize::flags::{Flags, flag};

/// One remarkable trait of how a path is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PathNote {
    /// A NUL byte: C readers stop there, others read on (CWE-158). What is before it, after it, and all without it are each read.
    Nul,
    /// An NTFS stream: `web.config::$DATA`, `notes.txt:hidden`. Line numbers (`main.rs:42`) are not noted.
    Ads,
    /// The Windows device namespace: `\\.\`, `\\?\`, `\??\`, which skips the checks that ordinary paths get.
    Device,
    /// A DOS device name in any folder: `CON`, `nul.txt`, `COM1 `. Honest on POSIX (`src/aux.c`).
    DosName,
    /// A segment shaped like an 8.3 alias: `PROGRA~1`, which names another file than it says.
    EightDotThree,
    /// Dots or spaces at a segment's end, which Windows drops: `id_rsa.`, `.env `.
    Trailing,
    /// Both `/` and `\` separate segments.
    MixedSeparators,
    /// Two separators before a name: Windows reads a server there, POSIX does not.
    Unc,
    /// `/proc/<pid>/root` or `/proc/<pid>/cwd`: another name for a folder, also another process's.
    ProcRoot,
    /// `/proc/<pid>/fd/<n>` or `/dev/fd/<n>`: whatever file the process has open there.
    ProcFd,
    /// The home folder was named: `~`, `~user`, `$HOME`, `%USERPROFILE%`.
    Home,
    /// Starts with another environment variable, whose value is not known here.
    Variable,
    /// Was written as a `file:` URI.
    FileUri,
    /// Was written as a URI of another scheme; what follows the authority is read.
    Uri,
    /// Was written as the address of a web resource (`http`, `https`, `ws`, `wss`, `ftp`): the path is the server's, not this machine's.
    WebUrl,
    /// A `..` segment occurs, wherever it leads.
    DotDot,
    /// Dots that some readers take for `..`: `....//` and `..././`, once a filter has removed `../` from them; `.../.../` on
    /// old Windows; `..;x/` in servlet containers. Read as `..`.
    DotRun,
    /// Dots or separators are spelled `0x2e`, `0x2f`, `0x5c`. Read as what they spell.
    HexSpelling,
    /// Dots escaped by backslashes: `\.\./`. Also read without the backslashes.
    EscapedDots,
    /// Dots or separators are percent-encoded so that only lax decoders read them: over-long, in layers, as `%uXXXX`, with
    /// wrong digits; or dots are encoded at all, which none needs. Also read as what they spell.
    Disguised,
    /// Another path begins behind a blank or line break in the same text: `notes.txt /etc/shadow`. Also read alone.
    Second,
    /// A name longer than any file system holds: it can only be there to be climbed out of or cut off.
    LongName,
}

flag!(PathNote: Nul, Ads, Device, DosName, EightDotThree, Trailing, MixedSeparators, Unc, ProcRoot, ProcFd, Home,
    Variable, FileUri, Uri, WebUrl, DotDot, DotRun, HexSpelling, EscapedDots, LongName, Disguised, Second);

/// A set of notes on a path.
pub type PathNotes = Flags<PathNote>;

/// Where a path starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PathRoot {
    /// In the reader's current folder.
    #[default]
    Relative,
    /// At `/`, or at the root of the current Windows drive.
    Posix,
    /// On a drive: `c:/x` (absolute) or `c:x` (in that drive's current folder).
    Drive,
    /// On a server: `//?/unc/server/share/x`.
    Unc,
    /// In the Windows device namespace: `//?/physicaldrive0`.
    Device,
    /// In a home folder: `~/x`, `~user/x`.
    Home,
}

flag!(PathRoot: Relative, Posix, Drive, Unc, Device, Home);
