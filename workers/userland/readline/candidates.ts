/** Lists of what a word may be completed to. */

export function commonPrefix(words: readonly string[]): string {
  const [first = '', ...others] = words;
  let length = first.length;
  for (const word of others) {
    let same = 0;
    while (same < length && word[same] === first[same]) same++;
    length = same;
  }
  return first.slice(0, length);
}

/** Words in columns, sorted down each, as readline lists them; every line with its end. */
export function columnsOf(words: readonly string[], width: number): string {
  const widest = Math.max(0, ...words.map(({ length }) => length)) + 2;
  const across = Math.max(1, Math.floor(width / widest));
  const down = Math.ceil(words.length / across);
  let text = '';
  for (let row = 0; row < down; row++) {
    const line = words.filter((_, at) => at % down === row);
    text += `${line.map((word, at) => (at < line.length - 1 ? word.padEnd(widest) : word)).join('')}\n`;
  }
  return text;
}
