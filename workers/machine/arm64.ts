/** The architecture of the machine type `virt`: a chunk of its own, see {@link LateParts}. */
import type { MachineConfig } from '../abi/machine-config.ts';
import { buildVirtFirmware } from '../firmware/virt-firmware.ts';
import { VirtBoard } from '../hw/boards/virt.ts';
import { virtLayout } from '../hw/boards/virt-addresses.ts';
import { createArm64Kernel } from '../linux/arch/arm64/guest.ts';
import { labmemhpArm64 } from '../linux/profiles/labmemhp-arm64-6-1.ts';
import type { MemoryRegion } from '../protocol/machine-api.ts';
import type { Architecture } from './architecture.ts';

/** The gigabyte of flash and devices, RAM above it in one piece, and what DIMMs get where they can be had. */
function memoryRegions(config: MachineConfig): MemoryRegion[] {
  const { ram, deviceMemory, hasGed } = virtLayout(config);
  return [
    { kind: 'hole', start: 0, size: ram.base },
    { kind: 'ram', start: ram.base, size: ram.length },
    ...(deviceMemory && hasGed
      ? [{ kind: 'device-memory', start: deviceMemory.base, size: deviceMemory.length } as const]
      : []),
  ];
}

export const arm64: Architecture = {
  profile: labmemhpArm64,
  console: 'ttyAMA0',
  createBoard: (options) => new VirtBoard(options),
  buildFirmware: buildVirtFirmware,
  createKernel: createArm64Kernel,
  hasAcpi: (config) => virtLayout(config).hasGed,
  memoryRegions,
};
