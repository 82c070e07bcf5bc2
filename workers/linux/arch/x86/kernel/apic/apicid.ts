/**
 * APIC ids and the logical CPU numbers given to them.
 *
 * @linux arch/x86/kernel/apic/apic.c, the part from allocate_logical_cpuid to generic_processor_info
 */

import { ERRNO } from '../../../../../abi/syscall.ts';
import { hex } from '../../../../../sim/bits.ts';
import { type Co, traced } from '../../../../../sim/coroutine.ts';
import { cpuIds, set_cpu_possible, set_cpu_present } from '../../../../include/linux/cpumask.ts';
import { numericOption } from '../../../../kernel/boot-options.ts';
import { pr_warn } from '../../../../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../../../../kernel-context.ts';

export const BAD_APICID = 0xffff;

/** What is known of the machine's processors; filled in while the MADT is read, before the masks are final. */
export interface ProcessorCount {
  /** Enabled processors found, and hot-added ones. */
  num_processors: number;
  /** Processors of the MADT that are not enabled, or did not fit. */
  disabled_cpus: number;
  /** Upper limit of logical numbers: NR_CPUS or nr_cpus= until the possible mask is set, then its size. */
  limit: number;
  /** cpuid_to_apicid[]: APIC ids by logical number; a number is given once and kept. */
  readonly cpuid_to_apicid: number[];
  /** APIC ids of present processors. */
  readonly phys_cpu_present_map: Set<number>;
  boot_cpu_physical_apicid: number;
}

/** `nr_cpus=` of the command line, at most NR_CPUS. */
function commandLineLimit(k: Kernel): number {
  const number = numericOption(k, 'nr_cpus') ?? 0;
  return number > 0 ? Math.min(number, k.profile.maxCpus) : k.profile.maxCpus;
}

export const processorCount = kernelState<ProcessorCount>((k) => ({
  num_processors: 0,
  disabled_cpus: 0,
  limit: commandLineLimit(k),
  cpuid_to_apicid: [],
  phys_cpu_present_map: new Set(),
  boot_cpu_physical_apicid: BAD_APICID,
}));

/** The APIC id of a logical CPU; BAD_APICID for a number not given. */
export const cpu_physical_id = (k: Kernel, cpu: number): number => processorCount(k).cpuid_to_apicid[cpu] ?? BAD_APICID;

/** The logical number that the APIC id has been given, or -1. */
export const cpuOfApicid = (k: Kernel, apicid: number): number => processorCount(k).cpuid_to_apicid.indexOf(apicid);

function* allocate_logical_cpuid(k: Kernel, apicid: number): Co<number> {
  const { cpuid_to_apicid } = processorCount(k);
  const known = cpuOfApicid(k, apicid);
  if (known >= 0) return known;
  // 0 is kept for the boot processor
  const next = Math.max(1, cpuid_to_apicid.length);
  const limit = nrCpuIds(k);
  if (next >= limit) {
    const which = `Processor ${next}/${hex(apicid)} and the rest are ignored.`;
    yield* pr_warn(k, `APIC: NR_CPUS/possible_cpus limit of ${limit} reached. ${which}`);
    return -ERRNO.EINVAL;
  }
  assignNumber(k, next, apicid);
  return next;
}

function assignNumber(k: Kernel, cpu: number, apicid: number): void {
  const { cpuid_to_apicid } = processorCount(k);
  if (cpuid_to_apicid[cpu] === apicid) return;
  cpuid_to_apicid[cpu] = apicid;
  k.log.emit('cpu_number', cpu, apicid);
}

/** nr_cpu_ids once it is final, before that the limit that was given. */
const nrCpuIds = (k: Kernel): number => cpuIds(k).nr_cpu_ids || processorCount(k).limit;

/** Gives a processor its logical number and marks it present. Returns the number, or -errno. */
export const generic_processor_info = traced(
  'generic_processor_info',
  function* (k: Kernel, apicid: number): Co<number> {
    const count = processorCount(k);
    const { boot_cpu_physical_apicid, phys_cpu_present_map } = count;
    const max = nrCpuIds(k);
    // one number stays free for the boot processor until it has been seen
    const bootSeen = phys_cpu_present_map.has(boot_cpu_physical_apicid);
    if (!bootSeen && count.num_processors >= max - 1 && apicid !== boot_cpu_physical_apicid) {
      const which = `Processor ${max + count.disabled_cpus - 1}/${hex(apicid)} ignored.`;
      const why = `limit of ${max} almost reached. Keeping one slot for boot cpu.`;
      yield* pr_warn(k, `APIC: NR_CPUS/possible_cpus ${why}  ${which}`);
      count.disabled_cpus++;
      return -ERRNO.ENODEV;
    }
    if (count.num_processors >= max) {
      const which = `Processor ${max + count.disabled_cpus}/${hex(apicid)} ignored.`;
      yield* pr_warn(k, `APIC: NR_CPUS/possible_cpus limit of ${max} reached. ${which}`);
      count.disabled_cpus++;
      return -ERRNO.EINVAL;
    }
    let cpu = 0;
    if (apicid === boot_cpu_physical_apicid) {
      assignNumber(k, 0, apicid);
    } else {
      cpu = yield* allocate_logical_cpuid(k, apicid);
      if (cpu < 0) {
        count.disabled_cpus++;
        return -ERRNO.EINVAL;
      }
    }
    phys_cpu_present_map.add(apicid);
    set_cpu_possible(k, cpu, true);
    set_cpu_present(k, cpu, true);
    count.num_processors++;
    return cpu;
  },
);
