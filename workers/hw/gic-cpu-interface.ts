/**
 * A processor's side of the GIC: the ICC_* system registers of GICv3 (Arm IHI 0069, 12.2), group 1, with five bits of
 * priority as QEMU's processors have (hw/intc/arm_gicv3_cpuif.c). Group 0 interrupts would be FIQs and are not modelled.
 */
import type { Arm64SystemRegister } from '../abi/arm64.ts';
import { bit, field, hasBits } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { InterruptSource } from '../sim/processor.ts';

/** ICC_IAR1_EL1 when nothing is to be acknowledged. */
export const SPURIOUS_INTID = 1023;
const LOWEST_PRIORITY = 0xff;
/** Bits of a priority that are not implemented. */
const PRIORITY_SHIFT = 3;

export const ICC_CTLR = { eoiMode: bit(1), priorityBits: { low: 8, width: 3 }, affinity3: bit(15) } as const;
/** ICC_CTLR_EL1's constant part: five bits of priority, affinity 3 in SGIs. */
const CTLR_FIXED = (4 << ICC_CTLR.priorityBits.low) | ICC_CTLR.affinity3;
/** ICC_SRE_EL1: system registers, no bypass. */
const SRE = 0b111;

/** ICC_SGI1R_EL1: INTID in bits 27:24; targets in 15:0, affinity 1 in 23:16, affinity 2 in 39:32; bit 40: everybody else. */
const SGI_INTID = { low: 24, width: 4 } as const;
const SGI_AFFINITY1 = { low: 16, width: 8 } as const;
const TWO_32 = 2 ** 32;
const SGI_ALL_OTHERS_HIGH = bit(8);

/** What the CPU interface asks of the rest of the GIC. */
export interface CpuInterfaceHost {
  /** The most urgent interrupt for this processor, with its priority. */
  best(): { readonly intid: number; readonly priority: number } | undefined;
  acknowledge(intid: number): void;
  deactivate(intid: number): void;
  /** Software-generated interrupt for the processors with these affinities (Aff2.Aff1 as a number, Aff0 as a bit mask). */
  sendSgi(intid: number, targets: { readonly cluster: number; readonly mask: number } | 'all-others'): void;
  /** The signal has risen: the processor may have to wake. */
  wake(): void;
}

export class GicCpuInterface implements InterruptSource {
  private readonly vcpu: number;
  private readonly host: CpuInterfaceHost;
  private readonly log: LogWriter;
  private priorityMask = 0;
  private binaryPoint = 0;
  private groupEnable = false;
  private control = 0;
  /** ICC_AP1R0_EL1: a bit for each priority that is running. */
  private activePriorities = 0;
  private signalled = false;

  constructor(vcpu: number, host: CpuInterfaceHost, log: LogWriter) {
    this.vcpu = vcpu;
    this.host = host;
    this.log = log;
  }

  reset(): void {
    this.priorityMask = this.binaryPoint = this.control = this.activePriorities = 0;
    this.groupEnable = false;
    this.update();
  }

  /** The interrupt exception; its number is read from ICC_IAR1_EL1. */
  acknowledge(): number {
    return 0;
  }

  hasPending(): boolean {
    return this.signalled;
  }

  /** To be called whenever something that decides about this processor's next interrupt has changed. */
  update(): void {
    const was = this.signalled;
    const best = this.groupEnable ? this.host.best() : undefined;
    this.signalled = best !== undefined && this.preempts(best.priority);
    if (this.signalled && !was) this.host.wake();
  }

  /** Undefined: not one of its registers. */
  read(name: Arm64SystemRegister): number | undefined {
    switch (name) {
      case 'ICC_SRE_EL1':
        return SRE;
      case 'ICC_CTLR_EL1':
        return CTLR_FIXED | this.control;
      case 'ICC_PMR_EL1':
        return this.priorityMask;
      case 'ICC_BPR1_EL1':
        return this.binaryPoint;
      case 'ICC_IGRPEN1_EL1':
        return this.groupEnable ? 1 : 0;
      case 'ICC_IAR1_EL1':
        return this.takeInterrupt();
      case 'ICC_HPPIR1_EL1':
        return this.host.best()?.intid ?? SPURIOUS_INTID;
      case 'ICC_RPR_EL1':
        return this.runningPriority();
      case 'ICC_AP1R0_EL1':
        return this.activePriorities;
      default:
        return undefined;
    }
  }

  /** False: not one of its registers, or not to be written. */
  write(name: Arm64SystemRegister, value: number): boolean {
    switch (name) {
      case 'ICC_SRE_EL1':
        break; // as it is
      case 'ICC_CTLR_EL1':
        this.control = value & ICC_CTLR.eoiMode;
        break;
      case 'ICC_PMR_EL1':
        this.priorityMask = value & ~(bit(PRIORITY_SHIFT) - 1) & 0xff;
        break;
      case 'ICC_BPR1_EL1':
        this.binaryPoint = value & 0b111;
        break;
      case 'ICC_IGRPEN1_EL1':
        this.groupEnable = hasBits(value, 1);
        break;
      case 'ICC_AP1R0_EL1':
        this.activePriorities = value >>> 0;
        break;
      case 'ICC_EOIR1_EL1':
        this.endOfInterrupt(value);
        break;
      case 'ICC_DIR_EL1':
        this.deactivate(value);
        break;
      case 'ICC_SGI1R_EL1':
        this.sendSgi(value);
        return true;
      default:
        return false;
    }
    this.update();
    return true;
  }

  private runningPriority(): number {
    const { activePriorities } = this;
    if (activePriorities === 0) return LOWEST_PRIORITY;
    return (31 - Math.clz32(activePriorities & -activePriorities)) << PRIORITY_SHIFT;
  }

  private preempts(priority: number): boolean {
    return priority < this.priorityMask && priority >> PRIORITY_SHIFT < this.runningPriority() >> PRIORITY_SHIFT;
  }

  private takeInterrupt(): number {
    const best = this.groupEnable ? this.host.best() : undefined;
    if (!best || !this.preempts(best.priority)) return SPURIOUS_INTID;
    this.activePriorities = (this.activePriorities | bit(best.priority >> PRIORITY_SHIFT)) >>> 0;
    this.log.emit('gic_acknowledge', this.vcpu, best.intid);
    this.host.acknowledge(best.intid);
    this.update();
    return best.intid;
  }

  /** Drops the running priority; with EOImode 0 the interrupt is over, too. */
  private endOfInterrupt(intid: number): void {
    if (intid >= SPURIOUS_INTID - 3) return;
    this.activePriorities = (this.activePriorities & (this.activePriorities - 1)) >>> 0;
    if (!hasBits(this.control, ICC_CTLR.eoiMode)) this.deactivate(intid);
  }

  private deactivate(intid: number): void {
    this.log.emit('gic_end', this.vcpu, intid);
    this.host.deactivate(intid);
  }

  private sendSgi(value: number): void {
    const low = (value % TWO_32) >>> 0;
    const high = Math.floor(value / TWO_32);
    const intid = field(low, SGI_INTID.low, SGI_INTID.width);
    if (hasBits(high, SGI_ALL_OTHERS_HIGH)) {
      this.host.sendSgi(intid, 'all-others');
      return;
    }
    const cluster = (field(high, 0, 8) << 8) | field(low, SGI_AFFINITY1.low, SGI_AFFINITY1.width);
    this.host.sendSgi(intid, { cluster, mask: field(low, 0, 16) });
  }
}
