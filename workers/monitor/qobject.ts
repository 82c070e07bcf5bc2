/**
 * QEMU's JSON: what its QMP parser accepts (single quotes too), with its error messages, and how it prints values.
 * Source: qobject/json-lexer.c, json-parser.c, json-streamer.c, qjson.c of QEMU 7.2, and the recorded sessions.
 */

/** A JSON number with a fraction or an exponent; integers are numbers, or bigints beyond 2^53. */
export class QFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export type QObject = null | boolean | number | bigint | QFloat | string | readonly QObject[] | QDict;
export interface QDict {
  readonly [key: string]: QObject;
}

export const isDict = (value: QObject | undefined): value is QDict =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof QFloat);

// --- printing

/**
 * QDict's hash of a key (qobject/qdict.c): replies list the members by hash bucket, so the order of members is part
 * of what a user sees.
 */
function bucketOf(key: string): number {
  let value = Math.imul(0x238f13af, key.length);
  for (let at = 0; at < key.length; at++) value = (value + (key.charCodeAt(at) << ((at * 5) % 24))) | 0;
  return ((Math.imul(1103515243, value) + 12345) >>> 0) % 512;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const quote = (text: string): string =>
  `"${text.replace(/["\\]|[^ -~]/g, (char) => {
    return SHORT_ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  })}"`;

/** One line of JSON as QEMU prints it: members in QDict's order, `, ` and `: ` between, all beyond ASCII escaped. */
export function printQObject(value: QObject): string {
  if (typeof value === 'string') return quote(value);
  if (value instanceof QFloat) return String(value.value);
  if (Array.isArray(value)) return `[${value.map(printQObject).join(', ')}]`;
  if (!isDict(value)) return String(value);
  const members = Object.entries(value).map(([key, member], index) => ({ key, member, index, bucket: bucketOf(key) }));
  // in one bucket the member that was put last stands first
  members.sort((a, b) => a.bucket - b.bucket || b.index - a.index);
  return `{${members.map(({ key, member }) => `${quote(key)}: ${printQObject(member)}`).join(', ')}}`;
}

// --- reading

type TokenKind = 'punctuation' | 'string' | 'integer' | 'float' | 'keyword' | 'error';
interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

/** The token's text is complete at `end`; -1: more input is needed. */
interface Scanned {
  readonly kind: TokenKind;
  readonly end: number;
}

const MAX_TOKEN_SIZE = 64 * 1024 * 1024;
const MAX_TOKEN_COUNT = 2 * 1024 * 1024;
const MAX_NESTING = 1024;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

function scanString(input: string, start: number): Scanned {
  const delimiter = input[start];
  for (let at = start + 1; at < input.length; at++) {
    const char = input[at] ?? '';
    if (char === '\\') at++;
    else if (char === delimiter) return { kind: 'string', end: at + 1 };
    else if (char < ' ' || char === '\ufffd') return { kind: 'error', end: at + 1 };
  }
  return { kind: 'string', end: -1 };
}

function scanNumber(input: string, start: number): Scanned {
  NUMBER.lastIndex = start;
  const found = NUMBER.exec(input);
  if (!found) return { kind: 'error', end: Math.min(start + 2, input.length) };
  const end = NUMBER.lastIndex;
  if (end === input.length) return { kind: 'integer', end: -1 };
  if (/[\d.eE]/.test(input[end] ?? '')) return { kind: 'error', end: end + 1 };
  return { kind: found[1] || found[2] ? 'float' : 'integer', end };
}

function scan(input: string, start: number): Scanned {
  const char = input[start] ?? '';
  if ('{}[]:,'.includes(char)) return { kind: 'punctuation', end: start + 1 };
  if (char === '"' || char === "'") return scanString(input, start);
  if (char === '-' || (char >= '0' && char <= '9')) return scanNumber(input, start);
  if (char >= 'a' && char <= 'z') {
    let end = start + 1;
    while (end < input.length && /[a-z]/.test(input[end] ?? '')) end++;
    return { kind: 'keyword', end: end === input.length ? -1 : end };
  }
  return { kind: 'error', end: start + 1 };
}

class ParseError extends Error {}

const HEX4 = /^[0-9a-fA-F]{4}/;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function unescapeString(token: string): string {
  const body = token.slice(1, -1);
  return body.replace(/\\(u[0-9a-fA-F]{0,4}|[\s\S])/g, (sequence, what: string) => {
    if (what.startsWith('u')) {
      const digits = HEX4.exec(what.slice(1));
      if (!digits) throw new ParseError(`invalid hex escape '${sequence}' in string`);
      return String.fromCharCode(Number.parseInt(digits[0], 16));
    }
    const plain = ESCAPES[what];
    if (plain === undefined) throw new ParseError(`invalid escape sequence '${sequence}' in string`);
    return plain;
  });
}

/** Recursive descent over the tokens of one message. */
class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  value(): QObject {
    const token = this.next();
    switch (token.kind) {
      case 'string':
        return unescapeString(token.text);
      case 'integer': {
        const value = Number(token.text);
        return Number.isSafeInteger(value) ? value : BigInt(token.text);
      }
      case 'float':
        return new QFloat(Number(token.text));
      case 'keyword':
        return this.keyword(token.text);
      default:
        if (token.text === '{') return this.dict();
        if (token.text === '[') return this.list();
        throw new ParseError('expecting value');
    }
  }

  private next(): Token {
    const token = this.tokens[this.at++];
    if (!token) throw new ParseError('premature EOI');
    return token;
  }

  private keyword(text: string): QObject {
    if (text === 'true') return true;
    if (text === 'false') return false;
    if (text === 'null') return null;
    throw new ParseError(`invalid keyword '${text}'`);
  }

  private accept(text: string): boolean {
    if (this.tokens[this.at]?.text !== text || this.tokens[this.at]?.kind !== 'punctuation') return false;
    this.at++;
    return true;
  }

  private dict(): QDict {
    const members = new Map<string, QObject>();
    if (this.accept('}')) return {};
    do {
      const key = this.value();
      if (typeof key !== 'string') throw new ParseError('key is not a string in object');
      if (!this.accept(':')) throw new ParseError('missing : in object pair');
      const value = this.value();
      if (members.has(key)) throw new ParseError('duplicate key');
      members.set(key, value);
    } while (this.accept(','));
    if (!this.accept('}')) throw new ParseError('expected separator in dict');
    return Object.fromEntries(members);
  }

  private list(): readonly QObject[] {
    const items: QObject[] = [];
    if (this.accept(']')) return items;
    do items.push(this.value());
    while (this.accept(','));
    if (!this.accept(']')) throw new ParseError('expected separator in list');
    return items;
  }
}

export type QMessage = { readonly value: QObject } | { readonly error: string };

/**
 * Cuts a stream of text into JSON messages. A message ends where its braces and brackets balance; an error ends it,
 * too, and the rest up to the next structural or control character is skipped.
 */
export class QObjectStream {
  private pending = '';
  private tokens: Token[] = [];
  private size = 0;
  private depth = 0;
  private recovering = false;

  /** Takes more input; returns the messages that it completes, in order. */
  feed(text: string): QMessage[] {
    const messages: QMessage[] = [];
    this.pending += text;
    let at = 0;
    while (at < this.pending.length) {
      const char = this.pending[at] ?? '';
      if (this.recovering) {
        if (!/[{}[\]:,]|[^\t -\ufffc]/.test(char)) {
          at++;
          continue;
        }
        this.recovering = false;
      }
      if (/[ \t\r\n]/.test(char)) {
        at++;
        continue;
      }
      const { kind, end } = scan(this.pending, at);
      if (end < 0) break;
      const message = this.take({ kind, text: this.pending.slice(at, end) });
      if (message) messages.push(message);
      at = end;
    }
    this.pending = this.pending.slice(at);
    return messages;
  }

  private take(token: Token): QMessage | undefined {
    if (token.kind === 'error') {
      this.recovering = true;
      return this.fail(`stray '${token.text}'`);
    }
    if (token.text === '{' || token.text === '[') this.depth++;
    const closing = token.kind === 'punctuation' && (token.text === '}' || token.text === ']');
    if (closing) this.depth--;
    this.size += token.text.length;
    if (this.size > MAX_TOKEN_SIZE) return this.fail('token size limit exceeded');
    if (this.tokens.length >= MAX_TOKEN_COUNT) return this.fail('token count limit exceeded');
    if (this.depth > MAX_NESTING) return this.fail('nesting depth limit exceeded');
    this.tokens.push(token);
    return this.depth > 0 ? undefined : this.parse();
  }

  private parse(): QMessage {
    try {
      const value = new Parser(this.tokens).value();
      this.restart();
      return { value };
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return this.fail(error.message);
    }
  }

  private fail(what: string): QMessage {
    this.restart();
    return { error: `JSON parse error, ${what}` };
  }

  private restart(): void {
    this.tokens = [];
    this.size = 0;
    this.depth = 0;
  }
}
