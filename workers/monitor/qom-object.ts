/** An object of the QOM tree as qom-list and qom-get see it: a type, and properties, of which some have a value. */
import { GlibHashTable } from './glib-hash-table.ts';
import type { QObject } from './qobject.ts';

export interface QomProperty {
  readonly name: string;
  /** `string`, `child<memory-region>`, `link<bus>`, … */
  readonly type: string;
}

export interface QomObject {
  readonly type: string;
  readonly properties: readonly QomProperty[];
  /** Value of a property that the lab knows; undefined: it has none. */
  value(name: string): QObject | undefined;
}

export type QomRow = readonly [name: string, type: string, value: QObject | undefined];

/** What every object has first. */
export const TYPE: QomProperty = { name: 'type', type: 'string' };

export const child = (name: string, type: string): QomProperty => ({ name, type: `child<${type}>` });

/** An object whose properties are all known; one without a value cannot be read. */
export function objectOf(type: string, rows: readonly QomRow[]): QomObject {
  const values = new Map(rows.map(([name, , value]) => [name, value]));
  return { type, properties: rows.map(([name, kind]) => ({ name, type: kind })), value: (name) => values.get(name) };
}

/** Rows as an object's hash table lists them, backwards. */
export function inHashOrder<T>(rows: readonly T[], nameOf: (row: T) => string): T[] {
  const table = new GlibHashTable<T>();
  for (const row of rows) table.set(nameOf(row), row);
  return table.values().reverse();
}

/** A container: its type, then its children. */
export function container(path: string, children: readonly QomProperty[]): QomObject {
  const prefix = path === '/' ? '' : path;
  const names = new Set(children.map(({ name }) => name));
  return {
    type: 'container',
    properties: [TYPE, ...inHashOrder(children, ({ name }) => name)],
    value: (name) => (name === 'type' ? 'container' : names.has(name) ? `${prefix}/${name}` : undefined),
  };
}
