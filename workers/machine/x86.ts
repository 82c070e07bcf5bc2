/** The architecture of the machine types `pc` and `q35`. */
import { buildFirmware } from '../firmware/firmware.ts';
import { createBoard } from '../hw/boards/board.ts';
import { createKernel } from '../linux/guest.ts';
import { debian61 } from '../linux/profiles/debian-6-1.ts';
import type { Architecture } from './architecture.ts';

export const x86: Architecture = { profile: debian61, console: 'ttyS0', createBoard, buildFirmware, createKernel };
