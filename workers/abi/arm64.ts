/**
 * What guest code on an arm64 processor can do beside memory accesses: system registers and calls to the firmware. The
 * GIC's distributor and redistributors, the GED, the hotplug block and the UART are memory-mapped: `vcpu.bus`, at the
 * addresses that MADT, DSDT and SPCR (or the device tree) tell.
 *
 * Interrupts: `processor.interruptsEnabled` is the inverse of PSTATE.I. While it is set and the CPU interface signals an
 * interrupt (enabled group, priority above PMR and the running one), the processor enters
 * `GuestProgram.interrupt(processor, 0)` with interrupts off; nothing is acknowledged then: the handler reads
 * ICC_IAR1_EL1, and ends with ICC_EOIR1_EL1. Returning from the frame sets the flag again, as ERET does. `HALT` (WFI)
 * waits for an interrupt with the flag set.
 *
 * Power: processor 0 begins at 0 (the flash that holds UEFI) or at 0x40000000 (QEMU's boot stub, at the beginning of RAM:
 * without firmware); what follows there ends in the kernel. The others are off (run state `wait-for-sipi`) until CPU_ON starts
 * them with `GuestProgram.start(processor, entryPoint, contextId)`. After CPU_OFF the call returns to the caller, whose
 * next yield, of whatever kind, is its last: it must be the very next thing. SYSTEM_OFF and SYSTEM_RESET stop every
 * processor at their next yields.
 */

/** System registers that the lab's processors have. Values are non-negative integers below 2^53. */
export type Arm64SystemRegister =
  // identification (Arm ARM D17.2): of the -cpu model
  | 'MIDR_EL1'
  | 'MPIDR_EL1'
  | 'REVIDR_EL1'
  | 'CTR_EL0'
  | 'CLIDR_EL1'
  | 'ID_AA64PFR0_EL1'
  | 'ID_AA64ISAR0_EL1'
  | 'ID_AA64MMFR0_EL1'
  /** Exception level in bits 3:2: EL1, or EL2 with virtualization=on. */
  | 'CurrentEL'
  // generic timer (D17.8); counters run at CNTFRQ_EL0 = 62.5 MHz under TCG
  | 'CNTFRQ_EL0'
  | 'CNTPCT_EL0'
  | 'CNTVCT_EL0'
  | 'CNTP_CTL_EL0'
  | 'CNTP_CVAL_EL0'
  | 'CNTP_TVAL_EL0'
  | 'CNTV_CTL_EL0'
  | 'CNTV_CVAL_EL0'
  | 'CNTV_TVAL_EL0'
  // GIC CPU interface (GICv3 specification 12.2), group 1
  | 'ICC_SRE_EL1'
  | 'ICC_CTLR_EL1'
  | 'ICC_PMR_EL1'
  | 'ICC_BPR1_EL1'
  | 'ICC_IGRPEN1_EL1'
  | 'ICC_IAR1_EL1'
  | 'ICC_HPPIR1_EL1'
  | 'ICC_RPR_EL1'
  | 'ICC_EOIR1_EL1'
  | 'ICC_DIR_EL1'
  | 'ICC_SGI1R_EL1'
  | 'ICC_AP1R0_EL1';

export interface Arm64Cpu {
  /** MRS. A register that is only written, or that the processor does not have, is 0 and logged as unmodelled. */
  readSystemRegister(name: Arm64SystemRegister): number;
  /** MSR. Takes effect at once: ICC_SGI1R_EL1 makes interrupts pending, CNTV_CTL_EL0 starts the timer. */
  writeSystemRegister(name: Arm64SystemRegister, value: number): void;
  /**
   * HVC #0 with W0 and X1 to X3 of the SMC calling convention; returns X0 as a signed number (PSCI: 0 or a negative
   * code). A conduit that the machine does not have would be an undefined instruction: logged as unmodelled, -1.
   */
  hvc(x0: number, x1?: number, x2?: number, x3?: number): number;
  /** SMC #0, likewise. */
  smc(x0: number, x1?: number, x2?: number, x3?: number): number;
}

/** What UEFI hands to the operating system's loader. */
export interface UefiFacts {
  /** `Debian distribution of EDK II`. */
  readonly vendor: string;
  /** UEFI specification's revision: `2.70`. */
  readonly revision: string;
  /** Addresses of configuration tables, by the names under which Linux prints them, in its order. */
  readonly tables: readonly (readonly [name: string, address: number])[];
  /** Texts of SMBIOS that Linux prints as `DMI:`. */
  readonly dmi: string;
}

export interface Arm64Platform {
  /** X0 at the kernel's entry: the flattened device tree; 0 when UEFI hands over ACPI tables alone. */
  readonly fdtAddress: number;
  /** Undefined without UEFI firmware. */
  readonly uefi: UefiFacts | undefined;
}
