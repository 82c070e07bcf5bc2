import { describe, expect, test } from 'vitest';
import { initialChain } from './chain-state.ts';
import { foldChain } from './fold-chain.ts';
import { GED_INTID, GICD_ICENABLER1, GICD_ISENABLER1, ROADS, stageExplanation, stageTitle } from './roads.ts';
import { foldAll, TestLog } from './test-events.ts';

const add = 'device_add pc-dimm,id=dimm1,memdev=mem1';
const begin = () => new TestLog().add('hmp_in', { text: add });
const fold = (log: TestLog) => foldAll(initialChain(), foldChain, log);
const SPI_9 = 1 << 9;

describe('the road through a Generic Event Device', () => {
  test('tells what the event selector holds; reading it clears it', () => {
    const raised = begin().add('register_change', { device: 'ged', register: 'ESEL', from: 0, to: 1 });
    raised.add('ged_event', { event: 'memory', selector: 1 });
    const state = fold(raised);
    expect(state.registers.get('ESEL')).toBe(1);
    expect(state.stages.get('ged')?.label).toBe('memory: ESEL = 0x1');
    const read = new TestLog().on(1, 5).add('register_read', { device: 'ged', register: 'ESEL', value: 1 });
    expect(foldAll(state, foldChain, read).registers.get('ESEL')).toBe(0);
  });

  test('follows its interrupt through the GIC: pending, active, masked until the thread is done', () => {
    const log = begin().add('gic_pending', { intid: GED_INTID, vcpu: 0, pending: 1 });
    const state = fold(log);
    expect(state.gic).toMatchObject({ pending: true, active: false });
    const taken = new TestLog().on(0, 1).add('gic_acknowledge', { vcpu: 0, intid: GED_INTID });
    taken.add('gic_pending', { intid: GED_INTID, vcpu: 0, pending: 0 });
    taken.add('register_write', { device: 'gicd', register: 'ICENABLER', value: SPI_9, offset: GICD_ICENABLER1 });
    taken.add('irq_handler_exit', { irq: 49, ret: 2 });
    foldAll(state, foldChain, taken);
    expect(state.gic).toMatchObject({ pending: false, active: true, masked: true });
    expect(state.stages.get('interrupt')?.label).toBe('IRQ_WAKE_THREAD');
    const done = new TestLog().on(0, 1).add('gic_end', { vcpu: 0, intid: GED_INTID });
    done.add('register_write', { device: 'gicd', register: 'ISENABLER', value: SPI_9, offset: GICD_ISENABLER1 });
    foldAll(state, foldChain, done);
    expect(state.gic).toMatchObject({ active: false, masked: false });
  });

  test('leaves other interrupts and their handlers alone', () => {
    const log = begin().on(0, 1).add('gic_acknowledge', { vcpu: 0, intid: 33 });
    log.add('fn_enter', { fn: 'handle_fasteoi_irq' }).add('irq_handler_exit', { irq: 12, ret: 2 });
    log.add('fn_exit', { fn: 'handle_fasteoi_irq' }).add('gic_end', { vcpu: 0, intid: 33 });
    expect(fold(log).stages.has('interrupt')).toBe(false);
    const ours = begin().on(0, 1).add('gic_acknowledge', { vcpu: 0, intid: GED_INTID });
    ours.add('fn_enter', { fn: 'handle_fasteoi_irq' });
    expect(fold(ours).stages.get('interrupt')).toMatchObject({ open: 1, label: 'handle_fasteoi_irq' });
  });

  test('counts AML below the threaded handler as a stage', () => {
    const log = begin().on(1, 58);
    log.call('acpi_ged_irq_handler', () => log.add('aml_method_enter', { path: '\\_SB.GED._EVT' }));
    const { stages } = fold(log);
    expect(stages.get('thread')?.task).toBe(58);
    expect(stages.get('aml')?.label).toBe('\\_SB.GED._EVT');
  });

  test('keeps the calls of the round to the hypervisor', () => {
    const log = new TestLog().on(0, 7).add('fn_enter', { fn: 'online_store' });
    log.on(1, 19).add('psci_call', { function: 'CPU_OFF' });
    log.on(0, 7).add('psci_call', { function: 'AFFINITY_INFO', target: 1, ret: 1 });
    expect(fold(log).psci.map(({ function: fn, target, ret, vcpu }) => [fn, target, ret, vcpu])).toEqual([
      ['CPU_OFF', 0, 0, 1],
      ['AFFINITY_INFO', 1, 1, 0],
    ]);
    expect(fold(new TestLog().add('psci_call', { function: 'CPU_ON', target: 1 })).psci).toEqual([]);
  });
});

test('a stage that both roads have is named and explained as its own road does it', async () => {
  const { addEnglish } = await import('./i18n/translate.ts');
  addEnglish((await import('./i18n/english-virt.ts')).englishVirt);
  expect(stageTitle(ROADS.ged, 'interrupt', false)).toBe('stage.ged.interrupt');
  expect(stageTitle(ROADS.gpe, 'interrupt', false)).toBe('stage.interrupt');
  expect(stageExplanation(ROADS.ged, 'aml', 'memory')).toBe('stage.explain.ged.aml');
  expect(stageExplanation(ROADS.gpe, 'driver', 'cpu')).toBe('stage.explain.driver');
});
