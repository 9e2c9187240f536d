//! Which function, procedure or table means what: data alone. Names are folded; the last part of a dotted name counts,
//! or the whole where it is listed so.

use super::fact::Fact;
use crate::analyzers::words::WordTable;

/// What calling a function means.
const FUNCTIONS: &[(Fact, &str)] = &[
    (
        Fact::TimeDelay,
        "sleep pg_sleep pg_sleep_for pg_sleep_until benchmark receive_message waitfor sleepeachrow randomblob zeroblob",
    ),
    (
        Fact::ErrorBased,
        "extractvalue updatexml xmltype geometrycollection multipoint polygon multilinestring linestring multipolygon drithsx ordpath name_const gtid_subset gtid_subtract st_latfromgeohash st_longfromgeohash st_pointfromgeohash query_to_xml database_to_xml table_to_xml",
    ),
    (
        Fact::FileRead,
        "load_file pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file lo_import lo_get bfilename fopen readfile read_text read_csv read_blob read_csv_auto read_parquet read_json openrowset opendatasource xp_fileexist xp_availablemedia file_read file",
    ),
    (Fact::FileWrite, "lo_export lo_put lo_from_bytea lo_create writefile file_write edit"),
    (
        Fact::Command,
        "xp_cmdshell sp_oacreate sp_oamethod sys_exec sys_eval sys_bineval lib_mysqludf_sys_info load_extension \
         xp_regread xp_regwrite xp_regdeletevalue xp_regdeletekey xp_servicecontrol sp_execute_external_script \
         dbms_scheduler create_job runjava javasyspriv linxruncmd sp_add_job sp_add_jobstep sp_start_job funcall dbms_java_test",
    ),
    (
        Fact::Outbound,
        "get_host_address get_host_name utl_inaddr httpuritype dblink dblink_connect dblink_exec dblink_send_query xp_dirtree \
         xp_subdirs xp_getfiledetails http_get http_post http_request send_mail sp_send_dbmail mysql_fdw postgres_fdw \
         getclob geturi dbms_ldap utl_http utl_smtp utl_tcp url s3 remote",
    ),
    (Fact::Dynamic, "sp_executesql sp_prepare sp_execute"),
    (Fact::Server, "sp_configure pg_reload_conf pg_terminate_backend pg_cancel_backend set_config"),
    (Fact::Privilege, "sp_addsrvrolemember sp_addrolemember sp_addlogin sp_grantlogin sp_password"),
    (
        Fact::ServerProbe,
        "version current_user session_user system_user current_database current_setting database pg_postmaster_start_time \
         sqlite_version sqlite_compileoption_get sqlite_compileoption_used sqlite_source_id connection_id host_name db_name \
         suser_sname is_srvrolemember inet_server_addr pg_backend_pid is_member has_dbaccess original_login",
    ),
    (
        Fact::Function,
        "ascii substring substr mid ord hex unhex unistr char chr concat concat_ws group_concat string_agg listagg xmlagg conv \
         ifnull nullif nvl coalesce elt make_set find_in_set json_extract json_value to_char to_number sysdate getdate \
         curdate curtime now row_count last_insert_id md5 sha1 sha2 encode decode aes_encrypt aes_decrypt des_encrypt cast \
         convert instr locate position strcmp rpad lpad bit_length octet_length char_length uuid rownum array_agg array_to_string \
         quote_literal quote_ident regexp_replace regexp_matches regexp_substr floor rand newid procedure analyse abs mod json_valid json_type json_each glob likelihood typeof unlikely nullif \
         sum min max avg count ln log time day month year minute second hour week date round ceil \
         regexp_like regexp_instr length len upper lower ltrim rtrim reverse replicate stuff quotename try_cast bin oct soundex",
    ),
];

/// Functions that mean something else too: read only where other SQL stands by them.
const COMMON_WORDS: &str = "file char position now floor rand mod abs decode encode convert cast uuid version database url s3 remote edit \
     user hex mid ord md5 sha1 concat substring substr procedure polygon replace instr locate coalesce position elt ascii conv \
     sum min max avg count ln log time day month year minute second hour week date round ceil \
     json_type json_each glob likelihood typeof unlikely nullif length len upper lower ltrim rtrim reverse replicate stuff bin oct \
    ";

/// Tables and variables that say what a query is after.
const NAMES: &[(Fact, &str)] = &[
    (
        Fact::SchemaProbe,
        "information_schema sysobjects syscolumns sysdatabases sys.tables sys.columns sys.objects sys.databases sqlite_master \
         sqlite_schema sqlite_temp_master pg_catalog pg_tables pg_class pg_attribute pg_namespace pg_database all_tables user_tables \
         all_tab_columns user_tab_columns all_users dba_tables dba_users msysaccessobjects msysobjects mysql.innodb_table_stats \
         performance_schema sysibm.systables syscat.tables rdb$relations sysserverse sysservers all_objects user_objects \
         all_source pg_proc pg_views master.sys.databases",
    ),
    (
        Fact::Credentials,
        "mysql.user pg_shadow pg_authid pg_user pg_group pg_roles syslogins sys.sql_logins sys.syslogins sysusers sys.user$ \
         dba_role_privs user_role_privs session_privs mysql.db authentication_string password_hash",
    ),
    (Fact::ServerProbe, "v$version v$instance pg_settings rolsuper sys.dual"),
];

static FUNCTION_WORDS: WordTable<1024> = WordTable::of(&rows(FUNCTIONS));
static NAME_WORDS: WordTable<256> = WordTable::of(&rows(NAMES));
static COMMON: WordTable<256> = WordTable::of(&[COMMON_WORDS]);

/// The words of a table's rows. No table has more.
const fn rows(table: &[(Fact, &'static str)]) -> [&'static str; 16] {
    let (mut words, mut rest, mut at) = ([""; 16], table, 0);
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

/// What calling a function of this dotted name means.
pub(super) fn function(name: &[u8]) -> Option<Fact> {
    meaning(&FUNCTION_WORDS, FUNCTIONS, name)
}

/// What using a table or variable of this dotted name means.
pub(super) fn table(name: &[u8]) -> Option<Fact> {
    meaning(&NAME_WORDS, NAMES, name)
}

/// The whole name is listed, or its last part (`dbms_pipe.receive_message`), or its schema or package
/// (`information_schema.tables`).
fn meaning<const SLOTS: usize>(words: &WordTable<SLOTS>, facts: &[(Fact, &str)], name: &[u8]) -> Option<Fact> {
    let row = words.row(name).or_else(|| {
        let last = memchr::memrchr(b'.', name)?;
        let first = memchr::memchr(b'.', name)?;
        words.row(name.get(last + 1..)?).or_else(|| words.row(name.get(..first)?))
    })?;
    facts.get(row as usize).map(|(fact, _)| *fact)
}

/// Whether a function's name is also an ordinary word or a function of programming languages.
pub(super) fn is_common(name: &[u8]) -> bool {
    COMMON.row(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::{function, table};
    use crate::analyzers::sql::Fact;

    #[test]
    fn names_mean_what_they_do() {
        for (name, fact) in [
            ("SLEEP", Some(Fact::TimeDelay)),
            ("dbms_pipe.receive_message", Some(Fact::TimeDelay)),
            ("utl_inaddr.get_host_address", Some(Fact::Outbound)),
            ("master..xp_cmdshell", Some(Fact::Command)),
            ("sleeper", None),
            ("", None),
        ] {
            assert_eq!(function(name.as_bytes()), fact, "{name}");
        }
        assert_eq!(table(b"information_schema.tables"), Some(Fact::SchemaProbe));
        assert_eq!(table(b"mysql.user"), Some(Fact::Credentials));
        assert_eq!(table(b"app.user"), None);
    }
}
