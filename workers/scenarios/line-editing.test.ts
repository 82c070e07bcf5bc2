import { beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';

const PROMPT = 'root@lab:~# ';
/** Bracketed paste on and off, around each line that is read. */
const ON = '\x1b[?2004h';
const OFF = '\x1b[?2004l\r';
const READY = `${ON}${PROMPT}`;

const UP = '\x1b[A';
const DOWN = '\x1b[B';
const LEFT = '\x1b[D';
const HOME = '\x1b[H';
const END = '\x1b[F';
const DELETE = '\x1b[3~';

/** What the terminal shows of a text with backspaces and returns: one string a row. */
function rows(output: string): string[] {
  const lines: string[][] = [[]];
  let column = 0;
  for (const piece of output.replace(/\x1b\[\?2004[hl]/g, '').match(/\x1b\[[0-9;]*[A-Za-z]|[\s\S]/g) ?? []) {
    const line = lines[lines.length - 1] ?? [];
    if (piece === '\n') lines.push([]);
    if (piece === '\n' || piece === '\r') column = 0;
    else if (piece === '\b') column--;
    else if (piece === '\x1b[J') line.length = column;
    else if (piece !== '\x07') {
      line[column++] = piece;
      if (piece > '\u1100') line[column++] = '';
    }
  }
  return lines.map((line) => line.join('').trimEnd());
}

describe('line editing in the interactive shell', () => {
  let lab: Lab;
  /** Everything since the last prompt. */
  let since = '';
  /** The line that is edited, as the terminal shows it: without the prompt. */
  const edited = (): string[] => rows(since).map((row) => row.replace(PROMPT, ''));
  /** Types keys; returns what the terminal got. */
  const type = (keys: string): string => {
    lab.events();
    lab.session.input('sh', keys);
    lab.session.settle();
    const output = lab
      .events('tty_out')
      .map(({ fields }) => fields['text'])
      .join('');
    since += output;
    if (since.lastIndexOf(READY) > 0) since = since.slice(since.lastIndexOf(READY));
    return output;
  };
  beforeAll(() => {
    lab = new Lab();
  });

  // the same keys were given to bash 5.2 on the serial line of a real machine, with the same answers
  test.each([
    ['what is typed shows', 'echo hi', 'echo hi'],
    ['Enter runs the line', '\r', `\r\n${OFF}hi\r\n${READY}`],
    ['backspace takes a character back', 'ech\x7fo\x7f\x7f', 'ech\b \bo\b \b\b \b'],
    ['^A goes to the beginning', 'ho x\x01', 'ho x\b\b\b\b\b'],
    ['^E goes to the end by writing the line again', '\x05yz', 'eho xyz'],
    ['^C gives the line up', '\x03', `^C\r\n${OFF}${READY}`],
    ['Up brings back the line before', UP, 'echo hi'],
    ['^U takes the line back', '\x15', '\b\b\b\b\b\b\b       \b\b\b\b\b\b\b'],
    ['Tab completes a program', 'lsc\t', 'lscpu '],
    ['a second Tab offers files after it', '\x03', `^C\r\n${OFF}${READY}`],
    ['Tab completes a path', 'cat /pro\t', 'cat /proc/'],
    ['Tab goes as far as the candidates agree', 'cpui\t', 'cpuinfo '],
    ['', '\x03', `^C\r\n${OFF}${READY}`],
    ['Tab on an ambiguous word rings', 'ls\t', 'ls\x07'],
    ['', '\x03', `^C\r\n${OFF}${READY}`],
    [
      'a command of several lines has second prompts',
      'for i in 1 2\rdo echo $i\rdone\r',
      `for i in 1 2\r\n${OFF}${ON}> do echo $i\r\n${OFF}${ON}> done\r\n${OFF}1\r\n2\r\n${READY}`,
    ],
    ['and is one entry of the history', UP, 'for i in 1 2; do echo $i; done'],
    ['', '\x03', `^C\r\n${OFF}${READY}`],
    ['!$ is the last word of the line before', 'echo !$\r', `echo !$\r\n${OFF}echo done\r\ndone\r\n${READY}`],
  ])('%s', (_, keys, shown) => {
    expect(type(keys)).toBe(shown);
  });

  test('the second Tab lists the candidates in columns, and the line goes on', () => {
    expect(type('ls /sys/devices/system/cpu/cpu1/h\t')).toBe('ls /sys/devices/system/cpu/cpu1/hotplug/');
    const listed = type('\t\t');
    expect(rows(listed)).toEqual([
      '',
      'fail    state   target',
      `${PROMPT}ls /sys/devices/system/cpu/cpu1/hotplug/`.trimEnd(),
    ]);
    type('\x03');
  });

  test('a name with a blank is completed with a backslash, within quotes with the quote', () => {
    type("mkdir /tmp/d; touch '/tmp/d/a b'\r");
    expect(type('ls /tmp/d/\t')).toBe('ls /tmp/d/a\\ b ');
    type('\x03');
    expect(type('ls "/tmp/d/\t')).toBe('ls "/tmp/d/a b" ');
    type('\x03');
  });

  test.each([
    ['Left and a character insert it', `ac${LEFT}b`, 'abc'],
    ['Home, Delete', `xabc${HOME}${DELETE}`, 'abc'],
    ['Home, End', `bc${HOME}a${END}d`, 'abcd'],
    ['^W takes a word, ^Y gives it back', 'one two \x17\x17\x19', 'one two'],
    ['^K takes the rest', `abcdef${LEFT}${LEFT}\x0b`, 'abcd'],
    ['M-b and M-d', 'one two three\x1bb\x1bb\x1bd', 'one  three'],
    ['^T changes two characters', 'ab\x14', 'ba'],
    ['^_ undoes', 'ab\x15\x1f', 'ab'],
    ['^V takes a key as it is', 'a\x16\x01b', 'a^Ab'],
    ['wide characters are two columns', `\u4f60\u597d${LEFT}a`, '\u4f60a\u597d'],
    ['an empty history place rings', `${DOWN}x`, 'x'],
  ])('%s', (_, keys, line) => {
    type(keys);
    const shown = edited();
    type('\x03');
    expect(shown).toEqual([line]);
  });

  test('Up and Down walk the history; a line that was begun is still there', () => {
    type('true one\r');
    type('true two\r');
    type(`begun${UP}${UP}`);
    expect(edited()).toEqual(['true one']);
    type(`${DOWN}${DOWN}`);
    expect(edited()).toEqual(['begun']);
    type('\x03');
    expect(type('history | tail -2\r')).toMatch(/\d+ {2}true two\r\n +\d+ {2}history \| tail -2\r\n/);
  });

  test('^R searches the history backwards; Enter runs what it found', () => {
    type('echo needle\r');
    type('true\r');
    type('\x12need');
    expect(edited()).toEqual(["(reverse-i-search)`need': echo needle"]);
    expect(type('\r')).toContain(`\r\n${OFF}needle\r\n`);
    type('begun\x12no-such');
    expect(edited()[0]).toContain("(failed reverse-i-search)`no-such': ");
    type('\x07');
    expect(edited()).toEqual(['begun']);
    type('\x03');
  });

  test('a paste is taken as it is, tabs and all, and runs at Enter, line by line', () => {
    type('\x1b[200~if true\rthen\r\techo "a\tb"\rfi\recho two\x1b[201~');
    expect(edited()).toEqual(['if true', 'then', '        echo "a b"', 'fi', 'echo two']);
    expect(type('\r')).toBe(`\r\n${OFF}a\tb\r\ntwo\r\n${READY}`);
  });

  test('lines that are typed at once run one after the other, and lose nothing', () => {
    const script = Array.from({ length: 300 }, (_, at) => `\techo line ${at}`).join('\n');
    const shown = type(`cat > /tmp/long <<'E'\n${script}\nE\nwc -l < /tmp/long; tail -1 /tmp/long\n`);
    expect(shown).toContain(`\r\n${OFF}300\r\n\techo line 299\r\n${READY}`);
  });

  test('a line of any length is taken, and the next one runs', () => {
    type(`: ${'y'.repeat(12_000)}\n`);
    expect(since).toContain(READY);
    expect(type('echo after\n')).toContain(`\r\n${OFF}after\r\n`);
  });

  test('a program in the foreground gets more than a buffer of lines, none lost', () => {
    const lines = Array.from({ length: 400 }, (_, at) => `text of line ${at}`).join('\n');
    type('cat > /tmp/typed\n');
    type(`${lines}\n\x04`);
    expect(type('wc -l < /tmp/typed; tail -1 /tmp/typed\n')).toContain(
      '\r\n400\r\ntext of line 399'.replace('\r\n', ''),
    );
  });
});
