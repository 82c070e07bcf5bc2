/** Requesting interrupts and choosing where they go. @linux kernel/irq/manage.c, without threads and wake-up */
import { ERRNO } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { type CpuMask, cpu_online_mask } from '../../include/linux/cpumask.ts';
import { IRQF_NOBALANCING, IRQF_SHARED, type irq_desc, type irq_handler_t } from '../../include/linux/irq.ts';
import type { Kernel } from '../../kernel-context.ts';
import { mask_irq, unmask_irq } from './chip.ts';
import { irq_to_desc } from './irqdesc.ts';
import { register_handler_proc, register_irq_procs, unregister_handler_proc } from './proc.ts';

function* irq_startup(k: Kernel, desc: irq_desc): Co<number> {
  const { irq_data } = desc;
  const { flags = 0 } = desc.action[0] ?? {};
  // irq_setup_affinity: the default mask as far as it is online
  const online = irq_data.affinity.and(cpu_online_mask(k));
  if ((flags & IRQF_NOBALANCING) === 0) irq_data.affinity = online.first >= 0 ? online : cpu_online_mask(k).copy();
  const ret = yield* irq_data.chip.irq_startup(k, irq_data);
  if (ret < 0) return ret;
  irq_data.activated = true;
  desc.depth = 0;
  yield* unmask_irq(k, desc);
  return 0;
}

/** Installs a handler. Returns 0, -EINVAL for a number that there is not, -EBUSY when it is taken and not shared. */
export const request_irq = traced(
  'request_irq',
  function* (k: Kernel, irq: number, handler: irq_handler_t, flags: number, name: string, dev_id: unknown): Co<number> {
    const desc = irq_to_desc(k, irq);
    if (!desc) return -ERRNO.EINVAL;
    const shared = (flags & IRQF_SHARED) !== 0;
    const first = desc.action.length === 0;
    if (!first && !(shared && desc.action.every((action) => (action.flags & IRQF_SHARED) !== 0))) return -ERRNO.EBUSY;
    desc.action.push({ handler, dev_id, name, flags });
    if (first) {
      const ret = yield* irq_startup(k, desc);
      if (ret < 0) {
        desc.action.pop();
        return ret;
      }
    }
    register_handler_proc(k, irq, name);
    return 0;
  },
);

export const free_irq = traced('free_irq', function* (k: Kernel, irq: number, dev_id: unknown): Co {
  const desc = irq_to_desc(k, irq);
  const at = desc?.action.findIndex((action) => action.dev_id === dev_id) ?? -1;
  if (!desc || at < 0) return;
  const [action] = desc.action.splice(at, 1);
  if (action) unregister_handler_proc(k, irq, action.name);
  if (desc.action.length > 0) return;
  yield* mask_irq(k, desc);
  yield* desc.irq_data.chip.irq_shutdown(k, desc.irq_data);
  desc.irq_data.activated = false;
  desc.depth = 1;
});

export function* disable_irq(k: Kernel, irq: number): Co {
  const desc = irq_to_desc(k, irq);
  if (!desc) return;
  if (desc.depth++ === 0) yield* mask_irq(k, desc);
}

export function* enable_irq(k: Kernel, irq: number): Co {
  const desc = irq_to_desc(k, irq);
  if (!desc || desc.depth === 0) return;
  if (--desc.depth === 0) yield* unmask_irq(k, desc);
}

/** Sends the interrupt to one of `mask`, from its next occurrence on. -EINVAL when none of them is online. */
export const irq_set_affinity = traced(
  'irq_set_affinity',
  function* (k: Kernel, irq: number, mask: CpuMask): Co<number> {
    const desc = irq_to_desc(k, irq);
    if (!desc) return -ERRNO.EINVAL;
    if (mask.and(cpu_online_mask(k)).first < 0) return -ERRNO.EINVAL;
    // a pin can be pointed elsewhere only while its interrupt is being handled
    if (desc.irq_data.activated) desc.irq_data.pending_mask = mask.copy();
    else desc.irq_data.affinity = mask.copy();
    return 0;
  },
);

/** Makes /proc/interrupts and /proc/irq. */
export const init_irq_proc = (k: Kernel): void => register_irq_procs(k, irq_set_affinity);
