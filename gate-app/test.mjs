// Bundles each test with esbuild, as the app itself is, and lets node's own runner run them.
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.join(here, "test");
const wanted = process.argv.slice(2);
const tests = (await readdir(folder)).filter((name) => name.endsWith(".test.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (tests.length === 0) throw new Error(`No test of gate-app/test is named like: ${wanted.join(", ")}`);
const made = await mkdtemp(path.join(here, "node_modules", ".tests-"));
try {
  await build({
    entryPoints: tests.map((name) => path.join(folder, name)),
    outdir: made, outExtension: { ".js": ".mjs" }, bundle: true, platform: "node", format: "esm", target: "node20",
    packages: "external", logLevel: "warning", define: { ROOT: JSON.stringify(path.resolve(here, "..")) },
  });
  const files = tests.map((name) => path.join(made, name.replace(/\.ts$/, ".mjs")));
  process.exitCode = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1;
} finally {
  await rm(made, { recursive: true, force: true });
}
