/**
 * What the firmware's tables and the bus say of the address space, in /proc/iomem: ROMs, interrupt controllers, timer,
 * PCI configuration space and windows.
 *
 * @linux arch/x86/kernel/probe_roms.c, apic/apic.c lapic_insert_resource, apic/io_apic.c ioapic_insert_resources,
 * hpet.c hpet_insert_resource, arch/x86/pci/mmconfig-shared.c, drivers/acpi/pci_root.c, drivers/pci/probe.c
 */
import { acpi_evaluate_object } from '../../../../acpica/namespace/nsxfeval.ts';
import { addressResources } from '../../../../acpica/resources/rsaddr.ts';
import { acpi_get_table, tableEntries } from '../../../../acpica/tables/tbutils.ts';
import type { Co } from '../../../../sim/coroutine.ts';
import { acpi, acpiInstance } from '../../../drivers/acpi/internal.ts';
import { insert_resource, wrap_resource } from '../../../kernel/resource.ts';
import type { Kernel } from '../../../kernel-context.ts';

const MADT_HEADER = 44;
const MADT_LOCAL_APIC_ADDRESS = 36;
const MADT_IO_APIC = 1;
const LOCAL_APIC_SIZE = 0x1000;
const IO_APIC_SIZE = 0x400;
const HPET_SIZE = 0x400;
const HPET_ADDRESS = 44;
const MCFG_HEADER = 44;
const MCFG_ENTRY = 16;
const BUS_SIZE = 0x10_0000;
const PCI_CONFIG_ADDRESS = 0xcf8;
const PCI_CONFIG_DATA = 0xcfc;
const PCI_CONFIG_ENABLE = 2 ** 31;
const PCI_BASE_ADDRESS_0 = 0x10;
/** The dword with the header type, and in it the bit of a device with several functions. */
const PCI_HEADER_TYPE = 0x0c;
const PCI_MULTIFUNCTION = 0x80_0000;

/** Found by their signature; the first is the option ROM that QEMU's -kernel brings. */
const ROMS = [
  [0xc_0000, 0xc_05ff, 'Video ROM'],
  [0xf_0000, 0xf_ffff, 'System ROM'],
] as const;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function interruptControllers(k: Kernel): void {
  const madt = acpi_get_table(acpi(k), 'APIC');
  if (!madt) return;
  const local = view(madt).getUint32(MADT_LOCAL_APIC_ADDRESS, true);
  insert_resource(k, local, local + LOCAL_APIC_SIZE - 1, 'Local APIC');
  let number = 0;
  for (const { type, bytes } of tableEntries(madt, MADT_HEADER)) {
    if (type !== MADT_IO_APIC || bytes.length < 12) continue;
    const base = view(bytes).getUint32(4, true);
    insert_resource(k, base, base + IO_APIC_SIZE - 1, `IOAPIC ${number++}`);
  }
}

function timer(k: Kernel): void {
  const hpet = acpi_get_table(acpi(k), 'HPET');
  if (!hpet) return;
  const base = Number(view(hpet).getBigUint64(HPET_ADDRESS, true));
  insert_resource(k, base, base + HPET_SIZE - 1, 'HPET 0');
  insert_resource(k, base, base + HPET_SIZE - 1, 'PNP0103:00');
}

/** The memory-mapped configuration space; the board reserves it as well, with a PNP device. */
function configurationSpace(k: Kernel): void {
  const mcfg = acpi_get_table(acpi(k), 'MCFG');
  if (!mcfg) return;
  for (let at = MCFG_HEADER; at + MCFG_ENTRY <= mcfg.length; at += MCFG_ENTRY) {
    const fields = view(mcfg);
    const base = Number(fields.getBigUint64(at, true));
    const [first, last] = [fields.getUint8(at + 10), fields.getUint8(at + 11)];
    const [start, end] = [base + first * BUS_SIZE, base + (last + 1) * BUS_SIZE - 1];
    const digits = (value: number, width: number): string => value.toString(16).padStart(width, '0');
    const segment = digits(fields.getUint16(at + 8, true), 4);
    insert_resource(k, start, end, 'pnp 00:04');
    wrap_resource(k, start, end, `PCI MMCONFIG ${segment} [bus ${digits(first, 2)}-${digits(last, 2)}]`);
  }
}

/** What the root bridge passes on. */
function* pciWindows(k: Kernel): Co {
  const { status, value } = yield* acpi_evaluate_object(acpi(k), undefined, '\\_SB.PCI0._CRS');
  if (status !== 'AE_OK' || value?.type !== 'Buffer') return;
  for (const { resource_type, minimum, maximum } of addressResources(value.value) ?? []) {
    if (resource_type === 'memory') insert_resource(k, Number(minimum), Number(maximum), 'PCI Bus 0000:00');
  }
}

const pciRead = (k: Kernel, device: number, fn: number, register: number): number => {
  const { bus } = k.platform.currentVcpu();
  bus.writePort(PCI_CONFIG_ADDRESS, 4, (PCI_CONFIG_ENABLE | (device << 11) | (fn << 8) | register) >>> 0);
  return bus.readPort(PCI_CONFIG_DATA, 4);
};

function pciWrite(k: Kernel, device: number, fn: number, register: number, value: number): void {
  const { bus } = k.platform.currentVcpu();
  bus.writePort(PCI_CONFIG_ADDRESS, 4, (PCI_CONFIG_ENABLE | (device << 11) | (fn << 8) | register) >>> 0);
  bus.writePort(PCI_CONFIG_DATA, 4, value);
}

/** __pci_read_base(): the range in memory behind a base address register. */
function pciMemoryRange(k: Kernel, device: number, fn: number, register: number): [number, number] | undefined {
  const bar = pciRead(k, device, fn, register);
  if (bar === 0 || bar & 1) return undefined;
  pciWrite(k, device, fn, register, 0xffff_ffff);
  const mask = pciRead(k, device, fn, register) & ~0xf;
  pciWrite(k, device, fn, register, bar);
  const start = (bar & ~0xf) >>> 0;
  return [start, start + (~mask >>> 0)];
}

/** What the functions of bus 0 take of the address space. */
function pciDevices(k: Kernel): void {
  const exists = (device: number, fn: number): boolean => (pciRead(k, device, fn, 0) & 0xffff) !== 0xffff;
  for (let device = 0; device < 32; device++) {
    if (!exists(device, 0)) continue;
    const functions = pciRead(k, device, 0, PCI_HEADER_TYPE) & PCI_MULTIFUNCTION ? 8 : 1;
    for (let fn = 0; fn < functions; fn++) {
      if (!exists(device, fn)) continue;
      const name = `0000:00:${device.toString(16).padStart(2, '0')}.${fn}`;
      for (let bar = 0; bar < 6; bar++) {
        const range = pciMemoryRange(k, device, fn, PCI_BASE_ADDRESS_0 + 4 * bar);
        if (range) insert_resource(k, ...range, name);
      }
    }
  }
}

/** subsys_initcall. */
export function* pci_subsys_init(k: Kernel): Co<number> {
  for (const [start, end, name] of ROMS) insert_resource(k, start, end, name);
  if (!acpiInstance(k).globals) return 0;
  interruptControllers(k);
  timer(k);
  configurationSpace(k);
  yield* pciWindows(k);
  pciDevices(k);
  return 0;
}
