/** device_add and device_del of pc-dimm: the device's properties, in QEMU 7.2's words (hw/mem/pc-dimm.c). */
import type { Board, BoardError } from '../abi/board.ts';
import type { MemoryBackend } from '../abi/machine-config.ts';
import type { Dimm, DimmRequest } from '../abi/memory-devices.ts';
import { optionText } from './device-properties.ts';
import { alignmentOf } from './memory-backends.ts';
import { type QDict, QFloat } from './qobject.ts';

export const DIMM_TYPE = 'pc-dimm';
/** Properties that every device has, and that none lets be set so. */
const READ_ONLY = new Set(['size', 'hotplugged', 'hotpluggable']);
/** Members of device_add's arguments that are not properties of the device. */
const NOT_PROPERTIES = new Set(['driver', 'id', 'bus']);

const generic = (description: string): BoardError => ({ class: 'GenericError', description });

const LIMITS: Readonly<Record<string, { readonly type: string; readonly least: number; readonly most: number }>> = {
  node: { type: 'uint32_t', least: 0, most: 2 ** 32 - 1 },
  slot: { type: 'int32_t', least: -(2 ** 31), most: 2 ** 31 - 1 },
  addr: { type: 'uint64_t', least: 0, most: 2 ** 64 },
};

/** Where a backend is found by its id. */
export interface Backends {
  get(id: string): MemoryBackend | undefined;
}

interface DimmProperties {
  readonly numbers: Readonly<Partial<Record<string, number>>>;
  readonly backend: MemoryBackend | undefined;
}

function readProperties(objects: Backends, args: QDict): DimmProperties | BoardError {
  const numbers: Record<string, number> = {};
  let backend: MemoryBackend | undefined;
  for (const [name, value] of Object.entries(args)) {
    if (NOT_PROPERTIES.has(name)) continue;
    if (typeof value === 'object' && !(value instanceof QFloat)) continue; // options are scalars: QEMU passes over others
    const text = optionText(value);
    const limits = LIMITS[name];
    if (name === 'memdev') {
      if (text === '') continue;
      backend = objects.get(text.replace(/^\/objects\//, ''));
      if (!backend) return { class: 'DeviceNotFound', description: `Device '${text}' not found` };
    } else if (limits) {
      if (!/^[+-]?(\d+|0[xX][0-9a-fA-F]+)$/.test(text)) return generic(`Parameter '${name}' expects integer`);
      // an unsigned property takes a negative number for the one with its bits
      const wraps = name === 'addr' && text.startsWith('-');
      const number = wraps ? Number(BigInt.asUintN(64, BigInt(text))) : Number(text);
      if (number < limits.least || number > limits.most) {
        return generic(`Parameter '${name}' expects ${limits.type}`);
      }
      numbers[name] = number;
    } else if (READ_ONLY.has(name)) return generic(`Property '${DIMM_TYPE}.${name}' is not writable`);
    else return generic(`Property '${DIMM_TYPE}.${name}' not found`);
  }
  return { numbers, backend };
}

/** What device_add's or -device's properties ask for. */
export function readDimm(objects: Backends, args: QDict, id: string | undefined): DimmRequest | BoardError {
  const properties = readProperties(objects, args);
  if ('description' in properties) return properties;
  const { numbers, backend } = properties;
  const slot = numbers['slot'] === -1 ? undefined : numbers['slot'];
  return {
    id,
    backend: backend && { id: backend.id, size: backend.size, alignment: alignmentOf(backend) },
    slot,
    address: numbers['addr'] ?? 0,
    node: numbers['node'] ?? 0,
  };
}

/** device_add, once the driver and the id have been found to be in order. */
export function dimmAdd(board: Board, objects: Backends, args: QDict, id: string | undefined): BoardError | undefined {
  const request = readDimm(objects, args, id);
  return 'description' in request ? request : board.memory.plugDimm(request);
}

/** The DIMM of an id or a QOM path. */
export const findDimm = (board: Board, id: string): Dimm | undefined =>
  board.memory.dimms().find((dimm) => (id.startsWith('/') ? dimm.qomPath === id : dimm.id === id));
