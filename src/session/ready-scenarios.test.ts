import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseScenario, SCENARIO_LIMITS } from '../../workers/protocol/scenario.ts';
import { LANGUAGES } from './i18n/translate.ts';

const folder = path.join(import.meta.dirname, '../../public');
const read = (file: string): unknown => JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
const names = readdirSync(path.join(folder, 'scenarios'))
  .map((file) => file.replace(/\.json$/, ''))
  .filter((name) => name !== 'index');
const index = read('scenarios/index.json') as { name: string; title: Record<string, string> }[];

/** As much of JSON Schema (draft 2020-12) as scenario.schema.json uses; another keyword is an error. */
interface Schema {
  readonly [keyword: string]: unknown;
}

const schema = read('scenario.schema.json') as Schema;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const atMost = (limit: unknown, value: number): boolean => typeof limit !== 'number' || value <= limit;

function hasType(type: unknown, data: unknown): boolean {
  if (type === 'object') return isRecord(data);
  if (type === 'array') return Array.isArray(data);
  if (type === 'integer') return Number.isInteger(data);
  return type === typeof data;
}

const KEYWORDS: Readonly<Record<string, (rule: never, data: unknown, whole: Schema) => boolean>> = {
  type: (type: unknown, data) => hasType(type, data),
  const: (value: unknown, data) => data === value,
  enum: (values: unknown[], data) => values.includes(data),
  anyOf: (choices: Schema[], data) => choices.some((choice) => matches(choice, data)),
  $ref: (path: string, data) => {
    const definitions = schema['$defs'] as Record<string, Schema>;
    return matches(definitions[path.replace('#/$defs/', '')] ?? { enum: [] }, data);
  },
  maxLength: (limit: unknown, data) => typeof data !== 'string' || atMost(limit, data.length),
  maxItems: (limit: unknown, data) => !Array.isArray(data) || atMost(limit, data.length),
  maximum: (limit: unknown, data) => typeof data !== 'number' || atMost(limit, data),
  minimum: (limit: number, data) => typeof data !== 'number' || data >= limit,
  items: (item: Schema, data) => !Array.isArray(data) || data.every((member) => matches(item, member)),
  required: (members: string[], data) => !isRecord(data) || members.every((member) => Object.hasOwn(data, member)),
  properties: (properties: Record<string, Schema>, data) =>
    !isRecord(data) ||
    Object.entries(properties).every(([name, member]) => !Object.hasOwn(data, name) || matches(member, data[name])),
  additionalProperties: (rule: false | Schema, data, whole) => {
    if (!isRecord(data)) return true;
    const known = (whole['properties'] ?? {}) as Record<string, Schema>;
    const others = Object.keys(data).filter((name) => !Object.hasOwn(known, name));
    return others.every((name) => rule !== false && matches(rule, data[name]));
  },
};
const ANNOTATIONS = ['$schema', 'title', 'description', '$defs'];

function matches(rules: Schema, data: unknown): boolean {
  return Object.entries(rules).every(([keyword, rule]) => {
    if (ANNOTATIONS.includes(keyword)) return true;
    const check = KEYWORDS[keyword];
    if (!check) throw new Error(`keyword ${keyword} is not checked`);
    return check(rule as never, data, rules);
  });
}

describe('ready scenarios', () => {
  test('the list names each file once, with its title', () => {
    expect(index.map(({ name }) => name).sort()).toEqual([...names].sort());
    for (const { name, title } of index) {
      expect(title, name).toEqual((read(`scenarios/${name}.json`) as { title: unknown }).title);
    }
  });

  test.each(names)('%s is a scenario, titled and described in every language', (name) => {
    const scenario = parseScenario(read(`scenarios/${name}.json`));
    if (!scenario.ok) throw new Error(scenario.error);
    for (const language of Object.keys(LANGUAGES)) {
      expect(scenario.value.title?.[language], language).toBeTruthy();
      expect(scenario.value.text?.[language], language).toBeTruthy();
    }
    expect(scenario.value.inputs?.every(({ at }) => at === 'quiet')).toBe(true);
  });
});

describe('scenario.schema.json says the same as parseScenario', () => {
  const valid = { version: 1, machine: '-M q35' };
  const input = { at: 'quiet', channel: 'sh', text: 'ls\n' };
  const withInput = (change: object) => ({ ...valid, inputs: [{ ...input, ...change }] });
  const long = (limit: number) => 'x'.repeat(limit);
  const cases: readonly (readonly [string, unknown])[] = [
    ['no more than needed', valid],
    ['everything', { ...valid, kernel: '6.1', append: 'nr_cpus=3', seed: -5, title: { en: 'T' }, text: { zh: 'T' } }],
    ['inputs', { ...valid, inputs: [input, { at: 12, channel: 'qmp', text: '{}' }, { ...input, channel: 'hmp' }] }],
    ['no object', []],
    ['a null', null],
    ['another version', { ...valid, version: 2 }],
    ['no version', { machine: '' }],
    ['no machine', { version: 1 }],
    ['an unknown member', { ...valid, script: '' }],
    ['the longest machine', { ...valid, machine: long(SCENARIO_LIMITS.machine) }],
    ['too long a machine', { ...valid, machine: long(SCENARIO_LIMITS.machine + 1) }],
    ['the longest append', { ...valid, append: long(SCENARIO_LIMITS.append) }],
    ['too long an append', { ...valid, append: long(SCENARIO_LIMITS.append + 1) }],
    ['the longest kernel', { ...valid, kernel: long(SCENARIO_LIMITS.title) }],
    ['too long a kernel', { ...valid, kernel: long(SCENARIO_LIMITS.title + 1) }],
    ['a title that is a text', { ...valid, title: 'T' }],
    ['a title that is a number', { ...valid, title: { en: 1 } }],
    ['too long a text', { ...valid, text: { en: long(SCENARIO_LIMITS.text + 1) } }],
    ['a seed with a fraction', { ...valid, seed: 0.5 }],
    ['the largest seed', { ...valid, seed: 2 ** 31 - 1 }],
    ['too large a seed', { ...valid, seed: 2 ** 31 }],
    ['too small a seed', { ...valid, seed: -(2 ** 31) }],
    ['inputs that are no list', { ...valid, inputs: {} }],
    ['the most inputs', { ...valid, inputs: new Array(SCENARIO_LIMITS.inputs).fill(input) }],
    ['too many inputs', { ...valid, inputs: new Array(SCENARIO_LIMITS.inputs + 1).fill(input) }],
    ['an input that is a text', { ...valid, inputs: ['ls'] }],
    ['an input with an unknown member', withInput({ colour: 1 })],
    ['an input before power-on', withInput({ at: -1 })],
    ['an input at a fraction', withInput({ at: 1.5 })],
    ['an input at a time that is no exact number', withInput({ at: 2 ** 53 })],
    ['an input at a word', withInput({ at: 'noon' })],
    ['an input on another channel', withInput({ channel: 'vnc' })],
    ['an input without text', withInput({ text: undefined })],
    ['too long an input', withInput({ text: long(SCENARIO_LIMITS.text + 1) })],
  ];
  test.each(cases)('%s', (_, given) => {
    const data: unknown = JSON.parse(JSON.stringify(given));
    expect(matches(schema, data)).toBe(parseScenario(data).ok);
  });

  test('both take some and refuse some', () => {
    const verdicts = cases.map(([, given]) => parseScenario(JSON.parse(JSON.stringify(given))).ok);
    expect(new Set(verdicts).size).toBe(2);
  });
});
