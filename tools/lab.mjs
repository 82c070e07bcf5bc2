// npm run -s lab -- …: the headless machine. Bundles workers/cli.ts for Node when a source has changed, then runs the
// bundle in this process. Prints nothing on standard output itself.
//
// NODE_OPTIONS=--enable-source-maps makes stack traces name the sources.
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { callersFolder, fingerprint, installIfNeeded, root, runTool, UsageError } from './house.mjs';

const entry = 'workers/cli.ts';
const bundle = path.join(root, 'build/lab.mjs');
const stampLength = 64;

/** The bundle's first line names the sources that it was made from. @param {string} print */
const stampLine = (print) => `// ${print}`.padEnd(stampLength - 1);

function bundleStamp() {
  if (!existsSync(bundle)) return undefined;
  const file = openSync(bundle, 'r');
  try {
    const bytes = Buffer.alloc(stampLength - 1);
    return bytes.toString('utf8', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

await runTool(async () => {
  installIfNeeded();
  if (!existsSync(path.join(root, entry))) throw new UsageError(`there is no ${entry}`);
  const leftOut = (/** @type {string} */ name) =>
    name === 'recordings' || name === 'scenarios' || name.endsWith('.test.ts');
  const stamp = stampLine(fingerprint(['workers', 'package-lock.json', 'tools/bundle-lab.mjs'], leftOut));
  if (bundleStamp() !== stamp) {
    const { bundleLab } = await import('./bundle-lab.mjs');
    await bundleLab(path.join(root, entry), bundle, stamp);
  }
  process.chdir(callersFolder());
  process.argv.splice(1, 1, bundle);
});
// Outside of the above, so that a fault of the machine's own ends with its stack.
if (process.exitCode === undefined) await import(pathToFileURL(bundle).href);
