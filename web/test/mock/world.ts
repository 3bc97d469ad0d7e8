// A made-up host with as many guests as wanted, the same ones each time: what a
// guest had follows from its number, so that a million holdings take no memory.

export const day = 86_400_000;

/** A small generator of numbers in 0 to 1 (mulberry32). */
export function dice(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export type State = "starting" | "running" | "closed" | "failed" | "lost";

export interface Run {
  id: number;
  guest: number;
  number: number;
  state: State;
  from: number;
  /** Infinity while it runs. */
  to: number;
  /** The end is known to be after this only. */
  after?: number;
  vague: boolean;
}

export interface Held {
  kind: string;
  id: string;
  from: number;
  to: number;
  by?: string;
}

export interface Trouble {
  id: string;
  guest: number;
  run: number;
  at: number;
  kind: string;
  severity: "info" | "warning" | "critical";
}

export const hostile = "<img src=x onerror=alert(1)>";

const roles = ["web", "db", "cache", "build", "mail", "queue", "edge", "ci", "vault", "log"];
const troubles: [string, Trouble["severity"]][] = [
  ["operation-failed", "warning"],
  ["session-lost", "warning"],
  ["conflict", "critical"],
  ["unrecorded", "warning"],
  ["undeclared", "warning"],
  ["shared", "info"],
];

export class World {
  readonly begin: number;
  readonly runs: Run[][] = [];
  readonly troubles: Trouble[] = [];
  readonly nodes: string[];
  private readonly byGuest = new Map<number, Trouble[]>();

  constructor(
    readonly guests: number,
    /** The holdings of one run. */
    readonly perRun: number,
    readonly now: number,
  ) {
    this.begin = now - 400 * day;
    this.nodes = guests === 0 ? ["kvm1"] : ["kvm1", "kvm2", "kvm3"];
    for (let g = 0; g < guests; g++) this.runs.push(this.live(g));
    this.troubles.sort((a, b) => a.at - b.at);
    for (const t of this.troubles) this.byGuest.set(t.guest, [...(this.byGuest.get(t.guest) ?? []), t]);
  }

  troublesOf(g: number): Trouble[] {
    return this.byGuest.get(g) ?? [];
  }

  name(g: number): string {
    if (g === 3) return hostile;
    return `${roles[g % roles.length]}-${String(Math.floor(g / roles.length)).padStart(4, "0")}`;
  }

  uuid(g: number): string {
    const hex = (n: number, w: number): string => n.toString(16).padStart(w, "0").slice(-w);
    return `${hex(g * 2654435761, 8)}-2b58-4d2c-b2a1-${hex(g + 1, 12)}`;
  }

  node(g: number): string {
    return this.nodes[g % this.nodes.length]!;
  }

  id(g: number): string {
    return `${this.uuid(g)}@${this.node(g)}`;
  }

  find(name: string): number {
    for (let g = 0; g < this.guests; g++) if (this.id(g) === name || this.uuid(g) === name || this.name(g) === name) return g;
    return -1;
  }

  run(id: number): Run | undefined {
    return this.runs[Math.floor(id / 100)]?.find((r) => r.id === id);
  }

  /** What a run held: its disks, its random device, its network, and so on. */
  held(run: Run): Held[] {
    if (run.state === "failed") return [];
    const roll = dice(run.id * 7919 + 13);
    const list: Held[] = [];
    const size = Math.max(1000, Math.min(run.to, this.now) - run.from);
    for (let i = 0; i < this.perRun; i++) {
      // The first come with the start, others later; some go before the end.
      const from = i < 8 ? run.from : run.from + roll() * size * 0.8;
      const to = i < 8 || roll() < 0.5 ? run.to : from + roll() * (Math.min(run.to, this.now) - from);
      list.push({ ...this.thing(run.guest, i, roll), from: Math.floor(from), to: to === Infinity ? to : Math.floor(to) });
    }
    return list;
  }

  private thing(g: number, i: number, roll: () => number): { kind: string; id: string; by?: string } {
    switch (i % 8) {
      case 0:
        return { kind: "disk", id: `/var/lib/libvirt/images/${this.name(g)}.qcow2` };
      case 1: {
        // The kind of thing that many share.
        const source = g % 10 === 0 ? "/dev/hwrng" : g % 10 === 1 ? "/run/egd.sock" : "/dev/urandom";
        return { kind: "rng", id: source, ...(g % 6 === 0 ? { by: "libvirt" } : {}) };
      }
      case 2:
        return { kind: "net", id: `52:54:00:${[g >> 16, g >> 8, g].map((b) => (b & 255).toString(16).padStart(2, "0")).join(":")}` };
      case 3:
        return { kind: "chardev", id: `/run/libvirt/qemu/channel/${g}.agent` };
      case 4:
        return g % 40 === 0 ? { kind: "hostdev", id: `0000:${(g % 32).toString(16).padStart(2, "0")}:00.0` } : { kind: "tpm-emulator", id: `/run/libvirt/qemu/swtpm/${g}.sock` };
      default:
        return { kind: i % 8 === 5 ? "disk" : i % 8 === 6 ? "cgroup" : "fs", id: `/srv/pool/${this.name(g)}/vol-${i}-${Math.floor(roll() * 9)}` };
    }
  }

  private live(g: number): Run[] {
    const roll = dice(g + 1);
    const list: Run[] = [];
    let at = this.begin + roll() * 300 * day;
    for (let n = 0; n < 10; n++) {
      const length = n % 3 === 2 ? roll() * 4 * day : roll() * 60 * day;
      list.push(this.oneRun(g, n, Math.floor(at), length, roll));
      const last = list[n]!;
      if (last.to === Infinity) break;
      at = last.to + 60_000 + roll() * 6 * day;
      if (at > this.now) break;
    }
    return list;
  }

  private oneRun(g: number, n: number, from: number, length: number, roll: () => number): Run {
    const chance = roll();
    const run: Run = { id: g * 100 + n + 1, guest: g, number: n + 1, state: "closed", from, to: Math.floor(from + length), vague: n === 0 && g % 9 === 0 };
    if (run.to > this.now - day / 2) Object.assign(run, { state: "running", to: Infinity });
    else if (chance < 0.06) Object.assign(run, { state: "failed", to: from + 40 });
    else if (chance < 0.14) Object.assign(run, { state: "lost", after: Math.floor(from + length * 0.9) });
    if (chance < 0.14 || roll() < 0.2) {
      const [kind, severity] = run.state === "lost" ? troubles[1]! : run.state === "failed" ? troubles[0]! : troubles[Math.floor(roll() * troubles.length)]!;
      this.troubles.push({ id: `${kind}-${run.id}`, guest: g, run: run.id, at: Math.floor(from + Math.min(length, this.now - from) * roll()), kind, severity });
    }
    return run;
  }
}
