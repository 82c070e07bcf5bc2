/**
 * Editing of a line at a terminal, as readline 8.2 does it in emacs mode (bash(1), READLINE): keys in, output for the
 * terminal out. Not modelled: macros, key bindings of one's own, the region, numeric arguments.
 */
import type { Completion, KeyResult, LineEditor } from '../shell/line-editing.ts';
import { columnsOf, commonPrefix } from './candidates.ts';
import { charactersOf, control, followers } from './characters.ts';
import { COMMANDS, type CommandName, KEYS, SEQUENCES } from './commands.ts';
import { EditedLine } from './edited-line.ts';
import { Screen } from './screen.ts';

const BELL = '\x07';
/** From so many candidates on, the question comes before the list. */
const QUERY_ITEMS = 100;

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
  private readonly line = new EditedLine();
  private readonly screen = new Screen();
  private prompt = '';
  private echoes = true;
  private columns = 80;
  private mode: Mode = 'plain';
  private sequence = '';
  private pasted = '';
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

  private command(name: CommandName): KeyResult {
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
