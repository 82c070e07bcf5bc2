/** The last stages of expansion: what becomes of a word's pieces as fields are split and quotes go. */
import { escapePattern } from './pattern.ts';

export interface Field {
  readonly text: string;
  /** The text as a pattern: what was quoted stands for itself. */
  readonly pattern: string;
}

export class FieldBuilder {
  readonly fields: Field[] = [];
  private readonly separators: string;
  private readonly splits: boolean;
  private text = '';
  private pattern = '';
  private open = false;

  /** @param separators IFS, or undefined where words are not split (assignments, patterns, here-documents). */
  constructor(separators: string | undefined) {
    this.splits = separators !== undefined;
    this.separators = separators ?? '';
  }

  /** True where `"$@"` makes several fields. */
  get splitting(): boolean {
    return this.splits;
  }

  quoted(text: string): void {
    this.open = true;
    this.text += text;
    this.pattern += escapePattern(text);
  }

  /** Typed without quotes: its pattern operators work. */
  literal(text: string): void {
    if (text === '') return;
    this.open = true;
    this.text += text;
    this.pattern += text;
  }

  /** Result of an unquoted expansion: split at separators, pattern operators work. */
  expansion(text: string): void {
    if (!this.splits || this.separators === '') {
      if (text !== '') this.raw(text);
      return;
    }
    let i = 0;
    while (i < text.length) {
      const run = this.separatorRun(text, i);
      if (run.end === i) {
        let end = i;
        while (end < text.length && !this.separators.includes(text[end] ?? '')) end++;
        this.raw(text.slice(i, end));
        i = end;
      } else {
        if (run.delimits) this.closeField();
        else this.breakField();
        i = run.end;
      }
    }
  }

  /** Ends the current field, if there is one. */
  breakField(): void {
    if (this.open) this.closeField();
  }

  finish(): readonly Field[] {
    this.breakField();
    return this.fields;
  }

  private raw(text: string): void {
    this.open = true;
    this.text += text;
    this.pattern += text.replace(/\\/g, '\\\\');
  }

  private closeField(): void {
    this.fields.push({ text: this.text, pattern: this.pattern });
    this.text = '';
    this.pattern = '';
    this.open = false;
  }

  /** White space around at most one other separator, which then delimits even an empty field. */
  private separatorRun(text: string, start: number): { readonly end: number; readonly delimits: boolean } {
    const space = (at: number): boolean =>
      ' \t\n'.includes(text[at] ?? 'x') && this.separators.includes(text[at] ?? '');
    let end = start;
    while (end < text.length && space(end)) end++;
    const delimits =
      end < text.length && this.separators.includes(text[end] ?? '') && !' \t\n'.includes(text[end] ?? '');
    if (delimits) {
      end++;
      while (end < text.length && space(end)) end++;
    }
    return { end, delimits };
  }
}
