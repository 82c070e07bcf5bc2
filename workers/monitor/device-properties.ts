/** Properties of an x86 vCPU as device_add sets them: from a text to a value, with QAPI's messages. */
import type { Parsed } from '../protocol/scenario.ts';
import { type QDict, QFloat, type QObject } from './qobject.ts';

/** device_add turns every argument into a text first (QemuOpts), so "1" and 1 are the same to it. */
export function optionText(value: QObject): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value instanceof QFloat) return String(value.value);
  return typeof value === 'string' ? value : String(value);
}

/** Properties that the lab's vCPUs take. `int32` -1 means "not set", as does a missing one. */
const INT32_PROPERTIES = new Set(['socket-id', 'die-id', 'core-id', 'thread-id', 'node-id']);
const UINT32_PROPERTIES = new Set(['apic-id']);
/** Members of device_add's arguments that are not properties of the device. */
const NOT_PROPERTIES = new Set(['driver', 'id', 'bus']);

export type CpuProperties = Readonly<Partial<Record<string, number>>>;

/** Reads the properties of a vCPU in the given order; the first that is wrong ends it. */
export function readCpuProperties(type: string, args: QDict): Parsed<CpuProperties> {
  const properties: Record<string, number> = {};
  for (const [name, value] of Object.entries(args)) {
    if (NOT_PROPERTIES.has(name)) continue;
    const isInt32 = INT32_PROPERTIES.has(name);
    if (!isInt32 && !UINT32_PROPERTIES.has(name)) return { ok: false, error: `Property '${type}.${name}' not found` };
    const text = optionText(value);
    if (!/^[+-]?(\d+|0[xX][0-9a-fA-F]+)$/.test(text))
      return { ok: false, error: `Parameter '${name}' expects integer` };
    const number = Number(text);
    const inRange = isInt32 ? number >= -(2 ** 31) && number < 2 ** 31 : number >= 0 && number < 2 ** 32;
    if (!inRange) return { ok: false, error: `Parameter '${name}' expects ${isInt32 ? 'int32_t' : 'uint32_t'}` };
    properties[name] = number;
  }
  return { ok: true, value: properties };
}
