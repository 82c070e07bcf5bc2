/** QMP commands about objects, their types and their properties. */
import type { MemoryBackendType } from '../abi/machine-config.ts';
import { CPU_MODELS, type CpuProperty, cpuTypeOf, propertiesOf } from './cpu-models.ts';
import { checkDeviceType } from './device-add.ts';
import { isMemoryBackendType, OBJECT_TYPES } from './memory-backends.ts';
import { objectHelp } from './object-help.ts';
import { command, type QmpCommand } from './qmp-command.ts';
import { type QmpContext, QmpFailure } from './qmp-context.ts';
import type { QDict, QObject } from './qobject.ts';
import { findObject, listProperties } from './qom.ts';
import { backendClassProperties } from './qom-memory.ts';
import type { QomObject } from './qom-object.ts';
import { CPU_TYPE_ORDER } from './tables/cpu-type-order.ts';
import { ABSTRACT_DEVICES, DEVICE_MODELS } from './tables/device-models.ts';
import { isArmCpuType } from './virt-options.ts';

/** Of an ambiguous path qom-list alone says that it is. */
function objectAt(
  { board, objects, unmodelled }: QmpContext,
  path: QObject | undefined,
  tellsAmbiguous = false,
): QomObject | QmpFailure {
  const found = findObject(board, objects, String(path));
  if (typeof found === 'object' && found.properties.length === 0) {
    unmodelled(`properties of ${String(path)}`);
    return new QmpFailure(`Properties of '${found.type}' are not modelled by the lab`);
  }
  if (found === 'ambiguous' && tellsAmbiguous) return new QmpFailure(`Path '${String(path)}' is ambiguous`);
  return found === undefined || found === 'ambiguous'
    ? new QmpFailure(`Device '${String(path)}' not found`, 'DeviceNotFound')
    : found;
}

/** Aliases of links by the names that older machines saved them under (object_property_set_link's `legacy-`). */
const WRITE_ONLY = new Set(['legacy-memdev', 'legacy-memory', 'legacy-i8042']);

export function qomGet(context: QmpContext, { path, property }: QDict): QObject | QmpFailure {
  const object = objectAt(context, path);
  if (object instanceof QmpFailure) return object;
  const name = String(property);
  if (!object.properties.some((candidate) => candidate.name === name)) {
    return new QmpFailure(`Property '${object.type}.${name}' not found`);
  }
  const value = object.value(name);
  if (value !== undefined) return value;
  if (name === 'crash-information') return new QmpFailure('No crash occurred');
  if (WRITE_ONLY.has(name)) return new QmpFailure(`Property '${object.type}.${name}' is not readable`);
  context.unmodelled(`qom-get ${String(path)} ${name}`);
  return new QmpFailure(`Property '${object.type}.${name}' is not modelled by the lab`);
}

const isCpuType = (name: string, { board }: QmpContext): boolean =>
  board.config.board === 'virt' ? isArmCpuType(name) : CPU_MODELS.some((model) => cpuTypeOf(model) === name);

function unknownTypes({ unmodelled }: QmpContext, parent: QObject | undefined): QmpFailure {
  unmodelled(`qom-list-types ${String(parent ?? '')}`);
  return new QmpFailure(`Types of '${String(parent ?? 'object')}' are not modelled by the lab`);
}

/** Properties of devices that nobody can write. */
const READ_ONLY = new Set(['type', 'parent_bus', 'hotplugged', 'hotpluggable', 'size', 'crash-information']);

function qomSet(context: QmpContext, { path, property, value }: QDict): QObject | QmpFailure {
  if (value === undefined) return new QmpFailure("Parameter 'value' is missing");
  const object = objectAt(context, path);
  if (object instanceof QmpFailure) return object;
  const name = String(property);
  const found = object.properties.find((candidate) => candidate.name === name);
  if (!found) return new QmpFailure(`Property '${object.type}.${name}' not found`);
  const isDevice = object.properties.some((candidate) => candidate.name === 'hotpluggable');
  if (found.type.startsWith('child<') || name === 'type' || (isDevice && READ_ONLY.has(name))) {
    return new QmpFailure(`Property '${object.type}.${name}' is not writable`);
  }
  // it is, already
  if (isDevice && name === 'realized' && value === true) return {};
  if (SET_BEFORE_REALIZED[object.type === context.board.config.cpuType ? 'cpu' : object.type]?.includes(name)) {
    const id = /^\/?(?:.*\/)?peripheral\/([^/]+)$/.exec(String(path))?.[1];
    const device = id === undefined ? 'anonymous device' : `device '${id}'`;
    const kind = found.type.startsWith('link<') ? 'link property' : 'property';
    return new QmpFailure(
      `Attempt to set ${kind} '${name}' on ${device} (type '${object.type}') after it was realized`,
    );
  }
  context.unmodelled(`qom-set ${String(path)} ${name}`);
  return new QmpFailure(`Property '${object.type}.${name}' is not modelled by the lab`);
}

/** Properties that stand fast once the device is there. */
const SET_BEFORE_REALIZED: Readonly<Record<string, readonly string[]>> = {
  cpu: ['apic-id', 'socket-id', 'die-id', 'core-id', 'thread-id', 'node-id'],
  'pc-dimm': ['addr', 'slot', 'node', 'memdev'],
};

export const QOM_COMMANDS: readonly QmpCommand[] = [
  command('qom-list', { path: 'string' }, (context, { path }) => {
    const object = objectAt(context, path, true);
    return object instanceof QmpFailure ? object : listProperties(object);
  }),
  command('qom-get', { path: 'string', property: 'string' }, qomGet),
  { ...command('qom-set', { path: 'string', property: 'string' }, qomSet), anyArgs: true },
  command('qom-list-types', { implements: 'string?', abstract: 'bool?' }, (context, { implements: parent }) => {
    const isArm = context.board.config.board === 'virt';
    // the two programs' hash tables list them the other way round
    const ofDimm = parent === 'pc-dimm' ? DIMM_TYPES : undefined;
    if (ofDimm) return isArm ? ofDimm.toReversed() : ofDimm;
    const listed = isArm ? undefined : CPU_ANCESTORS[String(parent)];
    if (isArm && (parent === 'cpu' || parent === 'arm-cpu' || parent === 'aarch64-cpu'))
      return unknownTypes(context, parent);
    if (listed) return listed;
    const model = isArm ? undefined : CPU_TYPE_ORDER.find((name) => cpuTypeOf(name) === parent);
    if (model) return [{ name: cpuTypeOf(model), parent: 'x86_64-cpu' }];
    if (parent !== undefined && !DEVICE_MODELS.has(String(parent))) return [];
    return unknownTypes(context, parent);
  }),
  command('qom-list-properties', { typename: 'string' }, (context, { typename }) => {
    const name = String(typename);
    const known = isMemoryBackendType(name) ? backendProperties(name) : undefined;
    if (known) return known.map((property): QDict => ({ ...property }));
    if (DEVICE_MODELS.has(name) || isCpuType(name, context)) {
      context.unmodelled(`qom-list-properties ${name}`);
      return new QmpFailure(`Properties of '${name}' are not modelled by the lab`);
    }
    return new QmpFailure(`Class '${name}' not found`, 'DeviceNotFound');
  }),
  command('device-list-properties', { typename: 'string' }, (context, { typename }) => {
    const name = String(typename);
    const isArm = context.board.config.board === 'virt';
    const model = isArm ? undefined : CPU_MODELS.find((candidate) => cpuTypeOf(candidate) === name);
    if (model !== undefined) return propertiesOf(model).map(propertyInfo);
    const dimm = PC_DIMM_PROPERTIES[name];
    if (dimm) return dimm;
    if (ABSTRACT_DEVICES.has(name) || OBJECT_TYPES.has(name)) {
      return new QmpFailure("Parameter 'typename' expects a non-abstract device type");
    }
    const type = checkDeviceType(name, false, context.board.config.board);
    if (!type.ok && !(isArm && isCpuType(name, context))) {
      return type.error.endsWith('name')
        ? new QmpFailure(`Device '${name}' not found`, 'DeviceNotFound')
        : new QmpFailure(type.error);
    }
    context.unmodelled(`device-list-properties ${name}`);
    return new QmpFailure(`Device '${name}' is not modelled by the lab`);
  }),
];

const CPU_TYPES = CPU_TYPE_ORDER.map((model): QDict => ({ name: cpuTypeOf(model), parent: 'x86_64-cpu' }));
const CPU_ANCESTORS: Readonly<Record<string, readonly QDict[]>> = { 'x86_64-cpu': CPU_TYPES, cpu: CPU_TYPES };
const DIMM_TYPES: readonly QDict[] = [
  { name: 'nvdimm', parent: 'pc-dimm' },
  { name: 'pc-dimm', parent: 'device' },
];

/** Properties of a backend's class, with what object_add's help says of them. */
function backendProperties(type: MemoryBackendType): QDict[] {
  const help = new Map(
    (objectHelp(`${type},help`) ?? '').split('\n').flatMap((line): [string, string][] => {
      const [, name = '', description] = /^ {2}([\w-]+)=<.*?>(?: +- (.*))?$/.exec(line) ?? [];
      return description === undefined ? [] : [[name, description]];
    }),
  );
  return backendClassProperties(type).map(({ name, type: kind }) => {
    const description = help.get(name);
    return { name, ...(description === undefined ? {} : { description }), type: kind };
  });
}

const PC_DIMM_PROPERTIES: Readonly<Record<string, readonly QDict[]>> = {
  'pc-dimm': [
    { name: 'memdev', type: 'link<memory-backend>' },
    { 'default-value': 0, name: 'node', type: 'uint32' },
    { 'default-value': 0, name: 'addr', type: 'uint64' },
    { 'default-value': -1, name: 'slot', type: 'int32' },
    { name: 'size', type: 'uint64' },
  ],
};

function propertyInfo({ name, type, defaultValue, description }: CpuProperty): QDict {
  const value =
    type === 'bool' ? defaultValue === 'true' : type === 'OnOffAuto' ? String(defaultValue) : Number(defaultValue);
  return {
    name,
    type,
    ...(description === undefined ? {} : { description }),
    ...(defaultValue === undefined ? {} : { 'default-value': value }),
  };
}
