/**
 * Bringing CPUs up and down.
 *
 * @linux kernel/cpu.c, second half; without SMT control, lockup detector clean-up and cpusets
 */
import { ERRNO } from '../../abi/syscall.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import {
  CpuMask,
  cpu_online,
  cpu_online_mask,
  cpu_possible,
  cpu_present,
  cpu_present_mask,
  num_online_cpus,
} from '../include/linux/cpumask.ts';
import { smp_processor_id } from '../include/linux/sched.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { try_online_node } from '../mm/memory_hotplug.ts';
import { vmstat_cpu_dead, vmstat_cpu_down_prep, vmstat_cpu_online } from '../mm/node_states.ts';
import { cpu_to_node } from '../mm/numa.ts';
import { archOps } from './arch-ops.ts';
import { cpu_maps_update_begin, cpu_maps_update_done, cpus_write_lock, cpus_write_unlock } from './cpu-locks.ts';
import {
  __cpuhp_kick_ap,
  assignState,
  complete_ap_thread,
  cpuhp_invoke_callback_range,
  cpuhp_invoke_callback_range_nofail,
  cpuhp_kick_ap,
  cpuhp_kick_ap_work,
  cpuhp_reset_state,
  cpuhp_set_state,
  cpuhp_state,
  setCallbacks,
  wait_for_ap_thread,
} from './cpuhp.ts';
import {
  CPUHP_AP_IDLE_DEAD,
  CPUHP_AP_OFFLINE,
  CPUHP_AP_ONLINE,
  CPUHP_AP_ONLINE_IDLE,
  CPUHP_BRINGUP_CPU,
  CPUHP_OFFLINE,
  CPUHP_ONLINE,
  CPUHP_TEARDOWN_CPU,
} from './cpuhp-states.ts';
import { irq_affinity_online_cpu } from './irq/cpuhotplug.ts';
import { kthread_park, kthread_unpark } from './kthread.ts';
import { pr_err, pr_info, pr_warn } from './printk/printk.ts';
import {
  sched_cpu_activate,
  sched_cpu_deactivate,
  sched_cpu_dying,
  sched_cpu_starting,
  sched_cpu_wait_empty,
} from './sched/hotplug.ts';
import { flush_smp_call_function_queue, smp_call_function_single } from './smp.ts';
import { smpboot_create_threads, smpboot_park_threads, smpboot_unpark_threads } from './smpboot.ts';
import { takeover_tasklets } from './softirq.ts';
import { stop_machine_cpuslocked, stop_machine_park, stop_machine_unpark } from './stop_machine.ts';
import { hrtimer_reprogram, hrtimers_reset_cpu, migrate_hrtimer_list } from './time/hrtimer.ts';
import { work_on_cpu, workqueue_offline_cpu, workqueue_online_cpu, workqueue_prepare_cpu } from './workqueue.ts';

export {
  cpu_maps_update_begin,
  cpu_maps_update_done,
  cpus_read_lock,
  cpus_read_unlock,
  cpus_write_lock,
  cpus_write_unlock,
} from './cpu-locks.ts';

const hotplugControl = kernelState<{ cpu_hotplug_disabled: number; readonly frozen: number[] }>(() => ({
  cpu_hotplug_disabled: 0,
  frozen: [],
}));

// --- up

/** Waits until the new CPU idles, lets its hotplug thread run and sends it on its way. */
function* bringup_wait_for_ap(k: Kernel, cpu: number): Co<number> {
  const st = cpuhp_state(k, cpu);
  yield* wait_for_ap_thread(k, st, true);
  if (!cpu_online(k, cpu)) return -125;
  if (st.task) yield* kthread_unpark(k, st.task);
  if (st.target <= CPUHP_AP_ONLINE_IDLE) return 0;
  return yield* cpuhp_kick_ap(k, cpu, st.target);
}

/** CPUHP_BRINGUP_CPU. */
const bringup_cpu = traced('bringup_cpu', function* (k: Kernel, cpu: number): Co<number> {
  const result = yield* archOps(k).cpu_up(k, cpu);
  if (result) return result;
  return yield* bringup_wait_for_ap(k, cpu);
});

/** On the new CPU, interrupts off: passes the STARTING states. */
export const notify_cpu_starting = traced('notify_cpu_starting', function* (k: Kernel, cpu: number): Co {
  const target = Math.min(cpuhp_state(k, cpu).target, CPUHP_AP_ONLINE);
  yield* cpuhp_invoke_callback_range_nofail(k, true, cpu, target);
});

/** On the new CPU, about to idle: from here on its stopper and its hotplug thread can run. */
export const cpuhp_online_idle = traced('cpuhp_online_idle', function* (k: Kernel): Co {
  const cpu = smp_processor_id(k);
  const st = cpuhp_state(k, cpu);
  yield* stop_machine_unpark(k, cpu);
  assignState(k, cpu, CPUHP_AP_ONLINE_IDLE, st.target);
  yield* complete_ap_thread(k, st, true);
});

/** On the control processor: the callbacks up to `target`; on failure back to where it began. */
function* cpuhp_up_callbacks(k: Kernel, cpu: number, target: number): Co<number> {
  const previous = cpuhp_state(k, cpu).state;
  const result = yield* cpuhp_invoke_callback_range(k, true, cpu, target);
  if (result) {
    cpuhp_reset_state(k, cpu, previous);
    yield* cpuhp_invoke_callback_range(k, false, cpu, previous);
  }
  return result;
}

/** With cpu_add_remove_lock held. */
const _cpu_up = traced('_cpu_up', function* (k: Kernel, cpu: number, target: number): Co<number> {
  yield* cpus_write_lock(k);
  const result = yield* upLocked(k, cpu, target);
  yield* cpus_write_unlock(k);
  return result;
});

function* upLocked(k: Kernel, cpu: number, target: number): Co<number> {
  if (!cpu_present(k, cpu)) return -ERRNO.EINVAL;
  const st = cpuhp_state(k, cpu);
  if (st.state >= target) return 0;
  cpuhp_set_state(k, cpu, target);
  if (st.state > CPUHP_BRINGUP_CPU) {
    const result = yield* cpuhp_kick_ap_work(k, cpu);
    if (result) return result;
  }
  return yield* cpuhp_up_callbacks(k, cpu, Math.min(target, CPUHP_BRINGUP_CPU));
}

/** Brings a CPU up to `target`. 0 or -errno: -EINVAL for one that is not possible or not present, -EBUSY while disabled. */
export const cpu_up = traced('cpu_up', function* (k: Kernel, cpu: number, target: number): Co<number> {
  if (!cpu_possible(k, cpu)) {
    yield* pr_err(k, `can't online cpu ${cpu} because it is not configured as may-hotadd at boot time`);
    return -ERRNO.EINVAL;
  }
  const error = yield* try_online_node(k, cpu_to_node(k, cpu));
  if (error) return error;
  yield* cpu_maps_update_begin(k);
  const result = hotplugControl(k).cpu_hotplug_disabled ? -ERRNO.EBUSY : yield* _cpu_up(k, cpu, target);
  yield* cpu_maps_update_done(k);
  return result;
});

/** device_online() of a CPU ends here. */
export const cpu_device_up = traced('cpu_device_up', function* (k: Kernel, dev: { readonly id: number }): Co<number> {
  return yield* cpu_up(k, dev.id, CPUHP_ONLINE);
});

/** At boot: brings up all present CPUs, at most `setup_max_cpus`. */
export const bringup_nonboot_cpus = traced('bringup_nonboot_cpus', function* (k: Kernel, setup_max_cpus: number): Co {
  for (const cpu of cpu_present_mask(k)) {
    if (num_online_cpus(k) >= setup_max_cpus) break;
    if (!cpu_online(k, cpu)) yield* cpu_up(k, cpu, CPUHP_ONLINE);
  }
});

// --- down

/** In stop_machine on the dying CPU, interrupts off: leaves the online mask and passes the STARTING states downwards. */
const take_cpu_down = traced('take_cpu_down', function* (k: Kernel): Co<number> {
  const cpu = smp_processor_id(k);
  const st = cpuhp_state(k, cpu);
  const target = Math.max(st.target, CPUHP_AP_OFFLINE);
  const error = yield* archOps(k).cpu_disable(k);
  if (error < 0) return error;
  if (st.state !== CPUHP_TEARDOWN_CPU - 1) throw new Error(`CPU ${cpu} is taken down from state ${st.state}`);
  yield* cpuhp_invoke_callback_range_nofail(k, false, cpu, target);
  yield* stop_machine_park(k, cpu);
  return 0;
});

/** CPUHP_TEARDOWN_CPU. */
const takedown_cpu = traced('takedown_cpu', function* (k: Kernel, cpu: number): Co<number> {
  const st = cpuhp_state(k, cpu);
  if (st.task) yield* kthread_park(k, st.task);
  const error = yield* stop_machine_cpuslocked(k, take_cpu_down, new CpuMask(k.profile.maxCpus, [cpu]));
  if (error) {
    if (st.task) yield* kthread_unpark(k, st.task);
    return error;
  }
  if (cpu_online(k, cpu)) throw new Error(`CPU ${cpu} is online after take_cpu_down`);
  yield* wait_for_ap_thread(k, st, false);
  if (st.state !== CPUHP_AP_IDLE_DEAD) throw new Error(`CPU ${cpu} reported its death in state ${st.state}`);
  yield* archOps(k).cpu_die(k, cpu);
  return 0;
});

const cpuhp_complete_idle_dead = traced('cpuhp_complete_idle_dead', function* (k: Kernel, cpu: number): Co {
  yield* complete_ap_thread(k, cpuhp_state(k, cpu), false);
});

/** On the dying CPU, in its idle task: the last thing it says. */
export const cpuhp_report_idle_dead = traced('cpuhp_report_idle_dead', function* (k: Kernel): Co {
  const cpu = smp_processor_id(k);
  const st = cpuhp_state(k, cpu);
  if (st.state !== CPUHP_AP_OFFLINE) throw new Error(`CPU ${cpu} idles dead in state ${st.state}`);
  assignState(k, cpu, CPUHP_AP_IDLE_DEAD, st.target);
  const witness = cpu_online_mask(k).first;
  yield* smp_call_function_single(k, witness, (kernel) => cpuhp_complete_idle_dead(kernel, cpu), false);
});

function* cpuhp_down_callbacks(k: Kernel, cpu: number, target: number): Co<number> {
  const st = cpuhp_state(k, cpu);
  const previous = st.state;
  const result = yield* cpuhp_invoke_callback_range(k, false, cpu, target);
  if (result) {
    cpuhp_reset_state(k, cpu, previous);
    if (st.state < previous) yield* cpuhp_invoke_callback_range(k, true, cpu, previous);
  }
  return result;
}

/** With cpu_add_remove_lock held, on another CPU than `cpu`. */
const _cpu_down = traced('_cpu_down', function* (k: Kernel, cpu: number, target: number): Co<number> {
  if (num_online_cpus(k) === 1) return -ERRNO.EBUSY;
  if (!cpu_present(k, cpu)) return -ERRNO.EINVAL;
  yield* cpus_write_lock(k);
  const result = yield* downLocked(k, cpu, target);
  yield* cpus_write_unlock(k);
  return result;
});

function* downLocked(k: Kernel, cpu: number, target: number): Co<number> {
  const st = cpuhp_state(k, cpu);
  const previous = cpuhp_set_state(k, cpu, target);
  if (st.state > CPUHP_TEARDOWN_CPU) {
    // first the part that cpuhp/N does itself
    assignState(k, cpu, st.state, Math.max(target, CPUHP_TEARDOWN_CPU));
    const result = yield* cpuhp_kick_ap_work(k, cpu);
    if (result || st.state > CPUHP_TEARDOWN_CPU) return result;
    assignState(k, cpu, st.state, target);
  }
  const result = yield* cpuhp_down_callbacks(k, cpu, target);
  if (result && st.state < previous && st.state === CPUHP_TEARDOWN_CPU) {
    cpuhp_reset_state(k, cpu, previous);
    yield* __cpuhp_kick_ap(k, st);
  }
  return result;
}

/** Lets a worker of another CPU take `cpu` down: the caller might be on it. */
const cpu_down_maps_locked = traced(
  'cpu_down_maps_locked',
  function* (k: Kernel, cpu: number, target: number): Co<number> {
    if (hotplugControl(k).cpu_hotplug_disabled) return -ERRNO.EBUSY;
    for (const other of cpu_online_mask(k)) {
      if (other === cpu) continue;
      return yield* work_on_cpu(k, other, 'work_for_cpu_fn', (kernel) => _cpu_down(kernel, cpu, target));
    }
    return -ERRNO.EBUSY;
  },
);

/** Takes a CPU down to `target`. 0 or -errno: -EBUSY for the last one or while disabled, -EAGAIN for an injected failure. */
export function* cpu_down(k: Kernel, cpu: number, target: number): Co<number> {
  yield* cpu_maps_update_begin(k);
  const result = yield* cpu_down_maps_locked(k, cpu, target);
  yield* cpu_maps_update_done(k);
  return result;
}

/** device_offline() of a CPU ends here. */
export const cpu_device_down = traced(
  'cpu_device_down',
  function* (k: Kernel, dev: { readonly id: number }): Co<number> {
    return yield* cpu_down(k, dev.id, CPUHP_OFFLINE);
  },
);

// --- suspend

/** Takes all CPUs but the first down and keeps them so. */
export const freeze_secondary_cpus = traced('freeze_secondary_cpus', function* (k: Kernel): Co<number> {
  const control = hotplugControl(k);
  yield* cpu_maps_update_begin(k);
  const primary = cpu_online_mask(k).first;
  control.frozen.length = 0;
  yield* pr_info(k, 'Disabling non-boot CPUs ...');
  let error = 0;
  for (const cpu of [...cpu_online_mask(k)]) {
    if (cpu === primary || error) continue;
    error = yield* _cpu_down(k, cpu, CPUHP_OFFLINE);
    if (error) yield* pr_err(k, `Error taking CPU${cpu} down: ${error}`);
    else control.frozen.push(cpu);
  }
  if (error) yield* pr_err(k, 'Non-boot CPUs are not disabled');
  control.cpu_hotplug_disabled++;
  yield* cpu_maps_update_done(k);
  return error;
});

/** Brings those up again that freeze_secondary_cpus took down. */
export const thaw_secondary_cpus = traced('thaw_secondary_cpus', function* (k: Kernel): Co {
  const control = hotplugControl(k);
  yield* cpu_maps_update_begin(k);
  control.cpu_hotplug_disabled--;
  if (control.frozen.length > 0) {
    yield* pr_info(k, 'Enabling non-boot CPUs ...');
    yield* archOps(k).thaw_secondary_cpus_begin(k);
    for (const cpu of control.frozen.splice(0)) {
      const error = yield* _cpu_up(k, cpu, CPUHP_ONLINE);
      if (error) yield* pr_warn(k, `Error taking CPU${cpu} up: ${error}`);
      else yield* pr_info(k, `CPU${cpu} is up`);
    }
    yield* archOps(k).thaw_secondary_cpus_end(k);
  }
  yield* cpu_maps_update_done(k);
});

/** Keeps CPU hotplug from being used (sysfs gets -EBUSY) until {@link cpu_hotplug_enable}. */
export function* cpu_hotplug_disable(k: Kernel): Co {
  yield* cpu_maps_update_begin(k);
  hotplugControl(k).cpu_hotplug_disabled++;
  yield* cpu_maps_update_done(k);
}

export function* cpu_hotplug_enable(k: Kernel): Co {
  yield* cpu_maps_update_begin(k);
  hotplugControl(k).cpu_hotplug_disabled--;
  yield* cpu_maps_update_done(k);
}

// --- the states whose callbacks upstream links into the table

/** CPUHP_BRINGUP_CPU, down. */
const finish_cpu = traced('finish_cpu', function* (): Co<number> {
  return 0;
});

const hrtimers_prepare_cpu = traced('hrtimers_prepare_cpu', function* (k: Kernel, cpu: number): Co<number> {
  hrtimers_reset_cpu(k, cpu);
  return 0;
});

const hrtimers_cpu_starting = traced('hrtimers_cpu_starting', function* (k: Kernel, cpu: number): Co<number> {
  hrtimers_reset_cpu(k, cpu);
  return 0;
});

/** The dying CPU's timers go to another one, which must look at its clock event device. */
const hrtimers_cpu_dying = traced('hrtimers_cpu_dying', function* (k: Kernel, cpu: number): Co<number> {
  const target = migrate_hrtimer_list(k, cpu);
  hrtimer_reprogram(k);
  if (target >= 0) {
    yield* smp_call_function_single(k, target, retrigger_next_event, false);
  }
  return 0;
});

const retrigger_next_event = traced('retrigger_next_event', function* (k: Kernel): Co {
  hrtimer_reprogram(k);
});

/** What other CPUs asked of this one is still done. */
const smpcfd_dying_cpu = traced('smpcfd_dying_cpu', function* (k: Kernel): Co<number> {
  yield* flush_smp_call_function_queue(k);
  return 0;
});

/** Puts the core's own callbacks into the table of states. */
export function link_cpuhp_callbacks(k: Kernel): void {
  setCallbacks(k, 'threads:prepare', smpboot_create_threads, undefined);
  setCallbacks(k, 'softirq:dead', undefined, takeover_tasklets);
  setCallbacks(k, 'workqueue:prepare', workqueue_prepare_cpu, undefined);
  setCallbacks(k, 'hrtimers:prepare', hrtimers_prepare_cpu, undefined);
  setCallbacks(k, 'cpu:bringup', bringup_cpu, finish_cpu);
  setCallbacks(k, 'sched:starting', sched_cpu_starting, sched_cpu_dying);
  setCallbacks(k, 'smpcfd:dying', undefined, smpcfd_dying_cpu);
  setCallbacks(k, 'hrtimers:dying', hrtimers_cpu_starting, hrtimers_cpu_dying);
  setCallbacks(k, 'cpu:teardown', undefined, takedown_cpu);
  setCallbacks(k, 'sched:waitempty', undefined, sched_cpu_wait_empty);
  setCallbacks(k, 'smpboot/threads:online', smpboot_unpark_threads, smpboot_park_threads);
  setCallbacks(k, 'irq/affinity:online', irq_affinity_online_cpu, undefined);
  setCallbacks(k, 'workqueue:online', workqueue_online_cpu, workqueue_offline_cpu);
  setCallbacks(k, 'mm/vmstat:online', vmstat_cpu_online, vmstat_cpu_down_prep);
  setCallbacks(k, 'mm/vmstat:dead', undefined, vmstat_cpu_dead);
  setCallbacks(k, 'sched:active', sched_cpu_activate, sched_cpu_deactivate);
}
