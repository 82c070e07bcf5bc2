/** /proc/interrupts and /proc/irq. @linux kernel/irq/proc.c */
import { ERRNO } from '../../../abi/syscall.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { proc_create, proc_mkdir, remove_proc_entry } from '../../fs/proc/generic.ts';
import { CpuMask, cpu_online_mask, cpuIds } from '../../include/linux/cpumask.ts';
import type { irq_desc } from '../../include/linux/irq.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { archOps } from '../arch-ops.ts';
import { for_each_irq_desc, irq_default_affinity, irq_to_desc } from './irqdesc.ts';

/** Width of the interrupt numbers: three digits up to 999 interrupts. */
const PREC = 3;

const count = (value: number): string => `${value}`.padStart(10);

function interruptRow(k: Kernel, desc: irq_desc): string | undefined {
  const { irq_data, action, kstat_irqs } = desc;
  if (desc.hidden) return undefined;
  if (action.length === 0 && !kstat_irqs.some((number) => number > 0)) return undefined;
  const counts = [...cpu_online_mask(k)].map((cpu) => `${count(kstat_irqs[cpu] ?? 0)} `).join('');
  const pin = irq_data.hwirq < 0 ? '' : `${irq_data.hwirq}`;
  const trigger = irq_data.hwirq < 0 ? '' : ` ${(irq_data.level ? 'Level' : 'Edge').padEnd(8)}`;
  const flow = desc.name === '' ? trigger : `-${desc.name.padEnd(8)}`;
  const controller = ` ${irq_data.chip.name.padStart(8)} ${pin.padStart(PREC)}${flow}`;
  const names = action.length > 0 ? `  ${action.map(({ name }) => name).join(', ')}` : '';
  return `${`${irq_data.irq}`.padStart(PREC)}: ${counts}${controller}${names}`;
}

/** /proc/interrupts. */
export function show_interrupts(k: Kernel): string {
  const header = `${' '.repeat(PREC + 8)}${[...cpu_online_mask(k)].map((cpu) => `CPU${`${cpu}`.padEnd(8)}`).join('')}`;
  const rows = for_each_irq_desc(k).map((desc) => interruptRow(k, desc));
  return [header, ...rows.filter((row) => row !== undefined), ...archOps(k).files.interrupts(k, PREC)]
    .map((line) => `${line}\n`)
    .join('');
}

/** `0-2,5` as a mask; -EINVAL when it is no list, -ERANGE when it names a CPU that cannot be. @linux lib/bitmap.c bitmap_parselist */
export function parseCpuList(text: string, bits: number): CpuMask | number {
  const mask = new CpuMask(bits);
  for (const part of text.trim().split(',').filter(Boolean)) {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (from === undefined || first > last) return -ERRNO.EINVAL;
    if (last >= bits) return -ERRNO.ERANGE;
    for (let cpu = first; cpu <= last; cpu++) mask.set(cpu);
  }
  return mask;
}

/** `f` or `3,ffffffff` as a mask; -EINVAL, or -EOVERFLOW for a CPU that cannot be. @linux lib/bitmap.c bitmap_parse */
export function parseCpuHex(text: string, bits: number): CpuMask | number {
  const groups = text.trim().split(',');
  if (groups.some((group) => !/^[0-9a-fA-F]{1,8}$/.test(group))) return -ERRNO.EINVAL;
  const value = BigInt(`0x${groups.map((group, at) => (at === 0 ? group : group.padStart(8, '0'))).join('')}`);
  if (value >> BigInt(bits) !== 0n) return -ERRNO.EOVERFLOW;
  const mask = new CpuMask(bits);
  for (let cpu = 0; cpu < bits; cpu++) if ((value >> BigInt(cpu)) & 1n) mask.set(cpu);
  return mask;
}

export type SetAffinity = (k: Kernel, irq: number, mask: CpuMask) => Co<number>;

type Format = 'hex' | 'list';

const print = (k: Kernel, mask: CpuMask, format: Format): string =>
  `${format === 'hex' ? mask.toHex(cpuIds(k).nr_cpu_ids) : mask.toList()}\n`;

function affinityFile(k: Kernel, irq: number, name: string, format: Format, set: SetAffinity): void {
  proc_create(k, `irq/${irq}/${name}`, {
    *show(kernel): Co<string> {
      const data = irq_to_desc(kernel, irq)?.irq_data;
      return print(kernel, data?.pending_mask ?? data?.affinity ?? new CpuMask(1), format);
    },
    *write(kernel, buf): Co<number> {
      const bits = cpuIds(kernel).nr_cpu_ids;
      const mask = format === 'hex' ? parseCpuHex(buf, bits) : parseCpuList(buf, bits);
      if (typeof mask === 'number') return mask;
      const ret = yield* set(kernel, irq, mask);
      return ret < 0 ? ret : buf.length;
    },
  });
}

function effectiveFile(k: Kernel, irq: number, name: string, format: Format): void {
  proc_create(k, `irq/${irq}/${name}`, {
    *show(kernel): Co<string> {
      return print(kernel, irq_to_desc(kernel, irq)?.irq_data.effective_affinity ?? new CpuMask(1), format);
    },
  });
}

const constantFile = (k: Kernel, path: string, text: string): void => {
  proc_create(k, path, {
    *show(): Co<string> {
      return text;
    },
  });
};

/** The directory of an interrupt; once for each that somebody uses. */
export function register_irq_proc(k: Kernel, irq: number, set: SetAffinity): void {
  const state = registered(k);
  if (!state.done || state.irqs.has(irq)) return;
  state.irqs.add(irq);
  affinityFile(k, irq, 'smp_affinity', 'hex', set);
  affinityFile(k, irq, 'smp_affinity_list', 'list', set);
  effectiveFile(k, irq, 'effective_affinity', 'hex');
  effectiveFile(k, irq, 'effective_affinity_list', 'list');
  proc_create(k, `irq/${irq}/affinity_hint`, {
    *show(kernel): Co<string> {
      return `${new CpuMask(1).toHex(cpuIds(kernel).nr_cpu_ids)}\n`;
    },
  });
  constantFile(k, `irq/${irq}/node`, '0\n');
  proc_create(k, `irq/${irq}/spurious`, {
    *show(kernel): Co<string> {
      const counts = irq_to_desc(kernel, irq)?.kstat_irqs ?? [];
      return `count ${counts.reduce((sum, number) => sum + (number ?? 0), 0)}\nunhandled 0\nlast_unhandled 0 ms\n`;
    },
  });
}

const registered = kernelState(() => ({ done: false, irqs: new Set<number>() }));

/** The directory of a handler below its interrupt's. */
export function register_handler_proc(k: Kernel, irq: number, name: string): void {
  if (registered(k).done) proc_mkdir(k, `irq/${irq}/${name}`);
}

export function unregister_handler_proc(k: Kernel, irq: number, name: string): void {
  remove_proc_entry(k, `irq/${irq}/${name}`);
}

/** Makes /proc/irq and /proc/interrupts. */
export function register_irq_procs(k: Kernel, set: SetAffinity): void {
  proc_mkdir(k, 'irq');
  proc_create(k, 'irq/default_smp_affinity', {
    *show(kernel): Co<string> {
      return print(kernel, irq_default_affinity(kernel).mask, 'hex');
    },
    *write(kernel, buf): Co<number> {
      const mask = parseCpuHex(buf, cpuIds(kernel).nr_cpu_ids);
      if (typeof mask === 'number') return mask;
      if (mask.and(cpu_online_mask(kernel)).weight === 0) return -ERRNO.EINVAL;
      irq_default_affinity(kernel).mask = mask;
      return buf.length;
    },
  });
  registered(k).done = true;
  for (const desc of for_each_irq_desc(k)) {
    register_irq_proc(k, desc.irq_data.irq, set);
    for (const { name } of desc.action) register_handler_proc(k, desc.irq_data.irq, name);
  }
  proc_create(k, 'interrupts', {
    *show(kernel): Co<string> {
      return show_interrupts(kernel);
    },
  });
}
