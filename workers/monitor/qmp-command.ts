/** What a QMP command is: argument types by QAPI's schema (7.2), their checks, and what it answers. */
import { type QmpContext, QmpFailure } from './qmp-context.ts';
import type { QDict, QObject } from './qobject.ts';

type QapiType = 'string' | 'int' | 'bool';

export interface QmpCommand {
  readonly name: string;
  /** Members of `arguments`; a `?` at the end of the type: may be left out. */
  readonly args: Readonly<Record<string, QapiType | `${QapiType}?`>>;
  /** device_add takes whatever properties the device has ('gen': false). */
  readonly anyArgs?: boolean;
  run(context: QmpContext, args: QDict): QObject | QmpFailure;
}

const typeNames: Readonly<Record<QapiType, string>> = { string: 'string', int: 'integer', bool: 'boolean' };

function hasType(value: QObject, type: QapiType): boolean {
  if (type === 'int') return typeof value === 'bigint' || typeof value === 'number';
  return typeof value === (type === 'bool' ? 'boolean' : 'string');
}

/** Checks arguments against the schema with the input visitor's messages. */
export function checkArguments(command: QmpCommand, args: QDict): QmpFailure | undefined {
  for (const [name, spelled] of Object.entries(command.args)) {
    const optional = spelled.endsWith('?');
    const type = (optional ? spelled.slice(0, -1) : spelled) as QapiType;
    const value = args[name];
    if (value === undefined) {
      if (!optional) return new QmpFailure(`Parameter '${name}' is missing`);
    } else if (!hasType(value, type)) {
      return new QmpFailure(`Invalid parameter type for '${name}', expected: ${typeNames[type]}`);
    }
  }
  if (command.anyArgs) return undefined;
  const unexpected = Object.keys(args).find((name) => !(name in command.args));
  return unexpected === undefined ? undefined : new QmpFailure(`Parameter '${unexpected}' is unexpected`);
}

export const command = (
  name: string,
  args: QmpCommand['args'],
  run: (context: QmpContext, args: QDict) => QObject | QmpFailure,
): QmpCommand => ({ name, args, run });
