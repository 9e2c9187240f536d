//! Which program is of which kind: data alone. A name may stand in several rows; its classes add up.

use super::programs::Class::{self, *};

/// Classes, and the folded base names that have them.
pub(super) const PROGRAMS: &[(&[Class], &str)] = &[
    (
        &[Shell, Interpreter],
        "sh bash dash ash zsh ksh ksh93 mksh pdksh oksh csh tcsh fish rbash rksh rzsh yash elvish nu xonsh osh hush \
         pwsh powershell powershell_ise cmd command.com",
    ),
    (
        &[Interpreter],
        "python pypy pypy3 ipython jython micropython perl raku ruby jruby irb php php-cgi php-fpm phpdbg hhvm lua luajit \
         texlua node nodejs deno bun tsx ts-node tclsh wish expect osascript jshell groovy scala kotlin kotlinc julia r \
         rscript octave guile racket sbcl clisp ecl emacs-lisp elixir iex-elixir erl escript ghci runghc runhaskell ocaml \
         swipl gforth bc-eval cscript wscript mshta rundll32 regsvr32 installutil msbuild gawk awk nawk mawk busybox-awk \
         eval source . iex invoke-expression invoke-command icm m4 make-eval gdb lldb jrunscript jjs rhino slsh newlisp \
         gosh janet pike dc-eval nasl crystal dart vbscript mathematica maxima gnuplot byebug pry ginsh",
    ),
    (
        &[Downloader, Network],
        "curl wget wget2 fetch aria2c axel lynx links elinks w3m lwp-download lwp-request httpie xh curlie \
         iwr irm invoke-webrequest invoke-restmethod start-bitstransfer bitsadmin certutil certoc desktopimgdownldr \
         downloadstring downloadfile downloaddata openread ftp ftpget lftp ncftp ncftpget tftp sftp-get yt-dlp youtube-dl \
         httrack puf snarf hxget finger whois-fetch gsutil-cp",
    ),
    (
        &[Network],
        "nc ncat netcat nc.traditional nc.openbsd pwncat socat socket telnet ssh scp sftp rsync rcp rsh rlogin rexec \
         autossh mosh sshuttle chisel ngrok cloudflared frpc frps bore localtunnel lt gost ligolo ligolo-ng iodine dnscat \
         dnscat2 dns2tcpc ptunnel proxychains proxychains4 torsocks tor torify websocat wscat grpcurl smbclient smbmap \
         rpcclient mount.cifs nmap masscan zmap hydra medusa sqlmap nikto gobuster ffuf wfuzz msfconsole msfvenom \
         responder tcpdump tshark wireshark dumpcap test-netconnection tnc mosquitto_pub mosquitto_sub redis-cli \
         magic-wormhole wormhole croc transfer rclone s3cmd mc-mirror s_client s_server stunnel openvpn wg wg-quick \
         tailscale zerotier-cli ping ping6 hping3 traceroute tracert tracepath mtr arp arping code-tunnel tcpserver \
         nbtscan enum4linux crackmapexec netexec evil-winrm impacket-psexec psexec wmiexec winrs winrm xfreerdp rdesktop",
    ),
    (&[Dns, Network], "dig host nslookup drill kdig resolvectl systemd-resolve dnsx whois resolve-dnsname delv"),
    (
        &[Codec],
        "base64 base32 base16 basenc base58 base85 uuencode uudecode xxd hexdump od openssl gpg gpg2 gpgsm age rage \
         ccrypt mcrypt iconv gzip gunzip zcat bzip2 bunzip2 bzcat xz unxz xzcat zstd zstdcat unzstd lz4 lzma unlzma \
         brotli compress uncompress rev tr ascii2uni uni2ascii qprint certutil convertfrom-base64 frombase64string \
         fromhexstring rot13 caesar atob btoa jwt",
    ),
    (
        &[Archiver],
        "tar bsdtar gtar zip unzip zipinfo 7z 7za 7zr 7zz rar unrar cpio ar pax shar unar lha arj cabextract makecab \
         expand compress-archive expand-archive star dar rpm2cpio",
    ),
    (
        &[Privilege, Wrapper],
        "sudo sudo-rs doas su pkexec runuser run0 gosu su-exec setpriv sg newgrp runas gsudo start-process-admin dzdo \
         pfexec kdesu gksu gksudo calife super chroot nsenter unshare capsh",
    ),
    (&[Privilege], "setcap visudo sudoedit passwd chsh usermod gpasswd setfacl secedit setuid polkit-agent"),
    (
        &[Deleter],
        "rm rmdir unlink shred srm wipe del erase rd remove-item ri trash trash-put rimraf clear-content clear-recyclebin \
         truncate find-delete sdelete cipher bleachbit",
    ),
    (
        &[Disk],
        "dd mkfs mke2fs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.ntfs mkfs.f2fs mkswap \
         fdisk sfdisk cfdisk gdisk sgdisk parted wipefs blkdiscard hdparm format format-volume diskpart clear-disk \
         initialize-disk diskutil newfs shred badblocks dmsetup cryptsetup lvremove vgremove pvremove zpool zfs mdadm \
         debugfs fsck nvme sg_format partprobe losetup mount umount mountvol vssadmin wbadmin fsutil swapoff",
    ),
    (
        &[Permission],
        "chmod chown chgrp chattr setfacl icacls cacls takeown set-acl xcacls attrib setfattr chcon setcap \
         install-acl",
    ),
    (
        &[Package],
        "apt apt-get aptitude dpkg yum dnf microdnf rpm zypper pacman yay paru apk emerge xbps-install nix nix-env brew \
         port snap flatpak choco winget scoop pip pipx uv conda mamba poetry npm npx pnpm pnpx yarn bunx gem bundle \
         bundler cargo go composer cpan cpanm luarocks easy_install pear pecl opam cabal stack hex mix install-module \
         install-package nuget dotnet guix pkg pkg_add pkgin",
    ),
    (&[Vcs], "git hg svn bzr fossil cvs p4 jj gh glab hub tea darcs git-filter-repo bfg"),
    (
        &[Container],
        "docker podman nerdctl docker-compose podman-compose buildah skopeo kubectl oc k k9s k3s microk8s minikube kind \
         helm crictl ctr runc crun lxc lxc-attach lxd incus machinectl systemd-nspawn vagrant nomad rancher kubectx \
         kubens kustomize containerd firecracker",
    ),
    (
        &[Cloud],
        "aws az gcloud gsutil bq oci ibmcloud doctl hcloud linode-cli vultr-cli heroku fly flyctl vercel netlify \
         wrangler serverless sls terraform tofu terragrunt pulumi cdk cdktf ansible ansible-playbook vault consul eksctl \
         kops aliyun railway render supabase ansible-vault ansible-inventory ansible-console knife chef-shell chef-vault puppet salt salt-call firebase sam amplify s3cmd azcopy",
    ),
    (
        &[Editor],
        "vi vim nvim view rvim rview ex nano pico emacs emacsclient ed red sed joe jed mcedit micro kak hx helix code \
         subl gedit kate notepad notepad++ vimdiff ne jmacs zed cursor",
    ),
    (
        &[Reader],
        "cat tac head tail less more most nl strings xxd od hexdump bat batcat type gc get-content view pg look zcat zless \
         zmore bzcat xzcat cut paste column fold fmt pr rev sort uniq wc diff cmp comm sdiff grep egrep fgrep zgrep rg ag \
         ack awk gawk sed findstr select-string sls dd base64 base32 readlink stat file md5sum sha1sum sha256sum ul expand \
         unexpand nm objdump readelf xmllint jq yq plutil getent iconv tee shuf split csplit hd vis dos2unix",
    ),
    (
        &[Writer],
        "tee cp mv install dd ln link rsync set-content add-content out-file sc ac copy xcopy robocopy move copy-item cpi \
         move-item mi new-item ni sponge touch mkdir mkfifo mknod mktemp patch ed truncate split csplit ren rename \
         rename-item symlink mklink",
    ),
    (
        &[Recon],
        "id whoami who w users logname groups last lastlog lastb uname hostname hostnamectl arch lsb_release uptime dmesg \
         lscpu lsblk lspci lsusb lsmod lshw dmidecode free df du ps pstree top htop pgrep pidof lsof fuser netstat ss \
         ifconfig ip ipconfig route iwconfig nmcli arp getent finger env printenv set export-list locale tty systeminfo \
         tasklist quser qwinsta query net net1 nltest wmic gpresult get-process gps get-service get-childitem gci ls dir \
         vdir tree find locate mlocate plocate which whereis getcap getfacl get-wmiobject gwmi get-ciminstance gcim ver \
         vol hwinfo inxi neofetch sw_vers system_profiler ioreg dscl scutil klist adfind bloodhound sharphound linpeas \
         linpeas.sh winpeas pspy pspy64 linenum.sh les.sh getent sysinfo findmnt blkid mount date cal pwd echo-env fastfetch",
    ),
    (
        &[Scheduler],
        "crontab at batch atq atrm anacron systemctl systemd-run service rc-update update-rc.d chkconfig insserv initctl \
         launchctl schtasks sc.exe register-scheduledtask new-service set-service nssm runsvdir s6-svc supervisorctl pm2 \
         rc-service sv loginctl crond cron",
    ),
    (
        &[Process],
        "kill pkill killall killall5 xkill skill taskkill stop-process spps renice shutdown reboot halt poweroff init \
         telinit restart-computer stop-computer logoff stop-service",
    ),
    (
        &[Account],
        "useradd adduser usermod userdel deluser groupadd addgroup groupdel groupmod passwd chpasswd newusers chage chsh chfn \
         vipw vigr gpasswd net net1 new-localuser add-localgroupmember dsadd dscl sysadminctl pwconv unshadow john \
         hashcat mimikatz lsadump secretsdump getent cmdkey vaultcmd security secret-tool keyring pass",
    ),
    (
        &[Database],
        "mysql mysqldump mysqladmin mariadb mariadb-dump psql pg_dump pg_dumpall pg_restore createdb dropdb dropuser sqlite3 \
         sqlite mongo mongosh mongodump mongorestore mongoexport redis-cli sqlcmd osql bcp sqlplus isql usql cqlsh \
         influx clickhouse clickhouse-client duckdb cockroach etcdctl sqlpackage invoke-sqlcmd bteq snowsql",
    ),
    (
        &[Kernel],
        "insmod modprobe rmmod kmod depmod sysctl kexec dkms bpftool bpftrace kpatch efibootmgr grub-install grub-mkconfig \
         update-grub ldconfig sc-driver kextload bcdedit reg regedit regini",
    ),
    (
        &[Firewall],
        "iptables ip6tables iptables-restore nft ufw firewall-cmd ipset ebtables pfctl ipfw netsh set-netfirewallprofile \
         new-netfirewallrule setenforce setsebool semanage aa-disable aa-teardown aa-complain apparmor_parser auditctl \
         set-mppreference add-mppreference spctl csrutil",
    ),
    (&[Printer], "echo printf print write-output write-host write"),
    (
        &[Filter],
        "grep egrep fgrep rg ag sed awk gawk mawk sort uniq cut tr head tail wc jq yq column paste join comm fold fmt tac rev nl \
         xq htmlq pup gron mlr csvcut csvtool where-object select-object sort-object foreach-object measure-object \
         select-string convertfrom-json convertto-json out-null out-string findstr find-str sponge pv strings where \
         select % ? iconv shuf numfmt expand tsort seq",
    ),
    (
        &[Wrapper],
        "env xargs parallel find fd nohup setsid timeout gtimeout nice ionice chrt taskset time stdbuf unbuffer script watch \
         command exec builtin busybox toybox strace ltrace valgrind perf flock systemd-run systemd-inhibit dbus-run-session \
         xvfb-run fakeroot faketime catchsegv rlwrap prlimit cpulimit numactl setarch linux32 linux64 firejail bwrap \
         bubblewrap proot trap coproc noglob nocorrect caffeinate arch start cygstart winpty chpst envdir softlimit \
         setuidgid tini dumb-init catatonit entr hyperfine tmux screen dtach abduco daemonize start-stop-daemon direnv mise \
         asdf dotenv doppler op nodemon concurrently forfiles start-process saps invoke-item ii call run-parts multitime \
         ssh-agent aa-exec runcon choom i386 x86_64 sem retry torify pexec genie ssh autossh mosh rsh docker podman nerdctl crictl lxc incus ctr docker-compose podman-compose kubectl oc k k3s \
         microk8s lxc-attach gcloud uv poetry pipenv hatch pdm rye conda mamba dotenvx bundle npm pnpm yarn bunx rbenv pyenv \
         nodenv npx nix-shell nix viddy hwatch gxargs gdbserver rr sg_run torsocks proxychains proxychains4 ld.so \
         ld-linux.so ld-linux-x86-64.so dotenv saps vagrant super fdfind ld-musl-x86_64.so",
    ),
    (
        &[Build],
        "make gmake cmake ninja meson bazel buck gradle gradlew mvn mvnw ant sbt cargo rustc gcc g++ cc c++ clang clang++ tcc \
         go javac kotlinc tsc webpack vite rollup esbuild gulp grunt jest pytest tox nox rake just task ld as nasm cl \
         link.exe msbuild dotnet csc swiftc xcodebuild bison flex protoc autoconf automake configure rspec",
    ),
    (
        &[Debugger],
        "gdb gdbserver lldb strace ltrace ptrace perf dtrace bpftrace rr valgrind procdump windbg cdb frida radare2 r2",
    ),
    (
        &[Mail],
        "mail mailx mutt sendmail msmtp swaks s-nail mpack send-mailmessage exim postfix ssmtp xdg-email wall write lp lpr",
    ),
];
