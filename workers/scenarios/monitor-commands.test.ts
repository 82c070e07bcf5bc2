import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openWithTools } from '../machine/open.ts';
import { SCENARIO_VERSION } from '../protocol/scenario.ts';

interface RecordedCommands {
  readonly machine: string;
  readonly steps: readonly { readonly qmp?: unknown; readonly hmp?: string; readonly reply: unknown }[];
}

const recorded = JSON.parse(
  readFileSync(new URL('../recordings/qmp/q35-qmp-errors.json', import.meta.url), 'utf8'),
) as RecordedCommands;

/** Host threads' numbers differ from run to run. */
const stable = (reply: unknown): unknown =>
  JSON.parse(JSON.stringify(reply).replaceAll(/thread_id=\d+/g, 'thread_id=#'), (key, value: unknown) =>
    key === 'thread-id' ? 0 : value,
  ) as unknown;

describe('a hundred QMP and monitor commands, right and wrong, on a running machine', () => {
  const opened = openWithTools({ version: SCENARIO_VERSION, machine: recorded.machine, append: 'loglevel=3' });
  if (!opened.ok) throw new Error(opened.error);
  const session = opened.value;
  session.settle();
  session.input('qmp', '{"execute": "qmp_capabilities"}');
  const answers = recorded.steps.map(({ qmp, hmp }) => {
    const text = typeof qmp === 'string' ? qmp : JSON.stringify(qmp);
    const { reply = '' } = hmp === undefined ? session.input('qmp', text) : session.input('hmp', hmp);
    session.settle();
    return hmp === undefined ? (JSON.parse(reply) as unknown) : reply;
  });

  test.each(
    recorded.steps.map((step, index) => ({
      number: index + 1,
      asked: step.hmp ?? JSON.stringify(step.qmp),
      reply: step.reply,
    })),
  )('$number: $asked', ({ number, reply }) => {
    const agrees = expect(stable(answers[number - 1]));
    agrees.toEqual(stable(reply));
  });
});
