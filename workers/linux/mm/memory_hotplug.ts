/**
 * The node's side of memory hotplug that CPU hotplug needs: a node comes online before its first CPU does.
 *
 * @linux mm/memory_hotplug.c, only the locks and try_online_node
 */
import { type Co, traced } from '../../sim/coroutine.ts';
import { node_online, numaTables } from '../arch/x86/mm/numa.ts';
import { register_one_node } from '../drivers/base/node.ts';
import { cpus_read_lock, cpus_read_unlock } from '../kernel/cpu-locks.ts';
import { init_percpu_rwsem, percpu_down_write, percpu_up_write } from '../kernel/locking/percpu-rwsem.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';

export const mem_hotplug_lock = kernelState(() => init_percpu_rwsem('mem_hotplug_lock'));

function* lockForChange(k: Kernel): Co {
  yield* cpus_read_lock(k);
  yield* percpu_down_write(k, mem_hotplug_lock(k));
}

function* unlockAfterChange(k: Kernel): Co {
  yield* percpu_up_write(k, mem_hotplug_lock(k));
  yield* cpus_read_unlock(k);
}

/** Keeps everybody else from changing or walking the memory map. */
export const mem_hotplug_begin = traced('mem_hotplug_begin', lockForChange);
export const mem_hotplug_done = traced('mem_hotplug_done', unlockAfterChange);

const __try_online_node = traced('__try_online_node', function* (k: Kernel, nid: number): Co<number> {
  if (node_online(k, nid)) return 0;
  numaTables(k).online.add(nid);
  const ret = yield* register_one_node(k, nid);
  return ret < 0 ? ret : 1;
});

/** Brings a node without memory online. 0; the node is online afterwards. */
export const try_online_node = traced('try_online_node', function* (k: Kernel, nid: number): Co<number> {
  // upstream's compiler inlines mem_hotplug_begin here, so no tracer shows it
  yield* lockForChange(k);
  const added = yield* __try_online_node(k, nid);
  yield* unlockAfterChange(k);
  return Math.min(0, added);
});
