/**
 * Disassembler: the AML of a table as lines of ASL, each with the bytes that it stands for, so that an address of the
 * interpreter finds its line. The text compiles again to the same bytes where the compiler has no shorter encoding.
 */
import { formatNamePath, type NamePath, trimSegment } from './names.ts';
import {
  FIELD_ACCESS,
  FIELD_LOCK,
  FIELD_UPDATE,
  MATCH_OPERATORS,
  METHOD_ARG_COUNT,
  METHOD_SERIALIZED,
  METHOD_SYNC_SHIFT,
  REGION_SPACES,
} from './opcodes.ts';
import { type AmlNode, parseTable } from './parse-tree.ts';

export interface AmlLine {
  /** First byte, counted from the table's start. */
  readonly offset: number;
  /** Bytes of the construct; 0 for a closing brace. A block's first line counts the whole block. */
  readonly length: number;
  /** Nesting, 0 at the table's top. */
  readonly depth: number;
  readonly text: string;
}

type Operation = Extract<AmlNode, { kind: 'operation' }>;

const number = (value: number | bigint, bytes = 1): string =>
  `0x${value
    .toString(16)
    .toUpperCase()
    .padStart(2 * bytes, '0')}`;

/** `\_SB.PCI0`: without the padding of the segments. */
const pathText = (path: NamePath): string => formatNamePath({ ...path, segments: path.segments.map(trimSegment) });

const quoted = (value: string): string =>
  `"${value.replace(/[\\"]/g, '\\$&').replace(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;

const isNullTarget = (node: AmlNode | undefined): boolean =>
  node?.kind === 'name' && !node.path.root && node.path.parents === 0 && node.path.segments.length === 0;

/** Operators with a symbol in ASL 2.0 (§19.2.6), and the one that a negation makes of it. */
const SYMBOLS: Readonly<Record<string, string>> = {
  Add: '+',
  Subtract: '-',
  Multiply: '*',
  Mod: '%',
  ShiftLeft: '<<',
  ShiftRight: '>>',
  And: '&',
  Or: '|',
  XOr: '^',
  LAnd: '&&',
  LOr: '||',
  LEqual: '==',
  LGreater: '>',
  LLess: '<',
};
const NEGATED: Readonly<Record<string, string>> = { LEqual: '!=', LGreater: '<=', LLess: '>=' };

const keyOf = (table: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(table).find((name) => table[name] === value) ?? number(value);

/** Operations whose value is what an operand of them is stored into. */
const target = ({ opcode, args }: Operation): AmlNode | undefined => {
  const at = opcode.args.filter((kind) => kind !== 'pkgLength').indexOf('target');
  return at >= 0 && !isNullTarget(args[at]) ? args[at] : undefined;
};

/** The operation without its target, in symbols where there are some. */
const computation = (node: Operation): string => {
  const [a, b] = node.args;
  const symbol = SYMBOLS[node.opcode.name];
  if (symbol && a && b) return `(${expression(a)} ${symbol} ${expression(b)})`;
  if (node.opcode.name === 'LNot' && a?.kind === 'operation') {
    const [left, right] = a.args;
    const negated = NEGATED[a.opcode.name];
    if (negated && left && right) return `(${expression(left)} ${negated} ${expression(right)})`;
  }
  if (node.opcode.name === 'LNot' && a) return `!${expression(a)}`;
  const subscripts = a?.kind === 'name' || (a?.kind === 'operation' && ['local', 'arg'].includes(a.opcode.class));
  if (node.opcode.name === 'Index' && a && b && subscripts) return `${expression(a)} [${expression(b)}]`;
  const computed = node.args.filter((_, n) => node.opcode.args[n] !== 'target');
  return `${node.opcode.name} (${computed.map(expression).join(', ')})`;
};

/** All operands in the operator's own form, as where a value is stored on the way. */
const functionForm = ({ opcode, args }: Operation): string => {
  const texts = args.map((arg, n) => {
    if (opcode.name === 'Match' && opcode.args[n] === 'byte' && arg.kind === 'integer') {
      return keyOf(MATCH_OPERATORS, Number(arg.value));
    }
    return isNullTarget(arg) ? '' : expression(arg);
  });
  while (texts.at(-1) === '') texts.pop();
  return `${opcode.name} (${texts.join(', ')})`;
};

const bufferText = ({ args, bytes }: Operation): string => {
  const [size] = args;
  const content = [...(bytes ?? [])].map((byte) => number(byte)).join(', ');
  return `Buffer (${size ? expression(size) : ''}) {${content}}`;
};

const packageText = ({ args, list }: Operation): string => {
  const [count] = args;
  const elements = (list ?? []).map(expression).join(', ');
  return `Package (${count ? expression(count) : ''}) {${elements}}`;
};

const expression = (node: AmlNode): string => {
  switch (node.kind) {
    case 'name':
      return pathText(node.path);
    case 'call':
      return `${pathText(node.path)} (${node.args.map(expression).join(', ')})`;
    case 'integer':
      return number(node.value, node.size);
    case 'string':
      return quoted(node.value);
    case 'operation': {
      const { opcode, args } = node;
      if (args.length === 0) return opcode.name;
      if (opcode.name === 'Buffer') return bufferText(node);
      if (opcode.name === 'Package' || opcode.name === 'VarPackage') return packageText(node);
      const symbolic = opcode.name in SYMBOLS || opcode.name === 'LNot' || opcode.name === 'Index';
      return symbolic && !target(node) ? computation(node) : functionForm(node);
    }
    default:
      return `/* ${node.kind} */`;
  }
};

const EISA_LETTERS = /^[A-Z]{3}$/;

/** `EisaId ("PNP0A03")` of a DWord that is one; §19.3.4. */
const eisaIdText = (value: bigint): string | undefined => {
  const [a, b, c, d] = [0n, 8n, 16n, 24n].map((shift) => Number((value >> shift) & 0xffn));
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  const packed = (a << 8) | b;
  const letters = [10, 5, 0].map((shift) => String.fromCharCode(0x40 + ((packed >> shift) & 0x1f))).join('');
  const product = ((c << 8) | d).toString(16).toUpperCase().padStart(4, '0');
  return EISA_LETTERS.test(letters) && packed < 0x8000 ? `EisaId ("${letters}${product}")` : undefined;
};

const nameStatement = (node: Operation): string => {
  const [path, value] = node.args;
  if (path?.kind !== 'name' || !value) return functionForm(node);
  const isId = ['_HID', '_CID'].includes(path.path.segments.at(-1) ?? '');
  const id = isId && value.kind === 'integer' && value.size === 4 ? eisaIdText(value.value) : undefined;
  return `Name (${pathText(path.path)}, ${id ?? expression(value)})`;
};

const flags = (node: AmlNode | undefined): number => (node?.kind === 'integer' ? Number(node.value) : 0);

const methodHead = ({ args: [path, methodFlags] }: Operation): string => {
  const value = flags(methodFlags);
  const sync = value >> METHOD_SYNC_SHIFT;
  const rule = value & METHOD_SERIALIZED ? 'Serialized' : 'NotSerialized';
  return `Method (${path ? expression(path) : ''}, ${value & METHOD_ARG_COUNT}, ${rule}${sync ? `, ${number(sync)}` : ''})`;
};

const fieldHead = ({ opcode, args }: Operation): string => {
  const value = flags(args.at(-1));
  const rules = [keyOf(FIELD_ACCESS, value & 0x0f), keyOf(FIELD_LOCK, value & 0x10), keyOf(FIELD_UPDATE, value & 0x60)];
  return `${opcode.name} (${[...args.slice(0, -1).map(expression), ...rules].join(', ')})`;
};

const regionStatement = ({ args: [path, space, offset, length] }: Operation): string => {
  const name = REGION_SPACES[flags(space)] ?? number(flags(space));
  const rest = [offset, length].map((arg) => (arg ? expression(arg) : ''));
  return `OperationRegion (${[path ? expression(path) : '', name, ...rest].join(', ')})`;
};

/** Type keywords of External, by number (§19.6.44). */
const EXTERNAL_TYPES =
  'UnknownObj IntObj StrObj BuffObj PkgObj FieldUnitObj DeviceObj EventObj MethodObj MutexObj OpRegionObj PowerResObj'.split(
    ' ',
  );

const externalStatement = ({ args: [path, type] }: Operation): string =>
  `External (${path ? expression(path) : ''}, ${EXTERNAL_TYPES[flags(type)] ?? 'UnknownObj'})`;

/** First line of a block, without its brace. */
const head = (node: Operation): string => {
  switch (node.opcode.name) {
    case 'Method':
      return methodHead(node);
    case 'Field':
    case 'IndexField':
    case 'BankField':
      return fieldHead(node);
    case 'Else':
      return 'Else';
    default:
      return functionForm(node);
  }
};

/**
 * `Local0 = a + b`, `Local0 += b`: an operation with a target. A Store of such a value keeps the parentheses:
 * `Local0 = (a + b)`.
 */
const assignment = (node: Operation, to: AmlNode): string => {
  const left = expression(to);
  const [a, b] = node.args;
  const symbol = SYMBOLS[node.opcode.name];
  if (symbol && a && b && expression(a) === left) return `${left} ${symbol}= ${expression(b)}`;
  return `${left} = ${computation(node).slice(1, -1)}`;
};

const statement = (node: AmlNode): string => {
  if (node.kind === 'undecodable') return `/* ${node.end - node.offset} bytes that are no AML */`;
  if (node.kind !== 'operation') return expression(node);
  const { opcode, args } = node;
  const [first, second] = args;
  switch (opcode.name) {
    case 'Name':
      return nameStatement(node);
    case 'OperationRegion':
      return regionStatement(node);
    case 'External':
      return externalStatement(node);
    case 'Store':
      return first && second ? `${expression(second)} = ${expression(first)}` : functionForm(node);
    case 'Increment':
      return first ? `${expression(first)}++` : functionForm(node);
    case 'Decrement':
      return first ? `${expression(first)}--` : functionForm(node);
    default: {
      const to = opcode.name in SYMBOLS ? target(node) : undefined;
      return to ? assignment(node, to) : expression(node);
    }
  }
};

/** Longer texts of packages are broken at their elements. */
const LINE_WIDTH = 100;

const PACKAGES: readonly string[] = ['Package', 'VarPackage'];
const isPackage = (node: AmlNode | undefined): node is Operation =>
  node?.kind === 'operation' && PACKAGES.includes(node.opcode.name);

class Listing {
  readonly lines: AmlLine[] = [];

  private line(node: AmlNode, depth: number, text: string, whole = true): void {
    const offset = whole ? node.offset : node.end;
    this.lines.push({ offset, length: whole ? node.end - node.offset : 0, depth, text });
  }

  statements(nodes: readonly AmlNode[], depth: number): void {
    for (const node of nodes) this.statement(node, depth);
  }

  private statement(node: AmlNode, depth: number): void {
    const operation = node.kind === 'operation' ? node : undefined;
    const value = operation?.opcode.name === 'Name' ? operation.args[1] : undefined;
    if (operation && isPackage(value) && statement(node).length > LINE_WIDTH) {
      this.namedPackage(operation, value, depth);
    } else if (operation?.list && !PACKAGES.includes(operation.opcode.name)) {
      this.line(node, depth, `${head(operation)} {`);
      if (operation.opcode.class === 'field') this.fieldUnits(operation.list, depth + 1);
      else this.statements(operation.list, depth + 1);
      this.line(node, depth, '}', false);
    } else {
      this.line(node, depth, statement(node));
    }
  }

  private namedPackage(node: Operation, value: Operation, depth: number): void {
    const [path] = node.args;
    const [count] = value.args;
    this.line(node, depth, `Name (${path ? expression(path) : ''}, Package (${count ? expression(count) : ''}) {`);
    const list = value.list ?? [];
    list.forEach((element, n) => {
      this.line(element, depth + 1, `${expression(element)}${n < list.length - 1 ? ',' : ''}`);
    });
    this.line(node, depth, '})', false);
  }

  private fieldUnits(units: readonly AmlNode[], depth: number): void {
    units.forEach((unit, n) => {
      const comma = n < units.length - 1 ? ',' : '';
      this.line(unit, depth, `${fieldUnitText(unit)}${comma}`);
    });
  }
}

const fieldUnitText = (unit: AmlNode): string => {
  switch (unit.kind) {
    case 'fieldUnit':
      return `${unit.segment ? trimSegment(unit.segment) : ''}, ${unit.bits}`;
    case 'fieldAccess':
      return `AccessAs (${keyOf(FIELD_ACCESS, unit.accessType & 0x0f)}, ${number(unit.attribute)})`;
    case 'fieldConnection':
      return `Connection (${expression(unit.connection)})`;
    default:
      return statement(unit);
  }
};

/** Lines of a DSDT or SSDT. Bytes that are no AML become a comment; nothing throws. */
export function disassemble(table: Uint8Array): AmlLine[] {
  const listing = new Listing();
  listing.statements(parseTable(table), 0);
  return listing.lines;
}

/** The line of the innermost construct that holds a byte of the table, as an index into {@link disassemble}'s lines. */
export function lineAt(lines: readonly AmlLine[], offset: number): number | undefined {
  let found: number | undefined;
  lines.forEach((line, n) => {
    if (line.length > 0 && offset >= line.offset && offset < line.offset + line.length) found = n;
  });
  return found;
}
