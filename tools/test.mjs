// npm test: installs what is missing, then checks everything. `npm test -- unit e2e` checks parts.
// The last line is `N passed, N failed`: each test counts, and each other stage counts as one.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findOrInstallBrowser } from './browser.mjs';
import { FIRST_LOAD_LIMIT, firstLoad, totalOf } from './first-load.mjs';
import { buildPage, buildPageIfNeeded, installIfNeeded, root, runPackage, runTool, UsageError } from './house.mjs';

/** @typedef {{ passed: number, failed: number }} Counts */

const reports = path.join(root, 'build/reports');

/** @param {boolean} succeeded @returns {Counts} */
const asOne = (succeeded) => ({ passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1 });

/**
 * Runs a test runner that writes a report, and takes the counts from the report.
 * @param {string} name
 * @param {(report: string) => Promise<boolean>} run
 * @param {(report: any) => Counts} count
 * @returns {Promise<Counts>}
 */
async function countTests(name, run, count) {
  const file = path.join(reports, `${name}.json`);
  rmSync(file, { force: true });
  mkdirSync(reports, { recursive: true });
  const succeeded = await run(file);
  /** @type {Counts} */
  let counts = { passed: 0, failed: 0 };
  try {
    counts = count(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    process.stderr.write(`${name}: no report: ${error instanceof Error ? error.message : error}\n`);
    return { passed: 0, failed: 1 };
  }
  // A runner may fail for another reason than a test: a file that does not load, an error outside of any.
  return succeeded || counts.failed > 0 ? counts : { passed: counts.passed, failed: 1 };
}

/** @param {string} project */
function vitest(project) {
  return countTests(
    project,
    (report) => {
      const args = ['run', '--project', project, '--passWithNoTests', '--reporter=default', '--reporter=json'];
      return runPackage('vitest/vitest.mjs', [...args, `--outputFile.json=${report}`]);
    },
    ({ numPassedTests, numFailedTests, testResults }) => {
      // A file that does not load has failed without a test of its own.
      const notLoaded = testResults.filter(
        (/** @type {{ status: string, assertionResults: unknown[] }} */ file) =>
          file.status === 'failed' && file.assertionResults.length === 0,
      );
      return { passed: numPassedTests, failed: numFailedTests + notLoaded.length };
    },
  );
}

/** @type {boolean | undefined} */
let pageBuilt;

async function journeys() {
  if (!(pageBuilt ?? (await buildPageIfNeeded()))) {
    process.stderr.write('the journeys need the built page: not run\n');
    return { passed: 0, failed: 1 };
  }
  const browser = await findOrInstallBrowser();
  return countTests(
    'e2e',
    (report) =>
      runPackage('@playwright/test/cli.js', ['test', '--reporter=list,json'], {
        CHROMIUM_PATH: browser,
        PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      }),
    ({ stats }) => ({ passed: stats.expected, failed: stats.unexpected + stats.flaky }),
  );
}

/** @type {Readonly<Record<string, () => Promise<Counts>>>} */
const stages = {
  lint: async () => asOne(await runPackage('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.'])),
  types: async () => asOne(await runPackage('typescript/bin/tsc', ['-b'])),
  unit: () => vitest('unit'),
  scenarios: () => vitest('scenarios'),
  build: async () => {
    pageBuilt = await buildPage();
    if (!pageBuilt) return asOne(false);
    const size = totalOf(firstLoad());
    const small = size <= FIRST_LOAD_LIMIT;
    process.stdout.write(`first load: ${size.toFixed(1)} kB gzip of at most ${FIRST_LOAD_LIMIT}\n`);
    return { passed: small ? 2 : 1, failed: small ? 0 : 1 };
  },
  e2e: journeys,
};

await runTool(async () => {
  const chosen = process.argv.slice(2);
  const unknown = chosen.find((name) => !Object.hasOwn(stages, name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no stage ${unknown}; expected: npm test [-- ${Object.keys(stages).join('|')} …]`);
  }
  installIfNeeded();
  let passed = 0;
  let failed = 0;
  for (const [name, stage] of Object.entries(stages)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const start = performance.now();
    process.stdout.write(`\n--- ${name}\n`);
    /** @type {Counts} */
    let counts = { passed: 0, failed: 1 };
    try {
      counts = await stage();
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    }
    passed += counts.passed;
    failed += counts.failed;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`${name}: ${counts.failed === 0 ? 'good' : 'FAILED'} (${seconds} s)\n`);
  }
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
});
