/** The `q35` machine: hw/i386/pc_q35.c. */
import { x86BoardAddresses } from './addresses.ts';
import { Q35_FUNCTIONS } from './pci-functions.ts';
import type { X86BoardTable } from './x86-board.ts';

export const Q35_BOARD: X86BoardTable = { addresses: x86BoardAddresses.q35, pciFunctions: Q35_FUNCTIONS };
