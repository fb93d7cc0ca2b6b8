// Puts the third-party look where Django serves it: one style sheet, htmx, the used part of ECharts, one icon sprite.
// Nothing here is fetched at run time and nothing is committed; `npm ci && npm run build` makes it again, byte for byte.
import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, "node_modules");
const vendor = path.resolve(here, "../src/shouwang/ui/static/vendor");

/** The style sheet without its source map comment, which the hashed static storage would look for in vain. */
async function styles() {
  const source = await readFile(path.join(modules, "@tabler/core/dist/css/tabler.css"), "utf8");
  const { code } = await transform(source, { loader: "css", minify: true, legalComments: "none", charset: "utf8" });
  await writeFile(path.join(vendor, "tabler.css"), code);
}

/** ECharts as one module without eval, loaded by ui/charts.js only on pages that have a chart. */
async function charts() {
  await build({
    entryPoints: [path.join(here, "src/echarts.js")],
    outfile: path.join(vendor, "echarts.js"),
    bundle: true, minify: true, format: "esm", target: "es2020", legalComments: "none",
  });
}

/** Each named icon as a <symbol>; a page shows it by `<use href="icons.svg#name">`. */
async function icons() {
  const names = JSON.parse(await readFile(path.join(here, "icons.json"), "utf8"));
  const symbols = [];
  for (const name of names) {
    const svg = await readFile(path.join(modules, `@tabler/icons/icons/outline/${name}.svg`), "utf8");
    const strokes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"))
      .replace(/<path stroke="none"[^>]*\/>/, "").replace(/\s*\n\s*/g, "");
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${strokes}</symbol>`);
  }
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
  await writeFile(path.join(vendor, "icons.svg"), sprite);
}

/** The licence of each package stands beside what was taken from it. */
async function licences() {
  const texts = [];
  for (const name of ["@tabler/core", "@tabler/icons", "echarts", "zrender", "htmx.org", "tslib"]) {
    const folder = path.join(modules, name);
    const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
    const text = file ? await readFile(path.join(folder, file), "utf8") : `Licence: ${license}\n`;
    texts.push(`${name} ${version} (${license})\n\n${text}`);
  }
  await writeFile(path.join(vendor, "LICENSES.txt"), texts.join(`\n${"-".repeat(80)}\n\n`));
}

await rm(vendor, { recursive: true, force: true });
await mkdir(vendor, { recursive: true });
await Promise.all([
  styles(), charts(), icons(), licences(),
  copyFile(path.join(modules, "htmx.org/dist/htmx.min.js"), path.join(vendor, "htmx.js")),
]);
for (const file of (await readdir(vendor)).sort()) {
  console.log(`${file.padEnd(16)} ${((await stat(path.join(vendor, file))).size / 1024).toFixed(0).padStart(5)} KiB`);
}
