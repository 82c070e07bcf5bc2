/**
 * A machine as a QEMU command line describes it, after parsing and checking: what `monitor`'s parser produces and
 * `hw`'s boards, `firmware` and the monitor's commands go by.
 */
import type { ApicId, VcpuIndex } from '../protocol/units.ts';

export interface CpuTopology {
  readonly sockets: number;
  readonly dies: number;
  readonly cores: number;
  readonly threads: number;
}

/** One possible vCPU: a slot that is filled or can be. */
export interface PossibleCpu {
  readonly index: VcpuIndex;
  readonly apicId: ApicId;
  readonly socketId: number;
  /** Present in `props` only when the machine has more than one die. */
  readonly dieId: number;
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

export interface MachineConfig {
  /** `pc`, `q35` or `virt` (aliases and versions resolved). */
  readonly board: 'pc' | 'q35' | 'virt';
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
  /** Options that were accepted but have no effect in the lab, as typed. */
  readonly ignored: readonly string[];
  /** True when -kernel was given; without it, and without a disk, a PC stops in its firmware. */
  readonly kernelGiven: boolean;
  /** -append, as typed. */
  readonly kernelArguments: string;
  /** -S: wait for `cont`. */
  readonly startStopped: boolean;
}
