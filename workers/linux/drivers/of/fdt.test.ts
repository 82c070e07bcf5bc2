import { describe, expect, test } from 'vitest';
import {
  fdt_totalsize,
  of_address,
  of_cells,
  of_find_compatible_node,
  of_strings,
  unflatten_device_tree,
} from './fdt.ts';

const word = (value: number): number[] => [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
const text = (value: string): number[] => [...value, '\0'].map((character) => character.charCodeAt(0));
const padded = (bytes: number[]): number[] => [...bytes, ...new Array<number>((4 - (bytes.length % 4)) % 4).fill(0)];

const NAMES = ['compatible', 'reg', '#address-cells', '#size-cells'];
const nameAt = (name: string): number => NAMES.slice(0, NAMES.indexOf(name)).join('').length + NAMES.indexOf(name);
const begin = (name: string): number[] => [...word(1), ...padded(text(name))];
const end = word(2);
const property = (name: string, value: number[]): number[] => [
  ...word(3),
  ...word(value.length),
  ...word(nameAt(name)),
  ...padded(value),
];

/** Header, structure block, strings block (Devicetree Specification 0.4, 5.2 to 5.5). */
function blob(structure: number[]): Uint8Array {
  const strings = NAMES.flatMap(text);
  const at = 40;
  const total = at + structure.length + strings.length;
  const header = [0xd00dfeed, total, at, at + structure.length, 28, 17, 16, 0, strings.length, structure.length];
  return Uint8Array.from([...header.flatMap(word), ...structure, ...strings]);
}

const tree = blob([
  ...begin(''),
  ...property('#address-cells', word(2)),
  ...property('#size-cells', word(2)),
  ...word(4), // NOP
  ...begin('intc@8000000'),
  ...property('compatible', text('arm,gic-v3')),
  ...property('reg', [0, 0x0800_0000, 0, 0x1_0000, 1, 0x80a_0000, 0, 0xf6_0000].flatMap(word)),
  ...end,
  ...end,
  ...word(9),
]);

describe('the flattened device tree', () => {
  const root = unflatten_device_tree(tree);

  test('nodes are found by what they are compatible with', () => {
    const intc = of_find_compatible_node(root, 'arm,gic-v3');
    expect(intc?.name).toBe('intc@8000000');
    expect(of_strings(intc, 'compatible')).toEqual(['arm,gic-v3']);
    expect(of_find_compatible_node(root, 'arm,gic-400')).toBeUndefined();
  });

  test("reg is read with the parent's numbers of cells, 64-bit addresses included", () => {
    const intc = of_find_compatible_node(root, 'arm,gic-v3');
    expect(intc && of_address(intc)).toEqual([
      { base: 0x0800_0000, length: 0x1_0000 },
      { base: 0x1_080a_0000, length: 0xf6_0000 },
    ]);
    expect(of_cells(root, '#size-cells')).toEqual([2]);
  });

  test('bytes without the magic number are no tree', () => {
    expect(fdt_totalsize(tree)).toBe(tree.length);
    expect(fdt_totalsize(new Uint8Array(40))).toBe(0);
    expect(unflatten_device_tree(new Uint8Array(40))).toBeUndefined();
  });
});
