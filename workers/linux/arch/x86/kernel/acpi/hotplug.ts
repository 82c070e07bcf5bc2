/** Logical numbers of processors that ACPI hot-adds. @linux arch/x86/kernel/acpi/boot.c acpi_map_cpu, acpi_unmap_cpu */
import { type Co, traced } from '../../../../../sim/coroutine.ts';
import type { acpi_handle } from '../../../../drivers/acpi/internal.ts';
import { acpi_processor_set_pdc } from '../../../../drivers/acpi/processor_core.ts';
import { acpi_get_node } from '../../../../drivers/acpi/utils.ts';
import { set_cpu_present } from '../../../../include/linux/cpumask.ts';
import { pr_info } from '../../../../kernel/printk/printk.ts';
import type { Kernel } from '../../../../kernel-context.ts';
import { NUMA_NO_NODE, numa_set_node, numaTables } from '../../../../mm/numa.ts';
import { cpu_physical_id, generic_processor_info, processorCount } from '../apic/apicid.ts';

/** Returns the logical number, or -errno. */
export const acpi_map_cpu = traced(
  'acpi_map_cpu',
  function* (k: Kernel, handle: acpi_handle, apicid: number): Co<number> {
    const cpu = yield* generic_processor_info(k, apicid);
    if (cpu < 0) {
      yield* pr_info(k, 'ACPI: Unable to map lapic to logical cpu number');
      return cpu;
    }
    yield* acpi_processor_set_pdc(k, handle);
    const nid = yield* acpi_get_node(k, handle);
    if (nid !== NUMA_NO_NODE) {
      numaTables(k).apicidToNode.set(apicid, nid);
      numa_set_node(k, cpu, nid);
    }
    return cpu;
  },
);

export const acpi_unmap_cpu = traced('acpi_unmap_cpu', function* (k: Kernel, cpu: number): Co<number> {
  numaTables(k).apicidToNode.delete(cpu_physical_id(k, cpu));
  set_cpu_present(k, cpu, false);
  processorCount(k).num_processors--;
  return 0;
});
