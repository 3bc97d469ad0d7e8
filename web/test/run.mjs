// Runs what is named (tests by default): TypeScript bundled into test-output, or
// the folder that TEST_OUTPUT names, as Node runs no TypeScript.
//
// usage: run.mjs [bench | mock | shots | test [--OPTION of node]... [FILE without .test.ts]...]
import { spawn } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(web, process.env.TEST_OUTPUT ?? "test-output", "build");
const [what = "test", ...rest] = process.argv.slice(2);
const options = rest.filter((a) => a.startsWith("--"));
const named = rest.filter((a) => !a.startsWith("--")).map((n) => `${n}.test.ts`);

const entries = { bench: ["test/bench.ts"], mock: ["test/mock/main.ts"], shots: ["test/shots.ts"] }[what];
const tests = (await readdir(join(web, "test"))).filter((f) => f.endsWith(".test.ts") && (named.length === 0 || named.includes(f))).map((f) => join("test", f));

await mkdir(out, { recursive: true });
const sources = entries ?? tests;
await build({
  absWorkingDir: web,
  entryPoints: sources,
  outdir: out,
  outbase: "test",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  jsx: "automatic",
  jsxImportSource: "preact",
  packages: "external",
  sourcemap: "inline",
  outExtension: { ".js": ".mjs" },
  logLevel: "warning",
});
const files = sources.map((s) => join(out, s.replace(/^test\//, "").replace(/\.ts$/, ".mjs")));
const args = entries ? ["--enable-source-maps", ...files] : ["--enable-source-maps", "--test", "--test-concurrency=1", ...options, ...files];
spawn(process.execPath, args, { cwd: web, stdio: "inherit" }).on("exit", (code) => process.exit(code ?? 1));
