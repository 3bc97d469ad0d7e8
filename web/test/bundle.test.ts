// What is shipped: small, and nothing that the content security policy forbids.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

test("scripts and styles are under 60 KB, compressed", () => {
  const files = readdirSync("dist").filter((f) => /\.(js|css)$/.test(f));
  const size = files.reduce((n, f) => n + gzipSync(readFileSync(`dist/${f}`), { level: 9 }).length, 0);
  console.log(`bundle: ${size} bytes gzip`);
  assert.ok(files.length === 2 && size < 60_000, `${size} bytes`);
});

test("no inline script or style, and no address of another host", () => {
  const html = readFileSync("dist/index.html", "utf8");
  assert.doesNotMatch(html, /<style|style=|<script(?![^>]*src=)|\son[a-z]+=/);
  for (const file of ["dist/index.html", "dist/app.js", "dist/app.css"]) {
    const text = readFileSync(file, "utf8");
    const hosts = [...text.matchAll(/https?:\/\/[^\s"'`)]+/g)].map((m) => m[0]).filter((u) => !u.startsWith("http://www.w3.org/"));
    assert.deepEqual(hosts, [], file);
  }
});

test("the sources set no HTML", () => {
  const walk = (dir: string): string[] => readdirSync(dir, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? walk(`${dir}/${e.name}`) : [`${dir}/${e.name}`]));
  for (const file of walk("src")) assert.doesNotMatch(readFileSync(file, "utf8"), /innerHTML|dangerouslySet|insertAdjacentHTML|document\.write|\beval\(/, file);
});

test("the lock file names no host to load from", () => {
  assert.doesNotMatch(readFileSync("package-lock.json", "utf8"), /"resolved"/);
});
