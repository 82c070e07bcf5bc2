import { expect, test } from 'vitest';
import { Lab } from './lab.ts';

const DEVICE_ADD = JSON.stringify({
  execute: 'device_add',
  arguments: { driver: 'max-x86_64-cpu', id: 'cpu2', 'socket-id': 0, 'core-id': 2, 'thread-id': 0 },
});

/** Runs to the machine's quiet, noting where it stops; the functions at which it did, and its log's hash. */
function hotAdd(functions: readonly string[]): { stops: unknown[]; hash: string } {
  const lab = new Lab();
  const { session } = lab;
  session.breakAt(functions);
  session.input('qmp', DEVICE_ADD);
  const stops: unknown[] = [];
  for (;;) {
    const { breakpoint, quiet, records } = session.settle();
    if (breakpoint !== undefined) {
      // nothing happened after it
      expect(breakpoint).toBe(records - 1);
      stops.push(lab.events().at(-1)?.fields['fn']);
    } else if (quiet) break;
  }
  return { stops, hash: session.machine.log.hash() };
}

test('the machine stops where a function with a breakpoint is entered, each time, and goes on', () => {
  const { stops } = hotAdd(['acpi_hotplug_work_fn', 'acpi_processor_add', 'no_such_function']);
  expect(stops).toEqual(['acpi_hotplug_work_fn', 'acpi_processor_add']);
});

test('stopping leaves no trace in the log', () => {
  expect(hotAdd(['acpi_irq', 'process_one_work', 'mutex_lock']).hash).toBe(hotAdd([]).hash);
});

test('an input takes effect when everything due before it has happened, past any breakpoint', () => {
  const { session } = new Lab();
  session.breakAt(['acpi_irq']);
  session.input('qmp', DEVICE_ADD);
  expect(session.settle().breakpoint).toBeDefined();
  session.input('qmp', '{"execute": "query-status"}');
  session.breakAt([]);
  session.settle();
  expect(session.journal().inputs?.length).toBe(3);
});
