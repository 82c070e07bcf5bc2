/** What UEFI, or QEMU's boot stub, leaves in the memory of a machine of the type `virt`. */
import type { MachineConfig } from '../abi/machine-config.ts';
import { virtLayout } from '../hw/boards/virt-addresses.ts';
import type { Firmware } from './firmware.ts';

const USABLE = 1;

export function buildVirtFirmware(config: MachineConfig): Firmware {
  const { ram } = virtLayout(config);
  return { rsdpAddress: 0, e820: [{ address: ram.base, length: ram.length, type: USABLE }], regions: [], tables: [] };
}
