/** The texts of QEMU's options: `key=value,…` lists, sizes, numbers. */

/** Splits a text at single commas; `,,` stands for a comma. */
export function splitAtCommas(text: string): string[] {
  return splitRaw(text).map((part) => part.replaceAll(',,', ','));
}

const splitRaw = (text: string): string[] => text.split(/(?<!,),(?!,)/);

/** `a,b=1,c`: a first item without `=` belongs to `implied`, others mean `on`. */
export function splitOptions(text: string, implied: string): [string, string][] {
  return splitRaw(text).flatMap((raw, index): [string, string][] => {
    const part = raw.replaceAll(',,', ',');
    const at = raw.search(/[=,]/);
    if (raw[at] === '=') return [[part.slice(0, at), part.slice(at + 1)]];
    if (part === '') return [];
    return [index === 0 && implied ? [implied, part] : [part, 'on']];
  });
}

/** A size: a number with an optional suffix; without one in units of `unit`. Undefined when it is none. */
export function parseSize(text: string, unit: number): number | undefined {
  const found = /^(\d+(?:\.\d+)?|0[xX][0-9a-fA-F]+)([bBkKmMgGtTpPeE]?)$/.exec(text);
  if (!found) return undefined;
  const suffix = (found[2] ?? '').toLowerCase();
  const scale = suffix === '' ? unit : 1024 ** 'bkmgtpe'.indexOf(suffix);
  const value = Number(found[1]) * scale;
  return value < 2 ** 64 ? Math.floor(value) : undefined;
}

/** A number without sign, in decimal or with 0x. Undefined when it is none. */
export const parseUint = (text: string): number | undefined =>
  /^(\d+|0[xX][0-9a-fA-F]+)$/.test(text) ? Number(text) : undefined;

/** A number with or without sign, in decimal or with 0x. Undefined when it is none. */
export function parseInteger(text: string): number | undefined {
  const found = /^([+-]?)(\d+|0[xX][0-9a-fA-F]+)$/.exec(text);
  return found ? Number(found[2]) * (found[1] === '-' ? -1 : 1) : undefined;
}

/** id_wellformed(): a letter, then letters, digits, `-`, `.`, `_`. */
export const isIdentifier = (text: string): boolean => /^[A-Za-z][A-Za-z0-9\-._]*$/.test(text);

/** The second line of complaints of a wrong id (error_append_hint). */
export const IDENTIFIER_HINT = "Identifiers consist of letters, digits, '-', '.', '_', starting with a letter.";
