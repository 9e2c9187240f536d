//! Hosts that matter to an attacker, as data. Sources stand beside the entries; a name also stands for all names below it,
//! with `=` before it for itself alone.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use super::class::{HostClass, HostClasses};

const fn v4(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, d)
}

/// Where clouds serve credentials and metadata to their machines.
pub(super) const METADATA_V4: [Ipv4Addr; 9] = [
    // AWS, Google Cloud, Azure, Oracle, DigitalOcean, IBM, Hetzner, OpenStack, Vultr, Linode and others.
    v4(169, 254, 169, 254),
    // AWS ECS task credentials, EKS Pod Identity.
    v4(169, 254, 170, 2),
    v4(169, 254, 170, 23),
    // Tencent Cloud.
    v4(169, 254, 0, 23),
    // Scaleway.
    v4(169, 254, 42, 42),
    // Alibaba Cloud.
    v4(100, 100, 100, 200),
    // Volcano Engine.
    v4(100, 96, 0, 96),
    // Azure WireServer.
    v4(168, 63, 129, 16),
    // Oracle Cloud Classic.
    v4(192, 0, 0, 192),
];

/// The same over IPv6: AWS, EKS, Google Cloud, Scaleway, OpenStack.
pub(super) const METADATA_V6: [Ipv6Addr; 7] = [
    // Oracle Cloud, Linode.
    Ipv6Addr::new(0xFD00, 0xC1, 0, 0, 0, 0, 0xA9FE, 0xA9FE),
    Ipv6Addr::new(0xFD00, 0xA9FE, 0xA9FE, 0, 0, 0, 0, 1),
    Ipv6Addr::new(0xFD00, 0xEC2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xFD00, 0xEC2, 0, 0, 0, 0, 0, 0x23),
    Ipv6Addr::new(0xFD20, 0xCE, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xFD00, 0x42, 0, 0, 0, 0, 0, 0x42),
    Ipv6Addr::new(0xFE80, 0, 0, 0, 0, 0, 0xA9FE, 0xA9FE),
];

/// Names by class.
#[rustfmt::skip]
const NAMES: &[(HostClass, &[&str])] = &[
    (HostClass::Metadata, &[
        "metadata.google.internal", "metadata.goog", "=metadata", "=instance-data", "instance-data.ec2.internal",
        "metadata.azure.internal", "metadata.azure.com", "metadata.tencentyun.com", "metadata.platformequinix.com", "metadata.packet.net",
        "metadata.cloud.ibm.com", "metadata.oraclecloud.com", "metadata.linode.com", "metadata.vultr.com", "metadata.hetzner.cloud",
        "metadata.scaleway.com", "=kubernetes", "=kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
        "=rancher-metadata", "rancher-metadata.rancher.internal", "metadata.nifcloud.com", "metadata.yandexcloud.net",
    ]),
    (HostClass::Loopback, &[
        "localhost", "host.docker.internal", "gateway.docker.internal",
        "kubernetes.docker.internal", "host.containers.internal", "host.lima.internal", "host.minikube.internal", "docker.for.mac.localhost",
        "docker.for.mac.host.internal",
    ]),
    (HostClass::Alias, &[
        "=localhost4", "=localhost6", "=ip6-localhost", "=ip6-loopback", "=loopback", "localhost.localdomain", "localhost4.localdomain4",
        "localhost6.localdomain6",
    ]),
    (HostClass::Rebinding, &[
        "r3dir.me", "307r.me", "rbndr.us", "1u.ms", "rebind.network", "rebind.it", "lock.cmpxchg8b.com", "rebinder.net", "dnsrebind.it", "rebnd.icu",
    ]),
    (HostClass::Redirector, &[
        "bit.ly", "tinyurl.com", "=t.co", "goo.gl", "is.gd", "v.gd", "ow.ly", "buff.ly", "cutt.ly", "rebrand.ly", "shorturl.at", "rb.gy",
        "tiny.cc", "t.ly", "bl.ink", "adf.ly", "tr.im", "s.id", "shorte.st", "snip.ly", "clck.ru", "qrco.de", "urlz.fr", "soo.gd", "x.co",
        "redirect.pizza",
    ]),
    (HostClass::Paste, &[
        "pastebin.com", "paste.ee", "hastebin.com", "ghostbin.com", "dpaste.com", "dpaste.org", "ix.io", "sprunge.us", "termbin.com", "0x0.st",
        "transfer.sh", "file.io", "paste.rs", "rentry.co", "rentry.org", "privatebin.net", "controlc.com", "justpaste.it", "paste.debian.net",
        "anonfiles.com", "gofile.io", "catbox.moe", "bashupload.com", "temp.sh", "oshi.at", "tmpfiles.org", "uguu.se", "pixeldrain.com",
        "clbin.com", "p.ip.fi", "paste.c-net.org", "pastes.io", "pastie.org", "snippet.host", "bin.disroot.org", "paste.mozilla.org",
        "fileditch.com", "envs.sh", "ttm.sh", "x0.at", "send.vis.ee", "filebin.net", "tempsend.com", "wormhole.app", "ufile.io", "sendspace.com",
    ]),
    (HostClass::Webhook, &[
        "webhook.site", "requestbin.com", "requestbin.net", "pipedream.net", "requestcatcher.com", "beeceptor.com", "hookbin.com", "ptsv2.com",
        "ptsv3.com", "interact.sh", "interactsh.com", "oast.pro", "oast.live", "oast.site", "oast.online", "oast.fun", "oast.me",
        "burpcollaborator.net", "oastify.com", "dnslog.cn", "dnslog.link", "ceye.io", "canarytokens.com", "requestrepo.com", "postb.in",
        "webhook.cool", "webhookrelay.com", "typedwebhook.tools", "hkdk.events", "dnshook.site", "bxss.me", "bxss.in", "xss.ht",
        "xss.report", "eyes.sh", "log4shell.tools", "pingb.in", "dnsbin.zhack.ca", "webhook-test.com", "smee.io", "rbaskets.in",
        "request-inspector.glitch.me",
    ]),
    (HostClass::Tunnel, &[
        "ngrok.io", "ngrok.app", "ngrok.dev", "ngrok-free.app", "ngrok-free.dev", "ngrok.pizza", "trycloudflare.com", "loca.lt", "localtunnel.me",
        "localtunnel.it", "serveo.net", "serveousercontent.com", "localhost.run", "lhr.life", "lhr.rocks", "lhrtunnel.link", "bore.pub",
        "pagekite.me", "tunnelto.dev", "devtunnels.ms", "portmap.io", "portmap.host", "playit.gg", "ply.gg", "zrok.io", "loclx.io", "pinggy.link",
        "pinggy.io", "pinggy.online", "telebit.io", "telebit.cloud", "packetriot.net", "pktriot.net", "tunnelmole.net", "tunnelmole.com",
        "tunnel.pyjam.as", "expose.dev", "sharedwithexpose.com", "jprq.live", "localto.net", "onrelay.dev", "natappfree.cc", "vicp.fun", "zicp.fun",
    ]),
];

/// Endings that only inner networks resolve (RFC 6762, 8375, 6761, ICANN's reserved `.internal`, and old habit).
const INTERNAL: [&[u8]; 22] = [
    b"internal",
    b"local",
    b"localdomain",
    b"lan",
    b"corp",
    b"home",
    b"home.arpa",
    b"intranet",
    b"intra",
    b"private",
    b"priv",
    b"localnet",
    b"cluster.local",
    b"svc",
    b"consul",
    b"test",
    b"workgroup",
    b"domain",
    b"dc",
    b"ad",
    b"mgmt",
    b"pod",
];

/// Schemes that reach files, other protocols or an interpreter where a web address was expected.
const DANGEROUS_SCHEMES: [&[u8]; 45] = [
    b"gopher",
    b"dict",
    b"file",
    b"jar",
    b"ldap",
    b"ldaps",
    b"ldapi",
    b"php",
    b"data",
    b"javascript",
    b"vbscript",
    b"livescript",
    b"tftp",
    b"netdoc",
    b"expect",
    b"phar",
    b"zip",
    b"glob",
    b"rar",
    b"ogg",
    b"zlib",
    b"compress.zlib",
    b"compress.bzip2",
    b"ssh2",
    b"local_file",
    b"local-file",
    b"view-source",
    b"rmi",
    b"jndi",
    b"iiop",
    b"corba",
    b"dns",
    b"nis",
    b"netbios",
    b"smb",
    b"cifs",
    b"telnet",
    b"finger",
    b"verbatim",
    b"mhtml",
    b"res",
    b"mk",
    b"shell",
    b"ms-msdt",
    b"search-ms",
];

/// Ports of services that no web client has business with: `ssh`, mail, databases, caches, cluster and engine control.
const SERVICES: [u16; 27] = [
    1433, 1434, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5433, 5985, 5986, 6379, 6380, 7001,
    9042, 10250, 10255, 11211, 26379, 27017, 27018, 50000,
];

/// Whether a service of its own protocol, or one that controls machines, listens there by habit.
pub(super) fn is_service(port: u16) -> bool {
    SERVICES.contains(&port)
}

/// The names of every class, sorted; whether only the name itself is meant.
static SORTED: LazyLock<Vec<(&'static [u8], HostClass, bool)>> = LazyLock::new(|| {
    let mut names: Vec<_> = NAMES
        .iter()
        .flat_map(|(class, names)| names.iter().map(|name| (name, *class)))
        .map(|(name, class)| match name.strip_prefix('=') {
            Some(exact) => (exact.as_bytes(), class, true),
            None => (name.as_bytes(), class, false),
        })
        .collect();
    names.sort_by_key(|(name, ..)| *name);
    names
});

/// The longest name in the table; longer endings need no lookup.
const LONGEST: usize = 40;

/// The classes that `name` or a name above it is listed in.
pub(super) fn classes(name: &[u8]) -> HostClasses {
    let mut classes = HostClasses::none();
    for (ending, whole) in endings(name) {
        let first = SORTED.partition_point(|(listed, ..)| *listed < ending);
        for (_, class, exact) in SORTED.iter().skip(first).take_while(|(listed, ..)| *listed == ending) {
            if whole || !exact {
                classes.insert(*class);
            }
        }
    }
    classes
}

/// Whether the name ends in one that only inner networks resolve.
pub(super) fn is_internal(name: &[u8]) -> bool {
    endings(name).any(|(ending, _)| INTERNAL.contains(&ending))
}

/// Whether the scheme, lower-case, is a dangerous one.
pub(super) fn is_dangerous(scheme: &[u8]) -> bool {
    DANGEROUS_SCHEMES.contains(&scheme)
}

/// The name and the names above it, as far as they could be in the table; and whether it is the name itself.
fn endings(name: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    let from = name.len().saturating_sub(LONGEST + 1);
    let near = name.get(from..).unwrap_or(name);
    let dots = memchr::memchr_iter(b'.', near).filter_map(move |dot| near.get(dot + 1..)).map(|ending| (ending, false));
    (from == 0).then_some((name, true)).into_iter().chain(dots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_well_formed() {
        for (listed, class, _) in SORTED.iter() {
            let text = String::from_utf8_lossy(listed);
            assert!(listed.len() <= LONGEST, "{text} is longer than LONGEST");
            assert!(
                !listed.is_empty()
                    && listed.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-')),
                "{text}"
            );
            assert_eq!(SORTED.iter().filter(|(other, ..)| other == listed).count(), 1, "{text} {class:?} twice");
        }
    }

    #[test]
    fn names_stand_for_what_lies_below_them() {
        let of = |name: &str| classes(name.as_bytes()).iter().collect::<Vec<_>>();
        assert_eq!(of("metadata.google.internal"), [HostClass::Metadata]);
        assert_eq!(of("x.metadata.google.internal"), [HostClass::Metadata]);
        assert_eq!(of("metadata"), [HostClass::Metadata]);
        assert_eq!(of("metadata.example.com"), []);
        assert_eq!(of("notngrok.io"), []);
        assert_eq!(of(&format!("{}.ngrok.io", "a".repeat(200))), [HostClass::Tunnel]);
        assert!(
            is_internal(b"db.prod.svc.cluster.local") && is_internal(b"x.corp") && !is_internal(b"corp.example.com")
        );
    }
}
