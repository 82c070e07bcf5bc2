/**
 * Members of an object that a user creates: from texts or JSON values to checked values, with the messages of QEMU 7.2's
 * three input visitors (qapi/opts-visitor.c for -object, the keyval half of qapi/qobject-input-visitor.c for object_add,
 * its other half for object-add).
 */
import type { Parsed } from '../protocol/scenario.ts';
import { parseSize, parseUint } from './option-text.ts';
import type { QDict, QObject } from './qobject.ts';

/** Where the values come from: -object, object_add, or JSON. */
export type ObjectInput = 'options' | 'keyval' | 'json';

export type MemberType = 'bool' | 'size' | 'uint32' | 'uint16 list' | 'string' | readonly string[];

export interface Member {
  readonly name: string;
  /** A list: the values of an enumeration. */
  readonly type: MemberType;
  readonly required?: boolean;
}

export type MemberValues = Readonly<Partial<Record<string, QObject>>>;

const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });
const wrongType = (name: string, expected: string) =>
  fail(`Invalid parameter type for '${name}', expected: ${expected}`);

function readBoolean(name: string, value: QObject, input: ObjectInput): Parsed<boolean> {
  if (input === 'json') return typeof value === 'boolean' ? { ok: true, value } : wrongType(name, 'boolean');
  if (['on', 'yes', 'true', 'y'].includes(String(value))) return { ok: true, value: true };
  if (['off', 'no', 'false', 'n'].includes(String(value))) return { ok: true, value: false };
  return fail(`Parameter '${name}' expects 'on' or 'off'`);
}

const isInteger = (value: QObject): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

/** A negative number is taken for the unsigned one with its bits, as QEMU does. */
const unsigned64 = (value: number | bigint): number =>
  value < 0 ? Number(BigInt.asUintN(64, BigInt(value))) : Number(value);

function readSize(name: string, value: QObject, input: ObjectInput): Parsed<number> {
  if (input === 'json') {
    return isInteger(value) ? { ok: true, value: unsigned64(value) } : fail(`Parameter '${name}' expects uint64`);
  }
  const size = parseSize(String(value), 1);
  if (size !== undefined) return { ok: true, value: size };
  return fail(`Parameter '${name}' expects ${input === 'options' ? 'a size value' : 'size'}`);
}

const NO_UINT: Readonly<Record<ObjectInput, string>> = {
  options: 'a uint64 value',
  keyval: 'integer',
  json: 'uint64',
};

/** `label`: how a complaint names it. */
function readUint(label: string, value: QObject, bits: 16 | 32, input: ObjectInput, element = label): Parsed<number> {
  const number = input === 'json' ? (isInteger(value) ? unsigned64(value) : undefined) : parseUint(String(value));
  if (number === undefined) return fail(`Parameter '${element}' expects ${NO_UINT[input]}`);
  return number < 2 ** bits ? { ok: true, value: number } : fail(`Parameter '${label}' expects uint${bits}_t`);
}

/** QEMU's complaint of an element that is too big has no name to tell. */
const NAMELESS = 'null';

function readList(name: string, value: QObject, input: ObjectInput): Parsed<number[]> {
  if (input === 'options') return readRanges(name, String(value).split(' '));
  if (!Array.isArray(value)) return wrongType(name, 'array');
  const numbers: number[] = [];
  for (const [index, item] of (value as readonly QObject[]).entries()) {
    const number = readUint(NAMELESS, item, 16, input, `${name}[${index}]`);
    if (!number.ok) return number;
    numbers.push(number.value);
  }
  return { ok: true, value: numbers };
}

/** `0-3`, `5`, …: every occurrence of the option is one. */
function readRanges(name: string, ranges: readonly string[]): Parsed<number[]> {
  const numbers: number[] = [];
  for (const range of ranges) {
    const [first, last = first] = range.split('-').map(parseUint);
    if (first === undefined || last === undefined || last < first || last - first > 0xffff) {
      return fail(`Parameter '${name}' expects a uint64 value or range`);
    }
    if (last > 0xffff) return fail(`Parameter '${NAMELESS}' expects uint16_t`);
    for (let number = first; number <= last; number++) numbers.push(number);
  }
  return { ok: true, value: numbers };
}

function readMember({ name, type }: Member, value: QObject, input: ObjectInput): Parsed<QObject> {
  switch (type) {
    case 'bool':
      return readBoolean(name, value, input);
    case 'size':
      return readSize(name, value, input);
    case 'uint32':
      return readUint(name, value, 32, input);
    case 'uint16 list':
      return readList(name, value, input);
    case 'string':
      return typeof value === 'string' ? { ok: true, value } : wrongType(name, 'string');
    default:
      if (typeof value !== 'string') return wrongType(name, 'string');
      return type.includes(value) ? { ok: true, value } : fail(`Parameter '${name}' does not accept value '${value}'`);
  }
}

/** Checks `args` in the schema's order; what stands first there is complained of first, what is unknown last. */
export function readMembers(members: readonly Member[], args: QDict, input: ObjectInput): Parsed<MemberValues> {
  const values: Record<string, QObject> = {};
  for (const member of members) {
    const given = args[member.name];
    if (given === undefined) {
      if (member.required) return fail(`Parameter '${member.name}' is missing`);
      continue;
    }
    const read = readMember(member, given, input);
    if (!read.ok) return read;
    values[member.name] = read.value;
  }
  const known = new Set(['qom-type', 'id', ...members.map(({ name }) => name)]);
  const unknown = Object.keys(args).find((name) => !known.has(name));
  if (unknown === undefined) return { ok: true, value: values };
  return fail(input === 'options' ? `Invalid parameter '${unknown}'` : `Parameter '${unknown}' is unexpected`);
}

/** Options of -object: an option that occurs several times is a list, as far as it is one of numbers. */
export function gatherOptions(options: readonly (readonly [string, string])[]): QDict {
  const args: Record<string, string> = {};
  for (const [name, text] of options) {
    args[name] = name === 'host-nodes' && args[name] !== undefined ? `${args[name]} ${text}` : text;
  }
  return args;
}

/** `a=1,list.0=x,list.1=y` of the monitor as the tree that it means (util/keyval.c). */
export function keyvalTree(options: readonly (readonly [string, string])[]): QDict {
  const tree: Record<string, QObject> = {};
  for (const [key, text] of options) {
    const [, name = key, index] = /^(.*)\.(\d+)$/.exec(key) ?? [];
    if (index === undefined) tree[name] = text;
    else {
      const list = tree[name];
      tree[name] = [...(Array.isArray(list) ? (list as QObject[]) : []), text];
    }
  }
  return tree;
}
