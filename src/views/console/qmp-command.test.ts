import { describe, expect, test } from 'vitest';
import { prettyJson, toQmpCommand } from './qmp-command.ts';

describe('what is typed into the QMP console', () => {
  test.each([
    ['{"execute": "stop"}', '{"execute": "stop"}'],
    ['{"execute": ', '{"execute":'],
    [' query-cpus-fast ', '{"execute":"query-cpus-fast"}'],
    ['device_del id=cpu2', '{"execute":"device_del","arguments":{"id":"cpu2"}}'],
    [
      'device_add driver=max-x86_64-cpu id=cpu2 core-id=2 x=true',
      '{"execute":"device_add","arguments":{"driver":"max-x86_64-cpu","id":"cpu2","core-id":2,"x":true}}',
    ],
  ])('%s is sent as %s', (typed, sent) => {
    expect(toQmpCommand(typed)).toBe(sent);
  });

  test.each(['', 'two words', '<b>', 'Device', 'a =1'])('%s is neither JSON nor a command', (typed) => {
    expect(toQmpCommand(typed)).toBeUndefined();
  });
});

test('a long message is indented, a short one is not, and what is not JSON stays as it is', () => {
  expect(prettyJson('{"return": {}}')).toBe('{"return":{}}');
  expect(prettyJson('{"return": [1, 2]}', 5)).toBe('{\n  "return": [\n    1,\n    2\n  ]\n}');
  expect(prettyJson('{')).toBe('{');
});
