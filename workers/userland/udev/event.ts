/** Rules put to a device: udev-rules.c and udev-event.c of systemd 252. */
import { O_WRONLY, type Syscalls } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { execute } from '../exec.ts';
import type { ProgramTable } from '../program.ts';
import { matches } from '../shell/pattern.ts';
import { errorText, readAll, readFile } from '../stdio.ts';
import {
  attributeOf,
  type Device,
  driverOf,
  parentOf,
  subsystemOf,
  sysname,
  sysnum,
  syspath,
  tagProperties,
  writeAttribute,
} from './device.ts';
import { isMatch, type Rule, type RuleToken } from './rules.ts';

/** What rules have collected for the time after them. */
export interface RunCommand {
  readonly command: string;
  readonly builtin: boolean;
}

export interface EventContext {
  readonly sys: Syscalls;
  readonly programs: ProgramTable;
  readonly device: Device;
  /** Told of what the rules do, as udevd's debugging log has it. */
  readonly tell: (text: string) => Co;
  /** What the database had of the device before. */
  readonly database: ReadonlyMap<string, string>;
  /** Programs of RUN, in order. */
  run: RunCommand[];
  /** Output of the last PROGRAM. */
  result: string;
  /** Tokens of `:=`, which nothing changes any more. */
  readonly final: Set<string>;
}

const globs = (pattern: string, text: string): boolean =>
  pattern.split('|').some((alternative) => matches(alternative, text));

const LETTERS: Readonly<Record<string, string>> = {
  k: 'kernel',
  n: 'number',
  p: 'devpath',
  b: 'id',
  s: 'attr',
  E: 'env',
  c: 'result',
  P: 'parent',
  D: 'name',
  L: 'links',
  r: 'root',
  S: 'sys',
  N: 'devnode',
  M: 'major',
  m: 'minor',
  d: 'driver',
};
const NAMES = [...new Set([...Object.values(LETTERS), 'sysfs', 'tempnode'])].sort((a, b) => b.length - a.length);
const SUBSTITUTION = new RegExp(
  `[%$]([%$])|%([a-zA-Z])(?:\\{([^}]*)\\})?|\\$(${NAMES.join('|')})(?:\\{([^}]*)\\})?`,
  'g',
);

/** The device whose attributes `$id`, `$driver` and ATTRS meant last: the matched parent. */
interface Parent {
  path: string | undefined;
}

function* substitutionValue(context: EventContext, parent: Parent, name: string, argument: string): Co<string> {
  const { sys, device } = context;
  switch (name) {
    case 'kernel':
      return sysname(device);
    case 'number':
      return sysnum(device);
    case 'devpath':
      return device.devpath;
    case 'id':
      return parent.path === undefined ? '' : parent.path.slice(parent.path.lastIndexOf('/') + 1);
    case 'driver':
      return parent.path === undefined ? '' : ((yield* driverOf(sys, parent.path)) ?? '');
    case 'attr':
    case 'sysfs':
      return (yield* attributeOf(sys, syspath(device), argument)) ?? '';
    case 'env':
      return device.properties.get(argument) ?? '';
    case 'result': {
      const words = context.result.split(/\s+/).filter(Boolean);
      const [, index, onwards] = /^(\d+)(\+?)$/.exec(argument) ?? [];
      if (index === undefined) return context.result;
      return words.slice(Number(index) - 1, onwards ? undefined : Number(index)).join(' ');
    }
    case 'major':
    case 'minor':
      return device.properties.get(name.toUpperCase()) ?? '0';
    case 'name':
      return sysname(device);
    case 'links':
      return [...device.links].join(' ');
    case 'root':
      return '/dev';
    case 'sys':
      return '/sys';
    default:
      return '';
  }
}

/** A value with its substitutions made. */
export function* substitute(context: EventContext, parent: Parent, text: string): Co<string> {
  let made = '';
  let at = 0;
  for (const found of text.matchAll(SUBSTITUTION)) {
    const [all, escaped, letter, letterArgument, name, nameArgument] = found;
    made += text.slice(at, found.index);
    at = found.index + all.length;
    const key = name ?? (letter === undefined ? undefined : LETTERS[letter]);
    if (escaped !== undefined) made += escaped;
    else if (key === undefined) made += all;
    else {
      const value = yield* substitutionValue(context, parent, key, letterArgument ?? nameArgument ?? '');
      made += value;
    }
  }
  return made + text.slice(at);
}

/** A command line in words: quotes keep words together. */
export function splitCommand(command: string): string[] {
  const words: string[] = [];
  for (const [, single, double, bare] of command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)) {
    words.push(single ?? double ?? bare ?? '');
  }
  return words;
}

const SHORT_PATH = '/usr/lib/udev';

/** Runs a command with the device's properties as its environment: its status and what it printed. */
export function* spawn(
  context: EventContext,
  command: string,
): Co<{ readonly status: number; readonly output: string }> {
  const { sys, programs, device } = context;
  const words = splitCommand(command);
  const program = words[0] ?? '';
  const path = program.startsWith('/') ? program : `${SHORT_PATH}/${program}`;
  const pipe = yield* sys.pipe();
  if (typeof pipe === 'number') return { status: -1, output: '' };
  const [from, to] = pipe;
  const environment = new Map(device.properties);
  const pid = yield* sys.fork(function* (child) {
    yield* child.close(from);
    const nothing = yield* child.open('/dev/null', O_WRONLY);
    yield* child.dup2(to, 1);
    if (nothing >= 0) yield* child.dup2(nothing, 2);
    const status = yield* execute(child, programs, path, [path, ...words.slice(1)], environment);
    return status < 0 ? 255 : status;
  });
  yield* sys.close(to);
  const output = yield* readAll(sys, from);
  yield* sys.close(from);
  const ended = pid < 0 ? pid : yield* sys.wait(pid);
  const status = typeof ended === 'number' ? 255 : (ended.status ?? 255);
  return { status, output: typeof output === 'string' ? output : '' };
}

function setProperty({ device }: EventContext, name: string, value: string | undefined): void {
  if (value === undefined || value === '') {
    device.properties.delete(name);
    device.kept.delete(name);
    return;
  }
  device.properties.set(name, value);
  if (!name.startsWith('.')) device.kept.add(name);
}

/** NAME=value lines become properties. */
function importLines(context: EventContext, text: string): void {
  for (const line of text.split('\n')) {
    const [, name, , double, single, bare] = /^\s*([^#=\s][^=]*?)\s*=\s*("(.*)"|'(.*)'|(.*?))\s*$/.exec(line) ?? [];
    if (name !== undefined) setProperty(context, name, double ?? single ?? bare ?? '');
  }
}

function* importFrom(context: EventContext, parent: Parent, token: RuleToken, where: string): Co<boolean> {
  const { sys, tell } = context;
  const value = yield* substitute(context, parent, token.value);
  switch (token.attribute) {
    case 'program': {
      yield* tell(`${where} Importing properties from results of '${value}'`);
      const { status, output } = yield* spawn(context, value);
      if (status === 0) importLines(context, output);
      return status === 0;
    }
    case 'file': {
      const text = yield* readFile(sys, value);
      if (typeof text === 'string') importLines(context, text);
      return typeof text === 'string';
    }
    case 'cmdline': {
      const line = yield* readFile(sys, '/proc/cmdline');
      const word = (typeof line === 'string' ? line : '')
        .split(/\s+/)
        .find((part) => part === value || part.startsWith(`${value}=`));
      if (word !== undefined) setProperty(context, value, word.includes('=') ? word.slice(value.length + 1) : '1');
      return word !== undefined;
    }
    case 'db': {
      const known = context.database.get(value);
      if (known !== undefined) setProperty(context, value, known);
      return known !== undefined;
    }
    default:
      // the built-in commands are about hardware that the guest has not: they find nothing
      return false;
  }
}

/** Path of a file as TEST and ATTR name it: absolute, `[SUBSYSTEM/NAME]file`, or of the device. */
function filePath(device: Device, name: string): string {
  const [, subsystem, kernel, rest] = /^\[([^/\]]+)\/([^\]]+)\]\/?(.*)$/.exec(name) ?? [];
  if (subsystem !== undefined) return `/sys/bus/${subsystem}/devices/${kernel}/${rest}`;
  return name.startsWith('/') ? name : `${syspath(device)}/${name}`;
}

/** True when a glob names an existing file. */
function* fileExists(sys: Syscalls, path: string, mode: string | undefined): Co<boolean> {
  const parts = path.split('/');
  let found = [''];
  for (const part of parts.slice(1)) {
    const next: string[] = [];
    for (const base of found) {
      if (!/[*?[]/.test(part)) {
        next.push(`${base}/${part}`);
        continue;
      }
      const entries = yield* sys.getdents(base === '' ? '/' : base);
      for (const { name } of typeof entries === 'number' ? [] : entries) {
        if (matches(part, name)) next.push(`${base}/${name}`);
      }
    }
    found = next;
  }
  for (const candidate of found) {
    const stat = yield* sys.stat(candidate);
    if (typeof stat === 'number') continue;
    if (mode === undefined || mode === '' || (stat.mode & Number.parseInt(mode, 8)) !== 0) return true;
  }
  return false;
}

const PARENT_KEYS = new Set(['KERNELS', 'SUBSYSTEMS', 'DRIVERS', 'ATTRS', 'TAGS']);

/** One condition of a device or, for the plural keys, of the device at `path`. */
function* holds(context: EventContext, parent: Parent, token: RuleToken, path: string, where: string): Co<boolean> {
  const { sys, device, tell } = context;
  const { key, attribute = '', value } = token;
  const { properties } = device;
  const own = path === syspath(device);
  switch (key) {
    case 'ACTION':
    case 'DEVPATH':
    case 'SUBSYSTEM':
      return globs(value, properties.get(key) ?? '');
    case 'DRIVER':
      return globs(value, properties.get('DRIVER') ?? (yield* driverOf(sys, path)) ?? '');
    case 'KERNEL':
    case 'NAME':
      return globs(value, sysname(device));
    case 'KERNELS':
      return globs(value, path.slice(path.lastIndexOf('/') + 1));
    case 'SUBSYSTEMS':
      return globs(value, (own ? properties.get('SUBSYSTEM') : yield* subsystemOf(sys, path)) ?? '');
    case 'DRIVERS':
      return globs(value, (yield* driverOf(sys, path)) ?? '');
    case 'SYMLINK':
      return [...device.links].some((link) => globs(value, link));
    case 'TAG':
    case 'TAGS':
      return own && [...device.tags].some((tag) => globs(value, tag));
    case 'ENV':
      return globs(value, properties.get(attribute) ?? '');
    case 'CONST':
      return globs(value, attribute === 'arch' ? sys.uname().machine.replace('_', '-') : '');
    case 'ATTR':
    case 'ATTRS': {
      const name = yield* substitute(context, parent, attribute);
      const text = yield* attributeOf(sys, ...attributePlace(device, name, path));
      // a missing attribute matches nothing, not even !=
      return text !== undefined && globs(value, /\s$/.test(value) ? text : text.trimEnd());
    }
    case 'SYSCTL': {
      const text = yield* readFile(sys, `/proc/sys/${attribute.replace(/\./g, '/')}`);
      return typeof text === 'string' && globs(value, text.trim());
    }
    case 'TEST':
      return yield* fileExists(sys, filePath(device, yield* substitute(context, parent, value)), token.attribute);
    case 'PROGRAM': {
      const command = yield* substitute(context, parent, value);
      yield* tell(`${where} Running PROGRAM '${command}'`);
      const { status, output } = yield* spawn(context, command);
      if (status !== 0) yield* tell(`${where} Command "${command}" returned ${status} (error)`);
      else context.result = output.replace(/[\s\n]+$/, '');
      return status === 0;
    }
    case 'IMPORT':
      return yield* importFrom(context, parent, token, where);
    default:
      return globs(value, context.result);
  }
}

function attributePlace(device: Device, name: string, path: string): [string, string] {
  if (!name.startsWith('[')) return [path, name];
  const file = filePath(device, name);
  const at = file.lastIndexOf('/');
  return [file.slice(0, at), file.slice(at + 1)];
}

/** All conditions on one device of the chain upwards; the first such device is the matched parent. */
function* parentHolds(context: EventContext, parent: Parent, tokens: readonly RuleToken[], where: string): Co<boolean> {
  for (let path: string | undefined = syspath(context.device); path !== undefined; ) {
    let all = true;
    for (const token of tokens) {
      const held = yield* holds(context, parent, token, path, where);
      if (held === (token.operator === '==')) continue;
      all = false;
      break;
    }
    if (all) {
      parent.path = path;
      return true;
    }
    path = yield* parentOf(context.sys, path);
  }
  return false;
}

function change(set: Set<string>, operator: string, words: readonly string[]): void {
  if (operator === '=' || operator === ':=') set.clear();
  for (const word of words) {
    if (operator === '-=') set.delete(word);
    else set.add(word);
  }
}

function* assign(context: EventContext, parent: Parent, token: RuleToken, where: string): Co {
  const { sys, device, tell, final } = context;
  const { key, attribute = '', operator } = token;
  const id = `${key}{${attribute}}`;
  if (final.has(id)) return;
  if (operator === ':=') final.add(id);
  const value = yield* substitute(context, parent, token.value);
  switch (key) {
    case 'ENV': {
      const old = device.properties.get(attribute);
      setProperty(context, attribute, operator === '+=' && old ? `${old} ${value}` : value);
      return;
    }
    case 'TAG':
      change(device.tags, operator, [value]);
      tagProperties(device);
      return;
    case 'ATTR': {
      const file = filePath(device, yield* substitute(context, parent, attribute));
      yield* tell(`${where} ATTR '${file}' writing '${value}'`);
      const error = yield* writeAttribute(sys, file, value);
      if (error < 0) yield* tell(`${where} Failed to write ATTR{${file}}, ignoring: ${errorText(error)}`);
      return;
    }
    case 'SYSCTL': {
      yield* tell(`${where} SYSCTL '${attribute}' writing '${value}'`);
      yield* writeAttribute(sys, `/proc/sys/${attribute.replace(/\./g, '/')}`, value);
      return;
    }
    case 'RUN':
      if (operator === '=' || operator === ':=') context.run = [];
      context.run.push({ command: value, builtin: attribute === 'builtin' });
      yield* tell(`${where} RUN '${value}'`);
      return;
    // SYMLINK, OWNER, GROUP, MODE, NAME and OPTIONS are about device nodes and network interfaces
    default:
  }
}

/** Puts the rules to the device. Attributes are written at once; programs of RUN are collected. */
export function* applyRules(context: EventContext, rules: readonly Rule[]): Co {
  let skip: { readonly label: string; readonly file: string } | undefined;
  for (const rule of rules) {
    if (skip) {
      if (rule.label !== skip.label || rule.file !== skip.file) continue;
      skip = undefined;
    }
    const where = `${sysname(context.device)}: ${rule.file}:${rule.line}`;
    const parent: Parent = { path: undefined };
    if (!(yield* conditionsHold(context, parent, rule, where))) continue;
    for (const token of rule.tokens) if (!isMatch(token.operator)) yield* assign(context, parent, token, where);
    if (rule.goto !== undefined) skip = { label: rule.goto, file: rule.file };
  }
  tagProperties(context.device);
}

function* conditionsHold(context: EventContext, parent: Parent, rule: Rule, where: string): Co<boolean> {
  const conditions = rule.tokens.filter(({ operator }) => isMatch(operator));
  const upwards = conditions.filter(({ key }) => PARENT_KEYS.has(key));
  let asked = false;
  for (const token of conditions) {
    if (PARENT_KEYS.has(token.key)) {
      if (asked) continue;
      asked = true;
      if (!(yield* parentHolds(context, parent, upwards, where))) return false;
      continue;
    }
    const held = yield* holds(context, parent, token, syspath(context.device), where);
    // a missing attribute fails whatever the operator
    if (token.key === 'ATTR' && !held && token.operator === '!=') {
      const name = yield* substitute(context, parent, token.attribute ?? '');
      const text = yield* attributeOf(context.sys, ...attributePlace(context.device, name, syspath(context.device)));
      if (text === undefined) return false;
    }
    if (held !== (token.operator === '==')) return false;
  }
  return true;
}

/** Runs what RUN asked for, one after the other. */
export function* runCommands(context: EventContext): Co {
  for (const { command, builtin } of context.run) if (!builtin) yield* spawn(context, command);
}
