import { expect, test } from 'vitest';
import { WholeMessages } from './qmp.ts';

/** What comes out of a stream that arrives in these pieces. */
const assembled = (...pieces: string[]): string[] => {
  const stream = new WholeMessages();
  return pieces.map((piece) => stream.push(piece));
};

test('a QMP message that a pipe delivers in two pieces is one message', () => {
  expect(assembled('{"execute": "query-na', 'me"}\n{"exec', 'ute": "quit"}')).toEqual([
    '',
    '{"execute": "query-name"}\n',
    '{"execute": "quit"}',
  ]);
});

test('brackets and escaped quotes inside a string do not end a message', () => {
  expect(assembled('{"execute": "a\\"}', '"}')).toEqual(['', '{"execute": "a\\"}"}']);
});

test('a line end inside a string goes through at once: QEMU answers it with an error', () => {
  expect(assembled('{"execute": "a\n')).toEqual(['{"execute": "a\n']);
});

test('a closing bracket too many does not hold back what follows', () => {
  expect(assembled('}', '{"execute": "quit"}')).toEqual(['}', '{"execute": "quit"}']);
});

test.each(['{\uFFFD', '{\u0001', "{'bad \uFFFD", '{%'])('%j goes through at once: the error is known', (text) => {
  expect(assembled(text, "{ 'execute': 'quit' }")).toEqual([text, "{ 'execute': 'quit' }"]);
});
