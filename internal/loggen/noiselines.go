package loggen

// noiseSet is an event of no interest; weight is its share of such events.
type noiseSet struct {
	weight int
	lines  []template
}

const (
	loginIDs   = "auid={uid} uid={uid} gid={uid} euid={uid} suid={uid} fsuid={uid} egid={uid} sgid={uid} fsgid={uid}"
	loginNames = `AUID="{user}" UID="{user}" GID="{user}" EUID="{user}" SUID="{user}" FSUID="{user}" EGID="{user}" SGID="{user}" FSGID="{user}"`
	openat     = "SYSCALL arch=c000003e syscall=257 success=yes exit={small} a0=ffffff9c a1={hex} a2=80000 a3=0 items=1 ppid={ppid} pid={pid} "
	pathLine   = "PATH item=0 name={path} inode={inode} dev=fd:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\x1d" +
		`OUID="root" OGID="root"`
	pamEnd = ` exe="/usr/sbin/cron" hostname=? addr=? terminal=cron res=success'` + "\x1d" + `UID="root" AUID="unset"`
	sshEnd = ` exe="/usr/sbin/sshd" hostname=? addr=192.0.2.{small} terminal=ssh res=success'` + "\x1d" + `UID="root" AUID="{user}"`
)

var noises = []noiseSet{
	{26, set(openat+loginIDs+" tty=pts0 ses={ses} comm=\"vim\" exe=\"/usr/bin/vim.basic\"{subj} key=\"etc\"\x1dARCH=x86_64 SYSCALL=openat "+loginNames,
		`CWD cwd="/home/{user}"`, pathLine, procTitle)},
	{10, set("SYSCALL arch=c000003e syscall=59 success=yes exit=0 a0={hex} a1={hex} a2={hex} a3=8 items=2 ppid={ppid} pid={pid} "+loginIDs+
		" tty=pts1 ses={ses} comm=\"grep\" exe=\"/usr/bin/grep\"{subj} key=\"exec\"\x1dARCH=x86_64 SYSCALL=execve "+loginNames,
		`EXECVE argc=3 a0="grep" a1="type=VIRT_CONTROL" a2={path}`, `CWD cwd="/var/log/audit"`, pathLine,
		`PATH item=1 name="/lib64/ld-linux-x86-64.so.2" inode={inode} dev=fd:00 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0`+
			"\x1d"+`OUID="root" OGID="root"`, procTitle)},
	{6, set("BPF prog-id={small} op=LOAD",
		"SYSCALL arch=c000003e syscall=321 success=yes exit={small} a0=5 a1={hex} a2=90 a3={hex} items=0 ppid=0 pid=1 "+unset+
			" comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\"{subj} key=(null)\x1dARCH=x86_64 SYSCALL=bpf "+unsetNames, procTitle)},
	{3, set("BPF prog-id={small} op=UNLOAD")},
	{6, set("NETFILTER_CFG table=libvirt_network:{small};?:0 family=2 entries={small} op=nft_register_rule pid={pid}{subj} comm=\"nft\"",
		"SYSCALL arch=c000003e syscall=46 success=yes exit={small} a0=3 a1={hex} a2=0 a3={hex} items=0 ppid={ppid} pid={pid} "+unset+
			" comm=\"nft\" exe=\"/usr/sbin/nft\"{subj} key=(null)\x1dARCH=x86_64 SYSCALL=sendmsg "+unsetNames, procTitle)},
	{6, set("USER_ACCT " + userMsg + `op=PAM:accounting grantors=pam_permit acct="{user}"` + pamEnd)},
	{6, set("CRED_ACQ " + userMsg + `op=PAM:setcred grantors=pam_permit acct="{user}"` + pamEnd)},
	{5, set("LOGIN pid={pid} uid=0{subj} old-auid=4294967295 auid={uid} tty=(none) old-ses=4294967295 ses={ses} res=1\x1d"+`UID="root" OLD-AUID="unset" AUID="{user}"`,
		"SYSCALL arch=c000003e syscall=1 success=yes exit=1 a0=7 a1={hex} a2=1 a3=0 items=0 ppid={ppid} pid={pid} "+unset+
			" comm=\"cron\" exe=\"/usr/sbin/cron\"{subj} key=(null)\x1dARCH=x86_64 SYSCALL=write "+unsetNames, procTitle)},
	{6, set("USER_START " + userMsg + `op=PAM:session_open grantors=pam_loginuid,pam_env,pam_permit,pam_unix,pam_limits acct="{user}"` + pamEnd)},
	{6, set("USER_END " + userMsg + `op=PAM:session_close grantors=pam_loginuid,pam_env,pam_permit,pam_unix,pam_limits acct="{user}"` + pamEnd)},
	{5, set("SERVICE_START pid=1 uid=0 auid=4294967295 ses=4294967295{subj} msg='unit={unit} comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\"" + userEnd)},
	{5, set("SERVICE_STOP pid=1 uid=0 auid=4294967295 ses=4294967295{subj} msg='unit={unit} comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\"" + userEnd)},
	{4, set("CRYPTO_KEY_USER pid={pid} uid=0 auid={uid} ses={ses}{subj} msg='op=destroy kind=server fp=SHA256:{hex}{hex} direction=? spid={pid} suid=0 " + sshEnd)},
	{3, set("CRYPTO_SESSION pid={pid} uid=0 auid={uid} ses={ses}{subj} msg='op=start direction=from-server cipher=chacha20-poly1305@openssh.com ksize=512 mac=<implicit> pfs=curve25519-sha256 spid={pid} suid=0 rport=5{small}00 laddr=192.0.2.1 lport=22 " + sshEnd)},
	{3, set("USER_AUTH " + userMsg + `op=pubkey acct="type=VIRT_CONTROL"` + sshEnd)},
	{2, set("USER_LOGIN pid={pid} uid=0 auid={uid} ses={ses}{subj} msg='op=login id={uid}" + sshEnd)},
	{3, set("USER_CMD pid={pid} uid={uid} auid={uid} ses={ses}{subj} msg='cwd={path} cmd={title} exe=\"/usr/bin/sudo\" terminal=pts/0 res=success'\x1d" + `UID="{user}" AUID="{user}"`)},
	{2, set("CONFIG_CHANGE auid={uid} ses={ses}{subj} op=add_rule key=\"type=VIRT_RESOURCE\" list=4 res=1\x1d"+`AUID="{user}"`,
		"SYSCALL arch=c000003e syscall=44 success=yes exit=1072 a0=4 a1={hex} a2=430 a3=0 items=0 ppid={ppid} pid={pid} "+unset+
			" comm=\"auditctl\" exe=\"/usr/sbin/auditctl\"{subj} key=(null)\x1dARCH=x86_64 SYSCALL=sendto "+unsetNames,
		"SOCKADDR saddr=100000000000000000000000\x1dSADDR={ saddr_fam=netlink nlnk-fam=16 nlnk-pid=0 }", procTitle)},
}

// noiseOrder has every set as often as it weighs.
var noiseOrder = func() []int {
	var order []int
	for i := range noises {
		for range noises[i].weight {
			order = append(order, i)
		}
	}
	return order
}()

// paths are file names as audit writes them: in quotes, or in hex. Some are
// made to mislead.
var paths = [...]string{
	`"/etc/passwd"`, `"/etc/libvirt/qemu/web000.xml"`, `"/var/log/libvirt/qemu/db001.log"`, `"/etc/ld.so.cache"`,
	`"/usr/lib/x86_64-linux-gnu/libc.so.6"`, `"/home/alice/.ssh/authorized_keys"`, `"/etc/sudoers.d/10-admins"`, `"/tmp/sess_4f2a"`,
	`"/var/tmp/type=VIRT_CONTROL"`, `"/srv/dump/type=VIRT_RESOURCE"`, `"/srv/x/msg='op=start"`, `"/srv/x/res=failed'"`,
	"2F7661722F746D702F74797065203D20564952545F434F4E54524F4C",
	"2F7372762F0A747970653D564952545F434F4E54524F4C206D73673D61756469742831",
}

// titles are command lines, in hex as the kernel writes those with arguments.
var titles = [...]string{
	"67726570002D63005E747970653D564952545F002F7661722F6C6F672F61756469742F61756469742E6C6F67",
	"2F7573722F7362696E2F637261736864002D6E", "6C69627669727464002D64", `"/usr/sbin/nft"`, `"bash"`,
	"7368002D630065786563202F7573722F6C6F63616C2F62696E2F6261636B7570202D2D616C6C",
	"2F7573722F62696E2F707974686F6E33002D6D00687474702E736572766572",
	`"type=VIRT_CONTROL"`,
}

var units = [...]string{
	"cron", "apt-daily", "logrotate", "systemd-tmpfiles-clean", "man-db", "fstrim",
	"libvirtd", `machine-qemu\x2d12\x2dweb000.scope`, "user@1000", "prometheus-node-exporter",
}

var users = [...]struct {
	id   int
	name string
}{{0, "root"}, {1000, "alice"}, {1001, "bob"}, {34, "backup"}, {33, "www-data"}, {998, "prometheus"}}
