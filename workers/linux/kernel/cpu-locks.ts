/** The two locks of CPU hotplug, apart from kernel/cpu.ts because smpboot.ts needs them too. @linux kernel/cpu.c */
import type { Co } from '../../sim/coroutine.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { mutex_init, mutex_lock, mutex_unlock } from './locking/mutex.ts';
import {
  init_percpu_rwsem,
  percpu_down_read,
  percpu_down_write,
  percpu_up_read,
  percpu_up_write,
} from './locking/percpu-rwsem.ts';

const cpu_add_remove_lock = kernelState(() => mutex_init('cpu_add_remove_lock', true));
const cpu_hotplug_lock = kernelState(() => init_percpu_rwsem('cpu_hotplug_lock'));

/** Serialises changes of the online and present masks. */
export const cpu_maps_update_begin = (k: Kernel): Co => mutex_lock(k, cpu_add_remove_lock(k));
export const cpu_maps_update_done = (k: Kernel): Co => mutex_unlock(k, cpu_add_remove_lock(k));

/** Keeps CPUs from coming and going. */
export const cpus_read_lock = (k: Kernel): Co => percpu_down_read(k, cpu_hotplug_lock(k));
export const cpus_read_unlock = (k: Kernel): Co => percpu_up_read(k, cpu_hotplug_lock(k));
export const cpus_write_lock = (k: Kernel): Co => percpu_down_write(k, cpu_hotplug_lock(k));
export const cpus_write_unlock = (k: Kernel): Co => percpu_up_write(k, cpu_hotplug_lock(k));
