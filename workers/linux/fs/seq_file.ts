/**
 * Files whose text is made at the time of reading. A reader that goes on where it stopped sees the rest of the text
 * that was made for its first read; one that begins at 0 again, or elsewhere, has it made anew.
 *
 * @linux fs/seq_file.c, with the whole text as one record
 */
import { type Co, traced } from '../../sim/coroutine.ts';
import type { file } from '../include/linux/fs.ts';
import type { Kernel } from '../kernel-context.ts';

export interface seq_file {
  text: string;
  /** Where the last read ended; -1: nothing was made yet. */
  read_pos: number;
}

export const seq_open = (): seq_file => ({ text: '', read_pos: -1 });

/** read(2) on a seq_file: `show` makes the text. */
export const seq_read_iter = traced(
  'seq_read_iter',
  function* (k: Kernel, file: file, m: seq_file, count: number, show: () => Co<string | number>): Co<string | number> {
    if (count === 0) return '';
    if (file.f_pos === 0 || file.f_pos !== m.read_pos) {
      const text = yield* show();
      if (typeof text === 'number') return text;
      m.text = text;
    }
    const piece = m.text.slice(file.f_pos, file.f_pos + count);
    m.read_pos = file.f_pos + piece.length;
    return piece;
  },
);
