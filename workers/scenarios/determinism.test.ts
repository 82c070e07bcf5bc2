import { describe, expect, test } from 'vitest';
import { openWithTools } from '../machine/open.ts';
import type { Session } from '../machine/session.ts';
import { LogReader } from '../protocol/log-format.ts';
import { SCENARIO_VERSION, type Scenario } from '../protocol/scenario.ts';
import { NS_PER_MS } from '../protocol/units.ts';
import { TWO_OF_FOUR } from './lab.ts';

const plug = {
  execute: 'device_add',
  arguments: { driver: 'max-x86_64-cpu', id: 'c3', 'socket-id': 0, 'core-id': 3, 'thread-id': 0 },
};
const SCENARIO: Scenario = {
  version: SCENARIO_VERSION,
  machine: TWO_OF_FOUR,
  append: 'loglevel=3',
  inputs: [
    { at: 'quiet', channel: 'qmp', text: '{"execute": "qmp_capabilities"}' },
    { at: 'quiet', channel: 'qmp', text: JSON.stringify(plug) },
    { at: 'quiet', channel: 'sh', text: 'for i in 1 0 1; do echo $i > /sys/devices/system/cpu/cpu2/online; done\n' },
    { at: 'quiet', channel: 'sh', text: 'echo 0 > /sys/devices/system/cpu/cpu1/online\n' },
  ],
};

function open(scenario: Scenario): Session {
  const session = openWithTools(scenario);
  if (!session.ok) throw new Error(session.error);
  return session.value;
}

function finish(session: Session): string {
  session.settle();
  return session.machine.log.hash();
}

describe('same machine, same inputs at the same times: the same event log', () => {
  const whole = open(SCENARIO);
  const hash = finish(whole);

  test('two runs agree', () => {
    expect(finish(open(SCENARIO))).toBe(hash);
  });

  test('taking the log now and then changes nothing', () => {
    const session = open(SCENARIO);
    for (let at = 0; at < 200; at++) {
      session.advance(session.progress().now + NS_PER_MS, () => true);
      session.machine.log.take();
    }
    expect(finish(session)).toBe(hash);
  });

  test('running in slices of any length changes nothing', () => {
    const session = open(SCENARIO);
    let looks = 0;
    while (!session.progress().quiet) session.settle(undefined, () => looks++ % 3 === 2);
    expect(session.machine.log.hash()).toBe(hash);
  });

  test('stepping event by event changes nothing', () => {
    const session = open(SCENARIO);
    for (let steps = 0; steps < 3000; steps++) session.step('event');
    for (let steps = 0; steps < 300; steps++) session.step('function');
    expect(finish(session)).toBe(hash);
  });

  test('the journal, with times in place of "quiet", repeats the session', () => {
    const journal = whole.journal();
    expect(journal.inputs?.every(({ at }) => typeof at === 'number')).toBe(true);
    expect(finish(open(journal))).toBe(hash);
  });

  test('another input gives another log', () => {
    expect(finish(open({ ...SCENARIO, inputs: SCENARIO.inputs?.slice(0, 3) ?? [] }))).not.toBe(hash);
  });
});

describe('the seed', () => {
  const random = (seed?: number): string => {
    const text = 'echo $RANDOM; od -An -tx4 -N8 /dev/urandom; cat /proc/sys/kernel/random/{boot_id,uuid}; mktemp -u\n';
    const session = open({
      ...SCENARIO,
      ...(seed === undefined ? {} : { seed }),
      inputs: [{ at: 'quiet', channel: 'sh', text }],
    });
    session.settle();
    const reader = new LogReader();
    for (const chunk of session.machine.log.take()) reader.append(chunk);
    return [...reader.from()].flatMap(({ kind, fields }) => (kind === 'tty_out' ? [fields['text']] : [])).join('');
  };
  const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
  const NUMBERS = new RegExp(`\\d+\\r\\n( [0-9a-f]{8}){2}\\r\\n${UUID}\\r\\n${UUID}\\r\\n/tmp/tmp\\.\\w{10}\\r\\n`);

  test('is what the guest’s random numbers start from', () => {
    const [one, again, two] = [random(1), random(1), random(2)].map((text) => NUMBERS.exec(text)?.[0]);
    expect(one).toBeDefined();
    expect(again).toBe(one);
    expect(two).toBeDefined();
    expect(two).not.toBe(one);
    expect(random()).toBe(random(0));
  });

  test('changes nothing where no random number is drawn: hotplug draws none', () => {
    expect(finish(open({ ...SCENARIO, seed: 7 }))).toBe(finish(open(SCENARIO)));
  });
});
