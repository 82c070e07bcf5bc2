/**
 * AML as a tree, without executing it: for readers of a table (the disassembler), not for the interpreter, which
 * parses as it runs. A name in AML does not tell whether it is a method call, so methods are gathered first.
 */
import { decodeNamePath, isNameStart, type NamePath } from './names.ts';
import {
  AML_BYTE_OP,
  AML_DWORD_OP,
  AML_EXTERNAL_OP,
  AML_METHOD_OP,
  AML_QWORD_OP,
  AML_SCOPE_OP,
  AML_STRING_OP,
  AML_WORD_OP,
  type ArgKind,
  EXTENDED_PREFIX,
  FIELD_LIST,
  METHOD_ARG_COUNT,
  NULL_NAME,
  OBJECT_TYPES,
  type Opcode,
  opcodeInfo,
} from './opcodes.ts';

interface Place {
  /** Byte offset in the table of the first byte, and of the one behind the last. */
  readonly offset: number;
  readonly end: number;
}

export type AmlNode = Place &
  (
    | {
        readonly kind: 'operation';
        readonly opcode: Opcode;
        /** Operands before the list, in the order of the opcode's `args`, without the package length. */
        readonly args: readonly AmlNode[];
        /** Statements, objects, elements or field units, where the opcode has a list. */
        readonly list: readonly AmlNode[] | undefined;
        /** Contents of a Buffer. */
        readonly bytes: Uint8Array | undefined;
      }
    | { readonly kind: 'name'; readonly path: NamePath }
    | { readonly kind: 'call'; readonly path: NamePath; readonly args: readonly AmlNode[] }
    | { readonly kind: 'integer'; readonly value: bigint; readonly size: number }
    | { readonly kind: 'string'; readonly value: string }
    /** Bits of a field list: named, or skipped when `segment` is undefined. */
    | { readonly kind: 'fieldUnit'; readonly segment: string | undefined; readonly bits: number }
    | { readonly kind: 'fieldAccess'; readonly accessType: number; readonly attribute: number }
    | { readonly kind: 'fieldConnection'; readonly connection: AmlNode }
    /** Bytes that are no AML, up to the end of the package that they stand in. */
    | { readonly kind: 'undecodable' }
  );

/** A scope: the segments of its absolute path. */
type Scope = readonly string[];

const key = (scope: Scope): string => scope.join('.');

/** Opcodes whose list is a scope of its own. */
const SCOPES = new Set(['Scope', 'Device', 'Method', 'Processor', 'PowerResource', 'ThermalZone']);

/** Deeper nesting is taken for damage: no compiler writes it, and it must not exhaust the stack. */
const MAX_DEPTH = 500;

class NotAml extends Error {}

class Parser {
  private readonly bytes: Uint8Array;
  /** Argument counts by absolute path. `_OSI` is predefined, §5.7.2. */
  private readonly methods = new Map([['_OSI', 1]]);
  private readonly names = new Set<string>();
  /** The first pass: names are gathered, bodies of methods passed over. */
  private gathering = true;
  private at = 0;
  private depth = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  parse(start: number): AmlNode[] {
    this.gathering = true;
    this.at = start;
    this.list(this.bytes.length, (end) => this.term(end, []));
    this.gathering = false;
    this.at = start;
    return this.list(this.bytes.length, (end) => this.term(end, []));
  }

  private byte(end: number): number {
    const value = this.at < end ? this.bytes[this.at] : undefined;
    if (value === undefined) throw new NotAml();
    this.at++;
    return value;
  }

  private data(size: number, end: number): bigint {
    let value = 0n;
    for (let n = 0; n < size; n++) value |= BigInt(this.byte(end)) << BigInt(8 * n);
    return value;
  }

  private text(end: number): string {
    let value = '';
    for (;;) {
      const code = this.byte(end);
      if (code === 0) return value;
      value += String.fromCharCode(code);
    }
  }

  private packedLength(end: number): number {
    const lead = this.byte(end);
    const more = lead >> 6;
    if (more === 0) return lead;
    let length = lead & 0x0f;
    for (let n = 0; n < more; n++) length += this.byte(end) * 2 ** (4 + 8 * n);
    return length;
  }

  private packageEnd(end: number): number {
    const start = this.at;
    const packageEnd = start + this.packedLength(end);
    if (packageEnd > end || packageEnd < this.at) throw new NotAml();
    return packageEnd;
  }

  private path(end: number): NamePath {
    const decoded = decodeNamePath(this.bytes, this.at);
    if (!decoded || decoded.next > end) throw new NotAml();
    this.at = decoded.next;
    return decoded.path;
  }

  /** Elements up to `end`; what cannot be decoded becomes one node. */
  private list(end: number, element: (end: number) => AmlNode): AmlNode[] {
    const nodes: AmlNode[] = [];
    while (this.at < end) {
      const offset = this.at;
      try {
        nodes.push(element(end));
      } catch (fault) {
        if (!(fault instanceof NotAml)) throw fault;
        nodes.push({ kind: 'undecodable', offset, end });
        this.at = end;
      }
    }
    return nodes;
  }

  /** The absolute path of a name that is created in `scope`. */
  private absolute({ root, parents, segments }: NamePath, scope: Scope): Scope {
    if (root) return segments;
    return [...scope.slice(0, Math.max(0, scope.length - parents)), ...segments];
  }

  /** §5.3: a single segment is looked for in the scope, then in its parents. */
  private resolve(path: NamePath, scope: Scope, known: { has(path: string): boolean }): Scope | undefined {
    const here = this.absolute(path, scope);
    if (known.has(key(here))) return here;
    if (path.root || path.parents > 0 || path.segments.length !== 1) return undefined;
    for (let up = scope.slice(0, -1); scope.length > 0; up = up.slice(0, -1)) {
      const candidate = [...up, ...path.segments];
      if (known.has(key(candidate))) return candidate;
      if (up.length === 0) return undefined;
    }
    return undefined;
  }

  private name(end: number): AmlNode {
    const offset = this.at;
    const path = this.path(end);
    return { kind: 'name', path, offset, end: this.at };
  }

  /** A term: a name (with its arguments, when it is a method's) or an operation. */
  private term(end: number, scope: Scope, callsAllowed = true): AmlNode {
    if (this.depth >= MAX_DEPTH) throw new NotAml();
    this.depth++;
    try {
      return this.termWithin(end, scope, callsAllowed);
    } finally {
      this.depth--;
    }
  }

  private termWithin(end: number, scope: Scope, callsAllowed: boolean): AmlNode {
    const offset = this.at;
    const lead = this.bytes[offset];
    if (lead === undefined || offset >= end) throw new NotAml();
    if (isNameStart(lead)) {
      const path = this.path(end);
      const method = callsAllowed ? this.resolve(path, scope, this.methods) : undefined;
      if (!method) return { kind: 'name', path, offset, end: this.at };
      const count = this.methods.get(key(method)) ?? 0;
      const args = Array.from({ length: count }, () => this.term(end, scope));
      return { kind: 'call', path, args, offset, end: this.at };
    }
    return this.operation(end, scope);
  }

  private operation(end: number, scope: Scope): AmlNode {
    const offset = this.at;
    let code = this.byte(end);
    if (code === EXTENDED_PREFIX) code = (code << 8) | this.byte(end);
    const literal = this.literal(code, offset, end);
    if (literal) return literal;
    const opcode = opcodeInfo(code);
    if (!opcode) throw new NotAml();

    const args: AmlNode[] = [];
    let limit = end;
    let list: AmlNode[] | undefined;
    let bytes: Uint8Array | undefined;
    for (const kind of opcode.args) {
      if (kind === 'pkgLength') limit = this.packageEnd(end);
      else if (kind === 'byteList') {
        bytes = this.bytes.subarray(this.at, limit);
        this.at = limit;
      } else if (kind === 'fieldList') list = this.list(limit, (to) => this.fieldEntry(to, scope));
      else if (kind === 'elementList') list = this.list(limit, (to) => this.term(to, scope, false));
      else if (kind === 'termList' || kind === 'objectList') {
        list = this.body(opcode, args, limit, scope);
      } else args.push(this.argument(kind, limit, scope));
    }
    if (this.gathering) this.remember(opcode, args, list, scope);
    return { kind: 'operation', opcode, args, list, bytes, offset, end: this.at };
  }

  private body(opcode: Opcode, args: readonly AmlNode[], limit: number, scope: Scope): AmlNode[] {
    if (this.gathering && opcode.code === AML_METHOD_OP) {
      this.at = limit;
      return [];
    }
    const first = args[0];
    let inner = scope;
    if (SCOPES.has(opcode.name) && first?.kind === 'name') {
      const found = opcode.code === AML_SCOPE_OP ? this.resolve(first.path, scope, this.names) : undefined;
      inner = found ?? this.absolute(first.path, scope);
      this.names.add(key(inner));
    }
    return this.list(limit, (to) => this.term(to, inner));
  }

  private remember(opcode: Opcode, args: readonly AmlNode[], list: readonly AmlNode[] | undefined, scope: Scope): void {
    for (const unit of list ?? []) {
      if (unit.kind === 'fieldUnit' && unit.segment) this.names.add(key([...scope, unit.segment]));
    }
    const [first, second, third] = args;
    if (first?.kind === 'name' && opcode.args.includes('newName')) {
      const path = key(this.absolute(first.path, scope));
      this.names.add(path);
      if (opcode.code === AML_METHOD_OP && second?.kind === 'integer') {
        this.methods.set(path, Number(second.value) & METHOD_ARG_COUNT);
      }
      const external = opcode.code === AML_EXTERNAL_OP && second?.kind === 'integer' && third?.kind === 'integer';
      if (external && Number(second.value) === OBJECT_TYPES.Method) this.methods.set(path, Number(third.value));
    }
  }

  private literal(code: number, offset: number, end: number): AmlNode | undefined {
    if (code === AML_STRING_OP) return { kind: 'string', value: this.text(end), offset, end: this.at };
    const sizes: Readonly<Record<number, number>> = {
      [AML_BYTE_OP]: 1,
      [AML_WORD_OP]: 2,
      [AML_DWORD_OP]: 4,
      [AML_QWORD_OP]: 8,
    };
    const size = sizes[code];
    return size === undefined ? undefined : this.integer(size, offset, end);
  }

  private integer(size: number, offset: number, end: number): AmlNode {
    return { kind: 'integer', value: this.data(size, end), size, offset, end: this.at };
  }

  private argument(kind: ArgKind, end: number, scope: Scope): AmlNode {
    const offset = this.at;
    switch (kind) {
      case 'byte':
        return this.integer(1, offset, end);
      case 'word':
        return this.integer(2, offset, end);
      case 'dword':
        return this.integer(4, offset, end);
      case 'qword':
        return this.integer(8, offset, end);
      case 'string':
        return { kind: 'string', value: this.text(end), offset, end: this.at };
      case 'newName':
      case 'name':
        return this.name(end);
      case 'target':
        return this.bytes[offset] === NULL_NAME ? this.name(end) : this.term(end, scope, false);
      case 'super':
      case 'simple':
      case 'data':
        return this.term(end, scope, false);
      default:
        return this.term(end, scope);
    }
  }

  private fieldEntry(end: number, scope: Scope): AmlNode {
    const offset = this.at;
    const lead = this.byte(end);
    switch (lead) {
      case FIELD_LIST.reserved:
        return { kind: 'fieldUnit', segment: undefined, bits: this.packedLength(end), offset, end: this.at };
      case FIELD_LIST.access:
      case FIELD_LIST.extendedAccess: {
        const accessType = this.byte(end);
        const attribute = this.byte(end);
        if (lead === FIELD_LIST.extendedAccess) this.byte(end); // access length
        return { kind: 'fieldAccess', accessType, attribute, offset, end: this.at };
      }
      case FIELD_LIST.connect:
        return { kind: 'fieldConnection', connection: this.term(end, scope, false), offset, end: this.at };
      default: {
        this.at = offset;
        const [segment] = this.path(end).segments;
        return { kind: 'fieldUnit', segment, bits: this.packedLength(end), offset, end: this.at };
      }
    }
  }
}

/** Parses the AML of a table (DSDT or SSDT), which begins behind the header. Offsets count from the table's start. */
export const parseTable = (table: Uint8Array, headerLength = 36): AmlNode[] => new Parser(table).parse(headerLength);
