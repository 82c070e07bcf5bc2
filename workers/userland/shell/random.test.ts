import { expect, test } from 'vitest';
import { execute } from '../exec.ts';
import { lateUserland } from '../late.ts';
import { createPrograms, rootFileSystem } from '../programs.ts';
import { FakeKernel } from '../test-support/fake-kernel.ts';

const programs = createPrograms(() => lateUserland);

function bash(script: string): string {
  const kernel = new FakeKernel(rootFileSystem(programs));
  const { stdout } = kernel.run((sys) =>
    execute(sys, programs, '/bin/bash', ['bash', '-c', script], new Map([['PATH', '/usr/bin']])),
  );
  return stdout;
}

test.each([
  ['42', '17772 26794 1435'],
  ['0', '20814 24386 149'],
  ['1', '16807 10791 19566'],
  ['-5', '17653 593 9386'],
  ['99999999999', '19962 17163 23476'],
])('RANDOM=%s starts the numbers of bash 5.2', (seed, numbers) => {
  expect(bash(`RANDOM=${seed}; echo $RANDOM $RANDOM $RANDOM`)).toBe(`${numbers}\n`);
});

test('a subshell starts numbers of its own', () => {
  const [first, second] = bash('RANDOM=42; (echo $RANDOM); echo $RANDOM').split('\n');
  expect(second).toBe('17772');
  expect(first).not.toBe(second);
});
