/** Where tools look for CPUs, memory and nodes, and how they read there. */
import type { Co } from '../../sim/coroutine.ts';
import { readFile } from '../stdio.ts';
import type { Tool } from './tool.ts';

export const CPU = '/sys/devices/system/cpu';
export const MEMORY = '/sys/devices/system/memory';
export const NODES = '/sys/devices/system/node';

/** What a file says, without the end of its line; undefined where there is none. */
export function* attribute(tool: Tool, path: string): Co<string | undefined> {
  const text = yield* readFile(tool.sys, path);
  return typeof text === 'string' ? text.trim() : undefined;
}
