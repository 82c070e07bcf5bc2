// Files of /proc, whole, on a small machine: the texts are those of a real guest (proc(5)).
import { expect, test } from 'vitest';
import { NS_PER_MS, NS_PER_SECOND } from '../../../protocol/units.ts';
import { set_cpu_online } from '../../include/linux/cpumask.ts';
import { kernelLog } from '../../kernel/printk/printk.ts';
import { SmallGuest } from '../../test-support/small-guest.ts';
import { peekFile } from '../peek.ts';

function boot(): SmallGuest {
  const guest = new SmallGuest({
    *init(sys) {
      const fd = yield* sys.open('/dev/kmsg', 1);
      yield* sys.write(fd, '<3>from user space\n');
      yield* sys.write(fd, 'of no level');
      for (;;) yield* sys.nanosleep(1000 * NS_PER_SECOND);
    },
  });
  guest.settle(100 * NS_PER_MS);
  return guest;
}

const paragraph = (cpu: number, siblings: number): string => `processor\t: ${cpu}
vendor_id\t: AuthenticAMD
cpu family\t: 15
model\t\t: 107
model name\t: QEMU TCG CPU version 2.5+
stepping\t: 1
microcode\t: 0x1000065
cpu MHz\t\t: 2596.111
cache size\t: 512 KB
physical id\t: 0
siblings\t: ${siblings}
core id\t\t: ${cpu}
cpu cores\t: ${siblings}
apicid\t\t: ${cpu}
initial apicid\t: ${cpu}
fpu\t\t: yes
fpu_exception\t: yes
cpuid level\t: 13
wp\t\t: yes
flags\t\t: fpu de pse
bugs\t\t: spectre_v1
bogomips\t: 5192.22
TLB size\t: 1024 4K pages
clflush size\t: 64
cache_alignment\t: 64
address sizes\t: 40 bits physical, 57 bits virtual
power management:

`;

test('/proc/cpuinfo has a paragraph for each CPU that is online', () => {
  const { k } = boot();
  expect(peekFile(k, '/proc/cpuinfo')).toBe(paragraph(0, 2) + paragraph(1, 2));
  set_cpu_online(k, 1, false);
  expect(peekFile(k, '/proc/cpuinfo')).toBe(paragraph(0, 1));
});

test('/proc/stat has a line for each CPU that is online', () => {
  const { k } = boot();
  const cpus = () => (peekFile(k, '/proc/stat') ?? '').match(/^cpu\d+/gm);
  expect(cpus()).toEqual(['cpu0', 'cpu1']);
  set_cpu_online(k, 1, false);
  expect(cpus()).toEqual(['cpu0']);
  expect(peekFile(k, '/proc/stat')).toMatch(/^intr (\d+) 0 0 0 0 \1\nctxt \d+\nbtime 1000000\nprocesses \d+\n/m);
});

test('/proc/softirqs has a column for each possible CPU', () => {
  const { k } = boot();
  expect(peekFile(k, '/proc/softirqs')?.split('\n').slice(0, 3)).toEqual([
    '                    CPU0       CPU1       ',
    '          HI:          0          0',
    '       TIMER:          0          0',
  ]);
});

test('/proc/mounts, /proc/cmdline, /proc/version, /proc/sys/kernel', () => {
  const { k } = boot();
  expect(peekFile(k, '/proc/1/mounts')).toBe(
    'rootfs / rootfs rw 0 0\ndev /dev devtmpfs rw,relatime,mode=755,inode64 0 0\nproc /proc proc rw,relatime 0 0\n' +
      'sys /sys sysfs rw,relatime 0 0\ntmp /tmp tmpfs rw,relatime,inode64 0 0\nd /sys/kernel/debug debugfs rw,relatime 0 0\n',
  );
  expect(peekFile(k, '/proc/cmdline')).toBe('console=ttyS0\n');
  expect(peekFile(k, '/proc/version')).toBe('Linux version 6.1.0-test (test) #1 SMP PREEMPT_DYNAMIC Debian\n');
  expect(peekFile(k, '/proc/sys/kernel/hostname')).toBe('(none)\n');
});

test('what is written to /dev/kmsg is a message of the kernel’s log, of level 4 unless it says otherwise', () => {
  const { k } = boot();
  const written = kernelLog(k).filter(({ text }) => /user space|no level/.test(text));
  expect(written.map(({ level, text }) => [level, text])).toEqual([
    [3, 'from user space'],
    [4, 'of no level'],
  ]);
});

test('/proc/PID/status and comm of a process and of a kernel thread', () => {
  const { k } = boot();
  expect(peekFile(k, '/proc/1/status')).toMatch(
    /^Name:\tinit\nUmask:\t0022\nState:\tS \(sleeping\)\nTgid:\t1\nNgid:\t0\nPid:\t1\nPPid:\t0\n/,
  );
  expect(peekFile(k, '/proc/1/status')).toContain('Cpus_allowed:\t3\nCpus_allowed_list:\t0-1\n');
  expect(peekFile(k, '/proc/2/comm')).toBe('kthreadd\n');
  expect(peekFile(k, '/proc/2/cmdline')).toBe('');
  expect(peekFile(k, '/proc/2/exe')).toBeUndefined();
});

test('/proc/schedstat has a line for each online CPU; /proc/sys/kernel/printk tells the console’s level', () => {
  const { k } = boot();
  expect(peekFile(k, '/proc/schedstat')).toMatch(/^version 15\ntimestamp 4294\d+\ncpu0 0 0 0 0 0 0 \d+ 0 \d+\n/);
  expect(peekFile(k, '/proc/sys/kernel/printk')).toMatch(/^\d\t4\t1\t7\n$/);
  expect(peekFile(k, '/proc/modules')).toBe('');
});
