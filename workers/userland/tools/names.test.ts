import { expect, test } from 'vitest';
import { lateUserland } from '../late.ts';
import { createPrograms } from '../programs.ts';
import { TOOL_NAMES } from './names.ts';
import { makeTool } from './table.ts';

test('every name of a tool has its program, and a name that is none is refused', () => {
  const programs = createPrograms(() => lateUserland);
  for (const name of TOOL_NAMES) expect(typeof makeTool(name, programs)).toBe('function');
  expect(() => makeTool('no-such-tool', programs)).toThrow('no tool no-such-tool');
});

test('names are listed once, in order', () => {
  expect([...TOOL_NAMES]).toEqual([...new Set(TOOL_NAMES)].sort());
});
