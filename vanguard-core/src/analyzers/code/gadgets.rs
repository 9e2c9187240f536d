//! Which call means what: data alone. Case counts nowhere, as in PHP.

use super::calls::Sink;
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
        "b64decode atob base64_decode gzinflate gzuncompress bzdecompress str_rot13 unhexlify hex2bin convert_uudecode decodebytes chr rot13 b64d unpack",
    ),
    (Fact::Network, "fsockopen pfsockopen stream_socket_client inet_aton sockaddr_in"),
    (Fact::Fetch, "fetch urlopen file_get_contents curl_exec open_uri urlretrieve"),
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
         open3.capture2 open3.capture2e open3.capture3 pexpect.spawn pexpect.run process.start exec.command os.execute \
         cdll.system libc.system m.execsync m.exec promises.exec execa.command execa.commandsync execa.execa runtime.getruntime",
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
        "socket.socket socket.create_connection net.connect net.createconnection tls.connect tcpsocket.new tcpsocket.open net.dial \
         socket.tcp socket.connect socket.inet",
    ),
    (
        Fact::Fetch,
        "requests.get requests.post requests.put requests.request session.get httpx.get httpx.post request.urlopen urllib.urlopen \
         urllib2.urlopen request.urlretrieve axios.get axios.post http.get https.get http.request https.request got.get u.urlopen http.post uri.open",
    ),
    (
        Fact::File,
        "file.open file.read file.readlines file.binread file.write file.readalltext file.readallbytes dir.entries dir.children \
         io.read io.readlines io.binread io.write fs.readfilesync fs.readfile fs.writefilesync fs.writefile fs.appendfilesync \
         fs.appendfile fs.createreadstream fs.createwritestream files.readallbytes files.readstring paths.get os.readfile \
         os.writefile io.open os.open pathlib.path codecs.open os.remove os.unlink fs.unlinksync os.listdir os.chmod",
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

/// Functions whose first string is the path of a file.
const OPENERS: &str =
    "open fopen readfile file_put_contents path unlink include include_once require_once slurp file_get_contents";

/// Functions that remove a folder with all that is in it.
const REMOVERS: &str = "shutil.rmtree fs.rmsync fs.rm fs.rmdirsync fs.rmdir fileutils.rm_rf fileutils.rm_r os.removeall fse.removesync rimraf.sync rimraf";

/// Functions whose first string is the path of a file that they write.
const WRITERS: &str = "fs.writefilesync fs.writefile fs.appendfilesync fs.appendfile fs.createwritestream fse.outputfilesync \
     promises.writefile promises.appendfile file.write io.write file.writealltext file.appendalltext os.writefile ioutil.writefile \
     file_put_contents deno.writetextfile deno.writetextfilesync bun.write fileutils.writestringtofile";

/// Functions that PHP alone has, as a filter is probed with.
const PHP: &str = "base64_decode base64_encode call_user_func call_user_func_array create_function func_get_args func_get_arg \
    get_defined_functions get_defined_vars get_defined_constants getallheaders phpinfo phpversion php_uname php_sapi_name \
    file_get_contents file_put_contents fsockopen pfsockopen stream_socket_client gzinflate gzuncompress gzdecode gzdeflate bzdecompress \
    str_rot13 is_array is_string is_callable is_numeric is_object is_int is_bool array_map array_filter array_walk array_reduce \
    array_diff_ukey usort uasort uksort intval strval boolval doubleval floatval settype var_dump var_export print_r ini_set ini_get \
    set_error_handler register_shutdown_function register_tick_function filter_var iterator_apply preg_replace preg_replace_callback \
    preg_match mb_ereg_replace assert_options shell_exec passthru proc_open pcntl_exec pcntl_fork posix_getpwuid posix_kill \
    fileatime filectime filegroup fileinode fileowner fileperms filesize filetype fopen fputs fwrite fread fgets fputcsv \
    move_uploaded_file highlight_file show_source php_strip_whitespace parse_ini_file scandir opendir readdir glob symlink readlink \
    tempnam tmpfile chgrp chown lchown dl mail extract parse_str putenv getenv unserialize serialize simplexml_load_string error_log \
    pg_connect pg_query pg_host mysqli_query mysql_query sqlite_open odbc_exec ob_start array_key_exists html_entity_decode \
    htmlspecialchars_decode hex2bin bin2hex convert_uuencode convert_uudecode curl_exec curl_init curl_multi_exec ftp_connect ftp_get \
    imap_open ldap_connect socket_connect socket_create zend_version getcwd gethostbyname getmyuid get_current_user get_cfg_var \
    get_include_path set_include_path openlog syslog readgzfile gzfile gzopen bzopen session_start mysqli_connect";

/// Names that say something even where nothing calls them.
const NAMES: &[(Fact, &str)] = &[(
    Fact::Escape,
    "__subclasses__ __globals__ __builtins__ __mro__ __bases__ func_globals gi_frame f_globals tb_frame cr_frame \
     mainmodule java.lang.runtime java.lang.processbuilder javax.script.scriptenginemanager",
)];

static BARE_WORDS: WordTable<256> = WordTable::of(&words(BARE));
static PAIR_WORDS: WordTable<512> = WordTable::of(&words(PAIRS));
static METHOD_WORDS: WordTable<64> = WordTable::of(&words(METHODS));
static NAME_WORDS: WordTable<64> = WordTable::of(&words(NAMES));
static OPENER_WORDS: WordTable<32> = WordTable::of(&[OPENERS]);
static REMOVER_WORDS: WordTable<32> = WordTable::of(&[REMOVERS]);
static WRITER_WORDS: WordTable<64> = WordTable::of(&[WRITERS]);
static PHP_WORDS: WordTable<512> = WordTable::of(&[PHP]);

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

/// What a call hands its strings on to. `name` is `object.name`, or the name alone.
pub(super) fn sink(name: &[u8], fact: Option<Fact>) -> Option<Sink> {
    if REMOVER_WORDS.row(name).is_some() {
        return Some(Sink::Removal);
    }
    if WRITER_WORDS.row(name).is_some() {
        return Some(Sink::Write);
    }
    match fact {
        Some(Fact::Process) => Some(Sink::Command),
        // Ruby's and Perl's `exec` runs a command, Python's runs code.
        Some(Fact::Eval) if name.eq_ignore_ascii_case(b"exec") => Some(Sink::Command),
        Some(Fact::File) => Some(Sink::Path),
        _ if OPENER_WORDS.row(name).is_some() => Some(Sink::Path),
        Some(Fact::Fetch) => Some(Sink::Url),
        _ => None,
    }
}

/// Whether a file that is opened in this mode is written: `a`, `wb`, `r+`, `w:utf-8`.
pub(super) fn is_writing_mode(mode: &[u8]) -> bool {
    mode.len() < 12
        && match mode {
            [b'a' | b'w' | b'x', rest @ ..] => {
                !rest.first().is_some_and(|byte| byte.is_ascii_lowercase() && !b"bt".contains(byte))
            }
            [b'r', rest @ ..] => rest.contains(&b'+') && rest.len() < 4,
            _ => false,
        }
}

/// Functions that run the text they are given first as code; a timer is honestly given functions, which are decoded from nothing.
pub(super) fn evaluates(name: &[u8], decoded: bool) -> bool {
    bare(name) == Some(Fact::Eval) || decoded && matches!(name, b"setTimeout" | b"setInterval")
}

/// Functions that PHP alone has.
pub(super) fn is_php(name: &[u8]) -> bool {
    PHP_WORDS.row(name).is_some()
}

/// Names that nothing else ends in: letters before them are there to dodge a filter.
const PHP_ENDINGS: [&[u8]; 10] = [
    b"call_user_func",
    b"call_user_func_array",
    b"create_function",
    b"file_put_contents",
    b"fsockopen",
    b"func_get_args",
    b"get_defined_vars",
    b"get_defined_functions",
    b"gzinflate",
    b"shell_exec",
];

/// Whether a name is one of PHP's alone with something put before it.
pub(super) fn ends_in_php(name: &[u8]) -> bool {
    let ends = |end: &[u8]| {
        name.len()
            .checked_sub(end.len())
            .and_then(|at| name.get(at..))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    PHP_ENDINGS.iter().any(|end| ends(end))
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
    matches!(object, b"__import__" | b"os" | b"subprocess" | b"builtins" | b"__builtins__" | b"sys" | b"pty" | b"posix")
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
            | b"with"
            | b"begin"
    )
}
