/**
 * When there is no page left: the process that holds most has to go.
 *
 * @linux mm/oom_kill.c, without cgroups and oom_score_adj; of the report what the model knows
 */
import { SIGNALS } from '../../abi/syscall.ts';
import { type Co, spend, traced } from '../../sim/coroutine.ts';
import { type process, processes, processOf } from '../include/linux/sched/process.ts';
import { get_current, smp_processor_id } from '../include/linux/sched.ts';
import { panic } from '../kernel/panic.ts';
import { pr_err, pr_info, pr_warn } from '../kernel/printk/printk.ts';
import { send_sig } from '../kernel/signal.ts';
import type { Kernel } from '../kernel-context.ts';
import { anonPages } from './anon.ts';
import { for_each_online_node } from './numa.ts';
import { for_each_zone, nodeZones, populated_zone } from './page_alloc.ts';
import { filePages, freePages } from './vmstat.ts';
import { protection } from './watermark.ts';

const kB = (pages: number): number => pages * 4;
/** Pages of a process beside its anonymous memory: program and libraries. */
const PROGRAM_PAGES = 330;

const victims = (k: Kernel): process[] =>
  [...processes(k).values()].filter(({ pid, exit_state }) => pid > 1 && exit_state === 'running');

const points = (k: Kernel, process: process): number => anonPages(k, process) + PROGRAM_PAGES;

function* show_mem(k: Kernel): Co {
  const zones = for_each_zone(k).filter(populated_zone);
  const sum = (of: (zone: (typeof zones)[number]) => number): number => zones.reduce((all, zone) => all + of(zone), 0);
  yield* pr_warn(k, 'Mem-Info:');
  for (const nid of for_each_online_node(k)) {
    for (const zone of nodeZones(k, nid).filter(populated_zone)) {
      const { watermark, present_pages, managed_pages } = zone;
      const marks = `min:${kB(watermark.min)}kB low:${kB(watermark.low)}kB high:${kB(watermark.high)}kB`;
      const sizes = `present:${kB(present_pages)}kB managed:${kB(managed_pages)}kB`;
      yield* pr_warn(k, `Node ${nid} ${zone.name} free:${kB(freePages(k, zone))}kB boost:0kB ${marks} ${sizes}`);
      yield* pr_warn(k, `lowmem_reserve[]: ${protection(k, zone).join(' ')}`);
    }
  }
  yield* pr_warn(k, `${filePages(k)} total pagecache pages`);
  yield* pr_warn(k, '0 pages in swap cache');
  yield* pr_warn(k, 'Free swap  = 0kB');
  yield* pr_warn(k, 'Total swap = 0kB');
  yield* pr_warn(k, `${sum(({ present_pages }) => present_pages)} pages RAM`);
  const movable = zones.filter(({ name }) => name === 'Movable');
  const movablePages = movable.reduce((all, { present_pages }) => all + present_pages, 0);
  yield* pr_warn(k, `${movablePages} pages HighMem/MovableOnly`);
  yield* pr_warn(k, `${sum(({ present_pages, managed_pages }) => present_pages - managed_pages)} pages reserved`);
}

function* dump_tasks(k: Kernel): Co {
  yield* pr_info(k, 'Tasks state (memory values in pages):');
  yield* pr_info(k, '[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name');
  for (const process of victims(k)) {
    const rss = points(k, process);
    const pid = `${process.pid}`;
    const tables = Math.max(40_960, Math.ceil(rss / 512) * 4096 + 40_960);
    const memory = `${`${rss + 299}`.padStart(8)} ${`${rss}`.padStart(8)} ${`${tables}`.padStart(8)}`;
    const columns = `${pid.padStart(5)} ${'0'.padStart(5)} ${pid.padStart(5)}`;
    yield* pr_info(
      k,
      `[${columns.slice(0, 5).padStart(7)}] ${columns.slice(6)} ${memory}        0             0 ${process.task.comm}`,
    );
  }
}

/** Kills the process that holds most memory; the caller then asks for its pages again. */
export const out_of_memory = traced('out_of_memory', function* (k: Kernel): Co<boolean> {
  const current = get_current(k);
  const mask = 'gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO), order=0, oom_score_adj=0';
  yield* pr_warn(k, `${current.comm} invoked oom-killer: ${mask}`);
  const { release, version } = k.profile;
  const build = /Debian (\S+)/.exec(version)?.[1] ?? '';
  const where = `CPU: ${smp_processor_id(k)} PID: ${current.pid} Comm: ${current.comm}`;
  yield* pr_warn(k, `${where} Not tainted ${release} #1  Debian ${build}`);
  yield* show_mem(k);
  yield* dump_tasks(k);
  const own = processOf(k, current);
  const victim = victims(k).reduce<process | undefined>((worst, process) => {
    if (!worst) return process;
    const [a, b] = [points(k, process), points(k, worst)];
    return a > b || (a === b && process === own) ? process : worst;
  }, undefined);
  if (!victim) {
    yield* pr_warn(k, 'Out of memory and no killable processes...');
    return yield* panic(k, 'System is deadlocked on memory');
  }
  const { pid, task } = victim;
  const constraint = 'constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0';
  yield* pr_info(k, `oom-kill:${constraint},global_oom,task_memcg=/,task=${task.comm},pid=${pid},uid=0`);
  const anon = anonPages(k, victim);
  const sizes = `total-vm:${kB(anon + PROGRAM_PAGES + 299)}kB, anon-rss:${kB(anon)}kB, file-rss:4kB, shmem-rss:${kB(PROGRAM_PAGES)}kB`;
  const tables = Math.ceil(anon / 512) * 4 + 40;
  yield* pr_err(
    k,
    `Out of memory: Killed process ${pid} (${task.comm}) ${sizes}, UID:0 pgtables:${tables}kB oom_score_adj:0`,
  );
  yield* send_sig(k, SIGNALS.SIGKILL, task);
  // the victim needs a while to give up what it has
  yield* spend(1_000_000);
  return true;
});
