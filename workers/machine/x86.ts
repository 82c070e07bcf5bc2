/** The architecture of the machine types `pc` and `q35`. */
import type { MachineConfig } from '../abi/machine-config.ts';
import { buildFirmware } from '../firmware/firmware.ts';
import { deviceMemory, highRamStart, splitRam, x86BoardAddresses } from '../hw/boards/addresses.ts';
import { createBoard } from '../hw/boards/board.ts';
import { createKernel } from '../linux/guest.ts';
import { debian61 } from '../linux/profiles/debian-6-1.ts';
import type { MemoryRegion } from '../protocol/machine-api.ts';
import type { Architecture } from './architecture.ts';

const FOUR_GIB = 2 ** 32;

/** RAM below the hole for devices and the rest of it above, and what DIMMs get: by the board's addresses. */
function memoryRegions(config: MachineConfig): MemoryRegion[] {
  if (config.board !== 'pc' && config.board !== 'q35') return [];
  const addresses = x86BoardAddresses[config.board];
  const { low, high } = splitRam(addresses, config.memorySize);
  const region = deviceMemory(addresses, config);
  return [
    { kind: 'ram', start: 0, size: low },
    { kind: 'hole', start: low, size: FOUR_GIB - low },
    ...(high > 0 ? [{ kind: 'ram', start: highRamStart(addresses, config), size: high } as const] : []),
    ...(region ? [{ kind: 'device-memory', start: region.base, size: region.length } as const] : []),
  ];
}

export const x86: Architecture = {
  profile: debian61,
  console: 'ttyS0',
  createBoard,
  buildFirmware,
  createKernel,
  hasAcpi: () => true,
  memoryRegions,
};
