// A real `virtaudit serve`, built from these sources, that follows a log to which a
// test appends.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export class Service {
  base = "";
  token = "";
  private running: ChildProcess | undefined;
  private serial = 100;
  private readonly dir = mkdtempSync(join(tmpdir(), "virtaudit-live-"));
  private readonly program = join(this.dir, "virtaudit");
  private readonly log = join(this.dir, "log", "audit.log");
  private address = "127.0.0.1:0";

  constructor() {
    execFileSync("go", ["build", "-buildvcs=false", "-o", this.program, "../cmd/virtaudit"], { stdio: "inherit" });
    mkdirSync(join(this.dir, "log"));
    writeFileSync(this.log, "");
  }

  /** Starts it, again at the address that it had. */
  async start(): Promise<void> {
    const settings = {
      config: "/dev/null", store: join(this.dir, "trail.db"), log: join(this.dir, "log"), "log-source": "file", node: "kvm1",
      libvirt: "off", proc: "off", "listen-unix": "", "listen-tcp": this.address, "token-file": join(this.dir, "token"),
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    this.running = spawn(this.program, ["serve", ...args], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: this.running.stdout! })) {
      const found = /^open (http:..([^/]+))\/#token=(.+)$/.exec(line);
      if (!found) continue;
      [this.base, this.address, this.token] = [found[1]!, found[2]!, found[3]!];
      return;
    }
    throw new Error("virtaudit serve told no address");
  }

  /** Stops it as an operator does, and gives its exit status. */
  async stop(): Promise<number | null> {
    const { running } = this;
    if (!running) return null;
    this.running = undefined;
    const over = once(running, "exit");
    running.kill("SIGTERM");
    return ((await over) as [number | null])[0];
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Appends a record of libvirt's as auditd writes it; message has the fields of its own. */
  record(guest: Guest, type: "CONTROL" | "RESOURCE", message: string, result = "success"): void {
    const [now, serial] = [Date.now(), this.serial++];
    const at = `${Math.floor(now / 1000)}.${String(now % 1000).padStart(3, "0")}:${serial}`;
    appendFileSync(
      this.log,
      `type=VIRT_${type} msg=audit(${at}): pid=812 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm ${message.replace("VM", `vm="${guest.name}" uuid=${guest.uuid}`)} ` +
        `exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=${result}'\n`,
    );
  }

  boot(guest: Guest): void {
    this.record(guest, "RESOURCE", `resrc=disk reason=start VM old-disk="?" new-disk="/srv/${guest.name}.qcow2"`);
    this.record(guest, "RESOURCE", `resrc=rng reason=start VM old-rng="?" new-rng="/dev/urandom"`);
    this.record(guest, "CONTROL", "op=start reason=booted VM vm-pid=4242");
  }
}

export interface Guest {
  name: string;
  uuid: string;
}
