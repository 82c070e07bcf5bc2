import { expect, test } from 'vitest';
import { execute } from '../exec.ts';
import { lateUserland } from '../late.ts';
import { createPrograms, rootFileSystem } from '../programs.ts';
import { type FakeFile, FakeKernel } from '../test-support/fake-kernel.ts';

const programs = createPrograms(() => lateUserland);

/** What a shell line prints. */
function run(line: string, files: readonly FakeFile[] = []): string {
  const kernel = new FakeKernel([...rootFileSystem(programs), ...files]);
  const environment = new Map([['PATH', '/usr/bin:/usr/sbin']]);
  kernel.start((sys) => execute(sys, programs, '/bin/bash', ['bash', '-c', line], environment));
  kernel.settle();
  return kernel.terminalOutput;
}

const FILES: readonly FakeFile[] = [
  { path: '/x/1', content: 'a\nb\nc\n' },
  { path: '/x/2', content: 'a\nx\nc\nd\n' },
];

// what diffutils 3.8 and coreutils 9.1 print
test('diff tells changed and added lines, with -u among their neighbours, and in its status', () => {
  expect(run('diff /x/1 /x/2; echo $?', FILES)).toBe('2c2\n< b\n---\n> x\n3a4\n> d\n1\n');
  expect(run('diff -u /x/1 /x/2 | tail -n +3', FILES)).toBe('@@ -1,3 +1,4 @@\n a\n-b\n+x\n c\n+d\n');
  expect(run('diff -q /x/1 /x/2; diff -s /x/1 /x/1; echo $?; diff /x/1 /x/3; echo $?', FILES)).toBe(
    'Files /x/1 and /x/2 differ\nFiles /x/1 and /x/1 are identical\n0\ndiff: /x/3: No such file or directory\n2\n',
  );
});

test('comm tells what only one file has, and that a file is not sorted', () => {
  expect(run('comm /x/1 /x/2', FILES)).toBe(
    '\t\ta\nb\nc\n\tx\ncomm: file 2 is not in sorted order\n\tc\n\td\ncomm: input is not in sorted order\n',
  );
  expect(run('comm -12 /x/1 /x/1', FILES)).toBe('a\nb\nc\n');
});

test('cmp tells the first difference, all of them with -l, and where a file ended', () => {
  expect(run('cmp /x/1 /x/2; cmp -l /x/1 /x/2; head -c2 /x/1 | cmp - /x/1', FILES)).toBe(
    '/x/1 /x/2 differ: char 3, line 2\n3 142 170\ncmp: EOF on /x/1 after byte 6\ncmp: EOF on - after byte 2, line 1\n',
  );
});

const process = (pid: number, comm: string, parent: number, line = ''): FakeFile[] => [
  { path: `/proc/${pid}/stat`, show: () => `${pid} (${comm}) S ${parent} 0 0 0 -1 ${'0 '.repeat(43).trim()}\n` },
  { path: `/proc/${pid}/cmdline`, show: () => line },
  { path: `/proc/${pid}/wchan`, show: () => '0' },
];
const PROCESSES = [
  ...process(101, 'bash', 0, 'bash\0--norc\0-i\0'),
  ...process(118, 'cpuhp/0', 2),
  ...process(119, 'cpuhp/1', 2),
];

test('pgrep and pidof find processes by their names', () => {
  expect(run('pgrep -l cpuhp; pgrep -x cpuhp/1; pgrep -d, -P 2 cpuhp; pgrep -a norc; pgrep -fa norc', PROCESSES)).toBe(
    '118 cpuhp/0\n119 cpuhp/1\n119\n118,119\n101 bash --norc -i\n',
  );
  expect(run('pgrep; pidof bash; pidof nope; echo $?', PROCESSES)).toBe(
    "pgrep: no matching criteria specified\nTry `pgrep --help' for more information.\n101\n1\n",
  );
});

test('lsirq sorts interrupts by their number on all processors', () => {
  const interrupts =
    '           CPU0       CPU1       \n  4:          0        923   IO-APIC   4-edge      ttyS0\n' +
    'LOC:       1121        978   Local timer interrupts\nERR:          0\n';
  const files = [{ path: '/proc/interrupts', show: () => interrupts }];
  expect(run('lsirq', files)).toBe(
    'IRQ TOTAL NAME\nLOC  2099 Local timer interrupts\n  4   923 IO-APIC 4-edge ttyS0\nERR     0 \n',
  );
});

test('sysctl reads and writes settings, and names those that are not there', () => {
  const files = [{ path: '/proc/sys/kernel/ostype', show: () => 'Linux\n' }];
  expect(run('sysctl kernel.ostype kernel.nope; sysctl -n kernel/ostype', files)).toBe(
    'kernel.ostype = Linux\nsysctl: cannot stat /proc/sys/kernel/nope: No such file or directory\nLinux\n',
  );
});

// recorded on the real guest
test('mount names what it misses: an entry of fstab, a type that the kernel knows', () => {
  const files = [{ path: '/proc/filesystems', show: () => 'nodev\tsysfs\nnodev\ttmpfs\n' }, { path: '/mnt' }];
  expect(run('mount /nope; echo $?; mount -t nope x /mnt; echo $?', files)).toBe(
    "mount: /nope: can't find in /etc/fstab.\n1\nmount: /mnt: no filesystem type specified.\n1\n",
  );
});
