/** The order that LANG=C sorts by: byte strings, code unit by code unit. */
export const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
