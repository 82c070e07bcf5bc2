// Records what a real bash does with the scripts of a case file, so that the guest's shell can be held against it.
//
//   node tools/record-bash-cases.mjs [FILE]
//
// FILE (workers/userland/shell/bash-cases.json if left out): an array of {"script", "stdout", "stderr", "status"}; the
// last three are written anew. To add a case, add its script. Needs bash 5.2 and GNU coreutils, as Debian 12 has them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const file = process.argv[2] ?? path.join(import.meta.dirname, '../workers/userland/shell/bash-cases.json');

const version = spawnSync('bash', ['--version'], { encoding: 'utf8' }).stdout ?? '';
if (!version.includes('version 5.2')) {
  console.error(`record-bash-cases: expected bash 5.2, found ${version.split('\n')[0] || 'none'}`);
  process.exit(2);
}

/** @type {{script: string}[]} */
const cases = JSON.parse(readFileSync(file, 'utf8'));
const recorded = cases.map(({ script }) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'bash-case-'));
  try {
    const run = spawnSync('bash', ['-c', script], {
      cwd: directory,
      encoding: 'latin1',
      input: '',
      timeout: 10_000,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C' },
    });
    return { script, stdout: run.stdout, stderr: run.stderr, status: run.status ?? 128 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
console.log(`${recorded.length} cases recorded in ${path.relative(process.cwd(), file)}`);
