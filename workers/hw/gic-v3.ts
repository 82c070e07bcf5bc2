/**
 * The GICv3 of QEMU's `virt` (hw/intc/arm_gicv3_dist.c, arm_gicv3_redist.c; Arm IHI 0069): distributor, one
 * redistributor and one CPU interface for each processor, affinity routing always on, one security state. What
 * registers read after a reset was asked of QEMU 7.2. No locality-specific interrupts.
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { IrqLine } from '../abi/irq-line.ts';
import type { ApicId, Ns } from '../protocol/units.ts';
import { bit, hasBits } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { Clock } from '../sim/scheduler.ts';
import { GicCpuInterface } from './gic-cpu-interface.ts';
import { type BitState, FIRST_SPI, InterruptBank } from './gic-interrupts.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';

/** Registers of a bit, a byte or two bits an interrupt, which distributor and SGI frame have at the same offsets. */
const perInterrupt = (words: number) =>
  [
    { name: 'IGROUPR', offset: 0x080, width: 4, access: 'read-write', count: words, text: 'group 1' },
    { name: 'ISENABLER', offset: 0x100, width: 4, access: 'read-write', count: words, text: 'enable' },
    { name: 'ICENABLER', offset: 0x180, width: 4, access: 'read-write', count: words, text: 'disable' },
    { name: 'ISPENDR', offset: 0x200, width: 4, access: 'read-write', count: words, text: 'make pending' },
    { name: 'ICPENDR', offset: 0x280, width: 4, access: 'read-write', count: words, text: 'no longer pending' },
    { name: 'ISACTIVER', offset: 0x300, width: 4, access: 'read-write', count: words, text: 'make active' },
    { name: 'ICACTIVER', offset: 0x380, width: 4, access: 'read-write', count: words, text: 'no longer active' },
    {
      name: 'IPRIORITYR',
      offset: 0x400,
      width: 4,
      access: 'read-write',
      count: words * 8,
      text: 'priority, a byte each',
    },
    {
      name: 'ICFGR',
      offset: 0xc00,
      width: 4,
      access: 'read-write',
      count: words * 2,
      text: 'edge or level, 2 bits each',
    },
    { name: 'IGRPMODR', offset: 0xd00, width: 4, access: 'read-write', count: words, text: 'none: one security state' },
  ] as const satisfies readonly Register[];

const PERIPHERAL_ID = { name: 'PIDR2', offset: 0xffe8, width: 4, access: 'read-only', text: 'revision' } as const;

export const GICD_REGISTERS = [
  { name: 'GICD_CTLR', offset: 0x000, width: 4, access: 'read-write', text: 'enables of the groups' },
  { name: 'GICD_TYPER', offset: 0x004, width: 4, access: 'read-only', text: 'number of interrupts, what is supported' },
  { name: 'GICD_IIDR', offset: 0x008, width: 4, access: 'read-only', text: 'implementer' },
  { name: 'GICD_TYPER2', offset: 0x00c, width: 4, access: 'read-only', text: 'nothing of GICv4' },
  ...perInterrupt(32),
  { name: 'IROUTER', offset: 0x6000, width: 4, access: 'read-write', count: 1020, stride: 8, text: 'affinity 2 to 0' },
  { name: 'IROUTER_HIGH', offset: 0x6004, width: 4, access: 'read-write', count: 1020, stride: 8, text: 'affinity 3' },
  PERIPHERAL_ID,
] as const satisfies readonly Register[];

const SGI_FRAME = 0x1_0000;
export const GICR_REGISTERS = [
  { name: 'GICR_CTLR', offset: 0x000, width: 4, access: 'read-write', text: 'enable of locality-specific interrupts' },
  { name: 'GICR_IIDR', offset: 0x004, width: 4, access: 'read-only', text: 'implementer' },
  {
    name: 'GICR_TYPER',
    offset: 0x008,
    width: 4,
    access: 'read-only',
    text: 'number of the processor, last of the region',
  },
  { name: 'GICR_TYPER_HIGH', offset: 0x00c, width: 4, access: 'read-only', text: 'affinity of the processor' },
  { name: 'GICR_WAKER', offset: 0x014, width: 4, access: 'read-write', text: 'the processor sleeps' },
  PERIPHERAL_ID,
  ...perInterrupt(1).map((register) => ({ ...register, offset: SGI_FRAME + register.offset })),
] as const satisfies readonly Register[];

type PerInterrupt = ReturnType<typeof perInterrupt>[number]['name'];
type GicdRegister = RegisterName<typeof GICD_REGISTERS>;
type GicrRegister = RegisterName<typeof GICR_REGISTERS>;

/** Bytes of a redistributor's two frames. */
export const REDISTRIBUTOR_LENGTH = 0x2_0000;

/** As QEMU 7.2 answers: no more than 1 N, affinity 3 valid, 16 bits of INTID, LPIs; and the number of shared interrupts. */
const TYPER_FIXED = 0x037a_0000;
/** Without LPIs. */
const TYPER_LPI = bit(17);
const IIDR = 0x43b;
const PIDR2_GICV3 = 0x3b;
const GICD_CTLR = { enableGroup1: bit(1), enables: 0b11, affinityRouting: bit(4), oneSecurityState: bit(6) } as const;
const CTLR_FIXED = GICD_CTLR.affinityRouting | GICD_CTLR.oneSecurityState;
const GICR_CTLR_RESET = 0x2;
const GICR_TYPER = { lpi: bit(0), last: bit(4), commonLpiAffinity: bit(24) } as const;
const WAKER = { processorSleep: bit(1), childrenAsleep: bit(2) } as const;

/** From writing ICC_SGI1R_EL1 to the interrupt at its target; an estimate, as for the local APICs. */
const SGI_LATENCY: Ns = 300;

const SET_REGISTERS: Readonly<Partial<Record<PerInterrupt, BitState>>> = {
  ISENABLER: 'enabled',
  ISPENDR: 'pending',
  ISACTIVER: 'active',
};
const CLEAR_REGISTERS: Readonly<Partial<Record<PerInterrupt, BitState>>> = {
  ICENABLER: 'enabled',
  ICPENDR: 'pending',
  ICACTIVER: 'active',
};

/** Reads one of the registers that cover a row of interrupts; those that the bank does not have read as 0. */
function readRow(bank: InterruptBank, name: PerInterrupt, index: number): number {
  const bits = (width: number, read: (intid: number) => number): number => {
    let value = 0;
    for (let lane = 0; lane < 32 / width; lane++) {
      const intid = (index * 32) / width + lane;
      if (bank.has(intid)) value += read(intid) * 2 ** (lane * width);
    }
    return value;
  };
  if (name === 'IPRIORITYR') return bits(8, (intid) => bank.priorityOf(intid));
  if (name === 'ICFGR') return bits(2, (intid) => (bank.isEdge(intid) ? 2 : 0));
  if (name === 'IGRPMODR') return 0;
  const state = name === 'IGROUPR' ? 'group' : (SET_REGISTERS[name] ?? CLEAR_REGISTERS[name]);
  return state ? bits(1, (intid) => (bank.get(state, intid) ? 1 : 0)) : 0;
}

function writeRow(bank: InterruptBank, name: PerInterrupt, index: number, value: number, mask: number): void {
  const each = (width: number, change: (intid: number, value: number) => void): void => {
    for (let lane = 0; lane < 32 / width; lane++) {
      const intid = (index * 32) / width + lane;
      const shift = lane * width;
      if (bank.has(intid) && hasBits(mask, bit(shift))) change(intid, (value >>> shift) & (2 ** width - 1));
    }
  };
  if (name === 'IPRIORITYR') each(8, (intid, priority) => bank.setPriority(intid, priority));
  else if (name === 'ICFGR') each(2, (intid, config) => bank.setEdge(intid, hasBits(config, 2)));
  else if (name === 'IGROUPR') each(1, (intid, group) => bank.set('group', intid, group === 1));
  else {
    const state = SET_REGISTERS[name] ?? CLEAR_REGISTERS[name];
    const to = SET_REGISTERS[name] !== undefined;
    if (state) each(1, (intid, one) => one === 1 && bank.set(state, intid, to));
  }
}

const isPerInterrupt = (name: string): name is PerInterrupt => /^I[A-Z]+R$/.test(name) && name !== 'IROUTER';

/** One processor's part of the GIC. */
class GicCpu implements IoHandler {
  readonly interface: GicCpuInterface;
  readonly bank: InterruptBank;
  readonly affinity: ApicId;
  wake: () => void = () => undefined;
  private readonly block: RegisterBlock<GicrRegister>;
  private readonly typer: number;
  private control = GICR_CTLR_RESET;
  private waker = WAKER.processorSleep | WAKER.childrenAsleep;

  constructor(gic: GicV3, vcpu: number, affinity: ApicId, options: { last: boolean; lpi: boolean; log: LogWriter }) {
    const { last, lpi, log } = options;
    this.affinity = affinity;
    this.typer =
      ((last ? GICR_TYPER.last : 0) | (lpi ? GICR_TYPER.lpi : 0) | (vcpu << 8) | GICR_TYPER.commonLpiAffinity) >>> 0;
    this.bank = new InterruptBank({
      first: 0,
      count: FIRST_SPI,
      target: () => vcpu,
      changed: () => this.interface.update(),
      log,
    });
    this.interface = new GicCpuInterface(
      vcpu,
      {
        best: () => gic.bestFor(vcpu),
        acknowledge: (intid) => gic.bankOf(vcpu, intid)?.acknowledge(intid),
        deactivate: (intid) => gic.bankOf(vcpu, intid)?.set('active', intid, false),
        sendSgi: (intid, targets) => gic.sendSgi(vcpu, intid, targets),
        wake: () => this.wake(),
      },
      log,
    );
    this.block = new RegisterBlock<GicrRegister>(`gicr${vcpu}`, GICR_REGISTERS, this, log, {
      reads: false,
      writes: true,
    });
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(name: GicrRegister, index: number): number {
    if (isPerInterrupt(name)) return readRow(this.bank, name, index);
    switch (name) {
      case 'GICR_CTLR':
        return this.control;
      case 'GICR_IIDR':
        return IIDR;
      case 'GICR_TYPER':
        return this.typer;
      case 'GICR_TYPER_HIGH':
        return this.affinity;
      case 'GICR_WAKER':
        return this.waker;
      case 'PIDR2':
        return PIDR2_GICV3;
      default:
        return 0;
    }
  }

  writeRegister(name: GicrRegister, index: number, value: number, mask: number): void {
    if (isPerInterrupt(name)) writeRow(this.bank, name, index, value, mask);
    else if (name === 'GICR_CTLR') this.control = (value & 1) | GICR_CTLR_RESET;
    else if (name === 'GICR_WAKER') {
      // children follow at once
      const asleep = hasBits(value, WAKER.processorSleep);
      this.waker = asleep ? WAKER.processorSleep | WAKER.childrenAsleep : 0;
    }
  }
}

export interface GicOptions {
  /** Affinities (MPIDR) of the processors, by vCPU. */
  readonly affinities: readonly ApicId[];
  /** Shared interrupts. */
  readonly spis: number;
  /** How many of them GICD_TYPER tells. */
  readonly spisTold: number;
  /** With an ITS there are locality-specific interrupts. */
  readonly lpi: boolean;
}

export class GicV3 implements IoHandler {
  private readonly clock: Clock;
  private readonly log: LogWriter;
  private readonly shared: InterruptBank;
  private readonly routes: Uint32Array;
  private readonly cpus: readonly GicCpu[];
  private readonly block: RegisterBlock<GicdRegister>;
  private readonly typer: number;
  private enables = 0;

  constructor({ affinities, spis, spisTold, lpi }: GicOptions, clock: Clock, log: LogWriter) {
    this.clock = clock;
    this.log = log;
    this.routes = new Uint32Array(FIRST_SPI + spis);
    this.typer = ((lpi ? TYPER_FIXED : TYPER_FIXED & ~TYPER_LPI) | (spisTold / 32)) >>> 0;
    this.shared = new InterruptBank({
      first: FIRST_SPI,
      count: spis,
      target: (intid) => this.routeOf(intid),
      changed: (intid) => this.cpus[this.routeOf(intid)]?.interface.update(),
      log,
    });
    this.cpus = affinities.map(
      (affinity, vcpu) => new GicCpu(this, vcpu, affinity, { last: vcpu === affinities.length - 1, lpi, log }),
    );
    this.block = new RegisterBlock<GicdRegister>('gicd', GICD_REGISTERS, this, log, { reads: false, writes: true });
  }

  /** The redistributors, one behind the other. */
  redistributor(vcpu: number): IoHandler {
    return this.cpu(vcpu);
  }

  cpuInterface(vcpu: number): GicCpuInterface {
    return this.cpu(vcpu).interface;
  }

  /** `wake` runs when the processor gets an interrupt that it can take. */
  attach(vcpu: number, wake: () => void): void {
    this.cpu(vcpu).wake = wake;
  }

  /** Input line of a shared interrupt; 0 is INTID 32. */
  spi(number: number): IrqLine {
    return this.line(`SPI ${number}`, this.shared, FIRST_SPI + number);
  }

  /** Input line of a processor's private interrupt, by INTID. */
  ppi(vcpu: number, intid: number): IrqLine {
    return this.line(undefined, this.cpu(vcpu).bank, intid);
  }

  // --- for the CPU interfaces

  bankOf(vcpu: number, intid: number): InterruptBank | undefined {
    return [this.cpu(vcpu).bank, this.shared].find((bank) => bank.has(intid));
  }

  bestFor(vcpu: number): { intid: number; priority: number } | undefined {
    if (!hasBits(this.enables, GICD_CTLR.enableGroup1)) return undefined;
    let best: { intid: number; priority: number } | undefined;
    const consider = (bank: InterruptBank, intid: number): void => {
      const priority = bank.priorityOf(intid);
      if (!best || priority < best.priority || (priority === best.priority && intid < best.intid)) {
        best = { intid, priority };
      }
    };
    const { bank } = this.cpu(vcpu);
    for (const intid of bank.candidates()) consider(bank, intid);
    for (const intid of this.shared.candidates()) if (this.routeOf(intid) === vcpu) consider(this.shared, intid);
    return best;
  }

  sendSgi(from: number, intid: number, targets: { cluster: number; mask: number } | 'all-others'): void {
    const cpus = this.cpus.filter(({ affinity }, vcpu) =>
      targets === 'all-others'
        ? vcpu !== from
        : affinity >>> 8 === targets.cluster && (affinity & 0xff) < 16 && hasBits(targets.mask, bit(affinity & 0xf)),
    );
    for (const { affinity } of cpus) this.log.emit('ipi_send', 'sgi', intid, affinity);
    this.clock.after(SGI_LATENCY, () => {
      for (const { bank } of cpus) bank.set('pending', intid, true);
    });
  }

  // --- distributor registers

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(name: GicdRegister, index: number): number {
    if (isPerInterrupt(name)) return readRow(this.shared, name, index);
    switch (name) {
      case 'GICD_CTLR':
        return this.enables | CTLR_FIXED;
      case 'GICD_TYPER':
        return this.typer;
      case 'GICD_IIDR':
        return IIDR;
      case 'IROUTER':
        return this.routes[index] ?? 0;
      case 'PIDR2':
        return PIDR2_GICV3;
      default:
        return 0;
    }
  }

  writeRegister(name: GicdRegister, index: number, value: number, mask: number): void {
    if (isPerInterrupt(name)) writeRow(this.shared, name, index, value, mask);
    else if (name === 'GICD_CTLR') {
      this.enables = value & GICD_CTLR.enables;
      for (const { interface: cpu } of this.cpus) cpu.update();
    } else if (name === 'IROUTER' && this.shared.has(index)) {
      this.routes[index] = value;
      for (const { interface: cpu } of this.cpus) cpu.update();
    }
  }

  private cpu(vcpu: number): GicCpu {
    const cpu = this.cpus[vcpu];
    if (!cpu) throw new Error(`no redistributor of vCPU ${vcpu}`);
    return cpu;
  }

  /** The vCPU that an SPI's route names, -1 when there is none with this affinity. */
  private routeOf(intid: number): number {
    const affinity = (this.routes[intid] ?? 0) & 0xff_ffff;
    return this.cpus.findIndex((cpu) => cpu.affinity === affinity);
  }

  private line(name: string | undefined, bank: InterruptBank, intid: number): IrqLine {
    const { log } = this;
    const line = {
      name: name ?? `PPI ${intid}`,
      level: false,
      set(level: boolean): void {
        if (level === line.level) return;
        line.level = level;
        if (name !== undefined) log.emit('irq_line', name, level ? 1 : 0);
        bank.setLevel(intid, level);
      },
    };
    return line;
  }
}
