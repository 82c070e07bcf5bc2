/**
 * The flattened device tree (Devicetree Specification 0.4, chapter 5): what a machine without ACPI tells of itself.
 *
 * @linux drivers/of/fdt.c, base.c, address.c; as a tree that is read once
 */

const FDT_MAGIC = 0xd00d_feed;
const FDT_BEGIN_NODE = 1;
const FDT_END_NODE = 2;
const FDT_PROP = 3;
const FDT_NOP = 4;
/** Header fields. */
const TOTALSIZE = 4;
const OFF_DT_STRUCT = 8;
const OFF_DT_STRINGS = 12;
export const FDT_HEADER_SIZE = 40;
const TWO_32 = 2 ** 32;

export interface device_node {
  readonly name: string;
  readonly parent: device_node | undefined;
  readonly children: device_node[];
  readonly properties: Map<string, Uint8Array>;
}

const word = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, false);

/** Bytes of the whole tree, by its header; 0: there is no tree here. */
export const fdt_totalsize = (header: Uint8Array): number =>
  header.length >= FDT_HEADER_SIZE && word(header, 0) === FDT_MAGIC ? word(header, TOTALSIZE) : 0;

function cString(bytes: Uint8Array, at: number): string {
  let end = at;
  while (end < bytes.length && bytes[end] !== 0) end++;
  return String.fromCharCode(...bytes.subarray(at, end));
}

const aligned = (at: number): number => (at + 3) & ~3;

/** unflatten_device_tree(): the root node; undefined for bytes that are no tree. */
export function unflatten_device_tree(bytes: Uint8Array): device_node | undefined {
  if (fdt_totalsize(bytes) === 0) return undefined;
  const strings = word(bytes, OFF_DT_STRINGS);
  let at = word(bytes, OFF_DT_STRUCT);
  let root: device_node | undefined;
  let node: device_node | undefined;
  while (at + 4 <= bytes.length) {
    const token = word(bytes, at);
    at += 4;
    if (token === FDT_BEGIN_NODE) {
      const name = cString(bytes, at);
      at = aligned(at + name.length + 1);
      const child: device_node = { name, parent: node, children: [], properties: new Map() };
      node?.children.push(child);
      root ??= child;
      node = child;
    } else if (token === FDT_END_NODE) {
      node = node?.parent;
      if (!node) return root;
    } else if (token === FDT_PROP) {
      const length = word(bytes, at);
      node?.properties.set(cString(bytes, strings + word(bytes, at + 4)), bytes.subarray(at + 8, at + 8 + length));
      at = aligned(at + 8 + length);
    } else if (token !== FDT_NOP) {
      return root;
    }
  }
  return root;
}

/** Texts of a property, in order. */
export function of_strings(node: device_node | undefined, name: string): string[] {
  const value = node?.properties.get(name);
  return value
    ? String.fromCharCode(...value)
        .split('\0')
        .filter(Boolean)
    : [];
}

/** Cells (32-bit numbers) of a property. */
export function of_cells(node: device_node | undefined, name: string): number[] {
  const value = node?.properties.get(name);
  if (!value) return [];
  return Array.from({ length: Math.floor(value.length / 4) }, (_, index) => word(value, 4 * index));
}

const cellCount = (node: device_node | undefined, name: string, otherwise: number): number =>
  of_cells(node, name)[0] ?? otherwise;

/** `reg`: addresses and lengths in the parent's format. */
export function of_address(node: device_node): { readonly base: number; readonly length: number }[] {
  const address = cellCount(node.parent, '#address-cells', 2);
  const size = cellCount(node.parent, '#size-cells', 1);
  const cells = of_cells(node, 'reg');
  const number = (at: number, count: number): number =>
    cells.slice(at, at + count).reduce((value, cell) => value * TWO_32 + cell, 0);
  const found: { base: number; length: number }[] = [];
  for (let at = 0; at + address + size <= cells.length; at += address + size) {
    found.push({ base: number(at, address), length: number(at + address, size) });
  }
  return found;
}

export function* for_each_node(node: device_node | undefined): Generator<device_node> {
  if (!node) return;
  yield node;
  for (const child of node.children) yield* for_each_node(child);
}

export const of_device_is_compatible = (node: device_node, name: string): boolean =>
  of_strings(node, 'compatible').includes(name);

export function of_find_compatible_node(root: device_node | undefined, name: string): device_node | undefined {
  for (const node of for_each_node(root)) if (of_device_is_compatible(node, name)) return node;
  return undefined;
}
