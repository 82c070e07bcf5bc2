/**
 * A vCPU as guest code sees it. `sim`'s Processor executes; this is what the kernel may do to the one that it runs on.
 * Registers of the local APIC are reached through `bus` at 0xfee00000, which is the vCPU's own view of memory.
 */
import type { ApicId, VcpuIndex } from '../protocol/units.ts';
import type { Processor } from '../sim/processor.ts';
import type { Arm64Cpu, Arm64Platform } from './arm64.ts';
import type { Bus } from './bus.ts';

export interface Vcpu {
  readonly index: VcpuIndex;
  /** Initial APIC id, as CPUID tells it; on arm64 the affinity fields of MPIDR_EL1. */
  readonly apicId: ApicId;
  /** Interrupt flag, per-CPU base, local time. */
  readonly processor: Processor;
  readonly bus: Bus;
  /** What only an arm64 processor has: system registers, calls to the hypervisor. Undefined on x86. */
  readonly arm64?: Arm64Cpu;
}

/** What the machine offers to a guest kernel, and all that it does. */
export interface Platform {
  /** The vCPU that executes now. Throws when no vCPU does: only guest code may ask. */
  currentVcpu(): Vcpu;
  /** Address of the RSDP, as the firmware's search area or UEFI's configuration table holds it; 0: there is no ACPI. */
  readonly rsdpAddress: number;
  /**
   * The firmware's memory map. Types: 1 usable, 2 reserved, 3 ACPI data, 4 ACPI NVS. On arm64: RAM (1), and what UEFI
   * keeps for itself at run time (2).
   */
  readonly e820: readonly { readonly address: number; readonly length: number; readonly type: number }[];
  /** Seconds since 1970 at power-on, as the RTC tells them. */
  readonly bootTime: number;
  /** CPUID facts that the kernel prints. */
  readonly cpuModel: CpuModel;
  /** Topology as CPUID leaf 0xb tells it: bits to shift an APIC id right by, for core and package. */
  readonly apicIdShifts: { readonly core: number; readonly package: number };
  /** What only an arm64 machine hands over. Undefined on x86. */
  readonly arm64?: Arm64Platform;
}

export interface CpuModel {
  /** `AuthenticAMD`, `GenuineIntel`. */
  readonly vendor: string;
  readonly modelName: string;
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
  readonly flags: string;
  readonly bugs: string;
  readonly mhz: number;
  readonly bogomips: string;
}
