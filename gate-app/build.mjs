// Builds the gate app into the package: every file but the page, the service worker and the manifest carries the hash of
// its contents in its name. `npm ci && npm run build` gives the same bytes each time; nothing is fetched at run time.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.resolve(here, process.env.GATE_APP_TARGET ?? "../src/shouwang/gates/app");
const files = new Map();

/** Keep a file under a name with its hash, and answer that name. */
function hashed(name, contents) {
  const { name: stem, ext } = path.parse(name);
  const named = `${stem}-${createHash("sha256").update(contents).digest("hex").slice(0, 10)}${ext}`;
  files.set(named, contents);
  return named;
}

async function bundle(entry, define = {}) {
  const made = await build({
    entryPoints: [path.join(here, entry)],
    bundle: true, minify: true, write: false, format: "esm", target: ["chrome90", "safari15", "firefox100"],
    legalComments: "none", charset: "utf8", define, absWorkingDir: here, logLevel: "warning",
  });
  return Buffer.from(made.outputFiles[0].contents);
}

const quoted = (value) => JSON.stringify(value);
const wasm = hashed("zxing_reader.wasm", await readFile(path.join(here, "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm")));
const icon = hashed("icon.svg", await readFile(path.join(here, "src/look/icon.svg")));
const [decoder, style] = await Promise.all([
  bundle("src/camera/decoder_worker.ts", { WASM_FILE: quoted(wasm) }).then((code) => hashed("decoder.js", code)),
  bundle("src/look/gate.css").then((code) => hashed("gate.css", code)),
]);
const made = (label) => bundle("src/main.ts", { DECODER_FILE: quoted(decoder), BUILD_LABEL: quoted(label) });
const { version: number } = JSON.parse(await readFile(path.join(here, "package.json"), "utf8"));
// What the office's board calls this build: it follows from the contents, so the same source has the same name.
const contents = createHash("sha256").update(await made("")).update(style).digest("hex").slice(0, 7);
const main = hashed("gate.js", await made(process.env.GATE_APP_LABEL ?? `${number}-${contents}`));

files.set("manifest.webmanifest", Buffer.from(JSON.stringify({
  id: "/gate/", name: "守望 · 门岗", short_name: "门岗", lang: "zh-Hans", start_url: "/gate/", scope: "/gate/",
  display: "standalone", orientation: "portrait", background_color: "#0b1f33", theme_color: "#0b1f33",
  icons: [{ src: `/gate/${icon}`, sizes: "any", type: "image/svg+xml", purpose: "any" }],
})));
const page = (await readFile(path.join(here, "src/page.html"), "utf8"))
  .replace("GATE_JS", main).replace("GATE_CSS", style).replace("ICON", icon);
files.set("index.html", Buffer.from(page));

const version = createHash("sha256");
for (const [name, contents] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) version.update(name).update(contents);
const cached = ["", ...[...files.keys()].filter((name) => name !== "index.html").sort()].map((name) => `/gate/${name}`);
files.set("sw.js", await bundle("src/worker/service_worker.ts", {
  CACHED_FILES: quoted(cached), BUILD_VERSION: quoted(version.digest("hex").slice(0, 12)),
}));

/** The licence of each package stands beside what was taken from it. */
async function licences() {
  const texts = [];
  for (const name of ["cborg", "idb", "zxing-wasm"]) {
    const folder = path.join(here, "node_modules", name);
    const { version: number, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
    const text = file ? await readFile(path.join(folder, file), "utf8") : `Licence: ${license}\n`;
    texts.push(`${name} ${number} (${license})\n\n${text}`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
files.set("LICENSES.txt", Buffer.from(await licences()));

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
for (const [name, contents] of files) await writeFile(path.join(target, name), contents);
for (const name of [...files.keys()].sort()) {
  console.log(`${name.padEnd(32)} ${((await stat(path.join(target, name))).size / 1024).toFixed(0).padStart(5)} KiB`);
}
