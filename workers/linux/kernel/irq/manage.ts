/** Requesting interrupts and choosing where they go. @linux kernel/irq/manage.c, without wake-up */
import { ERRNO } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { type CpuMask, cpu_online_mask } from '../../include/linux/cpumask.ts';
import {
  IRQ_WAKE_THREAD,
  IRQF_NOBALANCING,
  IRQF_ONESHOT,
  IRQF_PERCPU,
  IRQF_SHARED,
  type irq_desc,
  type irq_handler_t,
  type irq_handler_thread,
  type irqaction,
} from '../../include/linux/irq.ts';
import { get_current, TASK_INTERRUPTIBLE, TASK_RUNNING } from '../../include/linux/sched.ts';
import type { Kernel } from '../../kernel-context.ts';
import { kthread_create, kthread_should_stop, kthread_stop } from '../kthread.ts';
import { do_set_cpus_allowed, schedule, wake_up_process } from '../sched/core.ts';
import { mask_irq, unmask_irq } from './chip.ts';
import { irq_to_desc } from './irqdesc.ts';
import { register_handler_proc, register_irq_proc, register_irq_procs, unregister_handler_proc } from './proc.ts';

function* irq_startup(k: Kernel, desc: irq_desc): Co<number> {
  const { irq_data } = desc;
  const { flags = 0 } = desc.action[0] ?? {};
  // irq_setup_affinity: the default mask as far as it is online
  const online = irq_data.affinity.and(cpu_online_mask(k));
  if (irq_data.chip.irq_set_affinity && (flags & IRQF_NOBALANCING) === 0)
    irq_data.affinity = online.first >= 0 ? online : cpu_online_mask(k).copy();
  const ret = yield* irq_data.chip.irq_startup(k, irq_data);
  if (ret < 0) return ret;
  irq_data.activated = true;
  desc.depth = 0;
  yield* unmask_irq(k, desc);
  return 0;
}

/** Adds the action and starts the interrupt with its first one. */
function* __setup_irq(k: Kernel, desc: irq_desc, action: irqaction): Co<number> {
  const shared = (action.flags & IRQF_SHARED) !== 0;
  const first = desc.action.length === 0;
  if (!first && !(shared && desc.action.every(({ flags }) => (flags & IRQF_SHARED) !== 0))) return -ERRNO.EBUSY;
  const { thread } = action;
  const { irq } = desc.irq_data;
  if (thread) {
    thread.task = yield* kthread_create(k, () => irq_thread(k, desc, action, thread), `irq/${irq}-${action.name}`);
  }
  desc.action.push(action);
  desc.oneshot = (action.flags & IRQF_ONESHOT) !== 0;
  if (first) {
    const ret = yield* irq_startup(k, desc);
    if (ret < 0) {
      desc.action.pop();
      return ret;
    }
  }
  if (thread?.task) yield* wake_up_process(k, thread.task);
  register_irq_proc(k, irq, irq_set_affinity);
  register_handler_proc(k, irq, action.name);
  return 0;
}

/** Installs a handler. Returns 0, -EINVAL for a number that there is not, -EBUSY when it is taken and not shared. */
export const request_irq = traced(
  'request_irq',
  function* (k: Kernel, irq: number, handler: irq_handler_t, flags: number, name: string, dev_id: unknown): Co<number> {
    const desc = irq_to_desc(k, irq);
    return desc ? yield* __setup_irq(k, desc, { handler, dev_id, name, flags }) : -ERRNO.EINVAL;
  },
);

/** The handler of an interrupt that has only a thread. */
function* irq_default_primary_handler(): Co<number> {
  return IRQ_WAKE_THREAD;
}

/** The same with a handler that runs in a thread of its own, `irq/N-name`. */
export const request_threaded_irq = traced(
  'request_threaded_irq',
  function* (k: Kernel, irq: number, fn: irq_handler_t, flags: number, name: string, dev_id: unknown): Co<number> {
    const desc = irq_to_desc(k, irq);
    if (!desc) return -ERRNO.EINVAL;
    const thread: irq_handler_thread = { fn, task: undefined, run: false };
    return yield* __setup_irq(k, desc, { handler: irq_default_primary_handler, dev_id, name, flags, thread });
  },
);

/** The thread follows its interrupt to the CPU where it arrives. */
function irq_thread_check_affinity(k: Kernel, { irq_data }: irq_desc): void {
  const { effective_affinity } = irq_data;
  if (effective_affinity.first >= 0) do_set_cpus_allowed(get_current(k), effective_affinity.copy());
}

/** The last thread of a one-shot interrupt lets the line through again. */
function* irq_finalize_oneshot(k: Kernel, desc: irq_desc): Co {
  if (!desc.oneshot) return;
  desc.threads_oneshot--;
  if (desc.threads_oneshot === 0 && desc.depth === 0) yield* unmask_irq(k, desc);
}

function* irq_thread(k: Kernel, desc: irq_desc, action: irqaction, thread: irq_handler_thread): Co<number> {
  for (;;) {
    const task = get_current(k);
    task.__state = TASK_INTERRUPTIBLE;
    if (!thread.run) {
      if (kthread_should_stop(k)) return 0;
      yield* schedule(k);
      continue;
    }
    task.__state = TASK_RUNNING;
    thread.run = false;
    irq_thread_check_affinity(k, desc);
    yield* thread.fn(k, desc.irq_data.irq, action.dev_id);
    yield* irq_finalize_oneshot(k, desc);
  }
}

/** Installs the handler of an interrupt that each CPU has for itself; they are enabled with {@link enable_percpu_irq}. */
export function request_percpu_irq(k: Kernel, irq: number, handler: irq_handler_t, name: string): number {
  const desc = irq_to_desc(k, irq);
  if (!desc) return -ERRNO.EINVAL;
  desc.action.push({ handler, dev_id: undefined, name, flags: IRQF_PERCPU });
  desc.depth = 0;
  return 0;
}

/** On the executing CPU. */
export function* enable_percpu_irq(k: Kernel, irq: number): Co {
  const desc = irq_to_desc(k, irq);
  if (desc) yield* desc.irq_data.chip.irq_unmask(k, desc.irq_data);
}

export function* disable_percpu_irq(k: Kernel, irq: number): Co {
  const desc = irq_to_desc(k, irq);
  if (desc) yield* desc.irq_data.chip.irq_mask(k, desc.irq_data);
}

export const free_irq = traced('free_irq', function* (k: Kernel, irq: number, dev_id: unknown): Co {
  const desc = irq_to_desc(k, irq);
  const at = desc?.action.findIndex((action) => action.dev_id === dev_id) ?? -1;
  if (!desc || at < 0) return;
  const [action] = desc.action.splice(at, 1);
  if (action) unregister_handler_proc(k, irq, action.name);
  if (action?.thread?.task) yield* kthread_stop(k, action.thread.task);
  if (desc.action.length > 0) return;
  yield* mask_irq(k, desc);
  yield* desc.irq_data.chip.irq_shutdown(k, desc.irq_data);
  desc.irq_data.activated = false;
  desc.depth = 1;
});

/** Sends the interrupt to one of `mask`, from its next occurrence on. -EINVAL when none of them is online. */
export const irq_set_affinity = traced(
  'irq_set_affinity',
  function* (k: Kernel, irq: number, mask: CpuMask): Co<number> {
    const desc = irq_to_desc(k, irq);
    if (!desc) return -ERRNO.EINVAL;
    const { irq_data } = desc;
    const { chip } = irq_data;
    if (!chip.irq_set_affinity) return -ERRNO.EIO;
    if (mask.and(cpu_online_mask(k)).first < 0) return -ERRNO.EINVAL;
    if (irq_data.activated && chip.movesInInterrupt) {
      irq_data.pending_mask = mask.copy();
      return 0;
    }
    const ret = irq_data.activated ? yield* chip.irq_set_affinity(k, irq_data, mask) : 0;
    if (ret === 0) irq_data.affinity = mask.copy();
    return ret;
  },
);

/** Makes /proc/interrupts and /proc/irq. */
export const init_irq_proc = (k: Kernel): void => register_irq_procs(k, irq_set_affinity);
