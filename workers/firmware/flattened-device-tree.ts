/** The flattened device tree's format, version 17 (Devicetree Specification 0.4, chapter 5). */
import { asciiz, concat } from '../aml/encode.ts';

/** Value of a property: cells (32-bit numbers), texts, or nothing. */
export type DeviceTreeValue = readonly number[] | readonly string[] | true;

export interface DeviceTreeNode {
  readonly name: string;
  readonly properties: readonly (readonly [name: string, value: DeviceTreeValue])[];
  readonly children: readonly DeviceTreeNode[];
}

const MAGIC = 0xd00d_feed;
const VERSION = 17;
const LAST_COMPATIBLE_VERSION = 16;
const HEADER_LENGTH = 40;
/** The memory reservation block: its end alone. */
const NO_RESERVATIONS = 16;
const TOKEN = { beginNode: 1, endNode: 2, property: 3, end: 9 } as const;

/** 32 bits, the most significant byte first. */
const cell = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, false);
  return bytes;
};

const padded = (bytes: Uint8Array): Uint8Array => concat([bytes, new Uint8Array(-bytes.length & 3)]);

const bytesOf = (value: DeviceTreeValue): Uint8Array => {
  if (value === true) return new Uint8Array(0);
  return concat(value.map((item) => (typeof item === 'number' ? cell(item) : asciiz(item))));
};

/** A 64-bit number as two cells. */
export const cells64 = (value: number): [number, number] => [Math.floor(value / 2 ** 32), value % 2 ** 32];

export function flattenDeviceTree(root: DeviceTreeNode): Uint8Array {
  const names: string[] = [];
  const nameOffset = (name: string): number => {
    if (!names.includes(name)) names.push(name);
    return names.slice(0, names.indexOf(name)).reduce((sum, text) => sum + text.length + 1, 0);
  };
  const encode = ({ name, properties, children }: DeviceTreeNode): Uint8Array[] => [
    cell(TOKEN.beginNode),
    padded(asciiz(name)),
    ...properties.flatMap(([key, value]) => {
      const bytes = bytesOf(value);
      return [cell(TOKEN.property), cell(bytes.length), cell(nameOffset(key)), padded(bytes)];
    }),
    ...children.flatMap(encode),
    cell(TOKEN.endNode),
  ];
  const structure = concat([...encode(root), cell(TOKEN.end)]);
  const strings = concat(names.map(asciiz));
  const structureAt = HEADER_LENGTH + NO_RESERVATIONS;
  const stringsAt = structureAt + structure.length;
  const header = [
    MAGIC,
    stringsAt + strings.length,
    structureAt,
    stringsAt,
    HEADER_LENGTH,
    VERSION,
    LAST_COMPATIBLE_VERSION,
    0, // boot processor
    strings.length,
    structure.length,
  ];
  return concat([...header.map(cell), new Uint8Array(NO_RESERVATIONS), structure, strings]);
}
