/** Makes the board that a configuration asks for, but for `virt`, which is loaded late and makes its own. */
import type { BoardMachine, BoardOptions } from './board-machine.ts';
import { NoneBoard } from './none-board.ts';
import { PC_BOARD } from './pc.ts';
import { Q35_BOARD } from './q35.ts';
import { X86Board } from './x86-board.ts';

export type { BoardMachine, BoardOptions } from './board-machine.ts';

/** Throws for `virt`; the board before a reset must be of the same kind. */
export function createBoard(options: BoardOptions): BoardMachine {
  switch (options.config.board) {
    case 'q35':
      return new X86Board(Q35_BOARD, options);
    case 'pc':
      return new X86Board(PC_BOARD, options);
    case 'none':
      return new NoneBoard(options);
    case 'virt':
      throw new Error('virt is made by VirtBoard');
  }
}
