/**
 * Power State Coordination Interface 1.1 (Arm DEN 0022), as QEMU 7.2 itself answers it in place of a secure monitor
 * (target/arm/psci.c, arm-powerctl.c).
 */
import type { ApicId } from '../protocol/units.ts';
import { hasBits, low32 } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';

/** Function ids of the SMC calling convention; those of 64-bit arguments have bit 30 set besides. */
export const PSCI_FUNCTIONS = {
  VERSION: 0x8400_0000,
  CPU_SUSPEND: 0x8400_0001,
  CPU_OFF: 0x8400_0002,
  CPU_ON: 0x8400_0003,
  AFFINITY_INFO: 0x8400_0004,
  MIGRATE: 0x8400_0005,
  MIGRATE_INFO_TYPE: 0x8400_0006,
  SYSTEM_OFF: 0x8400_0008,
  SYSTEM_RESET: 0x8400_0009,
  FEATURES: 0x8400_000a,
} as const;
export type PsciFunction = keyof typeof PSCI_FUNCTIONS;

export const PSCI_RESULT = {
  SUCCESS: 0,
  NOT_SUPPORTED: -1,
  INVALID_PARAMETERS: -2,
  ALREADY_ON: -4,
  ON_PENDING: -5,
} as const;

/** What AFFINITY_INFO tells of a processor. */
export const AFFINITY_STATE = { ON: 0, OFF: 1, ON_PENDING: 2 } as const;

const VERSION_1_1 = 0x1_0001;
/** MIGRATE_INFO_TYPE: there is no trusted operating system that would have to move. */
const TOS_MIGRATION_NOT_REQUIRED = 2;
const SMC64 = 0x4000_0000;
/** Functions that come with 64-bit arguments, too. */
const WITH_SMC64: readonly PsciFunction[] = ['CPU_SUSPEND', 'CPU_ON', 'AFFINITY_INFO', 'MIGRATE'];
/** Bits of CPU_SUSPEND's power state that QEMU understands: StandBy without an affinity level. */
const SUSPEND_UNKNOWN_BITS = 0xfffe_0000;
/** Affinity fields of an MPIDR, below bit 32. */
const AFFINITY_MASK = 0xff_ffff;

const names = new Map<number, PsciFunction>(
  Object.entries(PSCI_FUNCTIONS).flatMap(([name, id]): [number, PsciFunction][] => {
    const fn = name as PsciFunction;
    return WITH_SMC64.includes(fn)
      ? [
          [id, fn],
          [(id | SMC64) >>> 0, fn],
        ]
      : [[id, fn]];
  }),
);

/** What PSCI does to the machine. */
export interface PsciHost {
  /** AFFINITY_STATE of the processor with this affinity; undefined: there is none. */
  stateOf(affinity: ApicId): number | undefined;
  cpuOn(affinity: ApicId, entry: number, context: number): void;
  /** Of the calling processor. */
  cpuOff(): void;
  systemOff(): void;
  systemReset(): void;
}

export class Psci {
  private readonly host: PsciHost;
  private readonly log: LogWriter;

  constructor(host: PsciHost, log: LogWriter) {
    this.host = host;
    this.log = log;
  }

  /** A call with W0 and X1 to X3; returns X0 as a signed number. */
  call(functionId: number, x1: number, x2: number, x3: number): number {
    const id = low32(functionId);
    const fn = names.get(id);
    if (fn === undefined) {
      this.log.emit('psci_call', `0x${id.toString(16)}`, low32(x1), low32(x2), PSCI_RESULT.NOT_SUPPORTED);
      return PSCI_RESULT.NOT_SUPPORTED;
    }
    // functions that do not return are told of before they take effect
    if (fn === 'CPU_OFF' || fn === 'SYSTEM_OFF' || fn === 'SYSTEM_RESET') this.log.emit('psci_call', fn, 0, 0, 0);
    const result = this.perform(fn, hasBits(id, SMC64) ? [x1, x2, x3] : [low32(x1), low32(x2), low32(x3)]);
    if (result === undefined) return PSCI_RESULT.SUCCESS;
    this.log.emit('psci_call', fn, low32(x1), fn === 'CPU_ON' ? low32(x2) : 0, result);
    return result;
  }

  private perform(fn: PsciFunction, [x1, x2, x3]: readonly [number, number, number]): number | undefined {
    switch (fn) {
      case 'VERSION':
        return VERSION_1_1;
      case 'MIGRATE_INFO_TYPE':
        return TOS_MIGRATION_NOT_REQUIRED;
      case 'AFFINITY_INFO':
        return this.affinityInfo(x1, x2);
      case 'CPU_ON':
        return this.cpuOn(x1, x2, x3);
      case 'CPU_SUSPEND':
        // standby: the caller waits for an interrupt, as WFI does
        return hasBits(low32(x1), SUSPEND_UNKNOWN_BITS) ? PSCI_RESULT.INVALID_PARAMETERS : PSCI_RESULT.SUCCESS;
      case 'FEATURES':
        return this.features(low32(x1));
      case 'MIGRATE':
        return PSCI_RESULT.NOT_SUPPORTED;
      case 'CPU_OFF':
        this.host.cpuOff();
        return undefined;
      case 'SYSTEM_OFF':
        this.host.systemOff();
        return undefined;
      case 'SYSTEM_RESET':
        this.host.systemReset();
        return undefined;
    }
  }

  private affinityInfo(affinity: number, level: number): number {
    // everything above a processor is always on
    if (level !== 0) return AFFINITY_STATE.ON;
    return this.host.stateOf(affinity & AFFINITY_MASK) ?? PSCI_RESULT.INVALID_PARAMETERS;
  }

  private cpuOn(target: number, entry: number, context: number): number {
    const affinity = target & AFFINITY_MASK;
    switch (this.host.stateOf(affinity)) {
      case undefined:
        return PSCI_RESULT.INVALID_PARAMETERS;
      case AFFINITY_STATE.ON:
        return PSCI_RESULT.ALREADY_ON;
      case AFFINITY_STATE.ON_PENDING:
        return PSCI_RESULT.ON_PENDING;
      default:
        this.host.cpuOn(affinity, entry, context);
        return PSCI_RESULT.SUCCESS;
    }
  }

  private features(id: number): number {
    const fn = names.get(id);
    return fn === undefined || fn === 'MIGRATE' ? PSCI_RESULT.NOT_SUPPORTED : PSCI_RESULT.SUCCESS;
  }
}
