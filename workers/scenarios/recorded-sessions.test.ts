/** Sessions of a real QEMU 7.2 without a guest: command lines, QMP commands and monitor lines, with what it answered. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openWithTools } from '../machine/open.ts';
import { SCENARIO_VERSION } from '../protocol/scenario.ts';

interface RecordedSession {
  readonly line: string;
  /** The message with which QEMU refuses the command line. */
  readonly error?: string;
  readonly warnings?: string;
  readonly steps?: readonly { readonly qmp?: unknown; readonly hmp?: string; readonly replies: readonly unknown[] }[];
}

const recorded = (name: string): readonly RecordedSession[] => {
  const file = new URL(`../recordings/qmp/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly sessions: readonly RecordedSession[] }).sessions;
};

/** Time stamps and the host's threads differ from run to run. */
const stable = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(/thread_id=\d+/g, 'thread_id=#'), (key, member: unknown) =>
    key === 'thread-id' || key === 'timestamp' ? undefined : member,
  ) as unknown;

describe.each([
  'memory-backends',
  'cold-plug',
  'memory-options',
  'numa-options',
  'machine-options',
  'device-tree',
  'object-tree',
  'queries',
])('%s', (name) => {
  test.each(recorded(name))('$line', ({ line, error, warnings = '', steps = [] }) => {
    const opened = openWithTools({ version: SCENARIO_VERSION, machine: line }, { bootWithoutKernel: false });
    expect(opened.ok ? undefined : opened.error).toBe(error);
    if (!opened.ok) return;
    const session = opened.value;
    expect(session.machine.board.config.warnings.join('\n')).toBe(warnings);
    const replies: string[] = [];
    session.machine.onQmpLine = (reply) => replies.push(reply);
    session.settle();
    session.input('qmp', '{"execute": "qmp_capabilities"}');
    const answers = steps.map(({ qmp, hmp }) => {
      replies.length = 0;
      const command = qmp ?? { execute: 'human-monitor-command', arguments: { 'command-line': hmp } };
      session.input('qmp', JSON.stringify(command));
      session.settle();
      return {
        ...(hmp === undefined ? { qmp } : { hmp }),
        replies: replies.map((reply) => stable(JSON.parse(reply))),
      };
    });
    expect(answers).toEqual(steps.map((step) => ({ ...step, replies: step.replies.map(stable) })));
  });
});
