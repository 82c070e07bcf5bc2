// What the tools share. Built-ins only: this runs before `npm ci` has.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A fault of whoever called the tool: told in one line, without a stack. */
export class UsageError extends Error {}

/**
 * Runs a tool's main function. Bad arguments end with one line and status 2, anything else with one line and status 1.
 * @param {() => Promise<number | void>} main
 */
export async function runTool(main) {
  try {
    const status = await main();
    if (typeof status === 'number') process.exitCode = status;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** The folder that a command typed by a person refers to: npm changes to the package's before it runs a script. */
export function callersFolder() {
  const initial = process.env['INIT_CWD'];
  return process.env['npm_lifecycle_event'] !== undefined && initial !== undefined ? initial : process.cwd();
}

/** @param {string} relative */
function modified(relative) {
  return statSync(path.join(root, relative), { throwIfNoEntry: false })?.mtimeMs ?? -1;
}

function installIsCurrent() {
  // npm writes this file when an installation is complete.
  return modified('node_modules/.package-lock.json') >= modified('package-lock.json');
}

/** `npm ci`, if node_modules is missing, incomplete or older than the lock file. Its output goes to standard error. */
export function installIfNeeded() {
  if (installIsCurrent()) return;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22)) {
    throw new UsageError(`Node ${process.versions.node} is too old: 20.19 or 22.12 is needed`);
  }
  withLock('install', () => {
    if (installIsCurrent()) return;
    process.stderr.write('installing packages (npm ci)\n');
    const cli = process.env['npm_execpath'];
    const npm = cli?.endsWith('.js') ? [process.execPath, cli] : ['npm'];
    const [command = 'npm', ...prefix] = npm;
    const result = spawnSync(command, [...prefix, 'ci', '--include=dev', '--loglevel=error', '--no-progress'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32' && prefix.length === 0,
    });
    if (result.error) throw new Error(`npm ci could not be started: ${result.error.message}`);
    if (result.status !== 0) throw new Error(`npm ci failed with status ${result.status}`);
  });
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * One of several tools started at once does the work; the others wait for it.
 * @template T
 * @param {string} name
 * @param {() => T} work
 * @returns {T}
 */
export function withLock(name, work) {
  const folder = path.join(root, 'build');
  const lock = path.join(folder, `${name}.lock`);
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  mkdirSync(folder, { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
    // An empty file is one whose owner is between creating and writing it.
    if (holder !== 0 && !isRunning(holder)) rmSync(lock, { force: true });
    else Atomics.wait(waiting, 0, 0, 50);
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/**
 * A short digest of the names, sizes and modification times of files, without reading them.
 * @param {readonly string[]} places files and folders, relative to the project
 * @param {(name: string) => boolean} [leaveOut] by the name of a file or folder
 */
export function fingerprint(places, leaveOut = () => false) {
  const hash = createHash('sha256');
  /** @param {string} relative */
  const visit = (relative) => {
    const status = statSync(path.join(root, relative), { throwIfNoEntry: false });
    if (status === undefined) return;
    if (status.isDirectory()) {
      for (const name of readdirSync(path.join(root, relative)).sort()) {
        if (!leaveOut(name)) visit(`${relative}/${name}`);
      }
    } else {
      hash.update(`${relative}\0${status.size}\0${status.mtimeMs}\n`);
    }
  };
  places.forEach(visit);
  return hash.digest('hex').slice(0, 32);
}

/**
 * Runs a package's command line with this Node, output to the terminal.
 * @param {string} script relative to node_modules
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env] added to the environment
 * @returns {Promise<boolean>} whether it ended with status 0
 */
export function runPackage(script, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'node_modules', script), ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.on('error', reject);
    child.on('exit', (status) => resolve(status === 0));
  });
}

const stampFile = path.join(root, 'dist/.vite/fingerprint');

function pageFingerprint() {
  const sources = ['src', 'workers', 'public', 'index.html', 'vite.config.ts', 'package-lock.json'];
  return fingerprint(sources, (name) => name === 'recordings' || /\.test\.tsx?$/.test(name));
}

/** Builds the page. @returns {Promise<boolean>} */
export async function buildPage() {
  const stamp = pageFingerprint();
  if (!(await runPackage('vite/bin/vite.js', ['build', '--logLevel', 'warn']))) return false;
  writeFileSync(stampFile, stamp);
  return true;
}

/** Builds the page if a source is newer than dist/. @returns {Promise<boolean>} */
export async function buildPageIfNeeded() {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === pageFingerprint()) return true;
  process.stderr.write('building the page\n');
  return buildPage();
}
