// Bundles the headless machine into one file. Loaded only when there is something to bundle: Vite takes a while to load.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { root } from './house.mjs';

/**
 * @param {string} entry
 * @param {string} bundle
 * @param {string} stamp the bundle's first line
 */
export async function bundleLab(entry, bundle, stamp) {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      target: 'node20',
      write: false,
      minify: false,
      sourcemap: 'hidden',
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const output = Array.isArray(result) ? result[0] : result;
  const chunk = output !== undefined && 'output' in output ? output.output[0] : undefined;
  if (chunk === undefined) throw new Error('the headless machine was not bundled');
  // Several may do this at once: each writes files of its own and moves them into place, the bundle last.
  mkdirSync(path.dirname(bundle), { recursive: true });
  const draft = `${bundle}.${process.pid}`;
  try {
    if (chunk.map) {
      // One line was put before the code.
      writeFileSync(`${draft}.map`, JSON.stringify({ ...chunk.map, mappings: `;${chunk.map.mappings}` }));
      renameSync(`${draft}.map`, `${bundle}.map`);
    }
    writeFileSync(draft, `${stamp}\n${chunk.code}\n//# sourceMappingURL=${path.basename(bundle)}.map\n`);
    renameSync(draft, bundle);
  } finally {
    rmSync(draft, { force: true });
  }
}
