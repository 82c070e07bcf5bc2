/** `acpi --machine "…" --out DIR`: writes the ACPI tables of a machine, one `.dat` each, for iasl and other readers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MachineConfig } from '../abi/machine-config.ts';
import { buildFirmware } from '../firmware/firmware.ts';
import { buildVirtFirmware } from '../firmware/virt-firmware.ts';
import { UsageError } from './arguments.ts';

/** A serial port is there when the command line names one that is not `none`. */
const namesSerialPort = ({ ignored }: MachineConfig): boolean =>
  ignored.some((option) => option.startsWith('-serial ') && option !== '-serial none');

/**
 * Writes `DSDT.dat`, `APIC.dat`, … into `folder`, making it when it is not there. Returns a line for each file:
 * signature, guest-physical address, length. The RSDP, a pointer without a table's header, is left out, as in
 * /sys/firmware/acpi/tables.
 */
export function acpiCommand(config: MachineConfig, folder: string): string[] {
  if (config.board === 'none') throw new UsageError('acpi: expected a machine of type q35, pc or virt');
  const { tables } =
    config.board === 'virt'
      ? buildVirtFirmware(config)
      : buildFirmware(config, { serialPort: namesSerialPort(config) });
  if (tables.length === 0) throw new UsageError('acpi: this machine has no ACPI tables: expected -bios');
  mkdirSync(folder, { recursive: true });
  return tables
    .filter(({ signature }) => signature !== 'RSDP')
    .map(({ signature, address, bytes }) => {
      writeFileSync(join(folder, `${signature}.dat`), bytes);
      return `${signature} 0x${address.toString(16).padStart(8, '0')} ${bytes.length}`;
    });
}
