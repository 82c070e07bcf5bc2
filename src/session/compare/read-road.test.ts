import { describe, expect, test } from 'vitest';
import { TestLog } from '../test-events.ts';
import { compareRoads, readRoad } from './read-road.ts';
import { SUBJECTS } from './steps.ts';

const [PLUG] = SUBJECTS.dimm;
const [OFFLINE] = SUBJECTS.cpu;
if (!PLUG || !OFFLINE) throw new Error('no parts');

const named = (log: TestLog): TestLog =>
  log.add('task_new', { task: 1, name: 'swapper/0' }).add('task_new', { task: 7, name: 'kworker/0:2' });
const command = (log: TestLog): TestLog =>
  log
    .add('input', { channel: 'hmp', text: PLUG.input })
    .add('hmp_in', { text: PLUG.input })
    .add('dimm_plugged', { slot: 0, id: 'dimm1', address: 2048, size: 1024 });

describe('a road read from a log', () => {
  test('begins with its input, and what was before is no part of it', () => {
    const log = named(new TestLog()).on(0, 7).call('acpi_bus_notify').on(-1, 0);
    command(log).on(0, 7).call('acpi_bus_notify');
    const moments = readRoad(log.reader(), PLUG, 'ged');
    expect([...moments.keys()]).toEqual(['command', 'slot', 'deliver']);
    expect(moments.get('deliver')).toMatchObject({ runner: 'kworker/0:2', after: 2000, label: 'acpi_bus_notify' });
  });

  test('ends with the next input', () => {
    const log = command(named(new TestLog()));
    log.add('input', { channel: 'sh', text: OFFLINE.input }).on(0, 7).call('acpi_bus_notify');
    expect(readRoad(log.reader(), PLUG, 'gpe').has('deliver')).toBe(false);
  });

  test('names the first and the last of the memory blocks', () => {
    const log = command(named(new TestLog()));
    for (const block of [16, 17, 18]) log.add('memory_block', { block, state: 'offline', zones: 'none' });
    expect(readRoad(log.reader(), PLUG, 'ged').get('blocks')?.label).toBe('memory16 … memory18');
  });
});

describe('two roads', () => {
  const x86 = command(named(new TestLog()))
    .add('register_change', { device: 'acpi-gpe', register: 'GPE0_STS[0]', from: 0, to: 8 })
    .on(0, 1)
    .call('handle_fasteoi_irq')
    .call('acpi_ev_gpe_detect')
    .on(0, 7)
    .add('aml_method_enter', { path: '\\_SB.MHPC.MSCN' });
  const arm64 = command(named(new TestLog()).add('task_new', { task: 9, name: 'irq/49-ACPI:Ged' }))
    .add('register_change', { device: 'ged', register: 'ESEL', from: 0, to: 1 })
    .on(0, 1)
    .call('handle_fasteoi_irq')
    .on(0, 9)
    .add('aml_method_enter', { path: '\\_SB.MHPC.MSCN' });

  test('agree in a step, run it by another task, differ in it, or one of them has it alone', () => {
    const compared = compareRoads(x86.reader(), arm64.reader(), PLUG);
    expect(compared.map(({ step, verdict }) => `${step.name} ${verdict}`)).toEqual([
      'command same',
      'slot same',
      'event differs',
      'flow same',
      'which one',
      'scan alike',
    ]);
  });
});
