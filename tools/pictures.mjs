// npm run pictures: takes the pictures of README.md anew, into docs/.
import path from 'node:path';
import { findOrInstallBrowser } from './browser.mjs';
import { buildPageIfNeeded, installIfNeeded, root, runPackage, runTool, UsageError } from './house.mjs';

await runTool(async () => {
  if (process.argv.length > 2) throw new UsageError('npm run pictures takes no arguments');
  installIfNeeded();
  if (!(await buildPageIfNeeded())) throw new Error('the page does not build');
  const chromium = await findOrInstallBrowser();
  const env = { LAB_PICTURES: path.join(root, 'docs'), CHROMIUM_PATH: chromium };
  return (await runPackage('@playwright/test/cli.js', ['test'], env)) ? 0 : 1;
});
