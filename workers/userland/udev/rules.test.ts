import { describe, expect, test } from 'vitest';
import { parseRules } from './rules.ts';

/** What a real udevd 252 says of these lines (`udevadm test`), line by line. */
const FAULTS: readonly (readonly [line: string, message: string])[] = [
  ['FOO=="x"', "Invalid key 'FOO'"],
  ['KERNEL="abc"', 'Invalid operator for KERNEL.'],
  ['ACTION+="x"', 'Invalid operator for ACTION.'],
  ['SUBSYSTEM=="memory",', 'The line takes no effect, ignoring.'],
  ['KERNEL==memory1', 'Invalid key/value pair, ignoring.'],
  ['KERNEL=="a", ATTR="x"', 'Invalid attribute for ATTR.'],
  ['KERNEL', 'Invalid key/value pair, ignoring.'],
  ['KERNEL=="unterminated', 'Invalid key/value pair, ignoring.'],
  ['ENV="x"', 'Invalid attribute for ENV.'],
  ['TEST="x"', 'Invalid operator for TEST.'],
  ['RUN{foo}+="x"', 'Invalid attribute for RUN.'],
  ['IMPORT="x"', 'Invalid attribute for IMPORT.'],
  ['IMPORT{builtin}="nosuch"', 'Unknown builtin command: nosuch'],
  ['LABEL+="x"', 'Invalid operator for LABEL.'],
  ['SUBSYSTEM="x"', 'Invalid operator for SUBSYSTEM.'],
  ['RESULT="x"', 'Invalid operator for RESULT.'],
  ['KERNEL=="x",,ACTION=="y"', 'The line takes no effect, ignoring.'],
  ['KERNEL{x}=="y"', 'Invalid attribute for KERNEL.'],
];

function parse(text: string): { rules: ReturnType<typeof parseRules>; faults: string[] } {
  const faults: string[] = [];
  const rules = parseRules([{ path: 'R', text }], (fault) => faults.push(fault));
  return { rules, faults };
}

describe('udev(7): rules files', () => {
  test.each(FAULTS)('%s: the line is left out', (line, message) => {
    expect(parse(`# comment\n${line}\n`)).toEqual({ rules: [], faults: [`R:2 ${message}`] });
  });

  test('faults that leave the rest of the line in force', () => {
    const { rules, faults } = parse(
      'ATTR{state}+="x", KERNEL=="b"\nENV{X}:="y"\nGOTO="a", GOTO="b"\nLABEL="a"\nOPTIONS+="nosuch", ENV{A}="1"\n',
    );
    expect(faults).toEqual([
      "R:1 ATTR key takes '==', '!=', or '=' operator, assuming '='.",
      "R:2 ENV key takes '==', '!=', '=', or '+=' operator, assuming '='.",
      'R:3 Contains multiple GOTO keys, ignoring GOTO="b".',
      "R:5 Invalid value for OPTIONS key, ignoring: 'nosuch'",
    ]);
    expect(rules.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5]);
  });

  test('a GOTO without its label does nothing', () => {
    const { rules, faults } = parse('GOTO="nowhere"\n');
    expect(rules).toEqual([]);
    expect(faults).toEqual([
      'R:1: GOTO="nowhere" has no matching label, ignoring',
      'R:1: The line takes no effect any more, dropping',
    ]);
  });

  test('keys, attributes, operators and values; a backslash continues a line, e"" has escapes', () => {
    const { rules } = parse(
      'ACTION=="add", SUBSYSTEM=="memory",\\\n  ATTR{state}="online"\nENV{A}=e"a\\tb", ENV{B}="say \\"hi\\""\n',
    );
    expect(rules.map(({ line, tokens }) => [line, tokens])).toEqual([
      [
        2,
        [
          { key: 'ACTION', attribute: undefined, operator: '==', value: 'add' },
          { key: 'SUBSYSTEM', attribute: undefined, operator: '==', value: 'memory' },
          { key: 'ATTR', attribute: 'state', operator: '=', value: 'online' },
        ],
      ],
      [
        3,
        [
          { key: 'ENV', attribute: 'A', operator: '=', value: 'a\tb' },
          { key: 'ENV', attribute: 'B', operator: '=', value: 'say "hi"' },
        ],
      ],
    ]);
  });
});
