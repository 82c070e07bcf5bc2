/**
 * AML encoder: bytes from ASL-like calls, laid out by the opcode table. Every function returns the bytes of one
 * grammar element (ACPI 6.4 §20.2), so elements compose by nesting. The other `encode-*` files name the operators,
 * objects and resource descriptors.
 */
import { encodeNamePath, parseNamePath } from './names.ts';
import {
  AML_BYTE_OP,
  AML_DWORD_OP,
  AML_ONE_OP,
  AML_QWORD_OP,
  AML_STRING_OP,
  AML_WORD_OP,
  AML_ZERO_OP,
  type ArgKind,
  EXTENDED_PREFIX,
  NULL_NAME,
  opcodeByName,
} from './opcodes.ts';

/** Encoded bytes of one or more grammar elements. */
export type Aml = Uint8Array;

/** An operand: encoded bytes, an integer constant, or the NameString of an object. */
export type Term = Aml | number | bigint | string;

/** Statements and objects in order; names stand for the objects themselves. */
export type TermList = readonly Term[];

export const concat = (parts: readonly (Aml | readonly number[])[]): Aml => {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

const littleEndian = (value: number | bigint, size: number): Aml => {
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(8 * size, BigInt(value));
  for (let n = 0; n < size; n++, rest >>= 8n) bytes[n] = Number(rest & 0xffn);
  return bytes;
};

/** Raw little-endian data, without a prefix. A value that is too wide is a fault of ours. */
const data = (size: number) => (value: number | bigint) => {
  const wide = BigInt(value);
  if (wide < 0n || wide >> BigInt(8 * size) !== 0n) throw new RangeError(`${value} does not fit ${size} bytes`);
  return littleEndian(wide, size);
};

export const byteData = data(1);
export const wordData = data(2);
export const dwordData = data(4);
export const qwordData = data(8);

/** Characters (one a byte) with the closing NUL, without a prefix. */
export const asciiz = (characters: string): Aml =>
  concat([[...characters].map((character) => character.charCodeAt(0)), [0]]);

/** An integer constant in the shortest form that QEMU's `aml_int` knows: `Ones` is never used. */
export const integer = (value: number | bigint): Aml => {
  const wide = BigInt(value);
  if (wide === 0n) return Uint8Array.of(AML_ZERO_OP);
  if (wide === 1n) return Uint8Array.of(AML_ONE_OP);
  if (wide <= 0xffn) return concat([[AML_BYTE_OP], byteData(wide)]);
  if (wide <= 0xffffn) return concat([[AML_WORD_OP], wordData(wide)]);
  if (wide <= 0xffff_ffffn) return dword(wide);
  return concat([[AML_QWORD_OP], qwordData(wide)]);
};

/** An integer constant of four bytes, however small. */
export const dword = (value: number | bigint): Aml => concat([[AML_DWORD_OP], dwordData(value)]);

/** A string constant: `text('CPU')` is ASL's `"CPU"`. */
export const text = (characters: string): Aml => concat([[AML_STRING_OP], asciiz(characters)]);

/** NameString of `\_SB.CPUS`, `^X`, `C000`. Throws when it is none. */
export const nameString = (path: string): Aml => {
  const parsed = parseNamePath(path);
  if (!parsed) throw new Error(`not a NameString: ${path}`);
  return Uint8Array.from(encodeNamePath(parsed));
};

export const term = (value: Term): Aml => {
  if (typeof value === 'string') return nameString(value);
  if (typeof value === 'number' || typeof value === 'bigint') return integer(value);
  return value;
};

export const block = (terms: TermList): Aml => concat(terms.map(term));

/**
 * Length encoding of §20.2.4: one byte up to 63, else 4 bits in the lead byte and 8 in each of one to three more.
 */
export const packedLength = (length: number): Aml => {
  if (length < 0x40) return Uint8Array.of(length);
  const size = length < 1 << 12 ? 1 : length < 1 << 20 ? 2 : 3;
  if (length >= 1 << 28) throw new RangeError(`AML package of ${length} bytes`);
  const bytes = [(size << 6) | (length & 0x0f)];
  for (let n = 0; n < size; n++) bytes.push((length >>> (4 + 8 * n)) & 0xff);
  return Uint8Array.from(bytes);
};

/** PkgLength and what it counts: the length includes the PkgLength itself. */
export const withPackageLength = (content: Aml): Aml => {
  let size = 1;
  while (packedLength(content.length + size).length > size) size++;
  return concat([packedLength(content.length + size), content]);
};

/** An operand of an operation: a term, a list where the grammar has one, nothing for an optional target. */
export type Operand = Term | TermList | undefined;

const encodeOperand = (kind: ArgKind, operand: Operand): Aml => {
  if (operand === undefined) {
    if (kind === 'target') return Uint8Array.of(NULL_NAME);
    throw new Error(`missing ${kind} operand`);
  }
  switch (kind) {
    case 'byte':
    case 'word':
    case 'dword':
    case 'qword': {
      if (typeof operand !== 'number' && typeof operand !== 'bigint') throw new Error(`${kind} data must be a number`);
      return { byte: byteData, word: wordData, dword: dwordData, qword: qwordData }[kind](operand);
    }
    case 'string':
      if (typeof operand !== 'string') throw new Error('string data must be characters');
      return asciiz(operand);
    case 'pkgLength':
      throw new Error('pkgLength takes no operand');
    default:
      return isList(operand) ? block(operand) : term(operand);
  }
};

const isList = (operand: Term | TermList): operand is TermList => Array.isArray(operand);

/**
 * Encodes the operation with this ASL name: opcode, package length where the table has one, operands in the order of
 * its `args`. Targets at the end may be left out.
 */
export const operation = (name: string, ...operands: readonly Operand[]): Aml => {
  const { code, args } = opcodeByName(name);
  const counted = args[0] === 'pkgLength';
  const kinds = counted ? args.slice(1) : args;
  if (operands.length > kinds.length) throw new Error(`${name} takes ${kinds.length} operands`);
  const content = concat(kinds.map((kind, n) => encodeOperand(kind, operands[n])));
  const opcode = code > 0xff ? [EXTENDED_PREFIX, code & 0xff] : [code];
  return concat([opcode, counted ? withPackageLength(content) : content]);
};

/** `Package (n) { … }`; elements may be fewer than `count`. */
export const packageOf = (elements: TermList, count: number = elements.length): Aml =>
  operation('Package', count, elements);

/** `Buffer (n) { … }`. */
export const buffer = (bytes: Aml | readonly number[], size: number = bytes.length): Aml =>
  operation('Buffer', size, Uint8Array.from(bytes));

/** `EisaId ("PNP0A03")`: three letters of five bits and four hexadecimal digits, high byte first. §19.3.4. */
export const eisaId = (id: string): Aml => {
  const match = /^([A-Z]{3})([0-9A-F]{4})$/.exec(id);
  if (!match) throw new Error(`not an EISA id: ${id}`);
  const [, letters = '', digits = ''] = match;
  const vendor = [...letters].reduce((value, letter) => (value << 5) | (letter.charCodeAt(0) - 0x40), 0);
  const product = Number.parseInt(digits, 16);
  return concat([[AML_DWORD_OP], [vendor >> 8, vendor & 0xff, product >> 8, product & 0xff]]);
};

/** `ToUUID ("…")`: the first three groups in little-endian order. §19.6.142. */
export const toUuid = (uuid: string): Aml => {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) throw new Error(`not a UUID: ${uuid}`);
  const bytes = (uuid.replaceAll('-', '').match(/../g) ?? []).map((digits) => Number.parseInt(digits, 16));
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return buffer(order.map((n) => bytes[n] ?? 0));
};
