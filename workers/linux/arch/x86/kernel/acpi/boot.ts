/**
 * What ACPI's tables tell the kernel before there is a scheduler: processors, interrupt controllers, overrides, nodes.
 *
 * @linux arch/x86/kernel/acpi/boot.c
 */
import { acpi_gbl_FADT } from '../../../../../acpica/tables/tbfadt.ts';
import { acpi_get_table, tableEntries } from '../../../../../acpica/tables/tbutils.ts';
import type { Co } from '../../../../../sim/coroutine.ts';
import { acpi_table_init } from '../../../../drivers/acpi/bus.ts';
import { acpi } from '../../../../drivers/acpi/internal.ts';
import { MADT_ENABLED, MADT_HEADER } from '../../../../drivers/acpi/processor_core.ts';
import { cpu_possible_mask } from '../../../../include/linux/cpumask.ts';
import { bootMessages } from '../../../../init/boot-messages.ts';
import { pr_info, pr_warn } from '../../../../kernel/printk/printk.ts';
import type { Kernel } from '../../../../kernel-context.ts';
import { init_cpu_to_node } from '../../../../mm/numa.ts';
import { free_area_init } from '../../../../mm/page_alloc.ts';
import { x86_acpi_numa_init } from '../../mm/srat.ts';
import { cpu_physical_id, generic_processor_info, processorCount } from '../apic/apicid.ts';
import { isaOverrides, mp_register_ioapic, skip_ioapic_setup } from '../apic/io_apic.ts';
import { inb, outb, PIC_ELCR1, PIC_ELCR2 } from '../i8259.ts';
import { MADT_LOCAL_X2APIC, madtProcessor } from './madt.ts';

/** Structures of the MADT beside the processors (ACPI 6.4 §5.2.12). */
const MADT_IO_APIC = 1;
const MADT_INTERRUPT_OVERRIDE = 2;
const MADT_LOCAL_APIC_NMI = 4;

/** From which MADT revision on a processor that is not enabled must say that it can be. */
const MADT_ONLINE_CAPABLE_REVISION = 5;
const MADT_ONLINE_CAPABLE = 1 << 1;

const NR_IRQS_LEGACY = 16;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** MPS INTI flags in words: polarity and trigger mode. */
const POLARITIES = ['dfl', 'high', 'res', 'low'] as const;
const TRIGGERS = ['dfl', 'edge', 'res', 'level'] as const;
const intiText = (flags: number): string => `${POLARITIES[flags & 3]} ${TRIGGERS[(flags >> 2) & 3]}`;

/** Numbers the enabled processors and counts the others. */
function* acpi_parse_madt_lapic_entries(k: Kernel, madt: Uint8Array): Co {
  const strict = (madt[8] ?? 0) >= MADT_ONLINE_CAPABLE_REVISION;
  for (const { type, bytes } of tableEntries(madt, MADT_HEADER)) {
    const processor = madtProcessor(type, bytes, true);
    if (!processor) continue;
    const { physId, flags } = processor;
    if (physId === (type === MADT_LOCAL_X2APIC ? 0xffff_ffff : 0xff)) continue;
    if ((flags & MADT_ENABLED) !== 0) yield* generic_processor_info(k, physId);
    else if (!strict || (flags & MADT_ONLINE_CAPABLE) !== 0) processorCount(k).disabled_cpus++;
  }
  for (const { type, bytes } of tableEntries(madt, MADT_HEADER)) {
    if (type !== MADT_LOCAL_APIC_NMI || bytes.length < 6) continue;
    const flags = view(bytes).getUint16(3, true);
    const processor = `acpi_id[0x${(bytes[2] ?? 0).toString(16).padStart(2, '0')}]`;
    yield* pr_info(k, `ACPI: LAPIC_NMI (${processor} ${intiText(flags)} lint[0x${(bytes[5] ?? 0).toString(16)}])`);
  }
}

/** IO-APICs, then where ISA interrupts arrive at them. */
function* acpi_parse_madt_ioapic_entries(k: Kernel, madt: Uint8Array): Co {
  for (const { type, bytes } of tableEntries(madt, MADT_HEADER)) {
    if (type !== MADT_IO_APIC || bytes.length < 12) continue;
    const fields = view(bytes);
    yield* mp_register_ioapic(k, fields.getUint8(2), fields.getUint32(4, true), fields.getUint32(8, true));
  }
  for (const { type, bytes } of tableEntries(madt, MADT_HEADER)) {
    if (type !== MADT_INTERRUPT_OVERRIDE || bytes.length < 10) continue;
    const fields = view(bytes);
    const bus_irq = fields.getUint8(3);
    const gsi = fields.getUint32(4, true);
    const flags = fields.getUint16(8, true);
    const numbers = `bus ${fields.getUint8(2)} bus_irq ${bus_irq} global_irq ${gsi}`;
    yield* pr_info(k, `ACPI: INT_SRC_OVR (${numbers} ${intiText(flags)})`);
    if (bus_irq >= NR_IRQS_LEGACY) {
      yield* pr_warn(k, `ACPI: Invalid bus_irq ${bus_irq} for legacy override`);
      continue;
    }
    // the bus's own mode is edge and active high; a value of 3 says otherwise
    isaOverrides(k).set(bus_irq, { bus_irq, gsi, level: (flags & 0xc) === 0xc, activeLow: (flags & 3) === 3 });
  }
}

/** Address and id of the HPET, which the lab does not model. */
function* acpi_parse_hpet(k: Kernel): Co {
  const hpet = acpi_get_table(acpi(k), 'HPET');
  if (!hpet || hpet.length < 52) return;
  const id = view(hpet).getUint32(36, true);
  const base = view(hpet).getUint32(44, true);
  yield* pr_info(k, `ACPI: HPET id: 0x${id.toString(16)} base: 0x${base.toString(16)}`);
}

/**
 * The MultiProcessor tables of older firmware, asked for what ACPI was not asked for. The lab's firmware has none in
 * memory; its MADT tells the same.
 */
function* get_smp_config(k: Kernel, madt: Uint8Array): Co {
  yield* bootMessages(k, 'mptable');
  for (const { type, bytes } of tableEntries(madt, MADT_HEADER)) {
    if (type !== MADT_IO_APIC || bytes.length < 12) continue;
    const fields = view(bytes);
    yield* mp_register_ioapic(k, fields.getUint8(2), fields.getUint32(4, true), fields.getUint32(8, true));
  }
  yield* pr_info(k, `Processors: ${processorCount(k).num_processors}`);
}

/** SCI at the legacy controller: level-triggered. Says so when the firmware had it otherwise. */
export function* acpi_pic_sci_set_trigger(k: Kernel, irq: number): Co {
  const old = inb(k, PIC_ELCR1) | (inb(k, PIC_ELCR2) << 8);
  const level = 1 << irq;
  if (old === level) return;
  const text = (value: number): string => value.toString(16).padStart(4, '0');
  yield* pr_info(k, `ACPI: setting ELCR to ${text(level)} (from ${text(old)})`);
  outb(k, level & 0xff, PIC_ELCR1);
  outb(k, level >> 8, PIC_ELCR2);
}

/**
 * The ACPI part of setup_arch(): tables, nodes, zones, the MADT. Without an RSDP the machine has one processor and no
 * interrupt controller that the lab models.
 */
export function* acpi_boot(k: Kernel): Co {
  if ((yield* acpi_table_init(k)) < 0) {
    yield* free_area_init(k);
    return;
  }
  for (const { signature, bytes, address } of acpi(k).tables) {
    const last = address + bytes.length - 1;
    const range = `[mem 0x${address.toString(16)}-0x${last.toString(16)}]`;
    yield* pr_info(k, `ACPI: Reserving ${signature} table memory at ${range}`);
  }
  yield* x86_acpi_numa_init(k);
  yield* free_area_init(k);
  const timer = acpi_gbl_FADT(acpi(k)).fadt?.pmTimerBlock;
  if (timer) yield* pr_info(k, `ACPI: PM-Timer IO Port: 0x${timer.address.toString(16)}`);
  const madt = acpi_get_table(acpi(k), 'APIC');
  if (madt) {
    yield* acpi_parse_madt_lapic_entries(k, madt);
    if (skip_ioapic_setup(k)) {
      yield* pr_info(k, "ACPI: Skipping IOAPIC probe due to 'noapic' option.");
      yield* pr_info(k, 'ACPI: Using ACPI for processor (LAPIC) configuration information');
    } else {
      yield* acpi_parse_madt_ioapic_entries(k, madt);
      yield* pr_info(k, 'ACPI: Using ACPI (MADT) for SMP configuration information');
    }
  }
  yield* acpi_parse_hpet(k);
  if (madt && skip_ioapic_setup(k)) yield* get_smp_config(k, madt);
}

/** After the masks are final: the node of every possible CPU. */
export const initCpuNodes = (k: Kernel): void =>
  init_cpu_to_node(k, (cpu) => cpu_physical_id(k, cpu), cpu_possible_mask(k));
