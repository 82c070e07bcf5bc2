import { describe, expect, test } from 'vitest';
import { execute } from '../exec.ts';
import { lateUserland } from '../late.ts';
import { createPrograms, rootFileSystem } from '../programs.ts';
import { type FakeFile, FakeKernel } from '../test-support/fake-kernel.ts';

const programs = createPrograms(() => lateUserland);
const environment = new Map([['PATH', '/usr/bin:/usr/sbin']]);

/** What a shell line prints on a terminal of 200 columns. */
function terminal(line: string, files: readonly FakeFile[] = []): string {
  const kernel = new FakeKernel([...rootFileSystem(programs), ...files]);
  kernel.start((sys) => execute(sys, programs, '/bin/bash', ['bash', '-c', line], environment));
  kernel.settle();
  return kernel.terminalOutput;
}

const names = (folder: string, list: string): FakeFile[] =>
  list.split(' ').map((name) => ({ path: `${folder}/${name}`, content: '' }));

const attribute = (path: string, text: string): FakeFile => ({
  path: `/sys/devices/system/cpu/${path}`,
  show: () => text,
});

describe('ls on a terminal', () => {
  // recorded: /sys/devices/system/cpu of a q35 with four CPUs
  test('fills columns from the top, with tabs where they reach a tab stop', () => {
    const cpu = names(
      '/x',
      'uevent vulnerabilities smt cpu0 cpu1 cpu2 cpu3 cpufreq cpuidle hotplug isolated kernel_max modalias nohz_full offline online possible power present',
    );
    expect(terminal('ls /x', cpu)).toBe(
      'cpu0  cpu1  cpu2  cpu3\tcpufreq  cpuidle  hotplug  isolated  kernel_max  modalias  nohz_full  offline  online  possible  power\tpresent  smt  uevent  vulnerabilities\n',
    );
    const topology = names(
      '/t',
      'cluster_cpus cluster_cpus_list cluster_id core_cpus core_cpus_list core_id core_siblings core_siblings_list die_cpus die_cpus_list die_id package_cpus package_cpus_list physical_package_id thread_siblings thread_siblings_list',
    );
    expect(terminal('ls /t', topology)).toBe(
      'cluster_cpus\t   cluster_id  core_cpus_list  core_siblings\t   die_cpus\t  die_id\tpackage_cpus_list    thread_siblings\n' +
        'cluster_cpus_list  core_cpus   core_id\t       core_siblings_list  die_cpus_list  package_cpus\tphysical_package_id  thread_siblings_list\n',
    );
  });

  test('heads each of several directories', () => {
    const files = [...names('/a', 'x y'), ...names('/b', 'z')];
    expect(terminal('ls /b /a', files)).toBe('/a:\nx  y\n\n/b:\nz\n');
  });

  test('describes files with -l', () => {
    const files = [{ path: '/d/f', content: '12345', mode: 0o640 }, { path: '/d/l', target: 'f' }, { path: '/d/s' }];
    expect(terminal('ls -l /d', files)).toBe(
      'total 4\n' +
        '-rw-r----- 1 root root  5 Nov 20 17:48 f\n' +
        'lrwxrwxrwx 1 root root  1 Nov 20 17:48 l -> f\n' +
        'drwxr-xr-x 2 root root 40 Nov 20 17:48 s\n',
    );
  });
});

describe('ps', () => {
  const stat = (
    pid: number,
    comm: string,
    rest = 'S 2 0 0 0 -1 2129984 0 0 0 0 0 112 0 0 20 0 1 0 8 0 0',
  ): FakeFile => ({
    path: `/proc/${pid}/stat`,
    show: () => `${pid} (${comm}) ${rest}\n`,
  });
  // recorded: kernel threads and a shell without a controlling terminal
  test('lists the processes of its terminal as procps does', () => {
    const files = [stat(7, 'kworker/0:0-events'), stat(14, 'ksoftirqd/0'), stat(131, 'migration/3')];
    expect(terminal('ps', files)).toBe(
      '  PID TTY          TIME CMD\n' +
        '    7 ?        00:00:01 kworker/0:0-events\n' +
        '   14 ?        00:00:01 ksoftirqd/0\n' +
        '  131 ?        00:00:01 migration/3\n',
    );
  });

  test('shows chosen columns, and shortens a name that is not the last', () => {
    const files = [stat(7, 'kworker/0:0-events')];
    expect(terminal('ps -e -o pid,psr,comm; ps -eo comm,pid', files)).toBe(
      '  PID PSR COMMAND\n    7   0 kworker/0:0-events\nCOMMAND           PID\nkworker/0:0-eve     7\n',
    );
  });
});

describe('chcpu', () => {
  function machine(): FakeFile[] {
    let online = '1\n';
    const store = (data: string): number => {
      online = `${data}\n`;
      return data.length;
    };
    return [
      attribute('cpu0/uevent', ''),
      { path: '/sys/devices/system/cpu/cpu1/online', show: () => online, store },
      { path: '/sys/devices/system/cpu/online', show: () => (online === '1\n' ? '0-1\n' : '0\n') },
    ];
  }

  // recorded: q35-guest-tools
  test('disables and enables CPUs, and says why it does not', () => {
    expect(
      terminal('chcpu -d 1; chcpu -e 1; chcpu -e 1; chcpu -e 0; chcpu -d 9; chcpu -c 1; chcpu -r', machine()),
    ).toBe(
      'CPU 1 disabled\nCPU 1 enabled\nCPU 1 is already enabled\nchcpu: CPU 0 is not hot pluggable\n' +
        'chcpu: CPU 9 does not exist\nchcpu: CPU 1 is not configurable\n' +
        'chcpu: This system does not support rescanning of CPUs\n',
    );
  });

  test('ends with 64 when only some of the CPUs were changed', () => {
    expect(terminal('chcpu -d 0-1; echo $?', machine())).toBe(
      'chcpu: CPU 0 is not hot pluggable\nCPU 1 disabled\n64\n',
    );
  });
});

describe('lscpu', () => {
  const cache = (cpu: number, index: number, level: number, type: string, shared: string): FakeFile[] => [
    attribute(`cpu${cpu}/cache/index${index}/level`, `${level}\n`),
    attribute(`cpu${cpu}/cache/index${index}/type`, `${type}\n`),
    attribute(`cpu${cpu}/cache/index${index}/size`, '512K\n'),
    attribute(`cpu${cpu}/cache/index${index}/id`, `${cpu}\n`),
    attribute(`cpu${cpu}/cache/index${index}/shared_cpu_list`, `${shared}\n`),
  ];
  const cpu = (number: number): FakeFile[] => [
    attribute(`cpu${number}/topology/physical_package_id`, '0\n'),
    attribute(`cpu${number}/topology/core_id`, `${number}\n`),
    { path: `/sys/devices/system/cpu/cpu${number}/node0`, target: '../../node/node0' },
    ...cache(number, 0, 1, 'Data', String(number)),
    ...cache(number, 1, 2, 'Unified', '0-1'),
  ];
  const machine = [
    attribute('present', '0-2\n'),
    attribute('online', '0-1\n'),
    { path: '/sys/devices/system/cpu/cpu2' },
    ...cpu(0),
    ...cpu(1),
  ];

  test('shows CPUs as a table', () => {
    expect(terminal('lscpu -e', machine)).toBe(
      'CPU NODE SOCKET CORE L1d:L2 ONLINE\n  0    0      0    0 0:0       yes\n  1    0      0    1 1:0       yes\n  2    -      -    - -          no\n',
    );
    expect(terminal('lscpu -p=CPU,CORE,ONLINE | tail -2; lscpu -c -e=CPU,ONLINE', machine)).toBe(
      '0,0,Y\n1,1,Y\nCPU ONLINE\n  2     no\n',
    );
  });
});

describe('taskset', () => {
  test('shows and sets the CPUs that a process may use', () => {
    const line = 'taskset -p 2 $$; taskset -pc 0,1 $$; taskset -p 100 $$; taskset -p zz 1; taskset -c 1 nproc; nproc';
    expect(terminal(line).replace(/pid \d+/g, 'pid N')).toBe(
      "pid N's current affinity mask: f\npid N's new affinity mask: 2\n" +
        "pid N's current affinity list: 1\npid N's new affinity list: 0,1\n" +
        "pid N's current affinity mask: 3\ntaskset: failed to set pid N's affinity: Invalid argument\n" +
        'taskset: failed to parse CPU mask: zz\n1\n2\n',
    );
  });
});

describe('free', () => {
  // recorded: q35-dimm
  test('counts memory that is not available as used', () => {
    const text =
      'MemTotal:         661988 kB\nMemFree:          528712 kB\nMemAvailable:     525944 kB\nBuffers:               0 kB\nCached:            71000 kB\nSReclaimable:       6520 kB\nShmem:             67864 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n';
    const files = [{ path: '/proc/meminfo', show: () => text }];
    expect(terminal('free', files)).toBe(
      '               total        used        free      shared  buff/cache   available\n' +
        'Mem:          661988      136044      528712       67864       77520      525944\n' +
        'Swap:              0           0           0\n',
    );
    expect(terminal('free -h', files)).toContain(
      'Mem:           646Mi       132Mi       516Mi        66Mi        75Mi       513Mi\n',
    );
  });
});

describe('dmesg', () => {
  test('leaves out the level, or shows it when asked', () => {
    const kernel = new FakeKernel(rootFileSystem(programs));
    kernel.kernelLog = '<6>[    0.000000] Linux version 6.1\n<3>[    1.500000] ACPI: no\n';
    kernel.start((sys) =>
      execute(
        sys,
        programs,
        '/bin/bash',
        ['bash', '-c', 'dmesg; dmesg -l err; dmesg -x | tail -1; dmesg -t | head -1'],
        environment,
      ),
    );
    kernel.settle();
    expect(kernel.terminalOutput).toBe(
      '[    0.000000] Linux version 6.1\n[    1.500000] ACPI: no\n[    1.500000] ACPI: no\nkern  :err   : [    1.500000] ACPI: no\nLinux version 6.1\n',
    );
  });
});

describe('lsmem', () => {
  const block = (number: number, state: string): FakeFile[] => {
    const base = `/sys/devices/system/memory/memory${number}`;
    return [
      { path: `${base}/state`, show: () => `${state}\n` },
      { path: `${base}/removable`, show: () => '1\n' },
      { path: `${base}/valid_zones`, show: () => 'Normal\n' },
    ];
  };
  // recorded: q35-dimm
  test('joins neighbours that agree', () => {
    const files = [
      { path: '/sys/devices/system/memory/block_size_bytes', show: () => '8000000\n' },
      ...[0, 1, 2, 3].flatMap((number) => block(number, 'online')),
      ...[32, 33].flatMap((number) => block(number, 'offline')),
    ];
    expect(terminal('lsmem', files)).toBe(
      'RANGE                                  SIZE   STATE REMOVABLE BLOCK\n' +
        '0x0000000000000000-0x000000001fffffff  512M  online       yes   0-3\n' +
        '0x0000000100000000-0x000000010fffffff  256M offline           32-33\n\n' +
        'Memory block size:       128M\nTotal online memory:     512M\nTotal offline memory:    256M\n',
    );
  });
});
