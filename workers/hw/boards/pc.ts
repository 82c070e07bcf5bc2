/** The `pc` machine (i440FX): hw/i386/pc_piix.c. */
import { x86BoardAddresses } from './addresses.ts';
import { PC_FUNCTIONS } from './pci-functions.ts';
import type { X86BoardTable } from './x86-board.ts';

export const PC_BOARD: X86BoardTable = { addresses: x86BoardAddresses.pc, pciFunctions: PC_FUNCTIONS };
