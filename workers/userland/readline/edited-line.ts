import { charactersOf } from './characters.ts';

/** Steps back that are kept. */
const UNDO_KEPT = 200;

const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[A-Za-z0-9\x80-\xff]/.test(character);

/** The text, the cursor, what was killed, and the history with its edits. */
export class EditedLine {
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
