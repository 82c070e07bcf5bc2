// npm run bench: measures, and prints a table. `npm run bench -- size node` runs parts; `--json` prints a line of JSON each.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findOrInstallBrowser } from './browser.mjs';
import { firstLoad, totalOf } from './first-load.mjs';
import { buildPageIfNeeded, installIfNeeded, root, runTool, UsageError } from './house.mjs';

/** @typedef {{ name: string, value: number, unit: string }} Measure */
/** @typedef {{ name: string, skipped: string }} Skipped */

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

/** Runs the headless machine, returns what it prints. @param {readonly string[]} args */
function lab(args) {
  const result = spawnSync(process.execPath, ['tools/lab.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, INIT_CWD: root },
  });
  if (result.status !== 0) throw new Error(`lab ${args[0]} ended with status ${result.status}`);
  return result.stdout;
}

/** The machine in Node: `lab bench --json` prints a measure a line. */
const node = () => parseLines(lab(['bench', '--json']));

/** Evaluated by the lab's ACPICA and by the real one, of one table. */
const AML_METHOD = String.raw`\_SB.CPUS.CSCN`;

/** @returns {(Measure | Skipped)[]} */
function aml() {
  const folder = path.join(root, 'build/bench');
  lab(['acpi', '--machine', '-M q35 -accel kvm -smp 2,maxcpus=4 -m 512M', '--out', folder]);
  const table = path.join(folder, 'DSDT.dat');
  return [...parseLines(lab(['bench', '--json', '--aml', table])), acpiexec(table)];
}

/** Most of acpiexec's time is a sleep of its debugger: what counts is the processor's time, of many loops less that of one. @param {string} table */
function acpiexec(table) {
  const name = `AML: evaluations of ${AML_METHOD} a second of processor time (acpiexec)`;
  if (spawnSync('acpiexec', ['-v'], { stdio: 'ignore' }).status !== 0)
    return { name, skipped: 'acpiexec is not installed' };
  const loops = 40_000;
  const seconds = (/** @type {number} */ count) => {
    const script = 'acpiexec -b "threads 1 $1 $2" "$3" >/dev/null 2>&1; times';
    const { stdout } = spawnSync('sh', ['-c', script, 'sh', String(count), AML_METHOD, table], { encoding: 'utf8' });
    const found = [...(stdout.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
    return found.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
  };
  return { name, value: loops / (seconds(loops + 1) - seconds(1)), unit: '1/s' };
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

/** @type {Readonly<Record<string, () => (Measure | Skipped)[] | Promise<(Measure | Skipped)[]>>>} */
const parts = { size, node, aml, browser };

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
  const busy = `${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)}: times are of this machine as busy as it is`;
  process.stderr.write(`Node ${process.versions.node}, ${busy}\n`);
  let failed = false;
  for (const [name, run] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    try {
      for (const measure of await run()) {
        const [value, unit] = 'skipped' in measure ? ['-', measure.skipped] : [measure.value.toFixed(1), measure.unit];
        const row = `${value.padStart(14)}  ${unit.padEnd(9)} ${measure.name}`;
        process.stdout.write(`${values.json ? JSON.stringify(measure) : row}\n`);
      }
    } catch (error) {
      failed = true;
      process.stderr.write(`${name}: ${error instanceof Error ? error.message : error}\n`);
    }
  }
  return failed ? 1 : 0;
});
