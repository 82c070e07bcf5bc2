import { expect, test } from 'vitest';
import { CpuMask } from '../linux/include/linux/cpumask.ts';
import type { task_struct } from '../linux/include/linux/sched.ts';
import { WQ_UNBOUND, type workqueue_struct } from '../linux/include/linux/workqueue.ts';
import { cpu_device_down, cpu_device_up } from '../linux/kernel/cpu.ts';
import { cpuhp_is_ap_state, cpuhp_state } from '../linux/kernel/cpuhp.ts';
import { CPUHP_STATES_6_1 } from '../linux/kernel/cpuhp-states.ts';
import { set_cpus_allowed_ptr } from '../linux/kernel/sched/affinity.ts';
import { msleep, user_compute, wake_up_new_task } from '../linux/kernel/sched/core.ts';
import { createTask } from '../linux/kernel/task.ts';
import { alloc_workqueue, flush_workqueue, INIT_WORK, queue_work_on } from '../linux/kernel/workqueue.ts';
import type { Kernel } from '../linux/kernel-context.ts';
import type { Co } from '../sim/coroutine.ts';
import { Random } from '../sim/random.ts';
import { BareKernel } from './bare-kernel.ts';

const MS = 1_000_000;
const FAILING = CPUHP_STATES_6_1.filter(({ state, section }) => cpuhp_is_ap_state(state) && section === 'ONLINE');

interface World {
  readonly random: Random;
  readonly cpus: number;
  readonly workqueues: readonly workqueue_struct[];
}

/** Takes CPUs up and down at random, sometimes with an injected failure. */
function* hotplugger(k: Kernel, { random, cpus }: World): Co {
  for (let round = 0; round < 12; round++) {
    const id = 1 + random.below(cpus - 1);
    const failing = FAILING[random.below(4 * FAILING.length)];
    if (failing) cpuhp_state(k, id).fail = failing.state;
    const result = yield* (random.below(2) === 0 ? cpu_device_up : cpu_device_down)(k, { id });
    expect([0, -11, -16]).toContain(result);
    yield* msleep(k, random.below(20));
  }
}

/** Computes, sleeps, changes its CPUs. */
function* computer(k: Kernel, { random, cpus }: World, self: task_struct): Co {
  for (let round = 0; round < 20; round++) {
    yield* user_compute(k, random.below(30 * MS));
    if (random.below(3) === 0) yield* msleep(k, random.below(10));
    if (random.below(5) === 0) {
      yield* set_cpus_allowed_ptr(k, self, new CpuMask(k.profile.maxCpus, [random.below(cpus), random.below(cpus)]));
    }
  }
}

/** Queues work items, on CPUs that may be offline too, and flushes. */
function* queuer(k: Kernel, { random, cpus, workqueues }: World): Co {
  for (let round = 0; round < 30; round++) {
    const wq = workqueues[random.below(workqueues.length)];
    if (!wq) return;
    const sleep = random.below(8);
    const work = INIT_WORK('stress', function* (): Co {
      if (sleep < 4) yield* msleep(k, sleep);
    });
    yield* queue_work_on(k, random.below(cpus), wq, work);
    if (random.below(4) === 0) yield* flush_workqueue(k, wq);
    yield* msleep(k, random.below(12));
  }
  for (const wq of workqueues) yield* flush_workqueue(k, wq);
}

test.each([1, 2, 3, 5, 8, 13, 20, 21, 34, 55, 89, 144])(
  'CPUs that come and go under load leave nobody waiting and nothing undone (seed %i)',
  (seed) => {
    const random = new Random(seed);
    const cpus = 2 + random.below(7);
    const machine = new BareKernel({ cpus });
    let running = 0;
    machine.init(function* (k) {
      const workqueues = [
        yield* alloc_workqueue(k, 'bound', 0, 3),
        yield* alloc_workqueue(k, 'unbound', WQ_UNBOUND, 3),
      ];
      const world: World = { random, cpus, workqueues };
      const spawn = (count: number, body: (k: Kernel, world: World, self: task_struct) => Co) => {
        for (; count > 0; count--) {
          running++;
          const run = function* (self: task_struct): Co<number> {
            yield* body(k, world, self);
            running--;
            return 0;
          };
          wake_up_new_task(k, createTask(k, { comm: body.name, run }));
        }
      };
      spawn(3, hotplugger);
      spawn(6, computer);
      spawn(4, queuer);
    });
    machine.settle();
    expect(running).toBe(0);
    // the boot CPU was never sent anywhere: its target is 0
    for (let cpu = 1; cpu < cpus; cpu++) {
      const { state, target, should_run } = cpuhp_state(machine.kernel, cpu);
      expect([0, 236]).toContain(state);
      expect([target, should_run]).toEqual([state, false]);
    }
    expect(machine.scheduler.events.nextTime()).toBeUndefined();
  },
);
