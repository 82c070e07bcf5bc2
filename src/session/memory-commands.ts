/** The lines that a person's clicks on memory stand for. */

export interface DimmRequest {
  /** Number at the end of the ids of backend and device. */
  readonly number: number;
  readonly slot: number;
  /** Bytes. */
  readonly size: number;
  /** Undefined where the machine has no nodes to choose from. */
  readonly node: number | undefined;
}

/** The QMP lines that reserve memory and plug it in. */
export function plugDimmCommands({ number, slot, size, node }: DimmRequest): readonly [string, string] {
  const memdev = `mem${number}`;
  const where = { slot, ...(node === undefined ? {} : { node }) };
  return [
    JSON.stringify({ execute: 'object-add', arguments: { 'qom-type': 'memory-backend-ram', id: memdev, size } }),
    JSON.stringify({ execute: 'device_add', arguments: { driver: 'pc-dimm', id: `dimm${number}`, memdev, ...where } }),
  ];
}

/** The same for QEMU's monitor. */
export function plugDimmMonitorLines({ number, slot, size, node }: DimmRequest): readonly [string, string] {
  const where = `slot=${slot}${node === undefined ? '' : `,node=${node}`}`;
  return [
    `object_add memory-backend-ram,id=mem${number},size=${size}`,
    `device_add pc-dimm,id=dimm${number},memdev=mem${number},${where}`,
  ];
}

/** The QMP line that asks for a DIMM back. */
export const unplugDimmCommand = (id: string): string => JSON.stringify({ execute: 'device_del', arguments: { id } });

export const ONLINE_WORDS = ['online', 'online_kernel', 'online_movable', 'offline'] as const;
export type OnlineWord = (typeof ONLINE_WORDS)[number];

/** The shell line that takes a memory block to a state. */
export const blockCommand = (block: number, word: OnlineWord): string =>
  `echo ${word} > /sys/devices/system/memory/memory${block}/state`;

/** The shell line that brings every block online that is offline. */
export const ONLINE_ALL =
  'for i in `grep -l offline /sys/devices/system/memory/memory*/state`; do echo online > $i; done';

const UNITS: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4 };

/** A size as people write it, 384M, 1.5 GiB, 1073741824, in bytes; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  const size = Number(digits) * 1024 ** (UNITS[unit.toLowerCase()] ?? Number.NaN);
  return digits !== '' && Number.isSafeInteger(size) && size > 0 ? size : undefined;
}
