/**
 * What subsystems that the lab does not model say at boot, at the places where they say it. The lines are the
 * architecture's table; here is what their rules have in common.
 *
 * @linux texts of many files; the recordings' boot logs
 */
import { ceilLog2, roundUpPowerOfTwo } from '../../sim/bits.ts';
import type { Co } from '../../sim/coroutine.ts';
import { cpu_possible_mask } from '../include/linux/cpumask.ts';
import { archOps } from '../kernel/arch-ops.ts';
import { pr_info } from '../kernel/printk/printk.ts';
import type { Kernel } from '../kernel-context.ts';
import { numaTables } from '../mm/numa.ts';
import { PAGE_SIZE } from '../mm/page_alloc.ts';
import { systemHashTable } from '../mm/system-hash.ts';

/** Places of the boot that have rows in an architecture's table. */
export type BootPlace =
  | 'e820'
  | 'tsc'
  | 'dmi'
  | 'mptable'
  | 'possible_map'
  | 'command_line'
  | 'acpi_early'
  | 'calibrated'
  | 'cpu0'
  | 'smp_done'
  | 'driver_init'
  | 'interpreter'
  | 'acpi_scan'
  | 'serial'
  | 'keyboard'
  | 'rtc'
  | 'efi'
  | 'cma'
  | 'boot_cpu'
  | 'gic'
  | 'timer'
  | 'uart_driver'
  | 'acpi_init'
  | 'late';

/** Options that upstream's tables name; others go to the first process. */
const KNOWN_PARAMETERS: ReadonlySet<string> = new Set(
  (
    'console panic loglevel quiet debug nr_cpus maxcpus possible_cpus nosmp acpi noapic nolapic cpu0_hotplug root ro rw ' +
    'init rdinit initrd rootfstype rootflags mem memmap isolcpus nohz_full rcu_nocbs mitigations selinux apparmor security ' +
    'earlyprintk ignore_loglevel log_buf_len no_console_suspend memhp_default_state movable_node movablecore kernelcore ' +
    'numa numa_balancing mtrr nopat nox2apic x2apic_phys pci noresume resume nmi_watchdog nowatchdog softlockup_panic ' +
    'hung_task_panic idle processor tsc clocksource hpet nohz nosmt initcall_debug smt hugepages hugepagesz default_hugepagesz ' +
    'transparent_hugepage irqaffinity threadirqs sysrq_always_enabled printk trace_clock ftrace trace_event cgroup_disable ' +
    'slub_debug page_poison init_on_alloc init_on_free audit lockdown reboot random vga video elevator swiotlb'
  ).split(' '),
);

/** Words that neither the kernel nor a module knows: module parameters have a dot. */
export function unknownParameters(k: Kernel): string[] {
  const [words] = k.commandLine.split(/\s--(?:\s|$)/);
  const unknown = (words ?? '').split(/\s+/).filter((word) => {
    const [name = ''] = word.split('=');
    return name !== '' && !name.includes('.') && !KNOWN_PARAMETERS.has(name);
  });
  return [...unknown.filter((word) => !word.includes('=')), ...unknown.filter((word) => word.includes('='))];
}

/** parse_args(): what is left over is told. */
export function unknownLine(k: Kernel): string | undefined {
  const unknown = unknownParameters(k);
  if (unknown.length === 0) return undefined;
  return `Unknown kernel command line parameters "${unknown.join(' ')}", will be passed to user space.`;
}

/** futex_init(): 256 buckets of a cache line for each possible CPU. */
export function futexTable(k: Kernel): string {
  const entries = roundUpPowerOfTwo(256 * cpu_possible_mask(k).weight);
  const kind = numaTables(k).online.size > 1 ? 'vmalloc' : 'linear';
  return `futex hash table entries: ${entries} (order: ${ceilLog2((entries * 64) / PAGE_SIZE)}, ${entries * 64} bytes, ${kind})`;
}

export function tcpTables(k: Kernel): string {
  const entries = (text: string) => /entries: (\d+)/.exec(text)?.[1] ?? '';
  const established = entries(systemHashTable(k, 'TCP established', { scale: 17, entry: 8, most: 524_288 }));
  const bind = entries(systemHashTable(k, 'TCP bind', { scale: 17, entry: 32, most: 65_536 }));
  return `TCP: Hash tables configured (established ${established} bind ${bind})`;
}

/** Prints the rows of a place of the boot. */
export function* bootMessages(k: Kernel, place: BootPlace): Co {
  for (const row of archOps(k).bootMessages[place] ?? []) {
    const lines = typeof row === 'string' ? row : row(k);
    if (lines === undefined) continue;
    for (const line of typeof lines === 'string' ? [lines] : lines) yield* pr_info(k, line);
  }
}
