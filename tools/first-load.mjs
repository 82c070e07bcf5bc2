// What the page loads before it can be used, from dist/.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './house.mjs';

/** What the first load may be at most, in kB gzip. */
export const FIRST_LOAD_LIMIT = 350;

/** What a first visit loads of the built page, in kB gzip: the entry and its static imports, styles, and the worker. */
export function firstLoad() {
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
  return Object.fromEntries(Object.entries(parts).map(([name, files]) => [name, gzipped(files)]));
}

/** @param {Record<string, number>} sizes */
export const totalOf = (sizes) => Object.values(sizes).reduce((sum, size) => sum + size, 0);
