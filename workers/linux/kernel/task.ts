/**
 * Making and ending tasks: the parts of fork and exit that kernel threads and processes share. What a process has
 * beyond that (files, signals, children) its own code adds around {@link createTask} and through {@link exitHooks}.
 *
 * @linux kernel/fork.c copy_process and kernel/exit.c do_exit, without resources
 */
import { type Co, Coroutine, Frame } from '../../sim/coroutine.ts';
import { type CpuMask, cpu_possible_mask } from '../include/linux/cpumask.ts';
import {
  get_current,
  PF_EXITING,
  PF_IDLE,
  PF_KTHREAD,
  smp_processor_id,
  TASK_DEAD,
  TASK_NEW,
  TASK_RUNNING,
  type task_struct,
} from '../include/linux/sched.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { perCpuKthreads, schedule, schedule_tail, tasks } from './sched/core.ts';

export interface TaskOptions {
  readonly comm: string;
  /** What it does; its result is the exit code. */
  readonly run: (task: task_struct) => Co<number>;
  /** Default: the current task. */
  readonly parent?: task_struct | undefined;
  /** PF_ flags. */
  readonly flags?: number;
  /** Default: that of the parent, for kernel threads all possible CPUs. */
  readonly cpus_mask?: CpuMask;
  /** Name of the outermost frame in backtraces. */
  readonly entry?: string;
}

const ids = kernelState(() => ({ pid: 1, task: 1 }));

/** One more than the last pid that was given. */
export const nextPid = (k: Kernel): number => ids(k).pid;

/** Called in the context of every task that ends, before it is gone. */
export const exitHooks = kernelState<((k: Kernel, task: task_struct, code: number) => Co)[]>(() => []);

function newTask(
  k: Kernel,
  options: TaskOptions,
  pid: number,
  parent: task_struct | undefined,
  cpu: number,
): task_struct {
  const { comm, flags = 0 } = options;
  const id = ids(k).task++;
  const inherited = flags & PF_KTHREAD ? undefined : parent?.cpus_mask;
  // the coroutine's body needs the task, which needs the coroutine
  let task: task_struct | undefined;
  const body = function* (): Co {
    schedule_tail(k);
    if (task) yield* do_exit(k, yield* options.run(task));
  };
  const coroutine = new Coroutine(new Frame(options.entry ?? 'ret_from_fork', body()));
  coroutine.task = id;
  task = {
    pid,
    id,
    comm: comm.slice(0, 15),
    __state: TASK_NEW,
    flags,
    cpu,
    on_rq: false,
    on_cpu: false,
    cpus_mask: (options.cpus_mask ?? inherited ?? cpu_possible_mask(k)).copy(),
    coroutine,
    parent,
    exit_code: 0,
    sum_exec_runtime: 0,
    start_time: k.clock.now(),
    nice: flags & PF_KTHREAD ? 0 : (parent?.nice ?? 0),
    sched_class: 'fair',
    vruntime: 0,
    exec_start: k.clock.now(),
    need_resched: false,
    user_mode: false,
  };
  k.log.emit('task_new', id, task.comm, pid, parent?.id ?? 0);
  return task;
}

/** A new task in state TASK_NEW; wake_up_new_task() lets it run. */
export function createTask(k: Kernel, options: TaskOptions): task_struct {
  const parent = options.parent ?? get_current(k);
  const task = newTask(k, options, ids(k).pid++, parent, smp_processor_id(k));
  tasks(k).set(task.pid, task);
  return task;
}

/** fork_idle and init_task: swapper/N. Its coroutine is supplied when its CPU starts. */
export function createIdleTask(k: Kernel, cpu: number, coroutine: Coroutine | undefined): task_struct {
  const run = function* (): Co<never> {
    throw new Error('an idle task runs before its CPU was started');
  };
  const task = newTask(k, { comm: `swapper/${cpu}`, run, flags: PF_KTHREAD | PF_IDLE }, 0, undefined, cpu);
  task.sched_class = 'idle';
  task.__state = TASK_RUNNING;
  task.on_rq = true;
  task.cpus_mask.set(cpu);
  for (const other of [...task.cpus_mask]) if (other !== cpu) task.cpus_mask.clear(other);
  perCpuKthreads(k).add(task);
  if (coroutine) {
    task.coroutine = coroutine;
    coroutine.task = task.id;
  }
  return task;
}

/** Renames a task (prctl, execve, kworker names). */
export function set_task_comm(k: Kernel, task: task_struct, comm: string): void {
  task.comm = comm.slice(0, 15);
  k.log.emit('task_rename', task.id, task.comm);
}

/** Ends the current task. `code` is as wait(2) tells it: status << 8, or a signal's number. */
export function* do_exit(k: Kernel, code: number): Co<never> {
  const task = get_current(k);
  task.flags |= PF_EXITING;
  task.user_mode = false;
  task.exit_code = code;
  for (const hook of exitHooks(k)) yield* hook(k, task, code);
  k.log.emit('task_exit', task.id, code);
  if ((task.flags & PF_KTHREAD) !== 0) release_task(k, task);
  task.__state = TASK_DEAD;
  yield* schedule(k);
  throw new Error(`${task.comm} runs after its end`);
}

/** Forgets a dead task: its pid is no longer found. */
export function release_task(k: Kernel, task: task_struct): void {
  tasks(k).delete(task.pid);
}

/** The task with this pid. */
export const find_task_by_vpid = (k: Kernel, pid: number): task_struct | undefined => tasks(k).get(pid);
