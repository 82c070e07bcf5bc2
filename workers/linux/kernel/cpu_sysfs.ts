/**
 * CPU hotplug's files below /sys/devices/system/cpu: hotplug/states, smt/, cpuN/hotplug/.
 *
 * @linux kernel/cpu.c, its sysfs part; without CONFIG_CPU_HOTPLUG_STATE_CONTROL, and smt/control cannot be changed
 */
import { ERRNO } from '../../abi/syscall.ts';
import { type Co, traced } from '../../sim/coroutine.ts';
import { lock_device_hotplug_sysfs, unlock_device_hotplug } from '../drivers/base/core.ts';
import { cpuRootDevice, get_cpu_device } from '../drivers/base/cpu.ts';
import { topology_sibling_cpumask } from '../drivers/base/topology.ts';
import { sysfs_create_dir } from '../fs/sysfs/dir.ts';
import { sysfs_create_group } from '../fs/sysfs/group.ts';
import { cpu_online_mask, cpu_possible_mask } from '../include/linux/cpumask.ts';
import type { attribute } from '../include/linux/sysfs.ts';
import type { Kernel } from '../kernel-context.ts';
import { archOps } from './arch-ops.ts';
import { cpu_down, cpu_up } from './cpu.ts';
import { cpuhp_can_stop_at, cpuhp_get_step, cpuhp_state, states_show } from './cpuhp.ts';
import {
  CPUHP_AP_IDLE_DEAD,
  CPUHP_AP_ONLINE,
  CPUHP_BRINGUP_CPU,
  CPUHP_INVALID,
  CPUHP_OFFLINE,
  CPUHP_ONLINE,
} from './cpuhp-states.ts';

/** kstrtoint(buf, 10): undefined for anything but a number and perhaps a newline. */
function parseInteger(buf: string): number | undefined {
  return /^[+-]?\d{1,9}\n?$/.test(buf) ? Number.parseInt(buf, 10) : undefined;
}

/** Moves the CPU to the state: only the two ends without CONFIG_CPU_HOTPLUG_STATE_CONTROL. */
const target_store = traced('target_store', function* (k: Kernel, cpu: number, buf: string): Co<number> {
  const target = parseInteger(buf);
  if (target === undefined || (target !== CPUHP_OFFLINE && target !== CPUHP_ONLINE)) return -ERRNO.EINVAL;
  let ret = yield* lock_device_hotplug_sysfs(k);
  if (ret < 0) return ret;
  const st = cpuhp_state(k, cpu);
  if (!cpuhp_can_stop_at(k, target)) ret = -ERRNO.EINVAL;
  else if (st.state < target) ret = yield* cpu_up(k, cpu, target);
  else if (st.state > target) ret = yield* cpu_down(k, cpu, target);
  else st.target = target;
  yield* unlock_device_hotplug(k);
  return ret < 0 ? ret : buf.length;
});

/** True for the states that run with interrupts off, whose callbacks cannot fail. */
const cpuhp_is_atomic_state = (state: number): boolean => state >= CPUHP_AP_IDLE_DEAD && state < CPUHP_AP_ONLINE;

/** Which state is to fail at the next walk. */
function* fail_store(k: Kernel, cpu: number, buf: string): Co<number> {
  const fail = parseInteger(buf);
  const st = cpuhp_state(k, cpu);
  if (fail === CPUHP_INVALID) {
    st.fail = fail;
    return buf.length;
  }
  if (fail === undefined || fail < CPUHP_OFFLINE || fail > CPUHP_ONLINE) return -ERRNO.EINVAL;
  if (cpuhp_is_atomic_state(fail)) return -ERRNO.EINVAL;
  // a CPU that is dead cannot be kept from being so
  if (fail <= CPUHP_BRINGUP_CPU && st.state > CPUHP_BRINGUP_CPU) return -ERRNO.EINVAL;
  const step = cpuhp_get_step(k, fail);
  if (!step?.startup && !step?.teardown) return -ERRNO.EINVAL;
  st.fail = fail;
  return buf.length;
}

const show = (name: string, mode: number, value: (k: Kernel) => number | string): attribute => ({
  name,
  mode,
  *show(k): Co<string> {
    return `${value(k)}\n`;
  },
});

const cpuFiles = (cpu: number): attribute[] => [
  show('state', 0o444, (k) => cpuhp_state(k, cpu).state),
  { ...show('target', 0o644, (k) => cpuhp_state(k, cpu).target), store: (k, buf) => target_store(k, cpu, buf) },
  { ...show('fail', 0o644, (k) => cpuhp_state(k, cpu).fail), store: (k, buf) => fail_store(k, cpu, buf) },
];

const smtActive = (k: Kernel): boolean =>
  [...cpu_online_mask(k)].some((cpu) => topology_sibling_cpumask(k, cpu).weight > 1);

function smtControl(k: Kernel): string {
  const { hasSmtControl, smt_supported } = archOps(k).topology;
  if (!hasSmtControl) return 'notimplemented';
  return smt_supported(k) ? 'on' : 'notsupported';
}

const smtFiles: readonly attribute[] = [
  {
    ...show('control', 0o644, smtControl),
    *store(k, buf): Co<number> {
      const word = buf.replace(/\n$/, '');
      if (!['on', 'off', 'forceoff'].includes(word)) return -ERRNO.EINVAL;
      if (!archOps(k).topology.smt_supported(k)) return -ERRNO.ENODEV;
      if (word === 'on') return buf.length;
      k.log.emit('unmodelled', 'smt/control', word);
      return -ERRNO.EBUSY;
    },
  },
  show('active', 0o444, (k) => (smtActive(k) ? 1 : 0)),
];

/** device_initcall. CPUs that come later have no `hotplug` directory. */
export function* cpuhp_sysfs_init(k: Kernel): Co<number> {
  const root = cpuRootDevice(k)?.sd;
  if (!root) return -ERRNO.ENODEV;
  sysfs_create_group(k, root, { name: 'smt', attrs: smtFiles });
  sysfs_create_group(k, root, { name: 'hotplug', attrs: [{ name: 'states', mode: 0o444, show: states_show }] });
  for (const cpu of cpu_possible_mask(k)) {
    const sd = get_cpu_device(k, cpu)?.sd;
    if (sd) sysfs_create_group(k, sd, { name: 'hotplug', attrs: cpuFiles(cpu) });
  }
  return 0;
}

/** @linux drivers/cpuidle/sysfs.c, drivers/cpufreq/cpufreq.c: neither has a driver for the lab's processors. */
export function* cpuidle_sysfs_init(k: Kernel): Co<number> {
  const root = cpuRootDevice(k)?.sd;
  if (!root) return -ERRNO.ENODEV;
  sysfs_create_dir(k, root, 'cpufreq');
  sysfs_create_group(k, root, {
    name: 'cpuidle',
    attrs: [
      show('available_governors', 0o444, () => 'ladder menu '),
      show('current_driver', 0o444, () => 'none'),
      show('current_governor', 0o644, () => 'menu'),
      show('current_governor_ro', 0o444, () => 'menu'),
    ],
  });
  return 0;
}
