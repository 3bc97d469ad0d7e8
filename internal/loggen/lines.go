package loggen

// pickedTypes is the types, beside VIRT_*, that Truth.Records counts.
var pickedTypes = []string{
	"AVC", "USER_AVC", "SECCOMP", "ANOM_ABEND", "ANOM_LINK", "ANOM_PROMISCUOUS",
	"SYSTEM_BOOT", "SYSTEM_SHUTDOWN", "DAEMON_START", "DAEMON_END", "DAEMON_ROTATE",
}

func set(lines ...string) []template {
	ts := make([]template, len(lines))
	for i := range lines {
		ts[i] = parseTemplate(lines[i])
	}
	return ts
}

const (
	unset      = "auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295"
	unsetNames = `AUID="unset" UID="root" GID="root" EUID="root" SUID="root" FSUID="root" EGID="root" SGID="root" FSGID="root"`
	qemu       = `comm="qemu-system-x86" exe="/usr/bin/qemu-system-x86_64"`
	qemuIDs    = "auid=4294967295 uid=64055 gid=64055 ses=4294967295"
	qemuNames  = "\x1d" + `AUID="unset" UID="libvirt-qemu" GID="libvirt-qemu"`
	userMsg    = "pid={pid} uid=0 auid=4294967295 ses=4294967295{subj} msg='"
	userEnd    = " hostname=? addr=? terminal=? res=success'\x1dUID=\"root\" AUID=\"unset\""

	qemuSyscall = "SYSCALL arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1={hex} a2=80002 a3=0 items=0 ppid=1 pid={pid} " +
		"auid=4294967295 uid=64055 gid=64055 euid=64055 suid=64055 fsuid=64055 egid=64055 sgid=64055 fsgid=64055 tty=(none) ses=4294967295 " +
		qemu + "{subj} key=(null)\x1d" + `ARCH=x86_64 SYSCALL=openat AUID="unset" UID="libvirt-qemu" GID="libvirt-qemu"`
	procTitle = "PROCTITLE proctitle={title}"
)

// Records of guests, and those that come with their changes.
var (
	lineProgLoad    = parseTemplate("BPF prog-id={small} op=LOAD")
	lineProgUnload  = parseTemplate("BPF prog-id={small} op=UNLOAD")
	lineProfileLoad = parseTemplate(`AVC apparmor="STATUS" operation="profile_load" profile="unconfined" name="libvirt-{uuid}" pid={pid} comm="apparmor_parser"`)
	linePromiscuous = parseTemplate("ANOM_PROMISCUOUS dev=vnet{small} prom=256 old_prom=0 auid=4294967295 uid=0 gid=0 ses=4294967295\x1d" +
		`AUID="unset" UID="root" GID="root"`)
	lineAbend       = parseTemplate("ANOM_ABEND " + qemuIDs + "{subj} pid={pid} " + qemu + " sig=11 res=1" + qemuNames)
	lineAbort       = parseTemplate("ANOM_ABEND " + qemuIDs + "{subj} pid={pid} " + qemu + " sig=6 res=1" + qemuNames)
	lineAbendHelper = parseTemplate("ANOM_ABEND " + qemuIDs + `{subj} pid={pid} comm="swtpm" exe="/usr/bin/swtpm" sig=6 res=1` + qemuNames)
	lineLink        = parseTemplate("ANOM_LINK op=follow_link ppid=1 pid={pid} " + qemuIDs + "{subj} " + qemu + " res=0" + qemuNames)
)

// Anomalies of others.
var (
	lineAbendOther = parseTemplate(`ANOM_ABEND auid={uid} uid={uid} gid={uid} ses={ses}{subj} pid={pid} comm="python3" exe="/usr/bin/python3.11" sig=6 res=1` +
		"\x1d" + `AUID="{user}" UID="{user}" GID="{user}"`)
	lineLinkOther = parseTemplate(`ANOM_LINK op=follow_link ppid={ppid} pid={pid} auid={uid} uid={uid} gid={uid} ses={ses}{subj} comm="sh" exe="/usr/bin/dash" res=0` +
		"\x1d" + `AUID="{user}" UID="{user}" GID="{user}"`)
	lineSeccomp = parseTemplate(`SECCOMP auid={uid} uid={uid} gid={uid} ses={ses}{subj} pid={pid} comm="chrome" exe="/opt/google/chrome/chrome" sig=0 arch=c000003e syscall=203 compat=0 ip=0x{hex} code=0x50000` +
		"\x1d" + `AUID="{user}" UID="{user}" GID="{user}" ARCH=x86_64 SYSCALL=sched_setaffinity`)
)

const deniedFile = `AVC apparmor="DENIED" operation="open" class="file" profile="libvirt-{uuid}" name={path} pid={pid} comm="qemu-system-x86" ` +
	`requested_mask="r" denied_mask="r" fsuid=64055 ouid=0` + "\x1d" + `FSUID="libvirt-qemu" OUID="root"`

// AppArmor: denials of guests; records of guests that are no denials; denials
// of others, some of which name a guest's profile where it means nothing.
var (
	linesApparmorGuest = [][]template{
		set(deniedFile),
		set(deniedFile, qemuSyscall, procTitle),
		set(deniedFile, qemuSyscall, `CWD cwd="/"`, procTitle),
		set(`AVC apparmor="DENIED" operation="capable" class="cap" profile="libvirt-{uuid}" pid={pid} comm="qemu-system-x86" capability=17  capname="sys_rawio"`),
	}
	linesApparmorNoDenial = [][]template{
		{lineProfileLoad},
		set(`AVC apparmor="ALLOWED" operation="open" class="file" profile="libvirt-{uuid}" name={path} pid={pid} comm="qemu-system-x86" requested_mask="r" denied_mask="r" fsuid=64055 ouid=0`),
		set(`AVC apparmor="DENIED" operation="open" class="file" profile="virt-aa-helper" name="/etc/apparmor.d/libvirt/libvirt-{uuid}.files" pid={pid} comm="virt-aa-helper" requested_mask="r" denied_mask="r" fsuid=0 ouid=0`),
	}
	linesApparmorOthers = [][]template{
		set(`AVC apparmor="DENIED" operation="capable" class="cap" profile="/usr/sbin/cupsd" pid={pid} comm="cupsd" capability=12  capname="net_admin"`,
			"SYSCALL arch=c000003e syscall=54 success=no exit=-1 a0=7 a1=1 a2=20 a3={hex} items=0 ppid=1 pid={pid} "+unset+` comm="cupsd" exe="/usr/sbin/cupsd" subj=/usr/sbin/cupsd key=(null)`+"\x1dARCH=x86_64 SYSCALL=setsockopt "+unsetNames,
			procTitle),
		set(`AVC apparmor="DENIED" operation="open" class="file" profile="libvirtd" name={path} pid={pid} comm="rpc-libvirtd" requested_mask="r" denied_mask="r" fsuid=0 ouid=0`),
		set(`USER_AVC pid={pid} uid=103 auid=4294967295 ses=4294967295{subj} msg='apparmor="DENIED" operation="dbus_method_call"  bus="system" path="/org/freedesktop/login1" interface="org.freedesktop.login1.Manager" member="Inhibit" mask="send" name="org.freedesktop.login1" pid={ppid} label="snap.firefox.firefox" peer_pid=700 peer_label="unconfined" exe="/usr/bin/dbus-daemon" sauid=103 hostname=? addr=? terminal=?'` +
			"\x1d" + `UID="messagebus" AUID="unset" SAUID="messagebus"`),
	}
)

const deniedRead = `AVC avc:  denied  { read } for  pid={pid} comm="qemu-system-x86" name="disk.img" dev="dm-0" ino={inode} ` +
	"scontext={ctx} tcontext=system_u:object_r:user_home_t:s0 tclass=file permissive=0"

// SELinux: denials of guests; records of guests that are no denials, or whose
// guest is the target; denials of others.
var (
	linesSELinuxGuest = [][]template{
		set(deniedRead),
		set(deniedRead, qemuSyscall, procTitle),
		set(deniedRead, `AVC avc:  denied  { read write open } for  pid={pid} comm="qemu-system-x86" path={path} dev="dm-0" ino={inode} `+
			"scontext={ctx} tcontext=system_u:object_r:user_home_t:s0 tclass=file permissive=0", "AVC_PATH  path={path}", qemuSyscall),
		set(`USER_AVC pid=700 uid=81 auid=4294967295 ses=4294967295 subj=system_u:system_r:system_dbusd_t:s0-s0:c0.c1023 msg='avc:  denied  { send_msg } for msgtype=method_call interface=org.freedesktop.DBus member=Hello dest=org.freedesktop.DBus spid={pid} tpid=1 scontext={ctx} tcontext=system_u:system_r:init_t:s0 tclass=dbus permissive=0  exe="/usr/bin/dbus-daemon" sauid=81 hostname=? addr=? terminal=?'` +
			"\x1d" + `UID="dbus" AUID="unset" SAUID="dbus"`),
	}
	linesSELinuxNoDenial = [][]template{
		set(`AVC avc:  granted  { execmem } for  pid={pid} comm="qemu-system-x86" scontext={ctx} tcontext={ctx} tclass=process`),
		set(`AVC avc:  denied  { ptrace } for  pid={ppid} comm="gdb" scontext=unconfined_u:unconfined_r:unconfined_t:s0 tcontext={ctx} tclass=process permissive=0`),
	}
	linesSELinuxOthers = [][]template{
		set(`AVC avc:  denied  { read } for  pid={pid} comm="httpd" name="index.html" dev="dm-0" ino={inode} scontext={ctx} tcontext=unconfined_u:object_r:user_home_t:s0 tclass=file permissive=0`,
			"SYSCALL arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1={hex} a2=80000 a3=0 items=0 ppid=1 pid={pid} "+unset+` comm="httpd" exe="/usr/sbin/httpd" subj={ctx} key=(null)`+"\x1dARCH=x86_64 SYSCALL=openat "+unsetNames,
			procTitle),
		set(`AVC avc:  denied  { getattr } for  pid={pid} comm="systemd-logind" path={path} dev="tmpfs" ino={inode} scontext={ctx} tcontext=system_u:object_r:svirt_image_t:s0:c1,c2 tclass=file permissive=1`),
	}
)

// Boots, shutdowns, and auditd itself.
var (
	lineBoot            = parseTemplate("SYSTEM_BOOT " + userMsg + ` comm="systemd-update-utmp" exe="/lib/systemd/systemd-update-utmp"` + userEnd)
	lineShutdown        = parseTemplate("SYSTEM_SHUTDOWN " + userMsg + ` comm="systemd-update-utmp" exe="/lib/systemd/systemd-update-utmp"` + userEnd)
	lineRunlevel        = parseTemplate("SYSTEM_RUNLEVEL " + userMsg + `old-level=N new-level=3 comm="systemd-update-utmp" exe="/lib/systemd/systemd-update-utmp"` + userEnd)
	lineServiceStart    = parseTemplate("SERVICE_START pid=1 uid=0 auid=4294967295 ses=4294967295{subj} msg='unit=systemd-tmpfiles-setup comm=\"systemd\" exe=\"/lib/systemd/systemd\"" + userEnd)
	lineServiceStop     = parseTemplate("SERVICE_STOP pid=1 uid=0 auid=4294967295 ses=4294967295{subj} msg='unit=libvirt-guests comm=\"systemd\" exe=\"/lib/systemd/systemd\"" + userEnd)
	lineEnabled         = parseTemplate("CONFIG_CHANGE op=set audit_enabled=1 old=1 auid=4294967295 ses=4294967295{subj} res=1\x1d" + `AUID="unset"`)
	lineProfileLoadBoot = parseTemplate(`AVC apparmor="STATUS" operation="profile_load" profile="unconfined" name="/usr/sbin/cupsd" pid={pid} comm="apparmor_parser"`)

	lineDaemonStart = parseTemplate("DAEMON_START op=start ver=3.0.9 format=enriched kernel=6.1.0-18-amd64 auid=4294967295 pid={pid} uid=0 ses=4294967295{subj} res=success\x1d" + `AUID="unset" UID="root"`)
	lineDaemonEnd   = parseTemplate("DAEMON_END op=terminate auid=0 uid=0 ses=4294967295 pid=1{subj} res=success\x1d" + `AUID="root" UID="root"`)
	lineRotate      = parseTemplate("DAEMON_ROTATE op=rotate-logs auid={uid} uid=0 ses={ses} pid={pid}{subj} res=success\x1d" + `AUID="{user}" UID="root"`)
)
