/** Characters in the byte strings that a terminal carries: UTF-8, each byte a code unit. */

/** How many bytes of UTF-8 follow this one. */
export const followers = (byte: number): number => (byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0);

/** Splits a byte string into characters. */
export function charactersOf(text: string): string[] {
  return text.match(/[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3}|[\s\S]/g) ?? [];
}

/** What a letter is with the control key held. */
export const control = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) & 0x1f);
