/** The architecture of the machine type `virt`: a chunk of its own, see {@link LateParts}. The kernel is not built yet. */
import { buildVirtFirmware } from '../firmware/virt-firmware.ts';
import { VirtBoard } from '../hw/boards/virt.ts';
import { debian61 } from '../linux/profiles/debian-6-1.ts';
import type { Architecture } from './architecture.ts';

export const arm64: Architecture = {
  profile: debian61,
  console: 'ttyAMA0',
  createBoard: (options) => new VirtBoard(options),
  buildFirmware: buildVirtFirmware,
  createKernel: () => {
    throw new Error('the kernel of the machine type virt is not built yet');
  },
};
