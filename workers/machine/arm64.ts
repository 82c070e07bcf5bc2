/** The architecture of the machine type `virt`: a chunk of its own, see {@link LateParts}. */
import { buildVirtFirmware } from '../firmware/virt-firmware.ts';
import { VirtBoard } from '../hw/boards/virt.ts';
import { createArm64Kernel } from '../linux/arch/arm64/guest.ts';
import { labmemhpArm64 } from '../linux/profiles/labmemhp-arm64-6-1.ts';
import type { Architecture } from './architecture.ts';

export const arm64: Architecture = {
  profile: labmemhpArm64,
  console: 'ttyAMA0',
  createBoard: (options) => new VirtBoard(options),
  buildFirmware: buildVirtFirmware,
  createKernel: createArm64Kernel,
};
