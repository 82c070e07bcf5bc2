/** Backslash escapes of `echo -e` and `printf`. */

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/** `stop`: a `\c` ends all output. The three users differ in octal numbers and quotes. */
export function unescapeText(
  text: string,
  user: 'echo' | 'printf' | 'printf-b',
): { readonly text: string; readonly stop: boolean } {
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    const next = text[i + 1];
    if (c !== '\\' || next === undefined) {
      result += c;
      continue;
    }
    const rest = text.slice(i + 1);
    const octal = (
      user === 'printf' ? /^[0-7]{1,3}/ : user === 'echo' ? /^0[0-7]{0,3}/ : /^(0[0-7]{0,3}|[1-7][0-7]{0,2})/
    ).exec(rest);
    const hexadecimal = /^x([0-9A-Fa-f]{1,2})|^u([0-9A-Fa-f]{1,4})|^U([0-9A-Fa-f]{1,8})/.exec(rest);
    if (next === 'c' && user !== 'printf') return { text: result, stop: true };
    if (octal) {
      result += String.fromCharCode(Number.parseInt(octal[0], 8) & 0xff);
      i += octal[0].length;
    } else if (hexadecimal) {
      result += String.fromCharCode(Number.parseInt(hexadecimal[1] ?? hexadecimal[2] ?? hexadecimal[3] ?? '0', 16));
      i += hexadecimal[0].length;
    } else {
      const quotes = user === 'echo' ? undefined : next === '"' || next === "'" || next === '?' ? next : undefined;
      result += SIMPLE[next] ?? quotes ?? `\\${next}`;
      i++;
    }
  }
  return { text: result, stop: false };
}

const CONTROL_NAMES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\E',
  "'": "\\'",
  '\\': '\\\\',
};

/** `$'…'`, as bash shows a text with bytes that are not printable; undefined for one without. */
export function controlQuoted(value: string): string | undefined {
  if (!/[\x00-\x1f\x7f-\xff]/.test(value)) return undefined;
  const text = [...value].map((c) => {
    if (CONTROL_NAMES[c] !== undefined) return CONTROL_NAMES[c];
    return c >= ' ' && c < '\x7f' ? c : `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`;
  });
  return `$'${text.join('')}'`;
}
