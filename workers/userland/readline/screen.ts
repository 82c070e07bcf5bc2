/**
 * What the terminal shows of the line that is edited, and the least output that makes it show another. Movement to the
 * left is by backspace, as far as no line break lies between: a terminal that wraps lines by itself need not be as wide
 * as the guest believes.
 */

/** One character of the line as it is shown: `^A` for a control character, nothing wide for a colour of the prompt. */
interface Cell {
  readonly text: string;
  readonly width: number;
}

const TAB_STOP = 8;
/** Up to so many characters are cleared by blanks, as readline does; more by an erase sequence. */
const CLEARED_BY_BLANKS = 8;

const ESCAPES = /\x1b\[[0-9;?]*[A-Za-z]|[\s\S]/g;

/** Columns of a character, whose UTF-8 bytes these are: East Asian wide ones take two. */
function widthOf(character: string): number {
  const lead = character.charCodeAt(0);
  if (lead < 0xe0 || character.length < 3) return 1;
  const point =
    character.length === 3
      ? ((lead & 0xf) << 12) | ((character.charCodeAt(1) & 0x3f) << 6) | (character.charCodeAt(2) & 0x3f)
      : 0x1f300;
  const wide =
    (point >= 0x1100 && point <= 0x115f) ||
    (point >= 0x2e80 && point <= 0xa4cf) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff00 && point <= 0xff60) ||
    (point >= 0xffe0 && point <= 0xffe6) ||
    point >= 0x1f300;
  return wide ? 2 : 1;
}

function cellOf(character: string, column: number): Cell {
  if (character === '\n') return { text: '\n', width: 0 };
  if (character.startsWith('\x1b[')) return { text: character, width: 0 };
  if (character === '\t') {
    const width = TAB_STOP - (column % TAB_STOP);
    return { text: ' '.repeat(width), width };
  }
  if (character < ' ' || character === '\x7f') {
    return { text: `^${String.fromCharCode(character.charCodeAt(0) ^ 0x40)}`, width: 2 };
  }
  return { text: character, width: widthOf(character) };
}

function layOut(characters: readonly string[]): Cell[] {
  let column = 0;
  return characters.map((character) => {
    const cell = cellOf(character, column);
    column = cell.text === '\n' ? 0 : column + cell.width;
    return cell;
  });
}

const textOf = (cells: readonly Cell[]): string => cells.map(({ text }) => text).join('');

export class Screen {
  private cells: Cell[] = [];
  private cursor = 0;
  private columns = 80;

  /** The prompt has been written; nothing of the line has. */
  begin(prompt: string, columns: number): void {
    this.cells = layOut(prompt.match(ESCAPES) ?? []);
    this.cursor = this.cells.length;
    this.columns = Math.max(columns, 2);
  }

  /** Output after which the terminal shows prompt and line, with the cursor before character `cursor` of the line. */
  show(prompt: string, line: readonly string[], cursor: number): string {
    const head = prompt.match(ESCAPES) ?? [];
    const next = layOut([...head, ...line]);
    const { cells } = this;
    let same = 0;
    while (same < next.length && next[same]?.text === cells[same]?.text) same++;
    let output = '';
    if (same < next.length || same < cells.length) {
      output += this.move(Math.min(same, cells.length));
      output += textOf(next.slice(same));
      const [before, after] = [cells.slice(same), next.slice(same)];
      this.cells = next;
      this.cursor = next.length;
      output += this.clearAfter(before, after);
    }
    return output + this.move(head.length + cursor);
  }

  /** Output for a character that is typed at the end of the line. */
  append(character: string): string {
    const { cells } = this;
    const cell = cellOf(character, 0);
    cells.push(cell);
    this.cursor = cells.length;
    return cell.text;
  }

  /** Output that starts prompt and line anew, wherever the cursor is. */
  again(prompt: string, line: readonly string[], cursor: number): string {
    this.begin(prompt, this.columns);
    return prompt + this.show(prompt, line, cursor);
  }

  /** What is left of a longer text is wiped off. */
  private clearAfter(before: readonly Cell[], after: readonly Cell[]): string {
    const width = (cells: readonly Cell[]): number => cells.reduce((sum, cell) => sum + cell.width, 0);
    const left = width(before) - width(after);
    if ([...before, ...after].some(({ text }) => text === '\n') || left > CLEARED_BY_BLANKS) return '\x1b[J';
    return left > 0 ? ' '.repeat(left) + '\b'.repeat(left) : '';
  }

  private move(to: number): string {
    const { cells, cursor } = this;
    this.cursor = to;
    if (to >= cursor) return textOf(cells.slice(cursor, to));
    const between = cells.slice(to, cursor);
    if (!between.some(({ text }) => text === '\n')) {
      return '\b'.repeat(between.reduce((sum, { width }) => sum + width, 0));
    }
    const up = this.rowOf(cursor) - this.rowOf(to);
    const start = cells.slice(0, to).findLastIndex(({ text }) => text === '\n') + 1;
    return `${up > 0 ? `\x1b[${up}A` : ''}\r${textOf(cells.slice(start, to))}`;
  }

  /** Row of a cell, where the terminal is as wide as the guest believes. */
  private rowOf(at: number): number {
    let row = 0;
    let column = 0;
    for (const { text, width } of this.cells.slice(0, at)) {
      if (text === '\n') {
        row++;
        column = 0;
      } else if (column + width > this.columns) {
        row++;
        column = width;
      } else column += width;
    }
    return row;
  }
}
