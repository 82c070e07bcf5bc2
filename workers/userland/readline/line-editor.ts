/**
 * Editing of a line at a terminal, as readline 8.2 does it in emacs mode (bash(1), READLINE): keys in, output for the
 * terminal out. Not modelled: macros, key bindings of one's own, the region, numeric arguments.
 */
import type { Completion, KeyResult, LineEditor } from '../shell/line-editing.ts';
import { columnsOf, commonPrefix } from './candidates.ts';
import { Screen } from './screen.ts';

const BELL = '\x07';
/** From so many candidates on, the question comes before the list. */
const QUERY_ITEMS = 100;
const UNDO_KEPT = 200;

const control = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) & 0x1f);

const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[A-Za-z0-9\x80-\xff]/.test(character);

/** How many bytes of UTF-8 follow this one. */
const followers = (byte: number): number => (byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0);

/** Splits a byte string into characters. */
function charactersOf(text: string): string[] {
  return text.match(/[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3}|[\s\S]/g) ?? [];
}

/** Sequences that function keys send, by what they do. */
const SEQUENCES: Readonly<Record<string, keyof typeof COMMANDS>> = {
  '[A': 'previousHistory',
  '[B': 'nextHistory',
  '[C': 'forwardChar',
  '[D': 'backwardChar',
  '[H': 'beginningOfLine',
  '[F': 'endOfLine',
  '[1~': 'beginningOfLine',
  '[4~': 'endOfLine',
  '[7~': 'beginningOfLine',
  '[8~': 'endOfLine',
  '[3~': 'deleteChar',
  '[1;5C': 'forwardWord',
  '[1;5D': 'backwardWord',
  '[1;3C': 'forwardWord',
  '[1;3D': 'backwardWord',
  OA: 'previousHistory',
  OB: 'nextHistory',
  OC: 'forwardChar',
  OD: 'backwardChar',
  OH: 'beginningOfLine',
  OF: 'endOfLine',
  b: 'backwardWord',
  f: 'forwardWord',
  d: 'killWord',
  '\x7f': 'backwardKillWord',
  '\b': 'backwardKillWord',
  '.': 'yankLastArg',
  _: 'yankLastArg',
  '<': 'beginningOfHistory',
  '>': 'endOfHistory',
};

const KEYS: Readonly<Record<string, keyof typeof COMMANDS>> = {
  [control('A')]: 'beginningOfLine',
  [control('E')]: 'endOfLine',
  [control('B')]: 'backwardChar',
  [control('F')]: 'forwardChar',
  [control('P')]: 'previousHistory',
  [control('N')]: 'nextHistory',
  [control('K')]: 'killLine',
  [control('U')]: 'unixLineDiscard',
  [control('W')]: 'unixWordRubout',
  [control('Y')]: 'yank',
  [control('T')]: 'transposeChars',
  [control('_')]: 'undo',
  [control('H')]: 'backwardDeleteChar',
  '\x7f': 'backwardDeleteChar',
};

/** Readline's commands that only change the line or the cursor. False: the bell. */
const COMMANDS = {
  beginningOfLine: (line: Line) => line.moveTo(0),
  endOfLine: (line: Line) => line.moveTo(line.text.length),
  backwardChar: (line: Line) => line.moveTo(line.cursor - 1),
  forwardChar: (line: Line) => line.moveTo(line.cursor + 1),
  backwardWord: (line: Line) => line.moveTo(line.wordStart()),
  forwardWord: (line: Line) => line.moveTo(line.wordEnd()),
  deleteChar: (line: Line) => line.remove(line.cursor, line.cursor + 1),
  backwardDeleteChar: (line: Line) => line.remove(line.cursor - 1, line.cursor),
  killLine: (line: Line) => line.kill(line.cursor, line.text.length, 'after'),
  unixLineDiscard: (line: Line) => line.kill(0, line.cursor, 'before'),
  unixWordRubout: (line: Line) => line.kill(line.blankWordStart(), line.cursor, 'before'),
  killWord: (line: Line) => line.kill(line.cursor, line.wordEnd(), 'after'),
  backwardKillWord: (line: Line) => line.kill(line.wordStart(), line.cursor, 'before'),
  yank: (line: Line) => line.insert(line.killed),
  transposeChars: (line: Line) => line.transpose(),
  undo: (line: Line) => line.undo(),
  previousHistory: (line: Line) => line.recall(line.place - 1),
  nextHistory: (line: Line) => line.recall(line.place + 1),
  beginningOfHistory: (line: Line) => line.recall(0),
  endOfHistory: (line: Line) => line.recall(line.history.length),
  yankLastArg: (line: Line) => line.yankLastArgument(),
} as const;

/** The text, the cursor, what was killed, and the history with its edits. */
class Line {
  text: string[] = [];
  cursor = 0;
  killed: string[] = [];
  history: readonly string[] = [];
  /** Index in the history of the entry that is shown; its length: the line that is new. */
  place = 0;
  /** Entries that were changed without having been entered. */
  private readonly edited = new Map<number, string[]>();
  private undone: { text: readonly string[]; cursor: number }[] = [];
  /** The last key was a character of the text. */
  private typing = false;
  /** The last command killed: the next kill adds to what it took. */
  killing = false;

  begin(history: readonly string[]): void {
    this.text = [];
    this.cursor = 0;
    this.history = history;
    this.place = history.length;
    this.edited.clear();
    this.undone = [];
    this.typing = false;
  }

  get string(): string {
    return this.text.join('');
  }

  moveTo(cursor: number): boolean {
    if (cursor < 0 || cursor > this.text.length) return false;
    this.typing = false;
    this.cursor = cursor;
    return true;
  }

  /** A character that a key stands for; undone together with those typed before it. */
  type(character: string): void {
    if (!this.typing) this.keep();
    this.typing = true;
    if (this.cursor === this.text.length) this.text.push(character);
    else this.text.splice(this.cursor, 0, character);
    this.cursor++;
  }

  insert(characters: readonly string[]): boolean {
    this.keep();
    this.text.splice(this.cursor, 0, ...characters);
    this.cursor += characters.length;
    return true;
  }

  remove(from: number, to: number): boolean {
    if (from < 0 || to > this.text.length) return false;
    if (from === to) return true;
    this.keep();
    this.text.splice(from, to - from);
    this.cursor = from;
    return true;
  }

  kill(from: number, to: number, side: 'before' | 'after'): boolean {
    const taken = this.text.slice(from, to);
    if (!this.killing) this.killed = taken;
    else this.killed = side === 'before' ? [...taken, ...this.killed] : [...this.killed, ...taken];
    return this.remove(from, to);
  }

  wordStart(): number {
    let at = this.cursor;
    while (at > 0 && !isWordCharacter(this.text[at - 1])) at--;
    while (at > 0 && isWordCharacter(this.text[at - 1])) at--;
    return at;
  }

  wordEnd(): number {
    let at = this.cursor;
    while (at < this.text.length && !isWordCharacter(this.text[at])) at++;
    while (at < this.text.length && isWordCharacter(this.text[at])) at++;
    return at;
  }

  blankWordStart(): number {
    let at = this.cursor;
    while (at > 0 && /\s/.test(this.text[at - 1] ?? '')) at--;
    while (at > 0 && !/\s/.test(this.text[at - 1] ?? '')) at--;
    return at;
  }

  transpose(): boolean {
    const at = Math.min(this.cursor, this.text.length - 1);
    const [before, after] = [this.text[at - 1], this.text[at]];
    if (before === undefined || after === undefined) return false;
    this.keep();
    this.text.splice(at - 1, 2, after, before);
    this.cursor = at + 1;
    return true;
  }

  undo(): boolean {
    const before = this.undone.pop();
    if (!before) return false;
    this.text = [...before.text];
    this.cursor = before.cursor;
    return true;
  }

  /** Shows another entry of the history; what was typed stays where it is. */
  recall(place: number): boolean {
    if (place < 0 || place > this.history.length || place === this.place) return false;
    this.edited.set(this.place, this.text);
    this.place = place;
    this.text = [...(this.edited.get(place) ?? charactersOf(this.history[place] ?? ''))];
    this.cursor = this.text.length;
    this.undone = [];
    return true;
  }

  yankLastArgument(): boolean {
    const last = /(\S+)\s*$/.exec(this.history.at(-1) ?? '')?.[1];
    return last === undefined ? false : this.insert(charactersOf(last));
  }

  private keep(): void {
    this.typing = false;
    this.undone.push({ text: [...this.text], cursor: this.cursor });
    if (this.undone.length > UNDO_KEPT) this.undone.shift();
  }
}

/** An incremental search through the history. */
interface Search {
  pattern: string;
  found: number;
  failing: boolean;
  readonly text: readonly string[];
  readonly cursor: number;
  readonly place: number;
}

/** What keys mean now: part of a sequence, text as it is, an answer to a question. */
type Mode = 'plain' | 'escape' | 'quoted' | 'paste' | 'query';

const PASTE_BEGINS = '[200~';
const PASTE_ENDS = '\x1b[201~';

class Readline implements LineEditor {
  private readonly line = new Line();
  private readonly screen = new Screen();
  private prompt = '';
  private echoes = true;
  private columns = 80;
  private mode: Mode = 'plain';
  private sequence = '';
  private search: Search | undefined;
  /** The last key asked for a completion that got no further. */
  private stuck = false;
  private offered: readonly string[] = [];

  begin(prompt: string, echoes: boolean, columns: number, history: readonly string[]): void {
    this.prompt = prompt;
    this.echoes = echoes;
    this.columns = columns;
    this.mode = 'plain';
    this.sequence = '';
    this.search = undefined;
    this.stuck = false;
    this.line.begin(history);
    this.screen.begin(prompt, columns);
  }

  key(byte: string): KeyResult {
    if (this.sequence !== '' || this.mode === 'escape') return this.sequenceKey(byte);
    const rest = followers(byte.charCodeAt(0));
    if (rest > 0 && this.mode !== 'paste') {
      this.sequence = byte;
      return { output: '' };
    }
    return this.character(byte);
  }

  completed(completion: Completion): string {
    const { line } = this;
    const { candidates, typed, suffix } = completion;
    const prefix = commonPrefix(candidates.map(({ insert }) => insert));
    if (candidates.length === 0) return this.ring();
    if (prefix.length > typed.length || candidates.length === 1) {
      line.remove(line.cursor - charactersOf(typed).length, line.cursor);
      line.insert(charactersOf(prefix + (candidates.length === 1 ? suffix(prefix) : '')));
      this.stuck = false;
      return this.refresh() + (candidates.length > 1 ? this.ring() : '');
    }
    if (!this.stuck) {
      this.stuck = true;
      return this.ring();
    }
    this.offered = candidates.map(({ shown }) => shown);
    if (this.offered.length < QUERY_ITEMS) return this.listOffered();
    this.mode = 'query';
    return this.shown(`\nDisplay all ${this.offered.length} possibilities? (y or n)`);
  }

  interrupt(): string {
    this.search = undefined;
    this.mode = 'plain';
    this.sequence = '';
    return this.echoes ? '^C' : '';
  }

  private shown(output: string): string {
    return this.echoes ? output : '';
  }

  private ring(): string {
    return this.shown(BELL);
  }

  private refresh(): string {
    const { line, search } = this;
    if (!search) return this.shown(this.screen.show(this.prompt, line.text, line.cursor));
    const head = `(${search.failing ? 'failed ' : ''}reverse-i-search)\`${search.pattern}': `;
    return this.shown(this.screen.show(head, line.text, line.cursor));
  }

  private listOffered(): string {
    const list = columnsOf(this.offered, this.columns);
    const { line } = this;
    return this.shown(`\n${list}${this.screen.again(this.prompt, line.text, line.cursor)}`);
  }

  /** A byte of a character or of a function key's sequence. */
  private sequenceKey(byte: string): KeyResult {
    if (this.mode !== 'escape') {
      // the rest of a character of UTF-8
      this.sequence += byte;
      if (this.sequence.length <= followers(this.sequence.charCodeAt(0))) return { output: '' };
      const character = this.sequence;
      this.sequence = '';
      return this.character(character);
    }
    this.sequence += byte;
    const { sequence } = this;
    const unfinished = sequence === '[' || sequence === 'O' || /^\[[0-9;]*$/.test(sequence);
    if (unfinished) return { output: '' };
    this.mode = 'plain';
    this.sequence = '';
    if (sequence === PASTE_BEGINS) {
      this.mode = 'paste';
      this.pasted = '';
      return { output: '' };
    }
    const command = SEQUENCES[sequence];
    return command ? this.command(command) : { output: '' };
  }

  private pasted = '';

  /** Text between the brackets of a paste is taken as it is; it shows when it is whole. */
  private pasteByte(byte: string): KeyResult {
    this.pasted += byte;
    if (byte !== '~' || !this.pasted.endsWith(PASTE_ENDS)) return { output: '' };
    this.mode = 'plain';
    const text = this.pasted.slice(0, -PASTE_ENDS.length).replace(/\r\n?/g, '\n');
    this.line.insert(charactersOf(text));
    this.line.killing = false;
    return { output: this.refresh() };
  }

  private character(character: string): KeyResult {
    const { line } = this;
    switch (this.mode) {
      case 'paste':
        return this.pasteByte(character);
      case 'query':
        return this.answer(character);
      case 'quoted':
        this.mode = 'plain';
        line.insert([character]);
        return { output: this.refresh() };
      default:
    }
    if (this.search) {
      const output = this.searchKey(character);
      if (output !== undefined) return { output };
    }
    if (character === '\x1b') {
      this.mode = 'escape';
      return { output: '' };
    }
    if (character === '\r' || character === '\n') return this.accept();
    if (character === control('D') && line.text.length === 0) return { output: '', outcome: { kind: 'end' } };
    if (character === control('D')) return this.command('deleteChar');
    if (character === control('R')) return { output: this.beginSearch() };
    if (character === control('L')) {
      return { output: this.shown(`\x1b[H\x1b[2J${this.screen.again(this.prompt, line.text, line.cursor)}`) };
    }
    if (character === control('V')) {
      this.mode = 'quoted';
      return { output: '' };
    }
    if (character === control('G')) return { output: this.ring() };
    if (character === '\t') return this.tab();
    const command = KEYS[character];
    if (command) return this.command(command);
    line.killing = false;
    this.stuck = false;
    if (character < ' ') return { output: this.ring() };
    const atEnd = line.cursor === line.text.length && !this.search;
    line.type(character);
    return { output: atEnd ? this.shown(this.screen.append(character)) : this.refresh() };
  }

  private command(name: keyof typeof COMMANDS): KeyResult {
    this.search = undefined;
    this.stuck = false;
    const done = COMMANDS[name](this.line);
    this.line.killing = /kill|Discard|Rubout/i.test(name);
    return { output: this.refresh() + (done ? '' : this.ring()) };
  }

  private accept(): KeyResult {
    const { line } = this;
    this.search = undefined;
    line.moveTo(line.text.length);
    return { output: this.refresh() + this.shown('\n'), outcome: { kind: 'line', text: line.string } };
  }

  /** At the beginning of a line a tab is kept: indented lines of a script are typed as they are. */
  private tab(): KeyResult {
    const { line } = this;
    const before = line.text.slice(0, line.cursor).join('');
    if (before.trim() !== '') return { output: '', outcome: { kind: 'complete', before } };
    line.insert(['\t']);
    return { output: this.refresh() };
  }

  /** The answer to whether all candidates are to be shown. */
  private answer(character: string): KeyResult {
    if (/[yY ]/.test(character)) {
      this.mode = 'plain';
      return { output: this.listOffered() };
    }
    if (!/[nN\x7f]/.test(character)) return { output: this.ring() };
    this.mode = 'plain';
    const { line } = this;
    return { output: this.shown(`\n${this.screen.again(this.prompt, line.text, line.cursor)}`) };
  }

  private beginSearch(): string {
    const { text, cursor, place } = this.line;
    this.search = { pattern: '', found: place, failing: false, text: [...text], cursor, place };
    return this.refresh();
  }

  /** A key of the incremental search; undefined: it ends the search and means what it always does. */
  private searchKey(character: string): string | undefined {
    const { search, line } = this;
    if (!search) return undefined;
    if (character === control('G')) {
      this.search = undefined;
      line.text = [...search.text];
      line.moveTo(search.cursor);
      line.place = search.place;
      return this.refresh();
    }
    if (character === '\x7f' || character === '\b') {
      search.pattern = search.pattern.slice(0, -1);
      search.failing = false;
    } else if (character === control('R')) this.find(search, search.found - 1);
    else if (character >= ' ') {
      search.pattern += character;
      this.find(search, Math.min(search.found, line.history.length - 1));
    } else {
      this.search = undefined;
      const redrawn = this.refresh();
      return character === '\x1b' || character === control('J') ? this.leaveSearch(character, redrawn) : undefined;
    }
    return this.refresh() + (search.failing ? this.ring() : '');
  }

  private leaveSearch(character: string, redrawn: string): string | undefined {
    if (character !== '\x1b') return undefined;
    this.mode = 'escape';
    return redrawn;
  }

  /** The newest entry at `from` or before it that contains the pattern. */
  private find(search: Search, from: number): void {
    const { line } = this;
    if (search.pattern === '') return;
    for (let at = from; at >= 0; at--) {
      const entry = line.history[at] ?? '';
      const column = entry.lastIndexOf(search.pattern);
      if (column < 0) continue;
      search.found = at;
      search.failing = false;
      line.text = charactersOf(entry);
      line.place = at;
      line.moveTo(charactersOf(entry.slice(0, column)).length);
      return;
    }
    search.failing = true;
  }
}

export const makeLineEditor = (): LineEditor => new Readline();
