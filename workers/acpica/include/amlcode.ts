/** The bytes of one table, with the names in them decoded once. */
import { decodeNamePath, type NamePath } from '../../aml/names.ts';
import type { AcpiNamespaceNode } from './acobject.ts';

/** A NameString in the code, with the node that it meant when it was last looked up. */
export interface NameInCode {
  readonly path: NamePath;
  /** Offset behind it. */
  readonly next: number;
  /** Where it was looked up from, what was found, and the namespace's generation then. */
  scope: AcpiNamespaceNode | undefined;
  node: AcpiNamespaceNode | undefined;
  generation: number;
}

export class AmlCode {
  /** The table with its header. */
  readonly bytes: Uint8Array;
  private readonly names = new Map<number, NameInCode | undefined>();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The NameString at an offset; undefined when there is none. */
  nameAt(offset: number): NameInCode | undefined {
    const known = this.names.get(offset);
    if (known) return known;
    const decoded = decodeNamePath(this.bytes, offset);
    const name = decoded && { ...decoded, scope: undefined, node: undefined, generation: -1 };
    this.names.set(offset, name);
    return name;
  }

  /** Little-endian number of up to 6 bytes; bytes beyond the end count as 0. */
  number(offset: number, length: number): number {
    let value = 0;
    for (let n = length - 1; n >= 0; n--) value = value * 256 + (this.bytes[offset + n] ?? 0);
    return value;
  }

  /** Little-endian number of any length. */
  integer(offset: number, length: number): bigint {
    if (length <= 4) return BigInt(this.number(offset, length));
    let value = 0n;
    for (let n = length - 1; n >= 0; n--) value = (value << 8n) | BigInt(this.bytes[offset + n] ?? 0);
    return value;
  }

  /** Characters up to a NUL or `end`. */
  string(offset: number, end: number): string {
    let text = '';
    for (let at = offset; at < end; at++) {
      const byte = this.bytes[at] ?? 0;
      if (byte === 0) break;
      text += String.fromCharCode(byte);
    }
    return text;
  }
}

/** A PkgLength (ACPI 6.4 §20.2.4): what it says, and the offset behind it. */
export function packageLength(bytes: Uint8Array, offset: number): { readonly length: number; readonly next: number } {
  const lead = bytes[offset] ?? 0;
  const more = lead >> 6;
  let length = more === 0 ? lead & 0x3f : lead & 0x0f;
  for (let n = 1; n <= more; n++) length |= (bytes[offset + n] ?? 0) << (8 * n - 4);
  return { length, next: offset + 1 + more };
}
