/** The device tree of a machine without ACPI, as the boot code asks for it. @linux arch/arm64/kernel/setup.c, smp.c of_parse_and_init_cpus */
import type { Co } from '../../../../sim/coroutine.ts';
import {
  type device_node,
  FDT_HEADER_SIZE,
  fdt_totalsize,
  of_cells,
  of_find_compatible_node,
  of_strings,
  unflatten_device_tree,
} from '../../../drivers/of/fdt.ts';
import { type Kernel, kernelState } from '../../../kernel-context.ts';
import { map_cpu } from './smp.ts';

const tree = kernelState<{ root: device_node | undefined; blob: Uint8Array }>((k) => {
  const address = k.platform.arm64?.fdtAddress ?? 0;
  if (address === 0) return { root: undefined, blob: new Uint8Array(0) };
  const { bus } = k.platform.currentVcpu();
  const blob = bus.readBytes(address, fdt_totalsize(bus.readBytes(address, FDT_HEADER_SIZE)));
  return { root: unflatten_device_tree(blob), blob };
});

/** Read when it is first asked for: on a processor. */
export const of_root = (k: Kernel): device_node | undefined => tree(k).root;
export const of_blob = (k: Kernel): Uint8Array => tree(k).blob;

export const of_machine_model = (k: Kernel): string => of_strings(of_root(k), 'model')[0] ?? '';

/** of_parse_and_init_cpus(): the CPUs in the tree's order. */
export function* of_parse_and_init_cpus(k: Kernel): Co {
  const cpus = of_root(k)?.children.find(({ name }) => name === 'cpus');
  for (const node of cpus?.children ?? []) {
    if (of_strings(node, 'device_type')[0] !== 'cpu') continue;
    yield* map_cpu(k, of_cells(node, 'reg').at(-1) ?? 0, 'DT');
  }
}

/** `method` of the PSCI node. */
export function psciConduitOf(k: Kernel): 'hvc' | 'smc' | undefined {
  const psci = of_find_compatible_node(of_root(k), 'arm,psci-0.2');
  const [method] = of_strings(psci, 'method');
  return method === 'hvc' || method === 'smc' ? method : undefined;
}

/** Interrupts of a node: three cells each, kind (0 shared, 1 private), number, trigger. */
export function interruptsOf(node: device_node): { readonly hwirq: number; readonly level: boolean }[] {
  const cells = of_cells(node, 'interrupts');
  return Array.from({ length: Math.floor(cells.length / 3) }, (_, index) => {
    const [kind = 0, number = 0, flags = 0] = cells.slice(3 * index);
    return { hwirq: number + (kind === 1 ? 16 : 32), level: (flags & 0xc) !== 0 };
  });
}
