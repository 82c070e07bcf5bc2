/**
 * Address space descriptors of a resource template (ACPI 6.4 §6.4.3.5): WORD, DWORD, QWORD and extended ones.
 *
 * @acpica components/resources/rsaddr.c, rsxface.c acpi_resource_to_address64
 */

/** Large resource item names. */
const DWORD_ADDRESS = 0x87;
const WORD_ADDRESS = 0x88;
const QWORD_ADDRESS = 0x8a;
const EXTENDED_ADDRESS = 0x8b;
const LARGE_ITEM = 0x80;
const END_TAG = 0x0f;

/** resource_type: ACPI_MEMORY_RANGE, ACPI_IO_RANGE, ACPI_BUS_NUMBER_RANGE. */
export type AddressKind = 'memory' | 'io' | 'bus' | 'other';

export interface ResourceAddress64 {
  readonly resource_type: AddressKind;
  /** For memory: bit 0 read-write, bits 1 and 2 the kind of caching. */
  readonly typeFlags: number;
  readonly minimum: bigint;
  readonly maximum: bigint;
  readonly address_length: bigint;
}

const KINDS: readonly AddressKind[] = ['memory', 'io', 'bus'];

function field(bytes: Uint8Array, at: number, width: number): bigint {
  let value = 0n;
  for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
  return value;
}

/** Bytes of a number, and where the first of granularity, minimum, maximum, translation and length stands. */
const LAYOUTS: Readonly<Record<number, { readonly width: number; readonly first: number }>> = {
  [WORD_ADDRESS]: { width: 2, first: 6 },
  [DWORD_ADDRESS]: { width: 4, first: 6 },
  [QWORD_ADDRESS]: { width: 8, first: 6 },
  [EXTENDED_ADDRESS]: { width: 8, first: 8 },
};

/** All address space descriptors of a template; undefined when its bytes are no template. */
export function addressResources(template: Uint8Array): ResourceAddress64[] | undefined {
  const found: ResourceAddress64[] = [];
  for (let at = 0; at < template.length; ) {
    const tag = template[at] ?? 0;
    if ((tag & LARGE_ITEM) === 0) {
      if (tag >> 3 === END_TAG) return found;
      at += 1 + (tag & 7);
      continue;
    }
    const length = 3 + Number(field(template, at + 1, 2));
    if (at + length > template.length) return undefined;
    const layout = LAYOUTS[tag];
    if (layout) {
      const number = (index: number): bigint => field(template, at + layout.first + index * layout.width, layout.width);
      found.push({
        resource_type: KINDS[template[at + 3] ?? 0] ?? 'other',
        typeFlags: template[at + 5] ?? 0,
        minimum: number(1),
        maximum: number(2),
        address_length: number(4),
      });
    }
    at += length;
  }
  return undefined;
}
