/** Order in which numbers inside texts count as numbers (`-v`, `-V`). */
export function naturally(a: string, b: string): number {
  const pieces = (text: string): string[] => text.split(/(\d+)/);
  const [left, right] = [pieces(a), pieces(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x = '', y = ''] = [left[i], right[i]];
    if (x === y) continue;
    return i % 2 === 1 ? Number(x) - Number(y) : x < y ? -1 : 1;
  }
  return 0;
}
