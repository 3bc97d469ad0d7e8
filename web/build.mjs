// Builds the page into dist/, or into the folder that is named as argument.
// The same sources give the same bytes: a test compares.
import { copyFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "dist"));

const made = await build({
  absWorkingDir: here,
  entryPoints: [
    { in: "src/main.tsx", out: "app" },
    { in: "src/app.css", out: "app" },
  ],
  outdir: out,
  write: false,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  // Licences of what is bundled stay in the bundle.
  legalComments: "eof",
  charset: "utf8",
  logLevel: "warning",
});

// Only now, so that a build that fails leaves the last one in its place.
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
for (const file of made.outputFiles) await writeFile(file.path, file.contents);
await cp(join(here, "static"), out, { recursive: true });
// Its licence wants to go with it.
await copyFile(join(here, "node_modules/preact/LICENSE"), join(out, "preact.LICENSE.txt"));
