/** A device as sysfs and udev's database show it: sd-device of systemd 252. */
import { ERRNO, O_CREAT, O_TRUNC, O_WRONLY, type Syscalls } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { readFile, writeAll } from '../stdio.ts';

export interface Device {
  /** `/devices/system/memory/memory32`. */
  readonly devpath: string;
  /** In the order in which udevadm shows them. */
  readonly properties: Map<string, string>;
  /** Names of the properties that the database keeps. */
  readonly kept: Set<string>;
  readonly tags: Set<string>;
  readonly links: Set<string>;
}

export const syspath = ({ devpath }: Pick<Device, 'devpath'>): string => `/sys${devpath}`;
export const sysname = ({ devpath }: Pick<Device, 'devpath'>): string => devpath.slice(devpath.lastIndexOf('/') + 1);
/** Digits at the end of the name, '' when there are none. */
export const sysnum = (device: Pick<Device, 'devpath'>): string => /\d*$/.exec(sysname(device))?.[0] ?? '';

const DATABASE = '/run/udev/data';
const TAGS = '/run/udev/tags';

/** `+memory:memory32`; undefined for a device without a subsystem. */
export function databaseId(device: Device): string | undefined {
  const subsystem = device.properties.get('SUBSYSTEM');
  return subsystem === undefined ? undefined : `+${subsystem}:${sysname(device)}`;
}

function* linkTarget(sys: Syscalls, path: string): Co<string | undefined> {
  const target = yield* sys.readlink(path);
  return typeof target === 'string' ? target.slice(target.lastIndexOf('/') + 1) : undefined;
}

/** The subsystem: that of its link, or `drivers` and `subsystem` for those of the bus directories. */
export function* subsystemOf(sys: Syscalls, path: string): Co<string | undefined> {
  const linked = yield* linkTarget(sys, `${path}/subsystem`);
  if (linked !== undefined) return linked;
  if (/^\/sys\/(?:bus|class)\/[^/]+$/.test(path)) return 'subsystem';
  return /\/drivers\//.test(path) ? 'drivers' : undefined;
}

export const driverOf = (sys: Syscalls, path: string): Co<string | undefined> => linkTarget(sys, `${path}/driver`);

/** Path without links; undefined when there is nothing. */
export function* resolvePath(sys: Syscalls, path: string): Co<string | undefined> {
  let done = '';
  let left = path.split('/').filter(Boolean);
  for (let hops = 0; left.length > 0; ) {
    const [name = '', ...rest] = left;
    left = rest;
    if (name === '.') continue;
    if (name === '..') {
      done = done.slice(0, done.lastIndexOf('/'));
      continue;
    }
    const target = yield* sys.readlink(`${done}/${name}`);
    if (typeof target === 'string') {
      if (++hops > 40) return undefined;
      if (target.startsWith('/')) done = '';
      left = [...target.split('/').filter(Boolean), ...left];
      continue;
    }
    if (target === -ERRNO.ENOENT || target === -ERRNO.ENOTDIR) return undefined;
    done += `/${name}`;
  }
  return done;
}

/** A device by its directory in sysfs; undefined when there is none. */
export function* openDevice(sys: Syscalls, path: string): Co<Device | undefined> {
  const resolved = yield* resolvePath(sys, path);
  if (!resolved?.startsWith('/sys/')) return undefined;
  // devices have a file `uevent`, other directories are none
  const uevent = yield* readFile(sys, `${resolved}/uevent`);
  if (uevent === -ERRNO.ENOENT || uevent === -ERRNO.ENOTDIR) return undefined;
  const device: Device = {
    devpath: resolved.slice('/sys'.length),
    properties: new Map(),
    kept: new Set(),
    tags: new Set(),
    links: new Set(),
  };
  device.properties.set('DEVPATH', device.devpath);
  const subsystem = yield* subsystemOf(sys, resolved);
  if (subsystem !== undefined) device.properties.set('SUBSYSTEM', subsystem);
  for (const line of typeof uevent === 'string' ? uevent.split('\n') : []) {
    const at = line.indexOf('=');
    if (at > 0) device.properties.set(line.slice(0, at), line.slice(at + 1));
  }
  yield* readDatabase(sys, device);
  return device;
}

/** What the database has of the device. */
export function* readDatabase(sys: Syscalls, device: Device): Co {
  const id = databaseId(device);
  const text = id === undefined ? undefined : yield* readFile(sys, `${DATABASE}/${id}`);
  if (typeof text !== 'string') return;
  for (const line of text.split('\n')) {
    const value = line.slice(2);
    const at = value.indexOf('=');
    if (line.startsWith('I:')) device.properties.set('USEC_INITIALIZED', value);
    else if (line.startsWith('E:') && at > 0) {
      device.properties.set(value.slice(0, at), value.slice(at + 1));
      device.kept.add(value.slice(0, at));
    } else if (line.startsWith('G:')) device.tags.add(value);
    else if (line.startsWith('S:')) device.links.add(value);
  }
  tagProperties(device);
}

/** Tags are properties as well, after all others. */
export function tagProperties({ properties, tags }: Device): void {
  for (const name of ['TAGS', 'CURRENT_TAGS']) {
    properties.delete(name);
    if (tags.size > 0) properties.set(name, `:${[...tags].join(':')}:`);
  }
}

function* writeText(sys: Syscalls, path: string, text: string): Co {
  const fd = yield* sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644);
  if (fd < 0) return;
  yield* writeAll(sys, fd, text);
  yield* sys.close(fd);
}

/** Writes what is worth keeping to the database; without anything the file goes. */
export function* writeDatabase(sys: Syscalls, device: Device): Co {
  const id = databaseId(device);
  if (id === undefined) return;
  const { properties, kept, tags, links } = device;
  if (kept.size === 0 && tags.size === 0 && links.size === 0) {
    yield* removeFromDatabase(sys, device);
    return;
  }
  const lines = [
    ...[...links].map((link) => `S:${link}`),
    `I:${properties.get('USEC_INITIALIZED') ?? '0'}`,
    ...[...kept].map((name) => `E:${name}=${properties.get(name) ?? ''}`),
    ...[...tags].map((tag) => `G:${tag}`),
    ...[...tags].map((tag) => `Q:${tag}`),
    'V:1',
  ];
  yield* sys.mkdir(DATABASE, 0o755);
  yield* writeText(sys, `${DATABASE}/${id}`, lines.map((line) => `${line}\n`).join(''));
  if (tags.size > 0) yield* sys.mkdir(TAGS, 0o755);
  for (const tag of tags) {
    yield* sys.mkdir(`${TAGS}/${tag}`, 0o755);
    yield* writeText(sys, `${TAGS}/${tag}/${id}`, '');
  }
}

export function* removeFromDatabase(sys: Syscalls, device: Device): Co {
  const id = databaseId(device);
  if (id === undefined) return;
  yield* sys.unlink(`${DATABASE}/${id}`);
  for (const tag of device.tags) yield* sys.unlink(`${TAGS}/${tag}/${id}`);
}

/** Empties the database: udevadm info --cleanup-db. */
export function* cleanDatabase(sys: Syscalls): Co {
  for (const folder of [DATABASE, TAGS]) {
    const entries = yield* sys.getdents(folder);
    for (const { name, type } of typeof entries === 'number' ? [] : entries) {
      if (type !== 'directory') {
        yield* sys.unlink(`${folder}/${name}`);
        continue;
      }
      const inner = yield* sys.getdents(`${folder}/${name}`);
      for (const { name: file } of typeof inner === 'number' ? [] : inner)
        yield* sys.unlink(`${folder}/${name}/${file}`);
      yield* sys.rmdir(`${folder}/${name}`);
    }
  }
}

/** An attribute's text without the line end, or undefined; a link's is the last part of its target. */
export function* attributeOf(sys: Syscalls, path: string, name: string): Co<string | undefined> {
  const file = `${path}/${name}`;
  const linked = yield* sys.readlink(file);
  if (typeof linked === 'string') {
    return ['driver', 'subsystem', 'module'].includes(name) ? linked.slice(linked.lastIndexOf('/') + 1) : undefined;
  }
  const stat = yield* sys.stat(file);
  if (typeof stat === 'number' || stat.type === 'directory' || (stat.mode & 0o444) === 0) return undefined;
  const text = yield* readFile(sys, file);
  return typeof text === 'string' ? text.replace(/[\n\r\s]+$/, '') : undefined;
}

/** Writes a text to a file in sysfs: 0 or -errno. */
export function* writeAttribute(sys: Syscalls, file: string, value: string): Co<number> {
  const fd = yield* sys.open(file, O_WRONLY);
  // root may open what is not to be written; sysfs refuses it, and names a missing file as such
  if (fd < 0) return fd;
  const error = yield* writeAll(sys, fd, value);
  yield* sys.close(fd);
  return error;
}

/** The device above, as far as sysfs has one. */
export function* parentOf(sys: Syscalls, path: string): Co<string | undefined> {
  for (let at = path.slice(0, path.lastIndexOf('/')); at.startsWith('/sys/devices/'); ) {
    const stat = yield* sys.stat(`${at}/uevent`);
    if (typeof stat === 'object') return at;
    at = at.slice(0, at.lastIndexOf('/'));
  }
  return undefined;
}

/** A message of the kernel's, or of udev's to its listeners: properties in order. */
export function parseMessage(message: string): {
  readonly fromUdev: boolean;
  readonly properties: Map<string, string>;
} {
  const [head = '', ...lines] = message.split('\0');
  const properties = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf('=');
    if (at > 0) properties.set(line.slice(0, at), line.slice(at + 1));
  }
  return { fromUdev: head === 'libudev', properties };
}

export const formatMessage = (properties: ReadonlyMap<string, string>): string =>
  `libudev\0${[...properties].map(([name, value]) => `${name}=${value}\0`).join('')}`;
