/**
 * GICv3: distributor and redistributors in memory, the CPU interface in system registers (Arm IHI 0069).
 *
 * @linux drivers/irqchip/irq-gic-v3.c, without message-signalled interrupts, pseudo-NMIs and extended ranges
 */
import { hex } from '../../../sim/bits.ts';
import { type Co, Frame, traced } from '../../../sim/coroutine.ts';
import { cpu_logical_map } from '../../arch/arm64/kernel/smp_plat.ts';
import {
  affinityLevel,
  is_hyp_mode_available,
  read_cpuid_mpidr,
  read_sysreg,
  write_sysreg,
} from '../../arch/arm64/kernel/sysreg.ts';
import { CpuMask, cpu_online_mask } from '../../include/linux/cpumask.ts';
import type { irq_chip, irq_data, irq_desc } from '../../include/linux/irq.ts';
import { get_current, smp_processor_id } from '../../include/linux/sched.ts';
import { cpuhp_setup_state_nocalls } from '../../kernel/cpuhp.ts';
import { handle_fasteoi_irq, handle_percpu_devid_irq } from '../../kernel/irq/chip.ts';
import { generic_handle_irq_desc, irq_alloc_desc, irq_to_desc } from '../../kernel/irq/irqdesc.ts';
import { pr_err, pr_info } from '../../kernel/printk/printk.ts';
import { preempt_schedule_irq } from '../../kernel/sched/core.ts';
import { irq_exit_softirq } from '../../kernel/softirq.ts';
import { type Kernel, kernelState, perCpu } from '../../kernel-context.ts';
import { numaTables } from '../../mm/numa.ts';

/** Registers of the distributor; those with an interrupt's number are arrays. */
const GICD_CTLR = 0x0000;
const GICD_TYPER = 0x0004;
const GICD_IGROUPR = 0x0080;
const GICD_ISENABLER = 0x0100;
const GICD_ICENABLER = 0x0180;
const GICD_IPRIORITYR = 0x0400;
const GICD_ICFGR = 0x0c00;
const GICD_IROUTER = 0x6000;
const GICD_CTLR_ENABLE_G1 = 1 << 0;
const GICD_CTLR_ENABLE_G1A = 1 << 1;
const GICD_CTLR_ARE_NS = 1 << 4;
const GICD_TYPER_IRQS = 0x1f;
/** Redistributor: its own frame, and behind it the one of the private interrupts, with the distributor's layout. */
const GICR_TYPER = 0x0008;
const GICR_WAKER = 0x0014;
const GICR_SGI_FRAME = 0x1_0000;
const GICR_FRAMES = 0x2_0000;
const GICR_VLPI_FRAMES = 0x4_0000;
const GICR_TYPER_LAST = 1 << 4;
const GICR_TYPER_VLPIS = 1 << 1;
const GICR_WAKER_PROCESSOR_SLEEP = 1 << 1;
const GICR_WAKER_CHILDREN_ASLEEP = 1 << 2;
/** CPU interface. */
const DEFAULT_PMR_VALUE = 0xf0;
const ICC_CTLR_EOIMODE_DROP = 1 << 1;

const GICD_INT_DEF_PRI = 0xa0;
const FIRST_PPI = 16;
const FIRST_SPI = 32;
const FIRST_SPECIAL = 1020;
const NR_SGIS = 8;
const ITS_SIZE = 0x2_0000;
const TWO_32 = 2 ** 32;

export interface RedistRegion {
  readonly base: number;
  readonly length: number;
}

export interface GicAddresses {
  readonly distributor: number;
  /** Interrupt translation service, where there is one: message-signalled interrupts are not modelled, its messages are. */
  readonly its: number | undefined;
  readonly redistributors: readonly RedistRegion[];
}

interface GicChipData extends GicAddresses {
  /** Interrupts, SPIs and below. */
  readonly irqNumber: number;
  /** EOImode 1: the priority drops first, the interrupt ends later. */
  readonly supportsDeactivateKey: boolean;
  /** By INTID. */
  readonly domain: Map<number, irq_desc>;
  /** Next interrupt number of the domain. */
  nextIrq: number;
}

const gic_data = kernelState<{ chip: GicChipData | undefined }>(() => ({ chip: undefined }));
const rdist = perCpu(() => ({ base: 0 }));

function gic(k: Kernel): GicChipData {
  const { chip } = gic_data(k);
  if (!chip) throw new Error('the GIC is used before it was found');
  return chip;
}

const busOf = (k: Kernel) => k.platform.currentVcpu().bus;
const readl = (k: Kernel, address: number): number => busOf(k).readMemory(address, 4);
function writel(k: Kernel, address: number, value: number): void {
  busOf(k).writeMemory(address, 4, value >>> 0);
}

/** Where an interrupt's registers are: of a private one in the executing CPU's redistributor. */
const frameOf = (k: Kernel, hwirq: number): number =>
  hwirq < FIRST_SPI ? rdist(k, smp_processor_id(k)).base + GICR_SGI_FRAME : gic(k).distributor;

const pokeBit = (k: Kernel, hwirq: number, register: number): void =>
  writel(k, frameOf(k, hwirq) + register + 4 * (hwirq >> 5), 2 ** (hwirq & 31));

/** MPIDR as IROUTER and TYPER have it. */
const routeOf = (mpidr: number): number => mpidr & 0xff_ffff;

function* gic_mask_irq(k: Kernel, { hwirq }: irq_data): Co {
  pokeBit(k, hwirq, GICD_ICENABLER);
}

function* gic_unmask_irq(k: Kernel, { hwirq }: irq_data): Co {
  pokeBit(k, hwirq, GICD_ISENABLER);
}

function* gic_eoi_irq(k: Kernel, { hwirq }: irq_data): Co {
  write_sysreg(k, gic(k).supportsDeactivateKey ? 'ICC_DIR_EL1' : 'ICC_EOIR1_EL1', hwirq);
}

/** Sends a shared interrupt to the first of `dest` that is online. */
function gic_set_affinity(k: Kernel, data: irq_data, dest: CpuMask): number {
  const cpu = dest.and(cpu_online_mask(k)).first;
  if (cpu < 0) return -22; // EINVAL
  busOf(k).writeMemory(gic(k).distributor + GICD_IROUTER + 8 * data.hwirq, 8, routeOf(cpu_logical_map(k, cpu)));
  data.effective_affinity = new CpuMask(k.profile.maxCpus, [cpu]);
  return 0;
}

const gic_chip: irq_chip = {
  name: 'GICv3',
  irq_mask: gic_mask_irq,
  irq_unmask: gic_unmask_irq,
  *irq_ack(): Co {},
  irq_eoi: gic_eoi_irq,
  *irq_startup(k, data): Co<number> {
    return gic_set_affinity(k, data, data.affinity);
  },
  *irq_shutdown(): Co {},
  *irq_set_affinity(k, data, dest): Co<number> {
    return gic_set_affinity(k, data, dest);
  },
};

/** Edge or level, two bits an interrupt; SGIs are edges by nature. */
function gic_configure_irq(k: Kernel, hwirq: number, level: boolean): void {
  if (hwirq < FIRST_PPI) return;
  const register = frameOf(k, hwirq) + GICD_ICFGR + 4 * (hwirq >> 4);
  const bit = 2 ** (2 * (hwirq & 15) + 1);
  const value = readl(k, register);
  const isEdge = Math.floor(value / bit) % 2 === 1;
  if (isEdge === level) writel(k, register, level ? value - bit : value + bit);
}

/** The interrupt's number, given at its first mention (irq_create_fwspec_mapping). -1 for an INTID that the GIC has not. */
export function irq_create_mapping(k: Kernel, hwirq: number, level: boolean): number {
  const chip = gic(k);
  const known = chip.domain.get(hwirq);
  if (known) return known.irq_data.irq;
  if (hwirq >= chip.irqNumber) return -1;
  gic_configure_irq(k, hwirq, level);
  const handle_irq = hwirq < FIRST_SPI ? handle_percpu_devid_irq : handle_fasteoi_irq;
  const desc = irq_alloc_desc(k, gic_chip, { irq: chip.nextIrq++, hwirq, level }, { handle_irq, name: '' });
  chip.domain.set(hwirq, desc);
  return desc.irq_data.irq;
}

// --- finding and setting up

function* gic_dist_init(k: Kernel): Co {
  const { distributor, irqNumber } = gic(k);
  writel(k, distributor + GICD_CTLR, 0);
  for (let at = FIRST_SPI; at < irqNumber; at += 32) writel(k, distributor + GICD_IGROUPR + at / 8, 0xffff_ffff);
  for (let at = FIRST_SPI; at < irqNumber; at += 16) writel(k, distributor + GICD_ICFGR + at / 4, 0);
  for (let at = FIRST_SPI; at < irqNumber; at += 4) {
    writel(k, distributor + GICD_IPRIORITYR + at, GICD_INT_DEF_PRI * 0x0101_0101);
  }
  for (let at = FIRST_SPI; at < irqNumber; at += 32) writel(k, distributor + GICD_ICENABLER + at / 8, 0xffff_ffff);
  writel(k, distributor + GICD_CTLR, GICD_CTLR_ARE_NS | GICD_CTLR_ENABLE_G1A | GICD_CTLR_ENABLE_G1);
  const route = routeOf(read_cpuid_mpidr(k));
  for (let at = FIRST_SPI; at < irqNumber; at++) busOf(k).writeMemory(distributor + GICD_IROUTER + 8 * at, 8, route);
}

/** Finds the executing CPU's redistributor by its affinity. */
function* gic_populate_rdist(k: Kernel): Co<boolean> {
  const cpu = smp_processor_id(k);
  const route = routeOf(read_cpuid_mpidr(k));
  let number = 0;
  for (const [region, { base, length }] of gic(k).redistributors.entries()) {
    for (let at = base; at < base + length; ) {
      const typer = readl(k, at + GICR_TYPER);
      if (routeOf(readl(k, at + GICR_TYPER + 4)) === route) {
        rdist(k, cpu).base = at;
        const where = `region ${region}:0x${at.toString(16).padStart(16, '0')}`;
        yield* pr_info(k, `GICv3: CPU${cpu}: found redistributor ${hex(route).slice(2)} ${where}`);
        return true;
      }
      if ((typer & GICR_TYPER_LAST) !== 0) break;
      at += (typer & GICR_TYPER_VLPIS) === 0 ? GICR_FRAMES : GICR_VLPI_FRAMES;
      number++;
    }
  }
  yield* pr_err(k, `GICv3: CPU${cpu}: mpidr ${hex(route)} has no re-distributor! (${number} looked at)`);
  return false;
}

/** Wakes the redistributor, so that it forwards interrupts. */
function gic_enable_redist(k: Kernel, base: number): void {
  writel(k, base + GICR_WAKER, readl(k, base + GICR_WAKER) & ~GICR_WAKER_PROCESSOR_SLEEP);
  if ((readl(k, base + GICR_WAKER) & GICR_WAKER_CHILDREN_ASLEEP) !== 0) {
    k.log.emit('unmodelled', 'gic', 'a redistributor that does not wake at once');
  }
}

/** The executing CPU's side: private interrupts, priority mask, groups. */
const gic_cpu_init = traced('gic_cpu_init', function* (k: Kernel): Co {
  if (!(yield* gic_populate_rdist(k))) return;
  const { base } = rdist(k, smp_processor_id(k));
  gic_enable_redist(k, base);
  const frame = base + GICR_SGI_FRAME;
  writel(k, frame + GICD_IGROUPR, 0xffff_ffff);
  writel(k, frame + GICD_ICENABLER, 0xffff_ffff);
  for (let at = 0; at < FIRST_SPI; at += 4) writel(k, frame + GICD_IPRIORITYR + at, GICD_INT_DEF_PRI * 0x0101_0101);
  write_sysreg(k, 'ICC_PMR_EL1', DEFAULT_PMR_VALUE);
  write_sysreg(k, 'ICC_BPR1_EL1', 0);
  write_sysreg(k, 'ICC_CTLR_EL1', gic(k).supportsDeactivateKey ? ICC_CTLR_EOIMODE_DROP : 0);
  write_sysreg(k, 'ICC_IGRPEN1_EL1', 1);
});

/** Where early allocations of 64 KiB begin, as observed: what lies below differs with the way of booting. */
function* itsMemory(k: Kernel): Generator<number, never> {
  const uefi = k.platform.arm64?.uefi !== undefined;
  const first = uefi ? 0x4017_0000 - 0x1_0000 * numaTables(k).online.size : 0x4155_0000;
  for (const table of [0, 1, 2]) yield first + table * 0x1_0000;
  for (let at = uefi ? 0x4019_0000 : 0x4158_0000; ; at += 0x1_0000) yield at;
}

const itsAllocations = kernelState((k) => ({ next: itsMemory(k), pendingTables: new Set<number>() }));

const address16 = (value: number): string => value.toString(16).padStart(16, '0');
const allocateIts = (k: Kernel): string => itsAllocations(k).next.next().value.toString(16);

/** Each redistributor gets a table of pending interrupts at its CPU's first start. */
function* its_cpu_init(k: Kernel): Co {
  const cpu = smp_processor_id(k);
  const { pendingTables } = itsAllocations(k);
  if (gic(k).its === undefined || pendingTables.has(cpu)) return;
  pendingTables.add(cpu);
  const table = address16(Number.parseInt(allocateIts(k), 16));
  yield* pr_info(k, `GICv3: CPU${cpu}: using allocated LPI pending table @0x${table}`);
}

/** @linux drivers/irqchip/irq-gic-v3-its.c, what it says */
function* its_init(k: Kernel): Co {
  const { its } = gic(k);
  if (its === undefined) return;
  yield* pr_info(
    k,
    `ITS [mem 0x${its.toString(16).padStart(8, '0')}-0x${(its + ITS_SIZE - 1).toString(16).padStart(8, '0')}]`,
  );
  for (const table of ['Devices @%s (indirect', 'Interrupt Collections @%s (flat'] as const) {
    const text = table.replace('%s', allocateIts(k));
    yield* pr_info(k, `ITS@0x${address16(its)}: allocated 8192 ${text}, esz 8, psz 64K, shr 1)`);
  }
  yield* pr_info(k, `GICv3: using LPI property table @0x${address16(Number.parseInt(allocateIts(k), 16))}`);
  yield* its_cpu_init(k);
}

/** CPUHP_AP_IRQ_GIC_STARTING. */
const gic_starting_cpu = traced('gic_starting_cpu', function* (k: Kernel): Co<number> {
  yield* gic_cpu_init(k);
  yield* its_cpu_init(k);
  return 0;
});

const CPUHP_AP_IRQ_GIC_STARTING = 97;

/** The distributor, then the boot CPU's part. */
export function* gic_init_bases(k: Kernel, addresses: GicAddresses): Co {
  const typer = readl(k, addresses.distributor + GICD_TYPER);
  const irqNumber = Math.min(32 * ((typer & GICD_TYPER_IRQS) + 1), FIRST_SPECIAL);
  const chip: GicChipData = {
    ...addresses,
    irqNumber,
    supportsDeactivateKey: is_hyp_mode_available(k),
    domain: new Map(),
    nextIrq: 1,
  };
  gic_data(k).chip = chip;
  yield* pr_info(k, `GICv3: ${irqNumber - FIRST_SPI} SPIs implemented`);
  yield* pr_info(k, 'GICv3: 0 Extended SPIs implemented');
  if (chip.supportsDeactivateKey) yield* pr_info(k, 'GICv3: Using split EOI/Deactivate mode');
  yield* pr_info(k, 'Root IRQ handler: gic_handle_irq');
  yield* pr_info(k, `GICv3: GICv3 features: ${FIRST_SPI - FIRST_PPI} PPIs`);
  yield* gic_dist_init(k);
  yield* gic_cpu_init(k);
  for (let sgi = 0; sgi < NR_SGIS; sgi++) {
    const desc = irq_to_desc(k, irq_create_mapping(k, sgi, false));
    if (desc) desc.hidden = true;
  }
  yield* cpuhp_setup_state_nocalls(
    k,
    CPUHP_AP_IRQ_GIC_STARTING,
    'irqchip/arm/gicv3:starting',
    gic_starting_cpu,
    undefined,
  );
  yield* its_init(k);
}

// --- interrupts between processors

/** Sends SGI `sgi` to a CPU: ICC_SGI1R_EL1 names its cluster and a bit of it. */
export function gic_ipi_send(k: Kernel, cpu: number, sgi: number): void {
  const mpidr = cpu_logical_map(k, cpu);
  const low = sgi * 2 ** 24 + affinityLevel(mpidr, 1) * 2 ** 16 + 2 ** (affinityLevel(mpidr, 0) & 15);
  write_sysreg(k, 'ICC_SGI1R_EL1', affinityLevel(mpidr, 2) * TWO_32 + low);
}

// --- taking interrupts

function* handleInterrupt(k: Kernel): Co {
  const intid = read_sysreg(k, 'ICC_IAR1_EL1');
  if (intid >= FIRST_SPECIAL) return;
  k.log.emit('irq_entry', intid);
  if (gic(k).supportsDeactivateKey) write_sysreg(k, 'ICC_EOIR1_EL1', intid);
  const desc = gic(k).domain.get(intid);
  if (desc) yield* generic_handle_irq_desc(k, desc);
  else {
    k.log.emit('unmodelled', 'gic_handle_irq', `unexpected interrupt ${intid}`);
    write_sysreg(k, gic(k).supportsDeactivateKey ? 'ICC_DIR_EL1' : 'ICC_EOIR1_EL1', intid);
  }
  yield* irq_exit_softirq(k);
  k.log.emit('irq_exit', intid);
}

function* interruptBody(k: Kernel): Co {
  yield* handleInterrupt(k);
  const task = get_current(k);
  if (task.user_mode && task.need_resched) yield* preempt_schedule_irq(k);
}

/** The root interrupt handler: what the exception vector for interrupts enters. */
export const gic_handle_irq = (k: Kernel): Frame => new Frame('gic_handle_irq', interruptBody(k));
