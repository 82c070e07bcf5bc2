/**
 * The CPU hotplug state machine: the table of states with their callbacks, the walk through it, and the thread
 * `cpuhp/N` that runs the part which belongs to the CPU itself.
 *
 * @linux kernel/cpu.c, first half (cpuhp_invoke_callback to cpuhp_threads_init) and the registration of states
 */
import { ERRNO } from '../../abi/syscall.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import {
  cpu_dying_mask,
  cpu_online,
  cpu_possible_mask,
  cpu_present_mask,
  set_cpu_dying,
} from '../include/linux/cpumask.ts';
import { local_irq_disable, local_irq_enable } from '../include/linux/irqflags.ts';
import { smp_processor_id, type task_struct } from '../include/linux/sched.ts';
import { type Kernel, kernelState, perCpu } from '../kernel-context.ts';
import { cpus_read_lock, cpus_read_unlock } from './cpu-locks.ts';
import {
  CPUHP_AP_IDLE_DEAD,
  CPUHP_AP_ONLINE,
  CPUHP_BRINGUP_CPU,
  CPUHP_CREATE_THREADS,
  CPUHP_INVALID,
  CPUHP_OFFLINE,
  CPUHP_TEARDOWN_CPU,
} from './cpuhp-states.ts';
import { kthread_unpark } from './kthread.ts';
import { mutex_init, mutex_lock, mutex_unlock } from './locking/mutex.ts';
import { pr_warn } from './printk/printk.ts';
import { complete, type completion, init_completion, wait_for_completion } from './sched/completion.ts';
import { wake_up_process } from './sched/core.ts';
import { smpboot_register_percpu_thread } from './smpboot.ts';

/** A state's callback for `cpu`; of a multi-instance state also for one instance. Returns 0 or -errno. */
export type CpuhpCallback = (k: Kernel, cpu: number, node: CpuhpNode | undefined) => Co<number>;

/** An instance of a multi-instance state. */
export interface CpuhpNode {
  readonly name: string;
}

export interface cpuhp_step {
  readonly state: number;
  readonly name: string;
  startup: CpuhpCallback | undefined;
  teardown: CpuhpCallback | undefined;
  /** Names in cpuhp_enter. */
  readonly startupName: string;
  readonly teardownName: string;
  readonly cant_stop: boolean;
  readonly multi_instance: boolean;
  readonly list: CpuhpNode[];
}

export interface cpuhp_cpu_state {
  state: number;
  target: number;
  fail: number;
  task: task_struct | undefined;
  should_run: boolean;
  rollback: boolean;
  single: boolean;
  bringup: boolean;
  /** Instance for a single callback. */
  node: CpuhpNode | undefined;
  /** The instance at which a multi-instance state failed. */
  last: CpuhpNode | undefined;
  cb_state: number;
  result: number;
  readonly done_up: completion;
  readonly done_down: completion;
}

export const cpuhp_state = perCpu<cpuhp_cpu_state>((_k, cpu) => ({
  state: CPUHP_OFFLINE,
  target: CPUHP_OFFLINE,
  fail: CPUHP_INVALID,
  task: undefined,
  should_run: false,
  rollback: false,
  single: false,
  bringup: false,
  node: undefined,
  last: undefined,
  cb_state: CPUHP_OFFLINE,
  result: 0,
  done_up: init_completion(`cpu ${cpu} done_up`),
  done_down: init_completion(`cpu ${cpu} done_down`),
}));

const CANT_STOP: ReadonlySet<string> = new Set(['threads:prepare', 'cpu:bringup', 'ap:offline', 'cpu:teardown']);

/** A callback of a subsystem that the lab does not model: it takes its time and succeeds. */
const withoutEffect = (name: string): CpuhpCallback =>
  traced(name, function* (_k: Kernel, _cpu: number, _node: CpuhpNode | undefined): Co<number> {
    return 0;
  });

/** cpuhp_hp_states[], indexed by state; a number without a state is undefined. */
export const cpuhp_hp_states = kernelState<readonly (cpuhp_step | undefined)[]>((k) => {
  const steps: (cpuhp_step | undefined)[] = [];
  for (const { state, name, startup, teardown, multi, instances } of k.profile.cpuhpStates) {
    steps[state] = {
      state,
      name,
      startup: startup === undefined ? undefined : withoutEffect(startup),
      teardown: teardown === undefined ? undefined : withoutEffect(teardown),
      startupName: startup ?? '',
      teardownName: teardown ?? '',
      cant_stop: CANT_STOP.has(name),
      multi_instance: multi,
      list: Array.from({ length: instances }, (_, index) => ({ name: `${name} ${index}` })),
    };
  }
  return steps;
});

export const cpuhp_get_step = (k: Kernel, state: number): cpuhp_step | undefined => cpuhp_hp_states(k)[state];
const cpuhp_state_mutex = kernelState(() => mutex_init('cpuhp_state_mutex'));

const cpuhp_step_empty = (bringup: boolean, step: cpuhp_step | undefined): boolean =>
  (bringup ? step?.startup : step?.teardown) === undefined;

/** True for states whose callbacks belong to the CPU itself. */
export const cpuhp_is_ap_state = (state: number): boolean => state > CPUHP_BRINGUP_CPU && state !== CPUHP_TEARDOWN_CPU;

/** True for states that are passed with interrupts off. */
const cpuhp_is_atomic_state = (state: number): boolean => CPUHP_AP_IDLE_DEAD <= state && state < CPUHP_AP_ONLINE;

/** Every change of a CPU's state or target goes through here, so that the log has it. */
export function assignState(k: Kernel, cpu: number, state: number, target: number): void {
  const st = cpuhp_state(k, cpu);
  if (st.state === state && st.target === target) return;
  st.state = state;
  st.target = target;
  k.log.emit('cpuhp_state', cpu, state, target);
}

/** A trace point records nothing on a CPU that is not online: there RCU does not watch. */
function trace(k: Kernel, emit: () => void): void {
  if (cpu_online(k, smp_processor_id(k))) emit();
}

function* invokeOne(
  k: Kernel,
  cpu: number,
  step: cpuhp_step,
  bringup: boolean,
  node: CpuhpNode | undefined,
): Co<number> {
  const st = cpuhp_state(k, cpu);
  const callback = bringup ? step.startup : step.teardown;
  const name = bringup ? step.startupName : step.teardownName;
  if (!callback) return 0;
  const kind = node ? 'cpuhp_multi_enter' : 'cpuhp_enter';
  trace(k, () => k.log.emit(kind, cpu, st.target, step.state, name));
  const result = yield* callback(k, cpu, node);
  trace(k, () => k.log.emit('cpuhp_exit', cpu, st.state, step.state, result));
  return result;
}

/**
 * Runs the callbacks of one state for `cpu`. `node`: only for this instance. `last`: remember in st.last where a
 * multi-instance state failed, instead of undoing it at once.
 */
export const cpuhp_invoke_callback = traced(
  'cpuhp_invoke_callback',
  function* (
    k: Kernel,
    cpu: number,
    state: number,
    bringup: boolean,
    node: CpuhpNode | undefined,
    last: boolean,
  ): Co<number> {
    const st = cpuhp_state(k, cpu);
    if (st.fail === state) {
      st.fail = CPUHP_INVALID;
      return -ERRNO.EAGAIN;
    }
    const step = cpuhp_get_step(k, state);
    if (!step || cpuhp_step_empty(bringup, step)) throw new Error(`hotplug state ${state} has no callback to run`);
    if (!step.multi_instance || node) return yield* invokeOne(k, cpu, step, bringup, node);
    const passed: CpuhpNode[] = [];
    for (const instance of step.list) {
      if (last && instance === st.last) break;
      const result = yield* invokeOne(k, cpu, step, bringup, instance);
      if (result) {
        if (last) st.last = instance;
        else for (const done of passed) yield* invokeOne(k, cpu, step, !bringup, done);
        return result;
      }
      passed.push(instance);
    }
    if (last) st.last = undefined;
    return 0;
  },
);

/** Aims at `target`; returns the state to go back to if that fails. */
export function cpuhp_set_state(k: Kernel, cpu: number, target: number): number {
  const st = cpuhp_state(k, cpu);
  const previous = st.state;
  const bringup = previous < target;
  st.rollback = false;
  st.last = undefined;
  st.single = false;
  st.bringup = bringup;
  assignState(k, cpu, previous, target);
  if (cpu_dying_mask(k).has(cpu) !== !bringup) set_cpu_dying(k, cpu, !bringup);
  return previous;
}

/** Turns round: back to `previous`. A multi-instance state that failed half-way is undone first. */
export function cpuhp_reset_state(k: Kernel, cpu: number, previous: number): void {
  const st = cpuhp_state(k, cpu);
  if (st.rollback) {
    assignState(k, cpu, st.state, previous);
    return;
  }
  const bringup = !st.bringup;
  st.rollback = true;
  const back = st.last ? 0 : st.bringup ? -1 : 1;
  assignState(k, cpu, st.state + back, previous);
  st.bringup = bringup;
  if (cpu_dying_mask(k).has(cpu) !== !bringup) set_cpu_dying(k, cpu, !bringup);
}

/** The next state with something to do on the way to `target`, entered in advance; undefined at the end of the way. */
function cpuhp_next_state(k: Kernel, bringup: boolean, cpu: number, target: number): number | undefined {
  const st = cpuhp_state(k, cpu);
  let { state } = st;
  let found: number | undefined;
  while (found === undefined && (bringup ? state < target : state > target)) {
    const candidate = bringup ? ++state : state--;
    if (!cpuhp_step_empty(bringup, cpuhp_get_step(k, candidate))) found = candidate;
  }
  assignState(k, cpu, state, st.target);
  return found;
}

/** Walks to `target` on this CPU, as the control processor or in the atomic section. */
export function* cpuhp_invoke_callback_range(k: Kernel, bringup: boolean, cpu: number, target: number): Co<number> {
  for (;;) {
    const state = cpuhp_next_state(k, bringup, cpu, target);
    if (state === undefined) return 0;
    const error = yield* cpuhp_invoke_callback(k, cpu, state, bringup, undefined, false);
    if (error) return error;
  }
}

/** The same where there is no way back: failures are told and ignored. */
export function* cpuhp_invoke_callback_range_nofail(k: Kernel, bringup: boolean, cpu: number, target: number): Co {
  const st = cpuhp_state(k, cpu);
  for (;;) {
    const state = cpuhp_next_state(k, bringup, cpu, target);
    if (state === undefined) return;
    const error = yield* cpuhp_invoke_callback(k, cpu, state, bringup, undefined, false);
    if (!error) continue;
    const name = cpuhp_get_step(k, st.state)?.name ?? '';
    yield* pr_warn(k, `CPU ${cpu} ${bringup ? 'UP' : 'DOWN'} state ${name} (${st.state}) failed (${error})`);
  }
}

export function* wait_for_ap_thread(k: Kernel, st: cpuhp_cpu_state, bringup: boolean): Co {
  yield* wait_for_completion(k, bringup ? st.done_up : st.done_down);
}

export function* complete_ap_thread(k: Kernel, st: cpuhp_cpu_state, bringup: boolean): Co {
  yield* complete(k, bringup ? st.done_up : st.done_down);
}

export function* __cpuhp_kick_ap(k: Kernel, st: cpuhp_cpu_state): Co {
  if (!st.single && st.state === st.target) return;
  st.result = 0;
  st.should_run = true;
  if (!st.task) throw new Error('a CPU without hotplug thread is kicked');
  yield* wake_up_process(k, st.task);
  yield* wait_for_ap_thread(k, st, st.bringup);
}

/** Sends cpuhp/N to `target`, and back if that fails. */
export const cpuhp_kick_ap = traced('cpuhp_kick_ap', function* (k: Kernel, cpu: number, target: number): Co<number> {
  const st = cpuhp_state(k, cpu);
  const previous = cpuhp_set_state(k, cpu, target);
  yield* __cpuhp_kick_ap(k, st);
  const { result } = st;
  if (result) {
    cpuhp_reset_state(k, cpu, previous);
    yield* __cpuhp_kick_ap(k, st);
  }
  return result;
});

/** Sends cpuhp/N of a CPU that is up, or on its way, to st.target. */
export const cpuhp_kick_ap_work = traced('cpuhp_kick_ap_work', function* (k: Kernel, cpu: number): Co<number> {
  const st = cpuhp_state(k, cpu);
  const previous = st.state;
  trace(k, () => k.log.emit('cpuhp_enter', cpu, st.target, previous, 'cpuhp_kick_ap_work'));
  const result = yield* cpuhp_kick_ap(k, cpu, st.target);
  trace(k, () => k.log.emit('cpuhp_exit', cpu, st.state, previous, result));
  return result;
});

/** One callback a call, in cpuhp/N; the last call finds nothing more to do and tells who waits. */
const cpuhp_thread_fun = traced('cpuhp_thread_fun', function* (k: Kernel, cpu: number): Co {
  const st = cpuhp_state(k, cpu);
  const { bringup } = st;
  let state: number | undefined;
  if (st.single) {
    state = st.cb_state;
    st.should_run = false;
  } else {
    state = cpuhp_next_state(k, bringup, cpu, st.target);
    st.should_run = state !== undefined;
  }
  if (state !== undefined) {
    if (!cpuhp_is_ap_state(state)) throw new Error(`cpuhp/${cpu} is to run state ${state}`);
    const atomic = cpuhp_is_atomic_state(state);
    if (atomic) local_irq_disable(k);
    st.result = yield* cpuhp_invoke_callback(k, cpu, state, bringup, st.node, true);
    if (atomic) local_irq_enable(k);
    if (st.result) st.should_run = false;
  }
  if (!st.should_run) yield* complete_ap_thread(k, st, bringup);
});

/** Runs one callback for a CPU that is online, in its thread. */
function* cpuhp_invoke_ap_callback(
  k: Kernel,
  cpu: number,
  state: number,
  bringup: boolean,
  node: CpuhpNode | undefined,
): Co<number> {
  const st = cpuhp_state(k, cpu);
  if (!cpu_online(k, cpu)) return 0;
  if (!st.task) return yield* cpuhp_invoke_callback(k, cpu, state, bringup, node, false);
  st.rollback = false;
  st.last = undefined;
  st.node = node;
  st.bringup = bringup;
  st.cb_state = state;
  st.single = true;
  yield* __cpuhp_kick_ap(k, st);
  const { result } = st;
  if (result && st.last) {
    st.rollback = true;
    st.bringup = !bringup;
    yield* __cpuhp_kick_ap(k, st);
  }
  st.node = undefined;
  st.last = undefined;
  return result;
}

/** Creates cpuhp/0; the other CPUs get theirs when they are brought up. */
export function* cpuhp_threads_init(k: Kernel): Co {
  yield* smpboot_register_percpu_thread(k, {
    store: cpuhp_state,
    thread_comm: 'cpuhp/%u',
    thread_should_run: (kernel, cpu) => cpuhp_state(kernel, cpu).should_run,
    thread_fn: cpuhp_thread_fun,
    selfparking: true,
  });
  const { task } = cpuhp_state(k, smp_processor_id(k));
  if (task) yield* kthread_unpark(k, task);
}

// --- registration

export const CPUHP_BP_PREPARE_DYN = 71;
export const CPUHP_AP_ONLINE_DYN = 193;

/** The number of the state called `name`: dynamic ones have the number that the profile's kernel gave them. */
function stateOf(k: Kernel, state: number, name: string): cpuhp_step {
  const step = cpuhp_hp_states(k).find((candidate) => candidate?.name === name) ?? cpuhp_get_step(k, state);
  if (!step) throw new Error(`the profile has no hotplug state ${name} (${state})`);
  return step;
}

/** Sets a state's callbacks without running them. For what is linked into upstream's table. */
export function setCallbacks(
  k: Kernel,
  name: string,
  startup: CpuhpCallback | undefined,
  teardown: CpuhpCallback | undefined,
): void {
  const step = stateOf(k, CPUHP_INVALID, name);
  step.startup = startup;
  step.teardown = teardown;
}

function* setupState(
  k: Kernel,
  state: number,
  name: string,
  invoke: boolean,
  startup: CpuhpCallback | undefined,
  teardown: CpuhpCallback | undefined,
): Co<number> {
  yield* cpus_read_lock(k);
  yield* mutex_lock(k, cpuhp_state_mutex(k));
  const step = stateOf(k, state, name);
  step.startup = startup;
  step.teardown = teardown;
  let result = 0;
  if (invoke && startup) {
    for (const cpu of cpu_present_mask(k)) {
      if (cpuhp_state(k, cpu).state < step.state) continue;
      result = cpuhp_is_ap_state(step.state)
        ? yield* cpuhp_invoke_ap_callback(k, cpu, step.state, true, undefined)
        : yield* cpuhp_invoke_callback(k, cpu, step.state, true, undefined, false);
      if (result) break;
    }
  }
  yield* mutex_unlock(k, cpuhp_state_mutex(k));
  yield* cpus_read_unlock(k);
  return result || step.state;
}

/** Registers a state's callbacks and runs `startup` for the CPUs that are beyond it. The state's number, or -errno. */
export const cpuhp_setup_state = (
  k: Kernel,
  state: number,
  name: string,
  startup: CpuhpCallback | undefined,
  teardown: CpuhpCallback | undefined,
): Co<number> => setupState(k, state, name, true, startup, teardown);

/** The same without running anything. */
export const cpuhp_setup_state_nocalls = (
  k: Kernel,
  state: number,
  name: string,
  startup: CpuhpCallback | undefined,
  teardown: CpuhpCallback | undefined,
): Co<number> => setupState(k, state, name, false, startup, teardown);

/** Registers a multi-instance state: it gets its instances by {@link cpuhp_state_add_instance}. */
export function* cpuhp_setup_state_multi(
  k: Kernel,
  state: number,
  name: string,
  startup: CpuhpCallback | undefined,
  teardown: CpuhpCallback | undefined,
): Co<number> {
  const number = yield* setupState(k, state, name, false, startup, teardown);
  cpuhp_get_step(k, number)?.list.splice(0);
  return number;
}

/** Adds an instance and runs the state's startup for it on the CPUs that are beyond the state. */
export function* cpuhp_state_add_instance(k: Kernel, state: number, node: CpuhpNode): Co<number> {
  yield* cpus_read_lock(k);
  let result = 0;
  for (const cpu of cpu_present_mask(k)) {
    if (cpuhp_state(k, cpu).state < state || result) continue;
    result = yield* cpuhp_invoke_ap_callback(k, cpu, state, true, node);
  }
  if (!result) cpuhp_get_step(k, state)?.list.push(node);
  yield* cpus_read_unlock(k);
  return result;
}

/** The boot CPU is up before there is a state machine; nobody sets its target until it is told to go somewhere. */
export function boot_cpu_hotplug_init(k: Kernel, online: number): void {
  assignState(k, smp_processor_id(k), online, CPUHP_OFFLINE);
}

/** Lines of /sys/devices/system/cpu/hotplug/states. */
export function* states_show(k: Kernel): Co<string> {
  let text = '';
  for (const step of cpuhp_hp_states(k)) if (step) text += `${`${step.state}`.padStart(3)}: ${step.name}\n`;
  return text;
}

/** True when `state` can be written to hotplug/target: it exists, has a name, and the walk may stop there. */
export function cpuhp_can_stop_at(k: Kernel, state: number): boolean {
  const step = cpuhp_get_step(k, state);
  return step !== undefined && !step.cant_stop;
}

/** Every possible CPU's state exists from here on. */
export function cpuhp_init_state(k: Kernel): void {
  for (const cpu of cpu_possible_mask(k)) cpuhp_state(k, cpu);
  if (!cpuhp_get_step(k, CPUHP_CREATE_THREADS)) throw new Error('the profile has no hotplug states');
}
