import { describe, expect, test } from 'vitest';
import { generic_processor_info } from '../linux/arch/x86/kernel/apic/apicid.ts';
import { cpu_active_mask, cpu_dying_mask, cpu_online_mask } from '../linux/include/linux/cpumask.ts';
import { cpu_device_down, cpu_device_up } from '../linux/kernel/cpu.ts';
import { cpuhp_setup_state, cpuhp_state } from '../linux/kernel/cpuhp.ts';
import { CPUHP_STATES_6_1, type CpuhpStepInfo } from '../linux/kernel/cpuhp-states.ts';
import { kernelLog } from '../linux/kernel/printk/printk.ts';
import type { Kernel } from '../linux/kernel-context.ts';
import type { LabEvent } from '../protocol/log-format.ts';
import type { Co } from '../sim/coroutine.ts';
import { BareKernel, taskNames } from './bare-kernel.ts';

interface Run {
  readonly machine: BareKernel;
  /** Since the job began. */
  readonly events: readonly LabEvent[];
  readonly names: ReadonlyMap<number, string>;
}

/** Boots two CPUs, adds a third and runs `job` in pid 1. */
function withThirdCpu(job: (k: Kernel) => Co<unknown>): Run {
  const machine = new BareKernel({ cpus: 2, possible: 3 });
  let begin = 0;
  machine.init(function* (k) {
    yield* generic_processor_info(k, 2);
    begin = machine.events().length;
    yield* job(k);
  });
  machine.settle();
  const all = machine.events();
  return { machine, events: all.slice(begin), names: taskNames(all) };
}

/** The callbacks of CPU 2's walks, in order: `state callback task`. */
const callbacks = ({ events, names }: Run): string[] =>
  events
    .filter(({ kind, fields }) => /^cpuhp_(multi_)?enter$/.test(kind) && fields['cpu'] === 2)
    .map(({ fields, task }) => `${fields['step']} ${fields['fn']} ${names.get(task)}`);

const entered = ({ events, names }: Run, functions: readonly string[]): string[] =>
  events
    .filter(({ kind, fields }) => kind === 'fn_enter' && functions.includes(`${fields['fn']}`))
    .map(({ fields, task, vcpu }) => `${fields['fn']} ${names.get(task)} on ${vcpu}`);

const up = (k: Kernel): Co<number> => cpu_device_up(k, { id: 2 });
const down = (k: Kernel): Co<number> => cpu_device_down(k, { id: 2 });

const times = ({ multi, instances }: CpuhpStepInfo): number => (multi ? instances : 1);
const isOwn = ({ section, name }: CpuhpStepInfo): boolean => section === 'ONLINE' && name !== 'cpu:teardown';

/** What a walk through the whole table calls on a CPU that is online. */
const walk = (bringup: boolean, control: string): string[] =>
  (bringup ? CPUHP_STATES_6_1 : [...CPUHP_STATES_6_1].reverse()).flatMap((step) => {
    const callback = bringup ? step.startup : step.teardown;
    if (!callback || step.section === 'STARTING') return [];
    return Array<string>(times(step)).fill(`${step.state} ${callback} ${isOwn(step) ? 'cpuhp/2' : control}`);
  });

describe('a CPU that comes up', () => {
  test('passes PREPARE on the control processor and ONLINE in its own hotplug thread, every state once', () => {
    const run = withThirdCpu(up);
    expect(callbacks(run)).toEqual(walk(true, 'swapper/0'));
    expect(cpuhp_state(run.machine.kernel, 2)).toMatchObject({ state: 236, target: 236, result: 0 });
    expect(cpu_online_mask(run.machine.kernel).toList()).toBe('0-2');
    expect(cpu_active_mask(run.machine.kernel).toList()).toBe('0-2');
  });

  test('passes STARTING in its idle task, before it is in the online mask', () => {
    const run = withThirdCpu(up);
    expect(entered(run, ['sched_cpu_starting', 'hrtimers_cpu_starting'])).toEqual([
      'sched_cpu_starting swapper/2 on 2',
      'hrtimers_cpu_starting swapper/2 on 2',
    ]);
    const at = (found: (event: LabEvent) => boolean) => run.events.findIndex(found);
    const starting = at(({ fields }) => fields['fn'] === 'hrtimers_cpu_starting');
    expect(starting).toBeLessThan(at(({ kind, fields }) => kind === 'cpu_mask' && fields['mask'] === 'online'));
  });

  test('is started by INIT and two start-up IPIs to its APIC id', () => {
    const run = withThirdCpu(up);
    const sent = run.events.filter(({ kind, fields }) => kind === 'ipi_send' && fields['mode'] !== 'fixed');
    expect(sent.map(({ fields }) => [fields['mode'], fields['vector'], fields['destination']])).toEqual([
      ['init', 0, 2],
      ['init', 0, 2],
      ['startup', 0x99, 2],
      ['startup', 0x99, 2],
    ]);
  });

  test('stops the others once, for the memory type range registers', () => {
    const run = withThirdCpu(up);
    expect(entered(run, ['multi_cpu_stop']).sort()).toEqual([
      'multi_cpu_stop migration/0 on 0',
      'multi_cpu_stop migration/1 on 1',
      'multi_cpu_stop swapper/2 on 2',
    ]);
  });

  test('refuses when the CPU is not present, not possible, or up already', () => {
    const results: number[] = [];
    const machine = new BareKernel({ cpus: 2, possible: 3 });
    machine.init(function* (k) {
      for (const id of [2, 3, 1]) results.push(yield* cpu_device_up(k, { id }));
    });
    machine.settle();
    expect(results).toEqual([-22, -22, 0]);
    expect(kernelLog(machine.kernel).at(-1)?.text).toBe(
      "can't online cpu 3 because it is not configured as may-hotadd at boot time",
    );
  });
});

describe('a CPU that goes down', () => {
  const upAndDown = function* (k: Kernel): Co {
    yield* up(k);
    yield* down(k);
  };

  test('passes ONLINE in its hotplug thread, the rest in a worker of another CPU, every state once', () => {
    const run = withThirdCpu(upAndDown);
    const seen = callbacks(run);
    expect(seen.slice(seen.findIndex((line) => line.startsWith('236 ')))).toEqual([
      '236 cpuhp_kick_ap_work kworker/0:2',
      ...walk(false, 'kworker/0:2'),
    ]);
    expect(cpuhp_state(run.machine.kernel, 2)).toMatchObject({ state: 0, target: 0 });
    expect(cpu_online_mask(run.machine.kernel).toList()).toBe('0-1');
    expect(kernelLog(run.machine.kernel).at(-1)?.text).toBe('smpboot: CPU 2 is now offline');
  });

  test('leaves the online mask in its stopper while all CPUs are stopped, and dies in its idle task', () => {
    const run = withThirdCpu(upAndDown);
    const names = ['take_cpu_down', 'sched_cpu_dying', 'cpuhp_report_idle_dead', 'native_play_dead', 'native_cpu_die'];
    expect(entered(run, names)).toEqual([
      'take_cpu_down migration/2 on 2',
      'sched_cpu_dying migration/2 on 2',
      'cpuhp_report_idle_dead swapper/2 on 2',
      'native_play_dead swapper/2 on 2',
      'native_cpu_die kworker/0:2 on 0',
    ]);
  });

  test('its threads stay, parked: they are not made again when it comes back', () => {
    const run = withThirdCpu(function* (k) {
      yield* upAndDown(k);
      yield* up(k);
    });
    const created = [...run.names.values()].filter((name) => /^(cpuhp|migration|ksoftirqd)\/2$/.test(name));
    expect(created.sort()).toEqual(['cpuhp/2', 'ksoftirqd/2', 'migration/2']);
    expect(cpu_online_mask(run.machine.kernel).toList()).toBe('0-2');
  });

  test('the last one is refused: -EBUSY', () => {
    const results: number[] = [];
    const machine = new BareKernel({ cpus: 2 });
    machine.init(function* (k) {
      results.push(yield* cpu_device_down(k, { id: 1 }), yield* cpu_device_down(k, { id: 0 }));
    });
    machine.settle();
    expect(results).toEqual([0, -16]);
  });
});

describe('hotplug/fail', () => {
  const own = CPUHP_STATES_6_1.filter(isOwn);

  test.each(own.filter(({ teardown }) => teardown))(
    '$name on the way down: -EAGAIN, and the CPU is up again',
    (step) => {
      let result = 0;
      const { machine } = withThirdCpu(function* (k) {
        yield* up(k);
        cpuhp_state(k, 2).fail = step.state;
        result = yield* down(k);
      });
      expect(result).toBe(-11);
      expect(cpuhp_state(machine.kernel, 2)).toMatchObject({ state: 236, target: 236, fail: -1 });
      expect(cpu_online_mask(machine.kernel).toList()).toBe('0-2');
      expect(cpu_active_mask(machine.kernel).toList()).toBe('0-2');
      expect(cpu_dying_mask(machine.kernel).toList()).toBe('');
    },
  );

  const startable = CPUHP_STATES_6_1.filter(({ startup, section }) => startup && section !== 'STARTING');
  test.each(startable)('$name on the way up: -EAGAIN, and the CPU is down again', (step) => {
    let result = 0;
    const { machine } = withThirdCpu(function* (k) {
      cpuhp_state(k, 2).fail = step.state;
      result = yield* up(k);
    });
    expect(result).toBe(-11);
    expect(cpuhp_state(machine.kernel, 2)).toMatchObject({ state: 0, target: 0, fail: -1 });
    expect(cpu_online_mask(machine.kernel).toList()).toBe('0-1');
  });

  test('what was passed is undone in the opposite order, beginning with the state before', () => {
    const run = withThirdCpu(function* (k) {
      cpuhp_state(k, 2).fail = 46;
      yield* up(k);
    });
    expect(callbacks(run)).toEqual([
      '1 smpboot_create_threads swapper/0',
      '2 perf_event_init_cpu swapper/0',
      '33 page_alloc_cpu_online swapper/0',
      '40 random_prepare_cpu swapper/0',
      '41 workqueue_prepare_cpu swapper/0',
      '43 hrtimers_prepare_cpu swapper/0',
      ...walk(false, 'swapper/0').filter((line) => Number.parseInt(line, 10) < 46),
    ]);
  });
});

test('cpuhp_setup_state calls the startup for the CPUs that are beyond the state, each in its own thread', () => {
  const seen: number[] = [];
  const run = withThirdCpu(function* (k) {
    yield* cpuhp_setup_state(
      k,
      193,
      'leds/trigger:starting',
      function* (_k, cpu) {
        seen.push(cpu);
        return 0;
      },
      undefined,
    );
  });
  expect(seen).toEqual([0, 1]);
  expect(entered(run, ['cpuhp_thread_fun'])).toEqual([
    'cpuhp_thread_fun cpuhp/0 on 0',
    'cpuhp_thread_fun cpuhp/1 on 1',
  ]);
});
