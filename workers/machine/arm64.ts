/** The architecture of the machine type `virt`: a chunk of its own, see {@link LateParts}. Not built yet; no command line asks for it. */
import { debian61 } from '../linux/profiles/debian-6-1.ts';
import type { Architecture } from './architecture.ts';

function notBuiltYet(): never {
  throw new Error('the machine type virt is not built yet');
}

export const arm64: Architecture = {
  profile: debian61,
  console: 'ttyAMA0',
  createBoard: notBuiltYet,
  buildFirmware: notBuiltYet,
  createKernel: notBuiltYet,
};
