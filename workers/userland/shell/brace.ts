/** Brace expansion, which works on the text of a word before anything else (bash(1), Brace Expansion). */

/** The words that `text` stands for; just `text` when it has no valid brace expression. */
export function expandBraces(text: string): string[] {
  const found = findBraces(text);
  if (!found) return [text];
  const { open, close } = found;
  const before = text.slice(0, open);
  const inner = text.slice(open + 1, close);
  const after = expandBraces(text.slice(close + 1));
  const commas = splitAtCommas(inner);
  const middle = commas.length > 1 ? commas.flatMap(expandBraces) : (sequence(inner) ?? []);
  return middle.flatMap((item) => after.map((rest) => before + item + rest));
}

/** First `{…}` that has a comma of its own or is a sequence; quotes and `${…}` are passed over. */
function findBraces(text: string): { readonly open: number; readonly close: number } | undefined {
  for (let open = 0; open < text.length; open = next(text, open)) {
    if (text[open] !== '{') continue;
    const close = closing(text, open);
    if (close === undefined) continue;
    const inner = text.slice(open + 1, close);
    if (splitAtCommas(inner).length > 1 || sequence(inner)) return { open, close };
  }
  return undefined;
}

function closing(text: string, open: number): number | undefined {
  let level = 0;
  for (let i = open; i < text.length; i = next(text, i)) {
    if (text[i] === '{') level++;
    if (text[i] === '}' && --level === 0) return i;
  }
  return undefined;
}

function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let level = 0;
  let start = 0;
  for (let i = 0; i < text.length; i = next(text, i)) {
    if (text[i] === '{') level++;
    if (text[i] === '}') level--;
    if (text[i] === ',' && level === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** Index after the character, quotation or expansion at `i`. */
function next(text: string, i: number): number {
  const c = text[i];
  if (c === '\\') return i + 2;
  if (c === "'") return after(text, i + 1, "'");
  if (c === '"') return afterDoubleQuote(text, i + 1);
  if (c === '`') return after(text, i + 1, '`');
  if (c === '$' && (text[i + 1] === '{' || text[i + 1] === '(')) return afterExpansion(text, i + 1);
  return i + 1;
}

function after(text: string, from: number, quote: string): number {
  const at = text.indexOf(quote, from);
  return at < 0 ? text.length : at + 1;
}

function afterDoubleQuote(text: string, from: number): number {
  let i = from;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

function afterExpansion(text: string, open: number): number {
  const [left, right] = text[open] === '{' ? ['{', '}'] : ['(', ')'];
  let level = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === left) level++;
    else if (text[i] === right && --level === 0) return i + 1;
  }
  return text.length;
}

function sequence(inner: string): string[] | undefined {
  const numbers = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/.exec(inner);
  if (numbers) return numberSequence(numbers[1] ?? '', numbers[2] ?? '', Number(numbers[3] ?? 0));
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/.exec(inner);
  if (!letters) return undefined;
  const range = steps(letters[1]?.charCodeAt(0) ?? 0, letters[2]?.charCodeAt(0) ?? 0, Number(letters[3] ?? 0));
  return range.map((code) => String.fromCharCode(code));
}

function numberSequence(from: string, to: string, step: number): string[] {
  const padded = /^-?0\d/.test(from) || /^-?0\d/.test(to);
  const width = padded ? Math.max(from.length, to.length) : 0;
  return steps(Number(from), Number(to), step).map((value) => {
    const digits = String(Math.abs(value)).padStart(width - (value < 0 ? 1 : 0), '0');
    return value < 0 ? `-${digits}` : digits;
  });
}

function steps(from: number, to: number, step: number): number[] {
  const size = Math.abs(step) || 1;
  const values: number[] = [];
  for (let i = 0; i <= Math.abs(to - from); i += size) values.push(from <= to ? from + i : from - i);
  return values;
}
