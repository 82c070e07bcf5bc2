/** @linux fs/proc/stat.c, without steal and guest time; one interrupt column for each descriptor that there is */
import { cpu_online_mask, cpu_possible_mask, cpuIds } from '../../include/linux/cpumask.ts';
import { for_each_irq_desc } from '../../kernel/irq/irqdesc.ts';
import { is_idle_task, rq_nr_running, runqueues, tasks } from '../../kernel/sched/core.ts';
import { kcpustat_cpu, type kernel_cpustat } from '../../kernel/sched/cputime.ts';
import { type SoftirqName, softirq_cpu, softirq_to_name } from '../../kernel/softirq.ts';
import { nextPid } from '../../kernel/task.ts';
import type { Kernel } from '../../kernel-context.ts';
import { clock_t } from './array.ts';

/** Times of a CPU up to now: what is idle or busy at this moment has not been accounted yet. */
function cpuTimes(k: Kernel, cpu: number): kernel_cpustat {
  const { user, system, idle } = kcpustat_cpu(k, cpu);
  const { curr } = runqueues(k, cpu);
  const running = curr && is_idle_task(curr) ? Math.max(0, k.clock.now() - curr.exec_start) : 0;
  return { user, system, idle: idle + running };
}

const cpuLine = (name: string, { user, system, idle }: kernel_cpustat): string =>
  `${name} ${clock_t(user)} 0 ${clock_t(system)} ${clock_t(idle)} 0 0 0 0 0 0\n`;

/** How often a softirq ran, by possible CPU. */
const softirqCounts = (k: Kernel, name: SoftirqName): number[] =>
  [...cpu_possible_mask(k)].map((cpu) => softirq_cpu(k, cpu).counts.get(name) ?? 0);

/** /proc/softirqs: all possible CPUs. @linux fs/proc/softirqs.c */
export function show_softirqs(k: Kernel): string {
  const header = [...cpu_possible_mask(k)].map((cpu) => `CPU${`${cpu}`.padEnd(8)}`).join('');
  const rows = softirq_to_name.map((name) => {
    const counts = softirqCounts(k, name).map((count) => ` ${`${count}`.padStart(10)}`);
    return `${name.padStart(12)}:${counts.join('')}\n`;
  });
  return `${' '.repeat(20)}${header}\n${rows.join('')}`;
}

const NS_PER_JIFFY = 4_000_000;
/** Where the jiffies begin: five minutes before they wrap. */
const INITIAL_JIFFIES = 2 ** 32 - 300 * 250;
/** Counters of a scheduling domain: load balancing, of which the lab does none. */
const DOMAIN_COUNTERS = ' 0'.repeat(36);

/** /proc/schedstat: time spent running by CPU, and one domain of all CPUs. @linux kernel/sched/stats.c; waiting times are not kept */
export function show_schedstat(k: Kernel): string {
  const online = cpu_online_mask(k);
  const lines = ['version 15', `timestamp ${INITIAL_JIFFIES + Math.floor(k.clock.now() / NS_PER_JIFFY)}`];
  for (const cpu of online) {
    const { user, system } = cpuTimes(k, cpu);
    lines.push(`cpu${cpu} 0 0 0 0 0 0 ${Math.floor(user + system)} 0 ${runqueues(k, cpu).nr_switches}`);
    if (online.weight > 1) lines.push(`domain0 ${online.toHex(cpuIds(k).nr_cpu_ids)}${DOMAIN_COUNTERS}`);
  }
  return `${lines.join('\n')}\n`;
}

export function show_stat(k: Kernel): string {
  const sum: kernel_cpustat = { user: 0, system: 0, idle: 0 };
  let switches = 0;
  let runnable = 0;
  for (const cpu of cpu_possible_mask(k)) {
    const { user, system, idle } = cpuTimes(k, cpu);
    sum.user += user;
    sum.system += system;
    sum.idle += idle;
    switches += runqueues(k, cpu).nr_switches;
    runnable += rq_nr_running(runqueues(k, cpu));
  }
  const counts: number[] = [];
  for (const { irq_data, kstat_irqs } of for_each_irq_desc(k)) {
    counts[irq_data.irq] = kstat_irqs.reduce((total, count) => total + (count ?? 0), 0);
  }
  const interrupts = Array.from(counts, (count) => count ?? 0);
  const softirqs = softirq_to_name.map((name) => softirqCounts(k, name).reduce((total, count) => total + count, 0));
  return [
    cpuLine('cpu ', sum),
    ...[...cpu_online_mask(k)].map((cpu) => cpuLine(`cpu${cpu}`, cpuTimes(k, cpu))),
    `intr ${[interrupts.reduce((total, count) => total + count, 0), ...interrupts].join(' ')}\n`,
    `ctxt ${switches}\n`,
    `btime ${k.platform.bootTime}\n`,
    `processes ${nextPid(k) - 1}\n`,
    `procs_running ${runnable}\n`,
    'procs_blocked 0\n',
    `softirq ${[softirqs.reduce((total, count) => total + count, 0), ...softirqs].join(' ')}\n`,
  ].join('');
}

/** /proc/uptime: seconds since boot, and those that all CPUs together were idle. */
export function uptime_proc_show(k: Kernel): string {
  let idle = 0;
  for (const cpu of cpu_possible_mask(k)) idle += cpuTimes(k, cpu).idle;
  return `${(k.clock.now() / 1e9).toFixed(2)} ${(idle / 1e9).toFixed(2)}\n`;
}

/** /proc/loadavg: averages are not kept and read as 0. */
export function loadavg_proc_show(k: Kernel): string {
  let running = 0;
  for (const cpu of cpu_online_mask(k)) running += rq_nr_running(runqueues(k, cpu));
  return `0.00 0.00 0.00 ${running}/${tasks(k).size} ${nextPid(k) - 1}\n`;
}
