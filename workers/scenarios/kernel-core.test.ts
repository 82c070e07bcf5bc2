import { describe, expect, test } from 'vitest';
import { CpuMask, cpu_online_mask } from '../linux/include/linux/cpumask.ts';
import { irqs_disabled } from '../linux/include/linux/irqflags.ts';
import { get_current, smp_processor_id, type task_struct } from '../linux/include/linux/sched.ts';
import type { work_struct } from '../linux/include/linux/workqueue.ts';
import { cpu_device_down, cpu_device_up, cpus_read_lock, cpus_read_unlock } from '../linux/kernel/cpu.ts';
import { cpuhp_state } from '../linux/kernel/cpuhp.ts';
import { kthread_run } from '../linux/kernel/kthread.ts';
import { mutex_init, mutex_lock, mutex_unlock } from '../linux/kernel/locking/mutex.ts';
import { down_read, down_write, init_rwsem, up_read, up_write } from '../linux/kernel/locking/rwsem.ts';
import { formatRecord, kernelLog, pr_info } from '../linux/kernel/printk/printk.ts';
import { set_cpus_allowed_ptr } from '../linux/kernel/sched/affinity.ts';
import {
  complete,
  init_completion,
  wait_for_completion,
  wait_for_completion_timeout,
} from '../linux/kernel/sched/completion.ts';
import { msleep, runqueues, user_compute, wake_up_new_task } from '../linux/kernel/sched/core.ts';
import { init_waitqueue_head, wait_event, wake_up } from '../linux/kernel/sched/wait.ts';
import { stop_machine } from '../linux/kernel/stop_machine.ts';
import { createTask, find_task_by_vpid } from '../linux/kernel/task.ts';
import {
  alloc_ordered_workqueue,
  alloc_workqueue,
  flush_work,
  flush_workqueue,
  INIT_DELAYED_WORK,
  INIT_WORK,
  queue_delayed_work,
  queue_work,
  queue_work_on,
  work_on_cpu,
} from '../linux/kernel/workqueue.ts';
import type { Kernel } from '../linux/kernel-context.ts';
import type { Co } from '../sim/coroutine.ts';
import { BareKernel, taskNames } from './bare-kernel.ts';

const MS = 1_000_000;

/** Boots `cpus` CPUs and runs `job` in pid 1 until nothing is left to do. */
function booted(cpus: number, job: (k: Kernel) => Co<unknown>): BareKernel {
  const machine = new BareKernel({ cpus });
  machine.init(function* (k) {
    yield* job(k);
  });
  machine.settle();
  return machine;
}

/** A user process that may run on `cpus`. */
function process(
  k: Kernel,
  comm: string,
  cpus: readonly number[],
  run: (task: task_struct) => Co<number>,
): task_struct {
  const task = createTask(k, { comm, run, cpus_mask: new CpuMask(k.profile.maxCpus, cpus) });
  wake_up_new_task(k, task);
  return task;
}

describe('boot', () => {
  test.each([1, 2, 8, 64])('%i CPUs come up, each with its threads and idle task', (cpus) => {
    const machine = booted(cpus, function* () {});
    expect(cpu_online_mask(machine.kernel).toList()).toBe(cpus === 1 ? '0' : `0-${cpus - 1}`);
    const names = new Set(taskNames(machine.events()).values());
    for (let cpu = 0; cpu < cpus; cpu++) {
      expect(cpuhp_state(machine.kernel, cpu).state).toBe(236);
      for (const name of ['swapper', 'cpuhp', 'migration', 'ksoftirqd']) expect(names).toContain(`${name}/${cpu}`);
      expect(names).toContain(`kworker/${cpu}:0`);
    }
    const texts = kernelLog(machine.kernel).map(({ text }) => text);
    expect(texts).toContain(`smp: Brought up 1 node, ${cpus} CPU${cpus === 1 ? '' : 's'}`);
    expect(texts).toContain(`smpboot: Allowing ${cpus} CPUs, 0 hotplug CPUs`);
  });

  test('pids are those of the real boot', () => {
    const { kernel } = booted(2, function* () {});
    const names = [2, 3, 7, 8, 9, 14, 16, 17, 18, 19, 20, 21, 22, 23].map(
      (pid) => find_task_by_vpid(kernel, pid)?.comm,
    );
    expect(names).toEqual([
      'kthreadd',
      'rcu_gp',
      'kworker/0:0',
      'kworker/0:0H',
      'kworker/u4:0',
      'ksoftirqd/0',
      'migration/0',
      'kworker/0:1',
      'cpuhp/0',
      'cpuhp/1',
      'migration/1',
      'ksoftirqd/1',
      'kworker/1:0',
      'kworker/1:0H',
    ]);
  });

  test('maxcpus=1 leaves the secondaries present and offline', () => {
    const machine = new BareKernel({ cpus: 4, commandLine: 'maxcpus=1' });
    machine.settle();
    expect(cpu_online_mask(machine.kernel).toList()).toBe('0');
  });

  test('an idle machine has nothing due', () => {
    const machine = booted(4, function* () {});
    expect(machine.scheduler.events.nextTime()).toBeUndefined();
  });

  test('the same inputs give the same log', () => {
    const run = () => {
      const machine = booted(3, function* (k) {
        yield* cpu_device_down(k, { id: 1 });
        yield* cpu_device_up(k, { id: 1 });
      });
      machine.events();
      return machine.log.hash();
    };
    expect(run()).toBe(run());
  });
});

describe('messages', () => {
  test('have the time since the clock began, in seconds and microseconds; further lines stand below the text', () => {
    const machine = booted(1, function* (k) {
      yield* pr_info(k, 'first\nsecond');
    });
    const record = kernelLog(machine.kernel).at(-1);
    expect(formatRecord({ seq: 0, level: 6, time: 12_345_678_901, text: 'x' })).toBe('[   12.345678] x');
    expect(record && formatRecord(record)).toMatch(/^\[ {4}0\.\d{6}\] first\n {15}second$/);
  });
});

describe('locks', () => {
  test('a mutex goes to those who wait in the order of their coming; waiting is logged with the owner', () => {
    const order: string[] = [];
    const machine = booted(4, function* (k) {
      const lock = mutex_init('test_lock');
      yield* mutex_lock(k, lock);
      for (const name of ['a', 'b', 'c']) {
        process(k, name, [0, 1, 2, 3], function* (): Co<number> {
          yield* mutex_lock(k, lock);
          order.push(name);
          yield* mutex_unlock(k, lock);
          return 0;
        });
        yield* msleep(k, 1);
      }
      yield* mutex_unlock(k, lock);
    });
    expect(order).toEqual(['a', 'b', 'c']);
    const events = machine.events();
    const names = taskNames(events);
    const waits = events.filter(({ kind, fields }) => kind === 'lock_wait' && fields['lock'] === 'test_lock');
    expect(waits.map(({ task }) => names.get(task))).toEqual(['a', 'b', 'c']);
    expect(names.get(Number(waits[0]?.fields['owner']))).toBe('swapper/0');
  });

  test('a reader behind a waiting writer waits for it; readers share', () => {
    const order: string[] = [];
    booted(4, function* (k) {
      const sem = init_rwsem('test_sem');
      yield* down_read(k, sem);
      const spawn = (name: string, write: boolean) =>
        process(k, name, [1, 2, 3], function* (): Co<number> {
          yield* (write ? down_write : down_read)(k, sem);
          order.push(name);
          yield* msleep(k, 2);
          order.push(`${name} ends`);
          yield* (write ? up_write : up_read)(k, sem);
          return 0;
        });
      spawn('reader 1', false);
      yield* msleep(k, 1);
      spawn('writer', true);
      yield* msleep(k, 1);
      spawn('reader 2', false);
      yield* msleep(k, 5);
      yield* up_read(k, sem);
    });
    expect(order).toEqual(['reader 1', 'reader 1 ends', 'writer', 'writer ends', 'reader 2', 'reader 2 ends']);
  });

  test('two writers of CPU states follow one another under cpu_add_remove_lock', () => {
    const machine = booted(4, function* (k) {
      const writers: task_struct[] = [];
      for (const id of [1, 2]) {
        writers.push(
          process(k, `writer ${id}`, [0, 3], function* (): Co<number> {
            return yield* cpu_device_down(k, { id });
          }),
        );
        yield* msleep(k, 1);
      }
      yield* msleep(k, 500);
      expect(writers.map(({ exit_code }) => exit_code)).toEqual([0, 0]);
    });
    expect(cpu_online_mask(machine.kernel).toList()).toBe('0,3');
    const events = machine.events();
    const names = taskNames(events);
    const waits = events.filter(({ kind, fields }) => kind === 'lock_wait' && fields['lock'] === 'cpu_add_remove_lock');
    expect(waits.map(({ task, fields }) => [names.get(task), names.get(Number(fields['owner']))])).toEqual([
      ['writer 2', 'writer 1'],
    ]);
    const down = events.filter(({ kind, fields }) => kind === 'fn_enter' && fields['fn'] === '_cpu_down');
    const left = events.filter(({ kind, fields }) => kind === 'fn_exit' && fields['fn'] === '_cpu_down');
    expect(down[1]?.time).toBeGreaterThan(left[0]?.time ?? Number.POSITIVE_INFINITY);
  });

  test('a reader of cpu_hotplug_lock keeps CPUs from going', () => {
    const order: string[] = [];
    booted(2, function* (k) {
      yield* cpus_read_lock(k);
      process(k, 'writer', [0], function* (): Co<number> {
        yield* cpu_device_down(k, { id: 1 });
        order.push('down');
        return 0;
      });
      yield* msleep(k, 200);
      order.push('unlock');
      yield* cpus_read_unlock(k);
    });
    expect(order).toEqual(['unlock', 'down']);
  });
});

describe('waiting', () => {
  test('a completion that comes first lets the waiter pass; a timeout tells that it did not come', () => {
    const results: number[] = [];
    booted(2, function* (k) {
      const done = init_completion('test');
      yield* complete(k, done);
      yield* wait_for_completion(k, done);
      const before = k.clock.now();
      results.push(yield* wait_for_completion_timeout(k, done, 5 * MS));
      results.push(Math.floor((k.clock.now() - before) / MS));
    });
    expect(results).toEqual([0, 5]);
  });

  test('wait_event looks at its condition whenever the queue is woken', () => {
    const seen: number[] = [];
    booted(2, function* (k) {
      const queue = init_waitqueue_head('test');
      let value = 0;
      process(k, 'waiter', [1], function* (): Co<number> {
        yield* wait_event(k, queue, () => value >= 2);
        seen.push(value);
        return 0;
      });
      for (let step = 0; step < 3; step++) {
        yield* msleep(k, 1);
        value++;
        yield* wake_up(k, queue);
      }
    });
    expect(seen).toEqual([2]);
  });

  test('msleep takes at least its time', () => {
    let slept = 0;
    booted(1, function* (k) {
      const before = k.clock.now();
      yield* msleep(k, 20);
      slept = k.clock.now() - before;
    });
    expect(slept).toBeGreaterThanOrEqual(20 * MS);
    expect(slept).toBeLessThan(21 * MS);
  });
});

describe('the scheduler', () => {
  test('shares a CPU fairly between user-mode tasks', () => {
    let tasks: task_struct[] = [];
    const ran: number[] = [];
    booted(1, function* (k) {
      tasks = ['a', 'b'].map((name) =>
        process(k, name, [0], function* (): Co<number> {
          yield* user_compute(k, 100 * MS);
          return 0;
        }),
      );
      yield* msleep(k, 100);
      for (const { sum_exec_runtime } of tasks) ran.push(sum_exec_runtime);
    });
    expect(ran[0]).toBeGreaterThan(40 * MS);
    expect(ran[1]).toBeGreaterThan(40 * MS);
  });

  test('gives a waiting task to a CPU that becomes idle', () => {
    const cpus: number[] = [];
    booted(2, function* (k) {
      for (const name of ['a', 'b', 'c']) {
        process(k, name, [0, 1], function* (): Co<number> {
          yield* user_compute(k, name === 'a' ? 5 * MS : 50 * MS);
          cpus.push(smp_processor_id(k));
          return 0;
        });
      }
    });
    expect(new Set(cpus)).toEqual(new Set([0, 1]));
  });

  test('moves a running task to where its new mask allows', () => {
    let cpu = -1;
    booted(2, function* (k) {
      const task = process(k, 'mover', [0], function* (): Co<number> {
        yield* user_compute(k, 20 * MS);
        cpu = smp_processor_id(k);
        return 0;
      });
      yield* msleep(k, 2);
      expect(yield* set_cpus_allowed_ptr(k, task, new CpuMask(k.profile.maxCpus, [1]))).toBe(0);
    });
    expect(cpu).toBe(1);
  });

  test('a busy task that is bound to a CPU that goes down runs on elsewhere and may run anywhere afterwards', () => {
    const machine = booted(2, function* (k) {
      const task = process(k, 'busy', [1], function* (): Co<number> {
        yield* user_compute(k, 400 * MS);
        return smp_processor_id(k);
      });
      yield* msleep(k, 10);
      expect(task.cpu).toBe(1);
      expect(yield* cpu_device_down(k, { id: 1 })).toBe(0);
      expect(task.cpu).toBe(0);
      expect(task.cpus_mask.toList()).toBe('0-1');
    });
    const moves = machine.events().filter(({ kind }) => kind === 'sched_migrate_task');
    const names = taskNames(machine.events());
    expect(moves.some(({ fields }) => names.get(Number(fields['task'])) === 'busy' && fields['destCpu'] === 0)).toBe(
      true,
    );
    expect(runqueues(machine.kernel, 1).queue).toEqual([]);
    const texts = kernelLog(machine.kernel).map(({ text }) => text);
    expect(texts.some((text) => /^process \d+ \(busy\) no longer affine to cpu1$/.test(text))).toBe(true);
  });

  test('a timer of a dying CPU fires on another one', () => {
    const woken: number[] = [];
    booted(2, function* (k) {
      process(k, 'sleeper', [1], function* (): Co<number> {
        const before = k.clock.now();
        yield* msleep(k, 300);
        woken.push(smp_processor_id(k), Math.round((k.clock.now() - before) / MS));
        return 0;
      });
      yield* msleep(k, 5);
      yield* cpu_device_down(k, { id: 1 });
    });
    expect(woken).toEqual([0, 300]);
  });
});

describe('stop_machine', () => {
  test('calls the function on the first CPU while all others spin with interrupts off', () => {
    const seen: unknown[] = [];
    const machine = new BareKernel({ cpus: 4 });
    const { processors } = machine.scheduler;
    machine.init(function* (k) {
      yield* stop_machine(
        k,
        function* (): Co<number> {
          seen.push(get_current(k).comm, irqs_disabled(k));
          seen.push(processors.map(({ interruptsEnabled }) => interruptsEnabled));
          return 0;
        },
        undefined,
      );
    });
    machine.settle();
    expect(seen).toEqual(['migration/0', true, [false, false, false, false]]);
  });
});

describe('workqueues', () => {
  /** A work item that notes when it begins and ends. */
  const noting = (order: string[], name: string, body: (k: Kernel) => Co): work_struct =>
    INIT_WORK(name, function* (k) {
      order.push(`${name} begins`);
      yield* body(k);
      order.push(`${name} ends`);
    });
  const sleeping = (k: Kernel): Co => msleep(k, 5);
  const nothing = function* (): Co {};

  test('a work item runs in a worker of the CPU where it was queued', () => {
    const ran: string[] = [];
    booted(4, function* (k) {
      for (const cpu of [0, 3]) {
        yield* work_on_cpu(k, cpu, 'test', function* (): Co<number> {
          ran.push(`${smp_processor_id(k)} ${get_current(k).comm.split(':')[0]}`);
          return 0;
        });
      }
    });
    expect(ran).toEqual(['0 kworker/0', '3 kworker/3']);
  });

  test('work_on_cpu returns what the function returned', () => {
    let result = 0;
    booted(2, function* (k) {
      result = yield* work_on_cpu(k, 1, 'test', function* (): Co<number> {
        return -16;
      });
    });
    expect(result).toBe(-16);
  });

  test('the next item of a CPU begins when the one before blocks', () => {
    const order: string[] = [];
    booted(2, function* (k) {
      const wq = yield* alloc_workqueue(k, 'test', 0, 0);
      const first = noting(order, 'first', sleeping);
      yield* queue_work_on(k, 1, wq, first);
      yield* queue_work_on(k, 1, wq, noting(order, 'second', nothing));
      yield* flush_workqueue(k, wq);
    });
    expect(order).toEqual(['first begins', 'second begins', 'second ends', 'first ends']);
  });

  test('an ordered workqueue runs one item at a time, in order', () => {
    const order: string[] = [];
    booted(4, function* (k) {
      const wq = yield* alloc_ordered_workqueue(k, 'test', 0);
      for (const name of ['a', 'b', 'c']) yield* queue_work(k, wq, noting(order, name, sleeping));
      yield* flush_workqueue(k, wq);
    });
    expect(order).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  test('max_active limits how many items of a workqueue a CPU runs at a time', () => {
    let running = 0;
    let most = 0;
    booted(2, function* (k) {
      const wq = yield* alloc_workqueue(k, 'test', 0, 2);
      for (let n = 0; n < 5; n++) {
        const work = INIT_WORK(`work ${n}`, function* (): Co {
          most = Math.max(most, ++running);
          yield* msleep(k, 1);
          running--;
        });
        yield* queue_work_on(k, 1, wq, work);
      }
      yield* flush_workqueue(k, wq);
    });
    expect(most).toBe(2);
  });

  test('queueing what is queued already does nothing; what runs can be queued again and never runs twice at once', () => {
    const results: boolean[] = [];
    const order: string[] = [];
    booted(2, function* (k) {
      const wq = yield* alloc_workqueue(k, 'test', 0, 0);
      const work = noting(order, 'work', sleeping);
      results.push(yield* queue_work_on(k, 1, wq, work), yield* queue_work_on(k, 1, wq, work));
      yield* msleep(k, 2);
      results.push(yield* queue_work_on(k, 0, wq, work));
      yield* flush_work(k, work);
    });
    expect(results).toEqual([true, false, true]);
    expect(order).toEqual(['work begins', 'work ends', 'work begins', 'work ends']);
  });

  test('flush_work waits for the end of the item and tells whether there was something to wait for', () => {
    const results: boolean[] = [];
    booted(2, function* (k) {
      const wq = yield* alloc_workqueue(k, 'test', 0, 0);
      let ended = false;
      const work = INIT_WORK('work', function* (): Co {
        yield* msleep(k, 5);
        ended = true;
      });
      yield* queue_work(k, wq, work);
      results.push(yield* flush_work(k, work), ended, yield* flush_work(k, work));
    });
    expect(results).toEqual([true, true, false]);
  });

  test('a delayed item is queued when its time has come', () => {
    let after = 0;
    booted(2, function* (k) {
      const wq = yield* alloc_workqueue(k, 'test', 0, 0);
      const began = k.clock.now();
      const work = INIT_DELAYED_WORK('work', function* (): Co {
        after = k.clock.now() - began;
      });
      yield* queue_delayed_work(k, wq, work, 30 * MS);
      yield* msleep(k, 50);
    });
    expect(Math.floor(after / MS)).toBe(30);
  });

  test('workers of a CPU that goes down may run anywhere, and are bound to it again when it comes back', () => {
    const masks: string[] = [];
    booted(2, function* (k) {
      const worker = find_task_by_vpid(k, 22);
      expect(worker?.comm).toBe('kworker/1:0');
      yield* cpu_device_down(k, { id: 1 });
      masks.push(worker?.cpus_mask.toList() ?? '');
      const wq = yield* alloc_workqueue(k, 'test', 0, 0);
      const ran = noting(masks, 'work', nothing);
      yield* queue_work_on(k, 1, wq, ran);
      yield* flush_work(k, ran);
      yield* cpu_device_up(k, { id: 1 });
      masks.push(worker?.cpus_mask.toList() ?? '');
    });
    expect(masks).toEqual(['0-1', 'work begins', 'work ends', '1']);
  });

  test('queueing and execution are logged with the number of the item', () => {
    const machine = booted(2, function* (k) {
      const wq = yield* alloc_workqueue(k, 'test', 0, 0);
      const work = INIT_WORK('test_fn', nothing);
      yield* queue_work_on(k, 1, wq, work);
      yield* flush_work(k, work);
    });
    const seen = machine.events().filter(({ fields }) => fields['function'] === 'test_fn');
    expect(seen.map(({ kind }) => kind)).toEqual([
      'workqueue_queue_work',
      'workqueue_execute_start',
      'workqueue_execute_end',
    ]);
    expect(seen[0]?.fields).toMatchObject({ workqueue: 'test', reqCpu: 1, cpu: 1 });
    expect(new Set(seen.map(({ fields }) => fields['work'])).size).toBe(1);
  });
});

test('a kernel thread runs once it is woken', () => {
  let comm = '';
  booted(2, function* (k) {
    yield* kthread_run(
      k,
      function* (): Co<number> {
        comm = get_current(k).comm;
        return 0;
      },
      'kthread_test',
    );
    yield* msleep(k, 1);
  });
  expect(comm).toBe('kthread_test');
});
