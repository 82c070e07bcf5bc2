import { expect, test } from 'vitest';
import { openWithTools } from '../machine/open.ts';
import type { Session } from '../machine/session.ts';
import { DEFAULT_SCENARIO, type Scenario } from '../protocol/scenario.ts';
import { NS_PER_MS } from '../protocol/units.ts';

const online = (value: number) => `echo ${value} > /sys/devices/system/cpu/cpu1/online\n`;
const SCENARIO: Scenario = {
  ...DEFAULT_SCENARIO,
  inputs: [
    { at: 'quiet', channel: 'sh', text: online(0) },
    { at: 'quiet', channel: 'sh', text: online(1) },
  ],
};

function open(): Session {
  const session = openWithTools(SCENARIO);
  if (!session.ok) throw new Error(session.error);
  return session.value;
}

test('settling with hold stops where the next planned input would be given, and not before', () => {
  const session = open();
  expect(session.settle(undefined, undefined, true)).toMatchObject({ quiet: false, awaitsInput: true });
  expect(session.journal().inputs?.filter(({ at }) => at !== 'quiet')).toEqual([]);
  session.step('event');
  expect(session.settle(undefined, undefined, true)).toMatchObject({ quiet: false, awaitsInput: true });
  expect(session.journal().inputs?.filter(({ at }) => at !== 'quiet')).toHaveLength(1);
});

test('a scenario that is played input by input records the log of one that is run at once', () => {
  const played = open();
  while (played.settle(undefined, undefined, true).awaitsInput) played.step('event');
  const run = open();
  run.settle();
  expect(played.machine.log.hash()).toBe(run.machine.log.hash());
});

test('taking over drops the inputs to come, and the machine is quiet', () => {
  const session = open();
  session.settle(undefined, undefined, true);
  expect(session.takeOver()).toMatchObject({ quiet: true, awaitsInput: false });
  expect(session.journal().inputs).toEqual([]);
});

test('an input that waits for quiet is given at the same time however short the slices are', () => {
  const sliced = open();
  for (let slices = 0; slices < 1000 && !sliced.progress().quiet; slices++) sliced.settle(21 * NS_PER_MS);
  const whole = open();
  whole.settle();
  expect(sliced.progress().quiet).toBe(true);
  expect(sliced.machine.log.hash()).toBe(whole.machine.log.hash());
});
