//! Which call means what: data alone. Case counts nowhere, as in PHP.

use super::fact::Fact;
use crate::analyzers::words::WordTable;

/// Functions that are called by their name alone.
const BARE: &[(Fact, &str)] = &[
    (
        Fact::Eval,
        "eval exec execfile assert create_function execscript instance_eval class_eval preg_replace_callback_array",
    ),
    (
        Fact::Process,
        "system shell_exec passthru popen proc_open pcntl_exec popen2 popen3 execsync spawnsync execfilesync check_output \
         getstatusoutput processbuilder",
    ),
    (Fact::Deserialize, "unserialize readobject yaml_parse"),
    (
        Fact::Decode,
        "b64decode atob base64_decode gzinflate gzuncompress bzdecompress str_rot13 unhexlify hex2bin convert_uudecode decodebytes",
    ),
    (Fact::Network, "fsockopen pfsockopen stream_socket_client"),
];

/// Methods by what they are called on: a module, a class, or the call that returned it.
const PAIRS: &[(Fact, &str)] = &[
    (
        Fact::Process,
        "os.system os.popen os.popen2 os.popen3 os.startfile os.execl os.execle os.execlp os.execv os.execve os.execvp os.execvpe os.spawnl \
         os.spawnlp os.spawnv os.spawnve os.spawnvp os.posix_spawn subprocess.run subprocess.call subprocess.popen \
         subprocess.check_call subprocess.check_output subprocess.getoutput subprocess.getstatusoutput commands.getoutput \
         commands.getstatusoutput asyncio.create_subprocess_shell asyncio.create_subprocess_exec platform.popen \
         child_process.exec child_process.execsync child_process.spawn child_process.spawnsync child_process.execfile \
         child_process.execfilesync child_process.fork cp.exec cp.execsync cp.spawn cp.spawnsync deno.run bun.spawn bun.spawnsync \
         getruntime.exec runtime.exec processbuilder.start kernel.system kernel.exec kernel.spawn process.spawn io.popen open3.popen3 \
         open3.capture2 open3.capture2e open3.capture3 pexpect.spawn pexpect.run process.start",
    ),
    (
        Fact::Eval,
        "builtins.eval builtins.exec __builtins__.eval __builtins__.exec vm.runinnewcontext vm.runinthiscontext vm.runincontext \
         globalthis.eval window.eval self.eval global.eval kernel.eval code.interact getenginebyname.eval constructor.constructor \
         scriptengine.eval",
    ),
    (
        Fact::Deserialize,
        "pickle.loads pickle.load cpickle.loads cpickle.load _pickle.loads dill.loads dill.load cloudpickle.loads jsonpickle.decode \
         marshal.loads marshal.load shelve.open yaml.unsafe_load yaml.full_load yaml.unsafe_load_all joblib.load serialize.unserialize \
         node-serialize.unserialize xmldecoder.readobject objectinputstream.readobject",
    ),
    (
        Fact::Decode,
        "base64.b64decode base64.b32decode base64.b16decode base64.b85decode base64.a85decode base64.decodebytes codecs.decode \
         zlib.decompress bz2.decompress lzma.decompress gzip.decompress binascii.unhexlify binascii.a2b_base64 bytes.fromhex \
         bytearray.fromhex string.fromcharcode buffer.from base64.decode64 getdecoder.decode",
    ),
    (
        Fact::Network,
        "socket.socket socket.create_connection net.connect net.createconnection tls.connect tcpsocket.new tcpsocket.open",
    ),
    (Fact::Duplicate, "os.dup2 pty.spawn"),
];

/// Methods that mean something whatever they are called on.
const METHODS: &[(Fact, &str)] = &[
    (Fact::Process, "execsync spawnsync execfilesync check_output create_subprocess_shell"),
    (Fact::Eval, "runinnewcontext runinthiscontext instance_eval class_eval module_eval"),
    (Fact::Escape, "__subclasses__ __getattribute__ mro"),
    (Fact::Deserialize, "readobject"),
    (Fact::Duplicate, "dup2"),
];

/// Names that say something even where nothing calls them.
const NAMES: &[(Fact, &str)] = &[(
    Fact::Escape,
    "__subclasses__ __globals__ __builtins__ __mro__ __bases__ func_globals gi_frame f_globals tb_frame cr_frame \
     mainmodule java.lang.runtime java.lang.processbuilder javax.script.scriptenginemanager",
)];

static BARE_WORDS: WordTable<128> = WordTable::of(&words(BARE));
static PAIR_WORDS: WordTable<512> = WordTable::of(&words(PAIRS));
static METHOD_WORDS: WordTable<64> = WordTable::of(&words(METHODS));
static NAME_WORDS: WordTable<64> = WordTable::of(&words(NAMES));

/// The words of a table's rows. No table has more.
const fn words(table: &[(Fact, &'static str)]) -> [&'static str; 8] {
    let (mut words, mut rest, mut at) = ([""; 8], table, 0);
    while let [(_, names), tail @ ..] = rest {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, where a fault is a build error")]
        {
            words[at] = names;
        }
        rest = tail;
        at += 1;
    }
    words
}

fn look_up<const SLOTS: usize>(words: &WordTable<SLOTS>, facts: &[(Fact, &str)], name: &[u8]) -> Option<Fact> {
    facts.get(usize::from(words.row(name)?)).map(|(fact, _)| *fact)
}

/// What calling a function by its name alone means. JavaScript's `Function` makes code of text, its `function` does not.
pub(super) fn bare(name: &[u8]) -> Option<Fact> {
    if name == b"Function" {
        return Some(Fact::Eval);
    }
    look_up(&BARE_WORDS, BARE, name)
}

/// What calling `object.name` means.
pub(super) fn pair(pair: &[u8]) -> Option<Fact> {
    look_up(&PAIR_WORDS, PAIRS, pair)
}

/// What calling a method of this name means on anything.
pub(super) fn method(name: &[u8]) -> Option<Fact> {
    look_up(&METHOD_WORDS, METHODS, name)
}

/// What using a name means.
pub(super) fn name(name: &[u8]) -> Option<Fact> {
    look_up(&NAME_WORDS, NAMES, name)
}

/// Functions whose value is the module that their argument names.
pub(super) fn imports(name: &[u8]) -> bool {
    matches!(name, b"require" | b"__import__" | b"import_module" | b"import" | b"forName" | b"_load")
}

/// Functions whose value is an attribute, by name, of what they are given first.
pub(super) fn reflects(name: &[u8]) -> bool {
    matches!(name, b"getattr" | b"attrgetter")
}

/// Objects whose attributes one does not name by strings but to hide them.
pub(super) fn is_powerful(object: &[u8]) -> bool {
    matches!(object, b"os" | b"subprocess" | b"builtins" | b"__builtins__" | b"sys" | b"pty" | b"posix")
}

/// Keywords that an expression may follow. Any other name before a name makes it a definition or a sentence.
pub(super) fn leads(word: &[u8]) -> bool {
    matches!(
        word,
        b"return"
            | b"echo"
            | b"print"
            | b"puts"
            | b"await"
            | b"new"
            | b"else"
            | b"do"
            | b"and"
            | b"or"
            | b"not"
            | b"in"
            | b"is"
            | b"if"
            | b"elif"
            | b"elsif"
            | b"unless"
            | b"while"
            | b"until"
            | b"yield"
            | b"throw"
            | b"raise"
            | b"die"
            | b"typeof"
            | b"delete"
            | b"assert"
            | b"then"
            | b"when"
            | b"case"
            | b"php"
            | b"import"
            | b"from"
            | b"use"
            | b"require"
            | b"lambda"
            | b"begin"
    )
}
