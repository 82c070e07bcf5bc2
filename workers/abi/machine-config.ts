/**
 * A machine as a QEMU command line describes it, after parsing and checking: what `monitor`'s parser produces and
 * `hw`'s boards, `firmware` and the monitor's commands go by.
 */
import type { ApicId, VcpuIndex } from '../protocol/units.ts';

export interface CpuTopology {
  readonly sockets: number;
  readonly dies: number;
  /** Clusters of cores in a socket; only `virt` has more than one. */
  readonly clusters?: number;
  readonly cores: number;
  readonly threads: number;
}

/** One possible vCPU: a slot that is filled or can be. */
export interface PossibleCpu {
  readonly index: VcpuIndex;
  /** On `virt`: the affinity fields of MPIDR_EL1. */
  readonly apicId: ApicId;
  readonly socketId: number;
  /** Present in `props` only when the machine has more than one die. */
  readonly dieId: number;
  /** Only on `virt`. */
  readonly clusterId?: number;
  readonly coreId: number;
  readonly threadId: number;
  /** NUMA node, 0 unless -numa says otherwise. */
  readonly nodeId: number;
  /** True when the slot is filled at power-on (cpu-index < -smp cpus, or -device). */
  readonly present: boolean;
}

export interface NumaNode {
  readonly id: number;
  /** Bytes. */
  readonly memory: number;
}

/** A `memory-backend-…` object, as query-memdev and qom-get show it. */
export interface MemoryBackend {
  readonly type: MemoryBackendType;
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  readonly policy: string;
  readonly hostNodes: readonly number[];
  readonly dump: boolean;
  readonly merge: boolean;
  readonly prealloc: boolean;
  readonly share: boolean;
  readonly reserve: boolean;
  /** Undefined: as many as the machine has vCPUs at power-on. */
  readonly preallocThreads: number | undefined;
  /** x-use-canonical-path-for-ramblock-id. */
  readonly canonicalPath: boolean;
  readonly file?: {
    readonly memPath: string;
    /** Bytes; 0: the page size. */
    readonly align: number;
    readonly discardData: boolean;
    readonly pmem: boolean;
    readonly readonly: boolean;
  };
  readonly memfd?: { readonly hugetlb: boolean; readonly hugetlbSize: number; readonly seal: boolean };
}

export type MemoryBackendType = 'memory-backend-ram' | 'memory-backend-file' | 'memory-backend-memfd';

/** A vCPU of `-device`: there at power-on, in the order of the command line. */
export interface ColdPluggedCpu {
  readonly index: VcpuIndex;
  readonly id: string | undefined;
  /** Its place among the -device options: devices without an id are numbered in this order. */
  readonly place: number;
}

/** A pc-dimm of `-device`, with the slot and the address that it has got. */
export interface ColdPluggedDimm {
  readonly id: string | undefined;
  readonly place: number;
  /** Id of its backend. */
  readonly backend: string;
  readonly slot: number;
  readonly address: number;
  readonly size: number;
  readonly node: number;
}

/** What -machine, -bios and -drive if=pflash say about a machine of the type `virt`. */
export interface VirtOptions {
  readonly gicVersion: 2 | 3;
  /** The GIC has an interrupt translation service; only version 3 has one. */
  readonly its: boolean;
  /** Addresses above 4 GiB may be used. */
  readonly highmem: boolean;
  /** UEFI is in the flash: without it there are neither ACPI tables nor a Generic Event Device. */
  readonly firmware: boolean;
  /** `acpi=off` hides the tables from the firmware. */
  readonly acpi: boolean;
  /** EL3 and EL2 are there for the guest. */
  readonly secure: boolean;
  readonly virtualization: boolean;
  readonly iommu: 'none' | 'smmuv3';
  /** x-oem-id and x-oem-table-id: what table headers say instead of BOCHS and BXPC. */
  readonly oemId?: string;
  readonly oemTableId?: string;
}

export interface MachineConfig {
  /** `pc`, `q35`, `virt` or `none`, a machine with a monitor alone (aliases and versions resolved). */
  readonly board: 'pc' | 'q35' | 'virt' | 'none';
  /** Of the board `virt`, and only of it. */
  readonly virt?: VirtOptions;
  /** The machine type's full name: `pc-q35-7.2`. */
  readonly machineType: string;
  /** `kvm` completes a CPU unplug; `tcg` does what was recorded of QEMU 7.2 under TCG. */
  readonly accelerator: 'tcg' | 'kvm';
  /** -cpu model without properties: `max`, `qemu64`, `host`, … */
  readonly cpuModel: string;
  /** QOM type of a vCPU: `max-x86_64-cpu`. */
  readonly cpuType: string;
  readonly topology: CpuTopology;
  readonly possibleCpus: readonly PossibleCpu[];
  /** Bytes of RAM at power-on. */
  readonly memorySize: number;
  /** Upper limit with hot-added DIMMs, bytes. */
  readonly maxMemory: number;
  readonly memorySlots: number;
  readonly numaNodes: readonly NumaNode[];
  /** Distances from node (row) to node (column), 10 to 255, when -numa dist gives them. */
  readonly numaDistances?: readonly (readonly number[])[];
  /** Objects of -object, and the backend that stands for -m. */
  readonly memoryBackends: readonly MemoryBackend[];
  /** Ids of the backends that the machine's own RAM uses. */
  readonly ramBackends: readonly string[];
  /** vCPUs of -device; their slots are marked present, too. */
  readonly coldPlugged: readonly ColdPluggedCpu[];
  readonly coldDimms: readonly ColdPluggedDimm[];
  /** False after -nodefaults: no VGA, network card, drives and parallel port. The guest's side of the lab has none of them. */
  readonly defaultDevices: boolean;
  readonly serialPort: boolean;
  /** -machine nvdimm=on: the machine would take NVDIMMs. */
  readonly nvdimms: boolean;
  /** What QEMU warns of on its standard error and goes on, without `qemu-system-x86_64: warning: `. */
  readonly warnings: readonly string[];
  /** -no-reboot or -action reboot=shutdown: a reset ends the machine. */
  readonly noReboot: boolean;
  /** -no-shutdown or -action shutdown=pause: the machine stays, paused, when it is switched off. */
  readonly noShutdown: boolean;
  /** -name and -uuid, as queries tell them. */
  readonly guestName?: string;
  readonly uuid?: string;
  /** Options that were accepted but have no effect in the lab, as typed. */
  readonly ignored: readonly string[];
  /** True when -kernel was given; without it, and without a disk, a PC stops in its firmware. */
  readonly kernelGiven: boolean;
  /** -append, as typed. */
  readonly kernelArguments: string;
  /** -incoming: wait for a machine that migrates here. Nobody sends one. */
  readonly incoming: boolean;
  /** -S: wait for `cont`. */
  readonly startStopped: boolean;
}
