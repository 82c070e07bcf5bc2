/** Tasks of a booted guest and the pids that commands take, against a real guest's answers. */
import { describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';

/** `ps -e -o pid,ni,comm` of a real 6.1 with two CPUs and 512 MiB, without the workers of workqueues. */
const THREADS = `
2 0 kthreadd
3 -20 rcu_gp
4 -20 rcu_par_gp
5 -20 slub_flushwq
6 -20 netns
10 -20 mm_percpu_wq
11 0 rcu_tasks_kthread
12 0 rcu_tasks_rude_kthread
13 0 rcu_tasks_trace_kthread
14 0 ksoftirqd/0
15 0 rcu_preempt
16 - migration/0
18 0 cpuhp/0
19 0 cpuhp/1
20 - migration/1
21 0 ksoftirqd/1
26 0 kdevtmpfs
27 -20 inet_frag_wq
28 0 kauditd
30 0 khungtaskd
32 0 oom_reaper
33 -20 writeback
34 0 kcompactd0
35 5 ksmd
36 -20 kintegrityd
37 -20 kblockd
38 -20 blkcg_punt_bio
39 -20 tpm_dev_wq
40 -20 edac-poller
41 -20 devfreq_wq
42 -20 quota_events_un
44 0 kswapd0
50 -20 kthrotld
52 -20 acpi_thermal_pm
54 -20 mld
55 -20 ipv6_addrconf
60 -20 kstrp
65 -20 zswap-shrink
`;

describe('tasks after boot', () => {
  test('kernel threads have the names, pids and niceness of a real guest', () => {
    const lab = new Lab('-M q35 -cpu max -smp 2 -m 512M');
    const shown = lab.sh('ps -e -o pid=,ni=,comm= | grep -vE "kworker|bash| ps$| grep$"');
    expect(shown.split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' '))).toEqual(THREADS.trim().split('\n'));
  });

  test('a pool has a second worker once it has had work, and an unbound pool of high priority bears no H', () => {
    const lab = new Lab('-M q35 -cpu max -smp 2 -m 512M');
    const names = lab.sh('ps -e -o comm= | grep kworker | sed "s/[-+].*//"').split('\n').sort();
    expect(names).toEqual(
      ['0:0', '0:0H', '0:1', '0:1H', '0:2', '1:0', '1:0H', '1:1', '1:1H', 'u4:0', 'u4:1', 'u4:2', 'u5:0'].map(
        (name) => `kworker/${name}`,
      ),
    );
  });

  test('a node without memory has no kswapd; one with 1 GiB has khugepaged', () => {
    const lab = new Lab(
      '-M q35 -cpu max -smp 2 -m 1G -numa node,cpus=0-1,memdev=m -numa node -object memory-backend-ram,id=m,size=1G',
    );
    expect(lab.sh('ps -e -o comm= | grep -E "kswapd|kcompactd|khugepaged"')).toBe('kcompactd0\nkhugepaged\nkswapd0');
  });
});

/** Processes that real bash 5.2 makes for a line. */
const PROCESSES: readonly (readonly [number, string])[] = [
  [1, ': $(cat /dev/null)'],
  [2, ': $(cat /dev/null 2>/dev/null)'],
  [1, '(cat /dev/null)'],
  [1, '(cat /dev/null 2>/dev/null)'],
  [1, '(true; cat /dev/null)'],
  [1, ': $(true; cat /dev/null)'],
  [1, ': $(true && cat /dev/null)'],
  [2, ': $(true && cat < /dev/null)'],
  [1, '(true && cat /dev/null)'],
  [2, '(cat /dev/null; true)'],
  [2, 'cat /dev/null | cat 2>/dev/null'],
  [1, 'cat /dev/null 2>/dev/null & wait'],
  [2, '(cat /dev/null; cat /dev/null) & wait'],
  [2, ': $( (cat /dev/null) )'],
  [1, ': $(false || cat /dev/null)'],
  [2, ': $(cat /dev/null; cat /dev/null)'],
  [1, '((true; cat /dev/null) )'],
  [2, 'bash -c "cat /dev/null 2>/dev/null"'],
  [1, 'bash -c "true; cat /dev/null"'],
];

describe('processes that a line of shell takes', () => {
  const lab = new Lab();
  lab.sh('set +m; p() { read -r _ _ _ _ x < /proc/loadavg; echo $x; }');
  lab.sh('t() { local a b; a=$(p); eval "$1" >/dev/null; b=$(p); echo "$((b-a-1))"; }');

  test.each(PROCESSES)('%i for %s', (count, line) => {
    const shown = lab.sh(`t '${line}'`);
    expect(shown.split('\n').at(-1)).toBe(String(count));
  });
});

describe('tools against a real guest', () => {
  const lab = new Lab();

  test('dmesg -n sets the level of the console', () => {
    expect(lab.sh('dmesg -n 4; cat /proc/sys/kernel/printk')).toBe('4\t4\t1\t7');
  });

  test('coreutils quote a name that a colon or a blank could blur', () => {
    expect(lab.sh('cat /a:b; wc -l "/x y"; cat /none').split('\n')).toEqual([
      "cat: '/a:b': No such file or directory",
      "wc: '/x y': No such file or directory",
      'cat: /none: No such file or directory',
    ]);
  });

  test('a CPU that went offline still shares the last-level cache of the others', () => {
    lab.sh('echo 0 > /sys/devices/system/cpu/cpu1/online');
    expect(lab.sh('cat /sys/devices/system/cpu/cpu0/cache/index3/shared_cpu_list')).toBe('0-1');
    expect(lab.sh('lscpu -e | tail -n 1')).toBe('  1    -      -    - 0                 no');
  });

  test('the uevent file of a CPU ends with an empty line', () => {
    expect(lab.sh('tail -n 2 /sys/devices/system/cpu/cpu0/uevent | cut -c1-12')).toBe('MODALIAS=cpu\n');
  });

  test('the AHCI controller has its range in /proc/iomem', () => {
    expect(lab.sh('grep 1f.2 /proc/iomem')).toBe('  febff000-febfffff : 0000:00:1f.2');
  });
});
