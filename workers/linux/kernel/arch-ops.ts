/**
 * What the generic kernel asks of the processor architecture. Upstream resolves these names at link time (`__cpu_up`,
 * `smp_ops`, the clock event device); here setup_arch fills in the table, so that one body of code serves x86 and arm64.
 */
import type { Ns } from '../../protocol/units.ts';
import type { Co } from '../../sim/coroutine.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';

/** A processor as a structure of the MADT names it. */
export interface MadtProcessor {
  readonly acpiId: number;
  /** APIC id, or MPIDR. */
  readonly physId: number;
  readonly flags: number;
}

/** A cache of every CPU, as cacheinfo shows it. What is undefined has no file. */
export interface CacheLeaf {
  readonly level: number;
  readonly type: 'Data' | 'Instruction' | 'Unified';
  readonly kib: number | undefined;
  readonly ways: number | undefined;
  readonly sets: number | undefined;
  readonly lineSize: number | undefined;
  /** Number among the caches of its kind. */
  readonly id: ((k: Kernel, cpu: number) => number) | undefined;
  /** True where all of a package share it, false where the threads of a core do. */
  readonly packageWide: boolean;
}

/** Numbers of /sys/devices/system/cpu/cpuN/topology. */
export interface ArchTopology {
  physical_package_id(k: Kernel, cpu: number): number;
  /** As core_id shows it. */
  core_id(k: Kernel, cpu: number): number;
  /** Tells cores apart across packages. */
  core(k: Kernel, cpu: number): number;
  /** Undefined: there is no such file. */
  die_id: ((k: Kernel, cpu: number) => number) | undefined;
  cluster_id(k: Kernel, cpu: number): number;
  /** CPUs of one cluster have the same. */
  cluster(k: Kernel, cpu: number): number;
  smt_supported(k: Kernel): boolean;
  /** CONFIG_HOTPLUG_SMT. */
  readonly hasSmtControl: boolean;
}

/** What ACPI's drivers leave to the architecture. */
export interface ArchAcpi {
  /** What \_PIC is told, and what the kernel calls it. */
  readonly irq_model: { readonly number: number; readonly name: string };
  /** Sleep states for `ACPI: PM:`; undefined: nothing is said. */
  readonly sleep_states: string | undefined;
  /** A processor structure; undefined for structures of other types and short ones. */
  madtProcessor(type: number, bytes: Uint8Array, deviceDeclaration: boolean): MadtProcessor | undefined;
  /** Number of the interrupt of a global system interrupt, made if need be; -1 when no controller has it. */
  register_gsi(k: Kernel, gsi: number, level: boolean, activeLow: boolean): number;
  /** True when _PDC is asked for. */
  wantsPdc(k: Kernel): boolean;
  /** Idle states by _CST and throttling by _PTC are looked for. */
  readonly hasThrottling: boolean;
  /** Devices that no handler knows become platform devices with interrupts of their own. */
  readonly hasPlatformDevices: boolean;
}

/** Texts that an architecture's files show. */
export interface ArchFiles {
  /** /proc/cpuinfo. */
  cpuinfo(k: Kernel): string;
  /** Rows of /proc/interrupts after those with a descriptor; `width` of the first column. */
  interrupts(k: Kernel, width: number): readonly string[];
  modalias(k: Kernel): string;
  readonly vulnerabilities: readonly (readonly [name: string, text: string])[];
  /** Machine's name in uname(2). */
  readonly machine: string;
}

/** Pages that the kernel takes before the allocator has any, as measured of the recorded machines' MemTotal. */
export interface BootReserve {
  /** Image and early allocations, at the bottom. */
  readonly image: number;
  /** Buffer of the software IO TLB, at the top. */
  readonly swiotlb: number;
  readonly top: number;
  /** Of a zone DMA that is not the last. */
  readonly dma: number;
  /** struct pglist_data; of a possible node that has nothing yet. */
  readonly nodeData: number;
  readonly offlineNodeData: number;
  /** Distances, where there is more than one node. */
  readonly distances: number;
  readonly percpu: number;
  /** Given back after boot: initial RAM disk, sections of the image. */
  readonly initrd: number;
  readonly initSections: number;
}

/** Physical memory as the architecture sees it; page frames, `end` exclusive. */
export interface ArchMemory {
  /** Bounds of the zones by address, lowest first. */
  zoneBounds(
    firstFrame: number,
    lastFrame: number,
  ): readonly { readonly name: 'DMA' | 'DMA32' | 'Normal'; readonly start: number; readonly end: number }[];
  /** Page frames that are never RAM to the kernel. */
  readonly holes: readonly { readonly start: number; readonly end: number }[];
  /** What is in /proc/iomem from the beginning: first and last address, name. */
  resources(k: Kernel): readonly (readonly [start: number, end: number, name: string])[];
  /** First address that no memory may reach. */
  readonly physicalLimit: number;
  /** True where arch_add_memory() goes through an add_pages() of its own. */
  readonly hasAddPages: boolean;
  /** Blocks of more than a section where there is much memory: the choice is told at boot. */
  readonly largeBlocks: boolean;
  /** CONFIG_ZONE_DEVICE. */
  readonly hasDeviceZone: boolean;
  bootReserve(k: Kernel): BootReserve;
}

/** A line that a subsystem the lab does not model prints at boot, the lines of a rule, or nothing. */
export type BootMessage = string | ((k: Kernel) => string | readonly string[] | undefined);

export interface ArchOps {
  /** smp_ops.smp_send_reschedule. */
  smp_send_reschedule(k: Kernel, cpu: number): void;
  /** arch_send_call_function_single_ipi. */
  send_call_function_single_ipi(k: Kernel, cpu: number): void;
  /** Clock event device of the executing CPU: fires after `delay` ns; undefined: never. */
  set_next_event(k: Kernel, delay: Ns | undefined): void;
  /** Brings a processor to start_secondary; returns when it is online. */
  cpu_up(k: Kernel, cpu: number): Co<number>;
  cpu_disable(k: Kernel): Co<number>;
  /** On another CPU: waits until the dead one has stopped. */
  cpu_die(k: Kernel, cpu: number): Co;
  /** arch_cpu_idle_dead: does not return. */
  play_dead(k: Kernel): Co;
  /** Around bringing all secondaries up at once: what is done for each CPU is put off to the end. */
  thaw_secondary_cpus_begin(k: Kernel): Co;
  thaw_secondary_cpus_end(k: Kernel): Co;
  /** Enables interrupts and halts until one comes. */
  idle(k: Kernel): Co;
  /** machine_restart: does not return when it works. */
  restart(k: Kernel): Co;
  /** The hardware's number of a logical CPU: APIC id, or MPIDR. */
  cpu_physical_id(k: Kernel, cpu: number): number;
  arch_register_cpu(k: Kernel, num: number): Co<number>;
  arch_unregister_cpu(k: Kernel, num: number): Co;
  /** acpi_map_cpu: a logical number for a processor that is hot-added, or -errno. */
  acpi_map_cpu(k: Kernel, handle: unknown, physId: number): Co<number>;
  acpi_unmap_cpu(k: Kernel, cpu: number): Co<number>;
  readonly topology: ArchTopology;
  readonly cacheLeaves: readonly CacheLeaf[];
  readonly memory: ArchMemory;
  readonly acpi: ArchAcpi;
  readonly files: ArchFiles;
  /** By the place of the boot after which they come. */
  readonly bootMessages: Readonly<Partial<Record<string, readonly BootMessage[]>>>;
}

const notYet = (): never => {
  throw new Error('architecture operation before setup_arch');
};

/** The table; only setup_arch assigns to its members. */
export const archOps = kernelState<ArchOps>(() => ({
  smp_send_reschedule: notYet,
  send_call_function_single_ipi: notYet,
  set_next_event: () => undefined,
  cpu_up: notYet,
  cpu_disable: notYet,
  cpu_die: notYet,
  play_dead: notYet,
  thaw_secondary_cpus_begin: notYet,
  thaw_secondary_cpus_end: notYet,
  idle: notYet,
  restart: notYet,
  cpu_physical_id: notYet,
  arch_register_cpu: notYet,
  arch_unregister_cpu: notYet,
  acpi_map_cpu: notYet,
  acpi_unmap_cpu: notYet,
  topology: {
    physical_package_id: notYet,
    core_id: notYet,
    core: notYet,
    die_id: undefined,
    cluster_id: notYet,
    cluster: notYet,
    smt_supported: notYet,
    hasSmtControl: false,
  },
  cacheLeaves: [],
  memory: {
    zoneBounds: notYet,
    holes: [],
    resources: notYet,
    physicalLimit: 0,
    hasAddPages: false,
    largeBlocks: false,
    hasDeviceZone: false,
    bootReserve: notYet,
  },
  acpi: {
    irq_model: { number: 0, name: 'PIC' },
    sleep_states: undefined,
    madtProcessor: notYet,
    register_gsi: notYet,
    wantsPdc: notYet,
    hasThrottling: false,
    hasPlatformDevices: false,
  },
  files: { cpuinfo: notYet, interrupts: () => [], modalias: notYet, vulnerabilities: [], machine: '' },
  bootMessages: {},
}));
