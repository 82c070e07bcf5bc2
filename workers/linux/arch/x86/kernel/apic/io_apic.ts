/**
 * IO-APICs: redirection entries, and the interrupts behind their pins.
 *
 * @linux arch/x86/kernel/apic/io_apic.c, without interrupt remapping and the checks for broken chipsets
 */
import type { Co } from '../../../../../sim/coroutine.ts';
import type { CpuMask } from '../../../../include/linux/cpumask.ts';
import type { irq_chip, irq_data } from '../../../../include/linux/irq.ts';
import { hasOption, setup_max_cpus } from '../../../../kernel/boot-options.ts';
import { handle_edge_irq, handle_fasteoi_irq } from '../../../../kernel/irq/chip.ts';
import { for_each_irq_desc, irq_alloc_desc, irq_to_desc } from '../../../../kernel/irq/irqdesc.ts';
import { pr_info } from '../../../../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../../../../kernel-context.ts';
import { i8259A_chip, NR_IRQS_LEGACY } from '../i8259.ts';
import { ack_APIC_irq, destinationOf } from './destination.ts';
import {
  type apic_chip_data,
  assign_vector_locked,
  clear_irq_vector,
  ISA_IRQ_VECTOR,
  lapic_assign_legacy_vector,
} from './vector.ts';

/** Registers in memory (82093AA data sheet, 3.1) and behind the index (3.2). */
const IOREGSEL = 0x00;
const IOWIN = 0x10;
const IOAPICVER = 0x01;
const IOREDTBL = 0x10;
/** Bits of a redirection entry's low half. */
const RTE_DEST_LOGICAL = 1 << 11;
const RTE_ACTIVE_LOW = 1 << 13;
const RTE_LEVEL = 1 << 15;
const RTE_MASKED = 1 << 16;

const TIMER_IRQ = 0;

/** One IO-APIC as the MADT names it. */
export interface ioapic {
  readonly id: number;
  readonly address: number;
  readonly gsi_base: number;
  /** Pins. */
  nr_registers: number;
}

/** An interrupt source override: where an ISA interrupt really arrives, and how. */
export interface IsaOverride {
  readonly bus_irq: number;
  readonly gsi: number;
  readonly level: boolean;
  readonly activeLow: boolean;
}

interface Pin {
  readonly ioapic: ioapic;
  readonly pin: number;
  readonly activeLow: boolean;
  apicd: apic_chip_data | undefined;
}

export const ioapics = kernelState<ioapic[]>(() => []);
export const isaOverrides = kernelState(() => new Map<number, IsaOverride>());
/** Where interrupts are connected, by number. */
const pins = kernelState(() => new Map<number, Pin>());

function io_apic_read(k: Kernel, apic: ioapic, register: number): number {
  const { bus } = k.platform.currentVcpu();
  bus.writeMemory(apic.address + IOREGSEL, 4, register);
  return bus.readMemory(apic.address + IOWIN, 4);
}

function io_apic_write(k: Kernel, apic: ioapic, register: number, value: number): void {
  const { bus } = k.platform.currentVcpu();
  bus.writeMemory(apic.address + IOREGSEL, 4, register);
  bus.writeMemory(apic.address + IOWIN, 4, value >>> 0);
}

/** Writes a pin's entry as the interrupt stands. The high half first: an entry must not be live half-written. */
function writeEntry(k: Kernel, data: irq_data, masked: boolean): void {
  const pin = pins(k).get(data.irq);
  if (!pin) return;
  const destination = pin.apicd ? destinationOf(k, pin.apicd.cpu) : { id: 0, logical: false };
  const register = IOREDTBL + 2 * pin.pin;
  const low =
    (pin.apicd?.vector ?? 0) |
    (destination.logical ? RTE_DEST_LOGICAL : 0) |
    (pin.activeLow ? RTE_ACTIVE_LOW : 0) |
    (data.level ? RTE_LEVEL : 0) |
    (masked ? RTE_MASKED : 0);
  io_apic_write(k, pin.ioapic, register + 1, destination.id << 24);
  io_apic_write(k, pin.ioapic, register, low);
}

function* acknowledge(k: Kernel): Co {
  ack_APIC_irq(k);
}

export const ioapic_chip: irq_chip = {
  name: 'IO-APIC',
  movesInInterrupt: true,
  *irq_mask(k, data): Co {
    writeEntry(k, data, true);
  },
  *irq_unmask(k, data): Co {
    writeEntry(k, data, false);
  },
  irq_ack: acknowledge,
  irq_eoi: acknowledge,
  *irq_startup(k, data): Co<number> {
    return route(k, data, data.affinity);
  },
  *irq_shutdown(k, data): Co {
    const pin = pins(k).get(data.irq);
    if (!pin) return;
    clear_irq_vector(k, pin.apicd);
    pin.apicd = undefined;
  },
  *irq_set_affinity(k, data, dest): Co<number> {
    const ret = route(k, data, dest);
    if (ret === 0) writeEntry(k, data, data.masked);
    return ret;
  },
};

function route(k: Kernel, data: irq_data, mask: CpuMask): number {
  const pin = pins(k).get(data.irq);
  if (!pin) return 0;
  const apicd = assign_vector_locked(k, data, mask, pin.apicd);
  if (typeof apicd === 'number') return apicd;
  pin.apicd = apicd;
  return 0;
}

/** mp_register_ioapic(): reads how many pins there are. */
export function* mp_register_ioapic(k: Kernel, id: number, address: number, gsi_base: number): Co {
  const apic: ioapic = { id, address, gsi_base, nr_registers: 0 };
  const version = io_apic_read(k, apic, IOAPICVER);
  apic.nr_registers = ((version >>> 16) & 0xff) + 1;
  const at = ioapics(k).push(apic) - 1;
  const last = gsi_base + apic.nr_registers - 1;
  yield* pr_info(
    k,
    `IOAPIC[${at}]: apic_id ${id}, version ${version & 0xff}, address 0x${address.toString(16)}, GSI ${gsi_base}-${last}`,
  );
}

const ioapicOf = (k: Kernel, gsi: number): ioapic | undefined =>
  ioapics(k).find(({ gsi_base, nr_registers }) => gsi >= gsi_base && gsi < gsi_base + nr_registers);

/** Makes the interrupt `irq` the one behind the global system interrupt `gsi`. */
function mp_map_pin_to_irq(k: Kernel, irq: number, gsi: number, level: boolean, activeLow: boolean): void {
  const apic = ioapicOf(k, gsi);
  const known = irq_to_desc(k, irq);
  if (!apic || (known && known.irq_data.chip !== i8259A_chip)) return;
  const pin = gsi - apic.gsi_base;
  const flow = level
    ? { handle_irq: handle_fasteoi_irq, name: 'fasteoi' }
    : { handle_irq: handle_edge_irq, name: 'edge' };
  irq_alloc_desc(k, ioapic_chip, { irq, hwirq: pin, level }, flow);
  pins(k).set(irq, { ioapic: apic, pin, activeLow, apicd: undefined });
}

/** Without an IO-APIC an interrupt is the ISA interrupt of its number. */
const acpi_register_gsi_pic = (k: Kernel, gsi: number): number =>
  gsi < NR_IRQS_LEGACY && irq_to_desc(k, gsi) ? gsi : -1;

/** `noapic`, and what comes with `nosmp` and `maxcpus=0`: the IO-APIC is left alone. */
export const skip_ioapic_setup = (k: Kernel): boolean => hasOption(k, 'noapic') || setup_max_cpus(k) === 0;

/** The interrupt number of a global system interrupt, made if need be; -1 when no IO-APIC has it. */
export function acpi_register_gsi(k: Kernel, gsi: number, level: boolean, activeLow: boolean): number {
  const override = [...isaOverrides(k).values()].find((entry) => entry.gsi === gsi);
  const irq = override?.bus_irq ?? gsi;
  if (skip_ioapic_setup(k)) return acpi_register_gsi_pic(k, gsi);
  if (!irq_to_desc(k, irq)) mp_map_pin_to_irq(k, irq, gsi, level, activeLow);
  return irq_to_desc(k, irq) ? irq : -1;
}

/** setup_IO_APIC(): masks every pin, connects the ISA interrupts, finds the timer's. */
export function* setup_IO_APIC(k: Kernel): Co {
  for (const apic of ioapics(k)) {
    for (let pin = 0; pin < apic.nr_registers; pin++) io_apic_write(k, apic, IOREDTBL + 2 * pin, RTE_MASKED);
  }
  const overridden = new Set([...isaOverrides(k).values()].map(({ gsi }) => gsi));
  for (let irq = 0; irq < NR_IRQS_LEGACY; irq++) {
    const override = isaOverrides(k).get(irq);
    // a pin that another ISA interrupt was moved to is not its own any more
    if (!override && overridden.has(irq)) continue;
    mp_map_pin_to_irq(k, irq, override?.gsi ?? irq, override?.level ?? false, override?.activeLow ?? false);
  }
  // before they are requested, legacy interrupts have their vectors of old at the boot CPU
  for (const desc of for_each_irq_desc(k))
    if (desc.irq_data.irq < NR_IRQS_LEGACY && desc.irq_data.chip === ioapic_chip)
      desc.irq_data.effective_affinity.set(0);
  const timer = irq_to_desc(k, TIMER_IRQ);
  const pin = pins(k).get(TIMER_IRQ);
  if (!timer || !pin) return;
  pin.apicd = lapic_assign_legacy_vector(k, timer.irq_data, 0);
  yield* pr_info(k, `..TIMER: vector=0x${ISA_IRQ_VECTOR.toString(16)} apic1=0 pin1=${pin.pin} apic2=-1 pin2=-1`);
  timer.irq_data.activated = true;
}
