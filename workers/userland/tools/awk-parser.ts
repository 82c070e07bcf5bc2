/** The grammar of awk. */

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'match'; readonly source: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'field'; readonly index: Expression }
  | { readonly kind: 'element'; readonly array: string; readonly indices: readonly Expression[] }
  | { readonly kind: 'in'; readonly array: string; readonly indices: readonly Expression[] }
  | { readonly kind: 'assign'; readonly operator: string; readonly target: Expression; readonly value: Expression }
  | { readonly kind: 'step'; readonly target: Expression; readonly by: number; readonly prefix: boolean }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
  | {
      readonly kind: 'conditional';
      readonly condition: Expression;
      readonly first: Expression;
      readonly otherwise: Expression;
    }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly values: readonly Expression[] };

export type Statement =
  | { readonly kind: 'expression'; readonly value: Expression }
  | { readonly kind: 'print'; readonly values: readonly Expression[]; readonly formatted: boolean }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly first: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: 'loop';
      readonly before: Statement | undefined;
      readonly condition: Expression | undefined;
      readonly after: Statement | undefined;
      readonly body: readonly Statement[];
      readonly bodyFirst: boolean;
    }
  | { readonly kind: 'forIn'; readonly variable: string; readonly array: string; readonly body: readonly Statement[] }
  | { readonly kind: 'delete'; readonly array: string; readonly indices: readonly Expression[] }
  | {
      readonly kind: 'leave';
      readonly how: 'next' | 'exit' | 'break' | 'continue';
      readonly status: Expression | undefined;
    }
  | { readonly kind: 'block'; readonly body: readonly Statement[] };

export interface Rule {
  readonly kind: 'BEGIN' | 'END' | 'main';
  readonly pattern: Expression | undefined;
  /** Of a range `pattern, until`. */
  readonly until: Expression | undefined;
  /** Undefined: print the record. */
  readonly action: readonly Statement[] | undefined;
}

export class AwkSyntaxError extends Error {
  readonly position: number;

  constructor(position: number) {
    super('syntax error');
    this.position = position;
  }
}

interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'function' | 'regexp' | 'operator' | 'newline' | 'end';
  readonly text: string;
  readonly at: number;
}

const OPERATORS = '&& || ++ -- += -= *= /= %= ^= == != <= >= !~ { } ( ) [ ] ; , + - * / % ^ ! < > ? : ~ $ = |'.split(
  ' ',
);
const FUNCTIONS = new Set(
  'length substr index split sub gsub match sprintf toupper tolower int sqrt strtonum systime'.split(' '),
);
const COMPARISONS = new Set(['<', '<=', '==', '!=', '>=', '>']);

/** The token that a text begins with; `text` where it is not the characters themselves. */
function readToken(
  rest: string,
): { readonly kind: Token['kind']; readonly length: number; readonly text?: string } | undefined {
  if (rest === '') return { kind: 'end', length: 0 };
  if (rest.startsWith('\n')) return { kind: 'newline', length: 1 };
  const number = /^(0[xX][0-9a-fA-F]+|\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?)/.exec(rest)?.[0];
  if (number !== undefined) return { kind: 'number', length: number.length };
  const name = /^[A-Za-z_]\w*/.exec(rest)?.[0];
  if (name !== undefined) return { kind: FUNCTIONS.has(name) ? 'function' : 'name', length: name.length };
  const string = /^"((?:[^"\\]|\\[\s\S])*)"/.exec(rest);
  if (string) return { kind: 'string', length: string[0].length, text: unescapeString(string[1] ?? '') };
  const operator = OPERATORS.find((candidate) => rest.startsWith(candidate));
  return operator === undefined ? undefined : { kind: 'operator', length: operator.length };
}

export class AwkParser {
  private readonly text: string;
  private position = 0;
  private token: Token = { kind: 'newline', text: '', at: 0 };
  /** Inside `print …` a bare `>` would be a redirection. */
  private printing = 0;
  /** Lists in parentheses: `print (a, b)` and `(i, j) in array`. */
  private readonly grouped = new Map<Expression, Expression[]>();

  constructor(text: string) {
    this.text = text;
    this.advance();
  }

  parse(): Rule[] {
    const rules: Rule[] = [];
    this.skipEnds();
    while (this.token.kind !== 'end') {
      rules.push(this.rule());
      this.skipEnds();
    }
    return rules;
  }

  private rule(): Rule {
    const word = this.token.kind === 'name' ? this.token.text : '';
    if (word === 'BEGIN' || word === 'END') {
      this.advance();
      return { kind: word, pattern: undefined, until: undefined, action: this.braces() };
    }
    if (this.is('{')) return { kind: 'main', pattern: undefined, until: undefined, action: this.braces() };
    const pattern = this.expression();
    let until: Expression | undefined;
    if (this.accept(',')) until = this.expression();
    return { kind: 'main', pattern, until, action: this.is('{') ? this.braces() : undefined };
  }

  private advance(): void {
    const { text } = this;
    for (;;) {
      const skipped = /^([ \t\r]|\\\n|#[^\n]*)+/.exec(text.slice(this.position))?.[0];
      if (skipped === undefined) break;
      this.position += skipped.length;
    }
    const at = this.position;
    const found = readToken(text.slice(at));
    if (!found) throw new AwkSyntaxError(at);
    this.position = at + found.length;
    this.token = { kind: found.kind, text: found.text ?? text.slice(at, this.position), at };
  }

  private is(text: string): boolean {
    return (this.token.kind === 'operator' || this.token.kind === 'name') && this.token.text === text;
  }

  private accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.advance();
    return true;
  }

  private expect(text: string): void {
    if (!this.accept(text)) throw new AwkSyntaxError(this.token.at);
  }

  private skipLines(): void {
    while (this.token.kind === 'newline') this.advance();
  }

  private skipEnds(): void {
    while (this.token.kind === 'newline' || this.is(';')) this.advance();
  }

  private braces(): Statement[] {
    this.expect('{');
    const body: Statement[] = [];
    this.skipEnds();
    while (!this.is('}')) {
      if (this.token.kind === 'end') throw new AwkSyntaxError(this.token.at);
      body.push(this.statement());
      this.skipEnds();
    }
    this.advance();
    return body;
  }

  /** The body of `if` and loops: a statement on this or the next line. */
  private body(): Statement[] {
    this.skipLines();
    if (this.is('{')) return this.braces();
    if (this.accept(';')) return [];
    return [this.statement()];
  }

  private statement(): Statement {
    if (this.is('{')) return { kind: 'block', body: this.braces() };
    const word = this.token.kind === 'name' ? this.token.text : '';
    switch (word) {
      case 'if':
        return this.ifStatement();
      case 'while': {
        this.advance();
        this.expect('(');
        const condition = this.expression();
        this.expect(')');
        return { kind: 'loop', before: undefined, condition, after: undefined, body: this.body(), bodyFirst: false };
      }
      case 'do': {
        this.advance();
        const body = this.body();
        this.skipEnds();
        this.expect('while');
        this.expect('(');
        const condition = this.expression();
        this.expect(')');
        return { kind: 'loop', before: undefined, condition, after: undefined, body, bodyFirst: true };
      }
      case 'for':
        return this.forStatement();
      case 'print':
      case 'printf':
        return this.print(word === 'printf');
      case 'delete': {
        this.advance();
        const array = this.name();
        return { kind: 'delete', array, indices: this.is('[') ? this.indices() : [] };
      }
      case 'next':
      case 'exit':
      case 'break':
      case 'continue': {
        this.advance();
        const ends = this.token.kind === 'newline' || this.token.kind === 'end' || this.is(';') || this.is('}');
        return { kind: 'leave', how: word, status: ends ? undefined : this.expression() };
      }
      default:
        return { kind: 'expression', value: this.expression() };
    }
  }

  private ifStatement(): Statement {
    this.advance();
    this.expect('(');
    const condition = this.expression();
    this.expect(')');
    const first = this.body();
    const [position, token] = [this.position, this.token];
    this.skipEnds();
    if (this.accept('else')) return { kind: 'if', condition, first, otherwise: this.body() };
    this.position = position;
    this.token = token;
    return { kind: 'if', condition, first, otherwise: [] };
  }

  private forStatement(): Statement {
    this.advance();
    this.expect('(');
    const inLoop = /^\s*([A-Za-z_]\w*)\s+in\s+([A-Za-z_]\w*)\s*\)/.exec(this.text.slice(this.token.at));
    if (inLoop) {
      this.position = this.token.at + inLoop[0].length;
      this.advance();
      return { kind: 'forIn', variable: inLoop[1] ?? '', array: inLoop[2] ?? '', body: this.body() };
    }
    const before = this.is(';') ? undefined : this.statement();
    this.expect(';');
    const condition = this.is(';') ? undefined : this.expression();
    this.expect(';');
    const after = this.is(')') ? undefined : this.statement();
    this.expect(')');
    return { kind: 'loop', before, condition, after, body: this.body(), bodyFirst: false };
  }

  private print(formatted: boolean): Statement {
    this.advance();
    const values: Expression[] = [];
    this.printing++;
    const ends = (): boolean =>
      this.token.kind === 'newline' || this.token.kind === 'end' || this.is(';') || this.is('}');
    if (!ends()) {
      values.push(this.expression());
      while (this.accept(',')) values.push(this.expression());
    }
    this.printing--;
    if (!ends()) throw new AwkSyntaxError(this.token.at);
    return { kind: 'print', values: values.flatMap((value) => this.grouped.get(value) ?? [value]), formatted };
  }

  private name(): string {
    if (this.token.kind !== 'name') throw new AwkSyntaxError(this.token.at);
    const { text } = this.token;
    this.advance();
    return text;
  }

  private indices(): Expression[] {
    this.expect('[');
    const indices = [this.expression()];
    while (this.accept(',')) indices.push(this.expression());
    this.expect(']');
    return indices;
  }

  private expression(): Expression {
    const left = this.conditional();
    const { token } = this;
    if (token.kind !== 'operator' || !['=', '+=', '-=', '*=', '/=', '%=', '^='].includes(token.text)) return left;
    if (left.kind !== 'variable' && left.kind !== 'field' && left.kind !== 'element')
      throw new AwkSyntaxError(token.at);
    this.advance();
    return { kind: 'assign', operator: token.text, target: left, value: this.expression() };
  }

  private conditional(): Expression {
    const condition = this.logical('||');
    if (!this.accept('?')) return condition;
    this.skipLines();
    const first = this.expression();
    this.expect(':');
    this.skipLines();
    return { kind: 'conditional', condition, first, otherwise: this.expression() };
  }

  private logical(operator: '||' | '&&'): Expression {
    const operand = (): Expression => (operator === '||' ? this.logical('&&') : this.membership());
    let left = operand();
    while (this.accept(operator)) {
      this.skipLines();
      left = { kind: 'binary', operator, left, right: operand() };
    }
    return left;
  }

  private membership(): Expression {
    let left = this.matching();
    while (this.is('in')) {
      this.advance();
      left = { kind: 'in', array: this.name(), indices: this.grouped.get(left) ?? [left] };
    }
    return left;
  }

  private matching(): Expression {
    let left = this.comparison();
    while (this.is('~') || this.is('!~')) {
      const operator = this.token.text;
      this.advance();
      left = { kind: 'binary', operator, left, right: this.comparison() };
    }
    return left;
  }

  private comparison(): Expression {
    const left = this.concatenation();
    const { token } = this;
    if (token.kind !== 'operator' || !COMPARISONS.has(token.text) || (this.printing > 0 && token.text === '>'))
      return left;
    this.advance();
    return { kind: 'binary', operator: token.text, left, right: this.concatenation() };
  }

  private concatenation(): Expression {
    let left = this.sum();
    while (this.startsOperand()) left = { kind: 'binary', operator: ' ', left, right: this.sum() };
    return left;
  }

  private startsOperand(): boolean {
    const { kind, text } = this.token;
    if (kind === 'name') return text !== 'in';
    return (
      kind === 'number' ||
      kind === 'string' ||
      kind === 'function' ||
      (kind === 'operator' && ['$', '!', '(', '-', '+', '++', '--'].includes(text))
    );
  }

  private sum(): Expression {
    let left = this.product();
    while (this.is('+') || this.is('-')) {
      const operator = this.token.text;
      this.advance();
      left = { kind: 'binary', operator, left, right: this.product() };
    }
    return left;
  }

  private product(): Expression {
    let left = this.unary();
    while (this.is('*') || this.is('/') || this.is('%')) {
      const operator = this.token.text;
      this.advance();
      left = { kind: 'binary', operator, left, right: this.unary() };
    }
    return left;
  }

  private unary(): Expression {
    for (const operator of ['!', '-', '+'])
      if (this.accept(operator)) return { kind: 'unary', operator, operand: this.unary() };
    return this.power();
  }

  private power(): Expression {
    const base = this.postfix();
    if (!this.accept('^')) return base;
    return { kind: 'binary', operator: '^', left: base, right: this.unary() };
  }

  private postfix(): Expression {
    for (const [operator, by] of [
      ['++', 1],
      ['--', -1],
    ] as const) {
      if (this.accept(operator)) return { kind: 'step', target: this.primary(), by, prefix: true };
    }
    const target = this.primary();
    const lvalue = target.kind === 'variable' || target.kind === 'field' || target.kind === 'element';
    if (lvalue && this.accept('++')) return { kind: 'step', target, by: 1, prefix: false };
    if (lvalue && this.accept('--')) return { kind: 'step', target, by: -1, prefix: false };
    return target;
  }

  private primary(): Expression {
    const { token } = this;
    if (token.kind === 'number') {
      this.advance();
      return { kind: 'number', value: Number(token.text) };
    }
    if (token.kind === 'string') {
      this.advance();
      return { kind: 'string', value: token.text };
    }
    if (token.kind === 'function') return this.callFunction(token.text);
    if (token.kind === 'name') {
      this.advance();
      return this.is('[')
        ? { kind: 'element', array: token.text, indices: this.indices() }
        : { kind: 'variable', name: token.text };
    }
    if (this.is('/') || this.is('/=')) return this.regularExpression();
    if (this.accept('$')) {
      const index = this.is('++') || this.is('--') ? this.postfix() : this.primary();
      return { kind: 'field', index };
    }
    if (this.accept('(')) {
      const { printing } = this;
      this.printing = 0;
      const values = [this.expression()];
      while (this.accept(',')) values.push(this.expression());
      this.printing = printing;
      this.expect(')');
      const first = values[0];
      if (!first) throw new AwkSyntaxError(token.at);
      const group: Expression = {
        kind: 'conditional',
        condition: { kind: 'number', value: 1 },
        first,
        otherwise: first,
      };
      if (values.length > 1) this.grouped.set(group, values);
      return group;
    }
    throw new AwkSyntaxError(token.at);
  }

  private callFunction(name: string): Expression {
    this.advance();
    const values: Expression[] = [];
    if (!this.accept('(')) {
      if (name !== 'length') throw new AwkSyntaxError(this.token.at);
      return { kind: 'call', name, values };
    }
    const { printing } = this;
    this.printing = 0;
    if (!this.is(')')) {
      values.push(this.expression());
      while (this.accept(',')) values.push(this.expression());
    }
    this.printing = printing;
    this.expect(')');
    return { kind: 'call', name, values };
  }

  private regularExpression(): Expression {
    const start = this.token.at + 1;
    let end = start;
    for (let bracket = false; end < this.text.length && (bracket || this.text[end] !== '/'); end++) {
      if (this.text[end] === '\\') end++;
      else if (this.text[end] === '[') bracket = true;
      else if (this.text[end] === ']') bracket = false;
    }
    if (end >= this.text.length) throw new AwkSyntaxError(start);
    this.position = end + 1;
    const source = this.text.slice(start, end).replace(/\\\//g, '/');
    this.advance();
    return { kind: 'match', source };
  }
}

function unescapeString(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    n: '\n',
    t: '\t',
    r: '\r',
    a: '\x07',
    b: '\b',
    f: '\f',
    v: '\v',
    '\\': '\\',
    '"': '"',
    '/': '/',
  };
  return text.replace(/\\([0-7]{1,3}|[\s\S])/g, (_, c: string) =>
    /^[0-7]/.test(c) ? String.fromCharCode(Number.parseInt(c, 8)) : (escapes[c] ?? `\\${c}`),
  );
}
