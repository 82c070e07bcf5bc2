/**
 * NameStrings (ACPI 6.4 §20.2.2): the text form `\_SB.CPUS.C002` or `^^PCI0`, and the parts that the byte form holds.
 * NameSegs always have four characters, padded with underscores.
 */
import { DUAL_NAME_PREFIX, MULTI_NAME_PREFIX, NULL_NAME, PARENT_PREFIX, ROOT_PREFIX } from './opcodes.ts';

export interface NamePath {
  /** Begins with `\`. */
  readonly root: boolean;
  /** Number of `^`. */
  readonly parents: number;
  readonly segments: readonly string[];
}

const isLead = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || code === 0x5f;
const isNameChar = (code: number): boolean => isLead(code) || (code >= 0x30 && code <= 0x39);

/** True for a byte that can begin a NameString. */
export const isNameStart = (code: number): boolean =>
  isLead(code) ||
  code === ROOT_PREFIX ||
  code === PARENT_PREFIX ||
  code === DUAL_NAME_PREFIX ||
  code === MULTI_NAME_PREFIX;

/** `C2` → `C2__`. */
export const padSegment = (segment: string): string => segment.padEnd(4, '_');

/** `C2__` → `C2`; a name of underscores alone keeps one. */
export const trimSegment = (segment: string): string => segment.replace(/_+$/, '') || '_';

/** Parses `\_SB.CPUS`, `^X`, `X.Y`; letters become upper case. Undefined when it is no NameString. */
export function parseNamePath(text: string): NamePath | undefined {
  const match = /^(\\?)(\^*)(.*)$/s.exec(text);
  if (!match) return undefined;
  const [, root = '', carets = '', rest = ''] = match;
  if (root && carets) return undefined;
  const segments = rest === '' ? [] : rest.toUpperCase().split('.');
  for (const segment of segments) {
    if (!/^[A-Z_][A-Z0-9_]{0,3}$/.test(segment)) return undefined;
  }
  return { root: root !== '', parents: carets.length, segments: segments.map(padSegment) };
}

/** Text of a path, segments with their padding: `\_SB_.CPUS`. */
export const formatNamePath = ({ root, parents, segments }: NamePath): string =>
  `${root ? '\\' : ''}${'^'.repeat(parents)}${segments.join('.')}`;

/** Bytes of a path. */
export function encodeNamePath({ root, parents, segments }: NamePath): number[] {
  const bytes: number[] = root ? [ROOT_PREFIX] : [];
  for (let n = 0; n < parents; n++) bytes.push(PARENT_PREFIX);
  if (segments.length === 0) bytes.push(NULL_NAME);
  if (segments.length === 2) bytes.push(DUAL_NAME_PREFIX);
  if (segments.length > 2) bytes.push(MULTI_NAME_PREFIX, segments.length);
  for (const segment of segments) for (let n = 0; n < 4; n++) bytes.push(segment.charCodeAt(n));
  return bytes;
}

/** Reads a path at `at`. Undefined when the bytes are no NameString; `next` is the first byte after it. */
export function decodeNamePath(
  bytes: Uint8Array,
  at: number,
): { readonly path: NamePath; readonly next: number } | undefined {
  let next = at;
  let parents = 0;
  const root = bytes[next] === ROOT_PREFIX;
  if (root) next++;
  else
    while (bytes[next] === PARENT_PREFIX) {
      parents++;
      next++;
    }
  const lead = bytes[next];
  if (lead === undefined) return undefined;
  let count = 1;
  if (lead === NULL_NAME) {
    return { path: { root, parents, segments: [] }, next: next + 1 };
  }
  if (lead === DUAL_NAME_PREFIX) {
    count = 2;
    next++;
  } else if (lead === MULTI_NAME_PREFIX) {
    count = bytes[next + 1] ?? 0;
    next += 2;
  }
  const segments: string[] = [];
  for (let n = 0; n < count; n++, next += 4) {
    if (next + 4 > bytes.length) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(next, next + 4);
    if (!isLead(a) || !isNameChar(b) || !isNameChar(c) || !isNameChar(d)) return undefined;
    segments.push(String.fromCharCode(a, b, c, d));
  }
  return { path: { root, parents, segments }, next };
}
