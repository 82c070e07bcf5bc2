// Finds a Chromium for the browser journeys, or installs one.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { root } from './house.mjs';

const systemNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const systemPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function systemBrowser() {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const onPath = systemNames.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...onPath, ...systemPlaces].find(isExecutable);
}

async function playwrightsBrowser() {
  const { chromium } = await import('@playwright/test');
  const file = chromium.executablePath();
  return file !== '' && existsSync(file) ? file : undefined;
}

/** A browser that is there already. @returns {Promise<string | undefined>} */
export async function findBrowser() {
  const named = process.env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') {
    if (!isExecutable(named)) throw new Error(`CHROMIUM_PATH names ${named}, which is no program`);
    return named;
  }
  return systemBrowser() ?? (await playwrightsBrowser());
}

/** @param {string} command @param {readonly string[]} args */
function succeeds(command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return result.status === 0;
}

function installFromDebian() {
  if (!existsSync('/usr/bin/apt-get')) return false;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !succeeds('sudo', ['-n', 'true'])) return false;
  /** @param {readonly string[]} args */
  const apt = (args) => {
    const options = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300'];
    return isRoot
      ? succeeds('apt-get', [...options, ...args])
      : succeeds('sudo', ['-n', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...options, ...args]);
  };
  process.stderr.write('installing chromium (apt-get)\n');
  // A list that could not be brought up to date may still do.
  apt(['update']);
  return apt(['install', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']);
}

/** @returns {Promise<string>} */
export async function findOrInstallBrowser() {
  const found = await findBrowser();
  if (found !== undefined) return found;
  process.stderr.write('no Chromium found; installing one (playwright install chromium)\n');
  succeeds(process.execPath, [path.join(root, 'node_modules/@playwright/test/cli.js'), 'install', 'chromium']);
  const downloaded = await playwrightsBrowser();
  if (downloaded !== undefined) return downloaded;
  installFromDebian();
  const installed = systemBrowser();
  if (installed !== undefined) return installed;
  throw new Error('no Chromium: install one (Debian: apt-get install chromium) or name one in CHROMIUM_PATH');
}
