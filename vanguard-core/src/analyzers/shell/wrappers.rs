//! Programs that run another program: how their own options are told from the command they run. Data alone.

use super::programs::NO_ROW;

/// How the command follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// The words that are left are program and arguments.
    Words,
    /// The words that are left, joined by blanks, are a shell's text.
    Text,
    /// The first word that is left is a shell's text.
    One,
    /// Nothing is run but what an option names.
    Nothing,
}

/// One family of wrappers.
#[derive(Debug)]
pub(super) struct Wrapper {
    pub(super) names: &'static str,
    /// Words one of which must come first: `docker exec`. Empty: none.
    pub(super) verbs: &'static str,
    /// Short letters that take a value.
    pub(super) values: &'static [u8],
    /// Long options that take a value in the next word.
    pub(super) long: &'static str,
    /// Options whose value is a shell's text.
    pub(super) text: &'static str,
    /// Operands before the command: a duration, a host, a container.
    pub(super) skip: u8,
    /// `NAME=value` may stand before the command.
    pub(super) assigns: bool,
    /// The command must come after `--`, if there is one.
    pub(super) dashes: bool,
    pub(super) rest: Rest,
}

const fn words(names: &'static str, values: &'static [u8], long: &'static str) -> Wrapper {
    Wrapper { names, verbs: "", values, long, text: "", skip: 0, assigns: false, dashes: false, rest: Rest::Words }
}

pub(super) const WRAPPERS: &[Wrapper] = &[
    Wrapper {
        assigns: true,
        ..words(
            "sudo sudo-rs",
            b"ugprtTCDRhU",
            "--user --group --prompt --role --type --chdir --host --other-user --close-from --command-timeout --chroot",
        )
    },
    Wrapper {
        text: "-c",
        assigns: true,
        ..words("doas dzdo pfexec run0 gsudo", b"uCat", "--user --config --chdir --background")
    },
    words("pkexec", b"u", "--user"),
    Wrapper {
        assigns: true,
        text: "-S --split-string",
        ..words("env", b"uC", "--unset --chdir --block-signal --default-signal --ignore-signal")
    },
    words(
        "nohup setsid builtin noglob nocorrect unbuffer fakeroot catchsegv ssh-agent tini dumb-init catatonit setarch linux32 linux64 i386 x86_64 \
           dbus-run-session caffeinate torsocks torify proxychains proxychains4 rlwrap winpty aa-exec pexec choom multitime \
           genie daemonize dtach abduco time coproc cygstart ld.so ld-linux.so ld-linux-x86-64.so sem retry arch valgrind dotenv",
        b"ofnpcePN",
        "--output --format",
    ),
    words("command", b"", ""),
    words("exec", b"a", ""),
    words("nice", b"n", "--adjustment"),
    words("ionice", b"cnpPu", "--class --classdata"),
    Wrapper { skip: 1, ..words("chrt", b"TPD", "") },
    Wrapper { skip: 1, ..words("taskset", b"", "") },
    Wrapper { skip: 1, ..words("timeout gtimeout", b"sk", "--signal --kill-after") },
    words("stdbuf", b"ioe", "--input --output --error"),
    words(
        "systemd-run systemd-inhibit",
        b"puEMtHd",
        "--unit --property --description --slice --uid --gid --nice --working-directory --setenv --on-calendar --on-active --on-boot --machine --why --who --what --mode",
    ),
    Wrapper { skip: 1, ..words("chroot", b"", "--userspec --groups") },
    words("unshare", b"RSGw", "--root --wd --setuid --setgid --map-user --map-group"),
    words("nsenter", b"tSGFW", "--target --setuid --setgid"),
    Wrapper { skip: 1, text: "-c --command", ..words("flock", b"wE", "--timeout --wait --conflict-exit-code") },
    words("strace ltrace perf gdbserver rr", b"eopsSuaEIPbOX", ""),
    Wrapper { skip: 1, ..words("gosu su-exec setuidgid chpst envdir softlimit runcon", b"uUbnml/", "") },
    words(
        "setpriv capsh prlimit cpulimit numactl firejail bwrap bubblewrap proot xvfb-run faketime sg_run",
        b"lbeNCrsnwm",
        "--reuid --regid --groups --inh-caps --ambient-caps --bounding-set --bind --ro-bind --dev --proc --tmpfs --chdir --membind --cpunodebind",
    ),
    words("busybox toybox", b"", ""),
    words(
        "xargs gxargs",
        b"nPLIsdEa",
        "--max-args --max-procs --max-lines --max-chars --delimiter --arg-file --eof --process-slot-var",
    ),
    words(
        "parallel",
        b"jNnLIPSsXdaCv",
        "--jobs --max-args --colsep --arg-file --joblog --results --delay --timeout --sshlogin --replace --retries --tmpdir --load",
    ),
    Wrapper { rest: Rest::Text, ..words("watch viddy hwatch", b"nq", "--interval") },
    Wrapper { rest: Rest::Nothing, text: "-c --command", ..words("script", b"tTIOBmE", "") },
    Wrapper {
        rest: Rest::Nothing,
        text: "-c --command --session-command",
        ..words("su", b"sgGwT", "--shell --group --supp-group --whitelist-environment")
    },
    Wrapper { text: "-c --command --session-command", ..words("runuser", b"sgGwu", "--shell --group --user") },
    Wrapper { skip: 1, rest: Rest::One, text: "-c", ..words("sg newgrp", b"", "") },
    Wrapper {
        skip: 1,
        rest: Rest::Text,
        text: "-oProxyCommand",
        ..words("ssh autossh mosh rsh", b"bcDEeFIiJLlmMOopQRSWw", "--ssh --port")
    },
    Wrapper {
        verbs: "exec",
        skip: 1,
        ..words(
            "docker podman nerdctl crictl lxc incus ctr",
            b"euwHclDp",
            "--env --user --workdir --env-file --detach-keys --host --context --config --exec-id --log-level --namespace --cwd --group",
        )
    },
    Wrapper {
        verbs: "run create",
        skip: 1,
        ..words(
            "docker podman nerdctl",
            b"aehlmpuvwcH",
            "--add-host --annotation --attach --blkio-weight --cap-add --cap-drop --cgroup-parent --cgroupns --cidfile --cpu-period --cpu-quota --cpu-shares --cpus --cpuset-cpus --cpuset-mems --device --dns --entrypoint --env --env-file --expose --gpus --group-add --health-cmd --hostname --ip --ipc --label --label-file --link --log-driver --log-opt --mac-address --memory --memory-swap --mount --name --network --net --pid --pids-limit --platform --publish --pull --restart --runtime --security-opt --shm-size --stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --ulimit --user --userns --uts --volume --volumes-from --workdir --host --context --config",
        )
    },
    Wrapper {
        verbs: "exec run",
        skip: 1,
        ..words(
            "docker-compose podman-compose",
            b"eufpTw",
            "--env --user --index --workdir --file --project-name --name --volume --publish --entrypoint",
        )
    },
    Wrapper {
        verbs: "exec",
        skip: 1,
        dashes: true,
        ..words(
            "kubectl oc k k3s microk8s",
            b"cnfs",
            "--container --namespace --context --kubeconfig --cluster --user --pod-running-timeout --as --server --token",
        )
    },
    Wrapper {
        verbs: "run debug",
        skip: 255,
        dashes: true,
        ..words(
            "kubectl oc k",
            b"cnfl",
            "--image --namespace --context --env --overrides --labels --restart --port --target",
        )
    },
    Wrapper { dashes: true, skip: 255, ..words("lxc-attach", b"nP", "--name") },
    Wrapper { verbs: "ssh", skip: 255, rest: Rest::Nothing, text: "-c --command", ..words("vagrant gcloud", b"", "") },
    Wrapper {
        verbs: "run",
        ..words(
            "uv poetry pipenv hatch pdm rye conda mamba dotenvx doppler op",
            b"pncC",
            "--with --python --extra --group --env-file --project --directory --package --name --prefix --from",
        )
    },
    Wrapper {
        verbs: "exec",
        ..words(
            "bundle npm pnpm yarn bunx mise asdf rbenv pyenv nodenv direnv poetry",
            b"C",
            "--package --workspace --filter --cwd --prefix",
        )
    },
    Wrapper { rest: Rest::Nothing, text: "-c --call", ..words("npx", b"p", "--package") },
    Wrapper { rest: Rest::Nothing, text: "--run --command -c", ..words("nix-shell nix", b"pIA", "--packages") },
    Wrapper { rest: Rest::Nothing, text: "--exec -x", ..words("nodemon", b"we", "") },
    Wrapper {
        rest: Rest::Text,
        ..words("hyperfine", b"wmMrpcnsS", "--warmup --runs --min-runs --max-runs --prepare --cleanup --setup --shell")
    },
    Wrapper {
        verbs: "new-session new new-window neww split-window splitw respawn-pane run-shell run if-shell popup",
        rest: Rest::Text,
        ..words("tmux", b"sntcxyefLSF", "")
    },
    words("screen", b"ScehpTts", ""),
    words("entr", b"", ""),
    Wrapper { rest: Rest::Text, ..words("concurrently", b"nc", "--names --prefix") },
    Wrapper { rest: Rest::Words, ..words("start start-process saps call", b"", "/d") },
];

/// The wrapper among the rows a program has whose verb stands among the first words, if it needs one.
pub(super) fn wrapper_of<'a>(rows: [u8; 4], args: impl Iterator<Item = &'a [u8]> + Clone) -> Option<&'static Wrapper> {
    let rows = rows.into_iter().take_while(|row| *row != NO_ROW);
    rows.filter_map(|row| WRAPPERS.get(row as usize)).find(|wrapper| {
        wrapper.verbs.is_empty() || args.clone().take(VERB_WITHIN).any(|arg| listed(wrapper.verbs, arg))
    })
}

/// A verb comes after the program's own options: `docker --context x exec`.
pub(super) const VERB_WITHIN: usize = 8;

/// Whether `names` (parted by blanks) holds `name`.
pub(super) fn listed(names: &str, name: &[u8]) -> bool {
    let names = names.as_bytes();
    !name.is_empty()
        && memchr::memmem::find_iter(names, name).any(|at| {
            let before = at.checked_sub(1).and_then(|at| names.get(at));
            before.is_none_or(u8::is_ascii_whitespace) && names.get(at + name.len()).is_none_or(u8::is_ascii_whitespace)
        })
}

#[cfg(test)]
mod tests {
    use super::{WRAPPERS, wrapper_of};
    use crate::analyzers::shell::programs::{Class, classes_of, lookup};

    #[test]
    fn every_wrapper_has_the_class_that_makes_it_looked_for() {
        for name in WRAPPERS.iter().flat_map(|wrapper| wrapper.names.split_ascii_whitespace()) {
            assert!(classes_of(name.as_bytes()).is_some_and(|classes| classes.has(Class::Wrapper)), "{name}");
        }
    }

    #[test]
    fn a_verb_decides() {
        let of = |line: &'static str| {
            let mut words = line.split(' ').map(str::as_bytes);
            let name = words.next().unwrap();
            wrapper_of(lookup(name).unwrap().wrappers, words).map(|wrapper| wrapper.verbs)
        };
        assert_eq!(of("docker --context x exec web ls"), Some("exec"));
        assert_eq!(of("docker ps"), None);
        assert_eq!(of("sudo ls"), Some(""));
    }
}
