// npm run bench: measures, and prints a table. `npm run bench -- size node` runs parts; `--json` prints a line of JSON each.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findOrInstallBrowser } from './browser.mjs';
import { firstLoad, totalOf } from './first-load.mjs';
import { buildPageIfNeeded, installIfNeeded, root, runTool, UsageError } from './house.mjs';

/** @typedef {{ name: string, value: number, unit: string }} Measure */

/** @param {string} text lines of JSON @returns {Measure[]} */
function parseLines(text) {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

async function size() {
  if (!(await buildPageIfNeeded())) throw new Error('the page does not build');
  const sizes = firstLoad();
  const measures = Object.entries(sizes).map(([name, value]) => ({
    name: `first load: ${name}`,
    value,
    unit: 'kB gzip',
  }));
  return [...measures, { name: 'first load', value: totalOf(sizes), unit: 'kB gzip' }];
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
