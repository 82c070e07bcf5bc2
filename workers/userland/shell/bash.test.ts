import { describe, expect, test } from 'vitest';
import { execute } from '../exec.ts';
import { lateUserland } from '../late.ts';
import { createPrograms, rootFileSystem } from '../programs.ts';
import { FakeKernel } from '../test-support/fake-kernel.ts';
import cases from './bash-cases.json' with { type: 'json' };

const programs = createPrograms(() => lateUserland);
const environment = new Map([
  ['PATH', '/usr/sbin:/usr/bin:/sbin:/bin'],
  ['HOME', '/root'],
  ['LANG', 'C'],
]);

function runBash(script: string): { readonly stdout: string; readonly stderr: string; readonly status: number } {
  const kernel = new FakeKernel([...rootFileSystem(programs), { path: '/tmp/case' }]);
  return kernel.run(function* (sys) {
    yield* sys.chdir('/tmp/case');
    return yield* execute(sys, programs, '/bin/bash', ['bash', '-c', script], environment);
  });
}

describe('the shell does with a script what bash 5.2 does', () => {
  test.each(cases)('$script', ({ script, stdout, stderr, status }) => {
    expect(runBash(script)).toEqual({ stdout, stderr, status });
  });
});
