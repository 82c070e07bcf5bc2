/** @linux drivers/base/power/sysfs.c, for devices without runtime power management */
import { ERRNO } from '../../../../abi/syscall.ts';
import type { Co } from '../../../../sim/coroutine.ts';
import { sysfs_create_group } from '../../../fs/sysfs/group.ts';
import type { device } from '../../../include/linux/device.ts';
import type { attribute } from '../../../include/linux/sysfs.ts';
import type { Kernel } from '../../../kernel-context.ts';

/** A file that always shows the same line. */
const constant = (name: string, text: string, mode = 0o444): attribute => ({
  name,
  mode,
  *show(): Co<string> {
    return `${text}\n`;
  },
});

/** A file that knows two words and remembers the last one written. */
function choice(name: string, words: readonly [string, string]): attribute {
  let at: 0 | 1 = 0;
  return {
    name,
    mode: 0o644,
    *show(): Co<string> {
      return `${words[at]}\n`;
    },
    *store(_k, buf): Co<number> {
      const index = words.indexOf(buf.replace(/\n$/, ''));
      if (index < 0) return -ERRNO.EINVAL;
      at = index === 0 ? 0 : 1;
      return buf.length;
    },
  };
}

/** The `power` directory of a device. */
export function dpm_sysfs_add(k: Kernel, dev: device): void {
  if (!dev.sd) return;
  sysfs_create_group(k, dev.sd, {
    name: 'power',
    attrs: [
      choice('async', ['disabled', 'enabled']),
      {
        name: 'autosuspend_delay_ms',
        mode: 0o644,
        // no driver of the lab uses autosuspend
        *show(): Co<number> {
          return -ERRNO.EIO;
        },
        *store(): Co<number> {
          return -ERRNO.EIO;
        },
      },
      choice('control', ['auto', 'on']),
      constant('runtime_active_kids', '0'),
      constant('runtime_active_time', '0'),
      constant('runtime_enabled', 'disabled'),
      constant('runtime_status', 'unsupported'),
      constant('runtime_suspended_time', '0'),
      constant('runtime_usage', '0'),
      ...(dev.pm_qos ? [resumeLatency()] : []),
    ],
  });
}

/** pm_qos_resume_latency_us: the tolerated latency; `n/a` for none. */
function resumeLatency(): attribute {
  let value = '0';
  return {
    name: 'pm_qos_resume_latency_us',
    mode: 0o644,
    *show(): Co<string> {
      return `${value}\n`;
    },
    *store(_k, buf): Co<number> {
      const text = buf.trim();
      if (text !== 'n/a' && !/^\d+$/.test(text)) return -ERRNO.EINVAL;
      value = text;
      return buf.length;
    },
  };
}
