/** What QMP and the monitor tell of DIMMs. */
import type { Board } from '../abi/board.ts';
import type { QDict, QObject } from './qobject.ts';

/** query-memory-devices. */
export const memoryDevices = (board: Board): QObject =>
  board.memory.dimms().map(({ id, backend, address, size, slot, node, hotplugged }): QDict => {
    const data = {
      memdev: `/objects/${backend}`,
      hotplugged,
      addr: address,
      hotpluggable: true,
      size,
      slot,
      node,
      ...(id === undefined ? {} : { id }),
    };
    return { type: 'dimm', data };
  });

/** Bytes of all DIMMs, or of those of one node. */
export const pluggedSize = (board: Board, node?: number): number =>
  board.memory
    .dimms()
    .filter((dimm) => node === undefined || dimm.node === node)
    .reduce((sum, { size }) => sum + size, 0);

/** query-memory-size-summary. */
export const memorySizeSummary = (board: Board): QDict => ({
  'base-memory': board.config.memorySize,
  'plugged-memory': pluggedSize(board),
});

/** info memory-devices. */
export const memoryDevicesText = (board: Board): string =>
  board.memory
    .dimms()
    .map(({ id, address, slot, node, size, backend, hotplugged }) =>
      [
        `Memory device [dimm]: "${id ?? ''}"`,
        `  addr: 0x${address.toString(16)}`,
        `  slot: ${slot}`,
        `  node: ${node}`,
        `  size: ${size}`,
        `  memdev: /objects/${backend}`,
        `  hotplugged: ${hotplugged}`,
        '  hotpluggable: true',
        '',
      ].join('\n'),
    )
    .join('');
