/** The files of /proc that belong to nobody in particular. @linux fs/proc/{cmdline,version,devices,consoles}.c, fs/filesystems.c and others */

import { ERRNO } from '../../../abi/syscall.ts';
import type { proc_ops } from '../../include/linux/proc_fs.ts';
import { archOps } from '../../kernel/arch-ops.ts';
import { console_loglevel, set_console_loglevel } from '../../kernel/printk/printk.ts';
import { iomem_show } from '../../kernel/resource.ts';
import { utsname } from '../../kernel/sys.ts';
import type { Kernel } from '../../kernel-context.ts';
import { hugetlbSysctls } from '../../mm/hugetlb.ts';
import { frag_show, pagetypeinfo_show, zoneinfo_show } from '../../mm/vmstat.ts';
import { min_free_kbytes } from '../../mm/watermark.ts';
import { proc_create, proc_mkdir, proc_symlink } from './generic.ts';
import { meminfo_proc_show } from './meminfo.ts';
import { loadavg_proc_show, show_schedstat, show_softirqs, show_stat, uptime_proc_show } from './stat.ts';

/** What the recorded kernel has registered by the end of its boot. */
const fileSystems =
  'sysfs tmpfs proc cgroup cgroup2 cpuset devtmpfs debugfs tracefs securityfs sockfs bpf pipefs ramfs hugetlbfs devpts mqueue pstore'.split(
    ' ',
  );

const characterDevices: readonly (readonly [number, string])[] = [
  [1, 'mem'],
  [4, 'ttyS'],
  [5, '/dev/tty'],
  [5, '/dev/console'],
];

const devices = (): string =>
  [
    'Character devices:\n',
    ...characterDevices.map(([major, name]) => `${`${major}`.padStart(3)} ${name}\n`),
    '\nBlock devices:\n',
  ].join('');

/** Highest pid, as a kernel on a small machine has it. */
const PID_MAX = 32768;

/** A number that can be set. */
function createSysctl(
  k: Kernel,
  path: string,
  get: (k: Kernel) => number,
  set: (k: Kernel, value: number) => void,
): void {
  proc_create(
    k,
    path,
    {
      *show(of) {
        return `${get(of)}\n`;
      },
      *write(of, buf) {
        const text = buf.replace(/\n$/, '');
        if (!/^\d+$/.test(text)) return -ERRNO.EINVAL;
        set(of, Number(text));
        return buf.length;
      },
    },
    0o644,
  );
}

/** Of drivers, modules and locks there are none. */
const EMPTY_FILES = ['diskstats', 'fb', 'locks', 'modules', 'partitions'] as const;

/** Levels of the console: now, of messages without one, the least, at boot. Only the first can be changed here. */
const printkSysctl: proc_ops = {
  *show(of) {
    return `${console_loglevel(of)}\t4\t1\t7\n`;
  },
  *write(of, buf) {
    const [level = ''] = buf.trim().split(/\s+/);
    if (!/^\d+$/.test(level)) return -ERRNO.EINVAL;
    set_console_loglevel(of, Number(level));
    return buf.length;
  },
};

function create(k: Kernel, path: string, text: (k: Kernel) => string): void {
  proc_create(k, path, {
    *show(of) {
      return text(of);
    },
  });
}

/** Makes the files; called once, before /proc is mounted or afterwards. */
export function proc_root_init(k: Kernel): void {
  create(k, 'cmdline', ({ commandLine }) => `${commandLine}\n`);
  create(k, 'version', ({ profile }) => `${profile.banner}\n`);
  create(k, 'uptime', uptime_proc_show);
  create(k, 'loadavg', loadavg_proc_show);
  create(k, 'stat', show_stat);
  create(k, 'softirqs', show_softirqs);
  create(k, 'meminfo', meminfo_proc_show);
  create(k, 'zoneinfo', zoneinfo_show);
  create(k, 'buddyinfo', frag_show);
  create(k, 'iomem', iomem_show);
  create(k, 'sys/vm/min_free_kbytes', (of) => `${min_free_kbytes(of)}\n`);
  for (const [name, get, set] of hugetlbSysctls) createSysctl(k, `sys/vm/${name}`, get, set);
  create(k, 'pagetypeinfo', pagetypeinfo_show);
  create(k, 'devices', devices);
  create(k, 'filesystems', () => fileSystems.map((name) => `nodev\t${name}\n`).join(''));
  for (const name of EMPTY_FILES) create(k, name, () => '');
  create(k, 'execdomains', () => '0-0\tLinux           \t[kernel]\n');
  create(k, 'schedstat', show_schedstat);
  proc_create(k, 'sys/kernel/printk', printkSysctl, 0o644);
  create(k, 'swaps', () => 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n');
  create(k, 'sys/kernel/hostname', (of) => `${utsname(of).nodename}\n`);
  create(k, 'sys/kernel/osrelease', ({ profile }) => `${profile.release}\n`);
  create(k, 'sys/kernel/ostype', () => 'Linux\n');
  create(k, 'sys/kernel/version', ({ profile }) => `${profile.version}\n`);
  create(k, 'sys/kernel/pid_max', () => `${PID_MAX}\n`);
  create(k, 'cpuinfo', (of) => archOps(of).files.cpuinfo(of));
  proc_symlink(k, 'mounts', 'self/mounts');
  proc_mkdir(k, 'irq');
}
