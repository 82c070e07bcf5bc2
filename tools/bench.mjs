// npm run bench: measures, and prints a table. `npm run bench -- size node` runs parts; `--json` prints a line of JSON each.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { findOrInstallBrowser } from './browser.mjs';
import { buildPageIfNeeded, installIfNeeded, root, runTool, UsageError } from './house.mjs';

/** @typedef {{ name: string, value: number, unit: string }} Measure */

/** @param {string} text lines of JSON @returns {Measure[]} */
function parseLines(text) {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

/** What a first visit loads, in kB gzip: the entry and its static imports, styles, and the worker. */
async function size() {
  if (!(await buildPageIfNeeded())) throw new Error('the page does not build');
  const dist = path.join(root, 'dist');
  const gzipped = (/** @type {Iterable<string>} */ files) =>
    [...new Set(files)].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(dist, file))).length / 1000, 0);

  /** @type {Record<string, { file: string, css?: string[], imports?: string[], isEntry?: boolean }>} */
  const manifest = JSON.parse(readFileSync(path.join(dist, '.vite/manifest.json'), 'utf8'));
  /** @type {Set<string>} */
  const scripts = new Set();
  /** @type {Set<string>} */
  const styles = new Set();
  /** @param {string} key */
  const visit = (key) => {
    const chunk = manifest[key];
    if (chunk === undefined || scripts.has(chunk.file)) return;
    scripts.add(chunk.file);
    for (const style of chunk.css ?? []) styles.add(style);
    chunk.imports?.forEach(visit);
  };
  for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) visit(key);

  /** The worker is built apart and is not in the manifest: its imports are read from its code. @type {Set<string>} */
  const worker = new Set();
  /** @param {string} file */
  const visitWorker = (file) => {
    if (worker.has(file)) return;
    worker.add(file);
    const code = readFileSync(path.join(dist, file), 'utf8');
    for (const [, name] of code.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) visitWorker(`assets/${name}`);
  };
  for (const name of readdirSync(path.join(dist, 'assets'))) {
    if (/^machine\.worker-.*\.js$/.test(name)) visitWorker(`assets/${name}`);
  }

  const parts = { 'index.html': ['index.html'], scripts, styles, worker };
  const measures = Object.entries(parts).map(([name, files]) => ({
    name: `first load: ${name}`,
    value: gzipped(files),
    unit: 'kB gzip',
  }));
  const total = measures.reduce((sum, { value }) => sum + value, 0);
  return [...measures, { name: 'first load', value: total, unit: 'kB gzip' }];
}

/** The machine in Node: `lab bench --json` prints a measure a line. */
function node() {
  const result = spawnSync(process.execPath, ['tools/lab.mjs', 'bench', '--json'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, INIT_CWD: root },
  });
  if (result.status !== 0) throw new Error(`lab bench ended with status ${result.status}`);
  return parseLines(result.stdout);
}

/** The page in a browser: e2e/bench.ts adds a measure a line to the file that LAB_BENCH names. */
async function browser() {
  const file = path.join(root, 'build/reports/bench-browser.jsonl');
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const chromium = await findOrInstallBrowser();
  const result = spawnSync(process.execPath, ['node_modules/@playwright/test/cli.js', 'test'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, LAB_BENCH: file, CHROMIUM_PATH: chromium },
  });
  if (result.status !== 0) throw new Error(`e2e/bench.ts ended with status ${result.status}`);
  return parseLines(readFileSync(file, 'utf8'));
}

/** @type {Readonly<Record<string, () => Measure[] | Promise<Measure[]>>>} */
const parts = { size, node, browser };

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } });
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('. ');
    throw new UsageError(`${reason}; expected: npm run bench [-- [--json] ${Object.keys(parts).join('|')} …]`);
  }
}

await runTool(async () => {
  const { values, positionals } = readArguments();
  const unknown = positionals.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no part ${unknown}; expected: ${Object.keys(parts).join(', ')}`);
  }
  installIfNeeded();
  let failed = false;
  for (const [name, run] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    try {
      for (const measure of await run()) {
        const row = `${measure.value.toFixed(1).padStart(14)}  ${measure.unit.padEnd(14)} ${measure.name}`;
        process.stdout.write(`${values.json ? JSON.stringify(measure) : row}\n`);
      }
    } catch (error) {
      failed = true;
      process.stderr.write(`${name}: ${error instanceof Error ? error.message : error}\n`);
    }
  }
  return failed ? 1 : 0;
});
