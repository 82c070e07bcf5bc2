import { describe, expect, test } from 'vitest';
import { blockCommand, parseSize, plugDimmCommands, plugDimmMonitorLines } from './memory-commands.ts';

const MIB = 2 ** 20;

describe('a click on a DIMM slot', () => {
  const request = { number: 3, slot: 1, size: 256 * MIB, node: undefined };

  test('stands for two commands: memory is reserved, then plugged into that slot', () => {
    expect(plugDimmCommands(request).map((line) => JSON.parse(line) as unknown)).toEqual([
      { execute: 'object-add', arguments: { 'qom-type': 'memory-backend-ram', id: 'mem3', size: 268_435_456 } },
      { execute: 'device_add', arguments: { driver: 'pc-dimm', id: 'dimm3', memdev: 'mem3', slot: 1 } },
    ]);
    expect(plugDimmMonitorLines({ ...request, node: 1 })).toEqual([
      'object_add memory-backend-ram,id=mem3,size=268435456',
      'device_add pc-dimm,id=dimm3,memdev=mem3,slot=1,node=1',
    ]);
  });
});

test('a click on a block stands for a write to its file state', () => {
  expect(blockCommand(33, 'online_movable')).toBe('echo online_movable > /sys/devices/system/memory/memory33/state');
});

test.each([
  ['128M', 128 * MIB],
  ['1.5 GiB', 1536 * MIB],
  ['6g', 6144 * MIB],
  ['268435456', 256 * MIB],
  ['64 kB', 65_536],
  ['', undefined],
  ['0', undefined],
  ['-1G', undefined],
  ['1X', undefined],
  ['9999999999T', undefined],
])('the size %s is %s bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});
