/** /sys/firmware/acpi: tables, interrupt counters, hotplug switches. @linux drivers/acpi/sysfs.c */
import type { AcpiStatus } from '../../../abi/acpi-os.ts';
import { ERRNO } from '../../../abi/syscall.ts';
import {
  ACPI_NUM_FIXED_EVENTS,
  acpi_clear_event,
  acpi_disable_event,
  acpi_enable_event,
  acpi_get_event_status,
  type EventStatus,
} from '../../../acpica/events/evevent.ts';
import { eventState, gpeCount } from '../../../acpica/events/evstate.ts';
import {
  acpi_clear_gpe,
  acpi_disable_gpe,
  acpi_enable_gpe,
  acpi_get_gpe_status,
  acpi_mask_gpe,
} from '../../../acpica/events/evxfgpe.ts';
import { isStatus } from '../../../acpica/include/acexcep.ts';
import { ACPI_FADT_HW_REDUCED, acpi_gbl_FADT } from '../../../acpica/tables/tbfadt.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { sysfs_create_dir, sysfs_find_or_create_dir } from '../../fs/sysfs/dir.ts';
import { sysfs_create_bin_file, sysfs_create_file } from '../../fs/sysfs/file.ts';
import type { kernfs_node } from '../../include/linux/kernfs.ts';
import type { attribute } from '../../include/linux/sysfs.ts';
import { pr_warn } from '../../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { memoryDeviceHandler } from './acpi_memhotplug.ts';
import { processorHandler } from './acpi_processor.ts';
import { acpi } from './internal.ts';
import { acpiIrqCounts } from './osl.ts';

const FIXED_EVENT_FILES = ['ff_pmtimer', 'ff_gbl_lock', 'ff_pwr_btn', 'ff_slp_btn', 'ff_rt_clk'] as const;

/** What the global event handler counts. */
const counters = kernelState(() => ({ gpe: [] as number[], fixed: [] as number[], all: 0, error: 0 }));

/** kstrtoul(buf, 0): decimal, 0x or 0 prefix, a newline at the end; undefined for anything else. */
function parseUnsigned(text: string): number | undefined {
  const digits = text.replace(/\n$/, '').replace(/^\+/, '');
  if (/^0[xX][0-9a-fA-F]+$/.test(digits)) return Number.parseInt(digits, 16);
  if (/^0[0-7]+$/.test(digits)) return Number.parseInt(digits, 8);
  return /^\d+$/.test(digits) && !/^0\d/.test(digits) ? Number.parseInt(digits, 10) : undefined;
}

const countText = (value: number): string => `${value}`.padStart(8);

function statusText(status: EventStatus): string {
  const use = !status.hasHandler
    ? ' invalid     '
    : status.enabled
      ? ' enabled     '
      : status.wakeEnabled
        ? ' wake_enabled'
        : ' disabled    ';
  const bits = `${status.enableSet ? '  EN' : '    '}${status.statusSet ? ' STS' : '    '}`;
  return `${bits}${use}${status.masked ? ' masked  ' : ' unmasked'}`;
}

/** What a counter's file may do to its event. */
interface EventControl {
  status(k: Kernel): Co<EventStatus | AcpiStatus>;
  /** Actions by the word written; undefined when it does not apply in this status. */
  action(k: Kernel, word: string, status: EventStatus): Co<AcpiStatus> | undefined;
  count(k: Kernel): { [index: number]: number };
  readonly index: number;
}

const gpeControl = (index: number): EventControl => ({
  index,
  count: (k) => counters(k).gpe,
  status: (k) => acpi_get_gpe_status(acpi(k), index),
  action(k, word, status) {
    if (word === 'disable' && status.enabled) return acpi_disable_gpe(acpi(k), index);
    if (word === 'enable' && !status.enabled) return acpi_enable_gpe(acpi(k), index);
    if (word === 'clear' && status.statusSet) return acpi_clear_gpe(acpi(k), index);
    if (word === 'mask' || word === 'unmask') return acpi_mask_gpe(acpi(k), index, word === 'mask');
    return undefined;
  },
});

const fixedControl = (index: number): EventControl => ({
  index,
  count: (k) => counters(k).fixed,
  status: (k) => acpi_get_event_status(acpi(k), index),
  action(k, word, status) {
    if (word === 'disable' && status.enableSet) return acpi_disable_event(acpi(k), index);
    if (word === 'enable' && !status.enableSet) return acpi_enable_event(acpi(k), index);
    if (word === 'clear' && status.statusSet) return acpi_clear_event(acpi(k), index);
    return undefined;
  },
});

function eventFile(name: string, control: EventControl): attribute {
  return {
    name,
    mode: 0o644,
    *show(k): Co<string | number> {
      const status = yield* control.status(k);
      if (isStatus(status)) return -ERRNO.EIO;
      return `${countText(control.count(k)[control.index] ?? 0)}${statusText(status)}\n`;
    },
    *store(k, buf): Co<number> {
      const status = yield* control.status(k);
      if (isStatus(status)) return -ERRNO.EIO;
      if (!status.hasHandler) {
        yield* pr_warn(k, 'ACPI: Can not change Invalid GPE/Fixed Event status');
        return -ERRNO.EINVAL;
      }
      const action = control.action(k, buf.endsWith('\n') ? buf.slice(0, -1) : '', status);
      if (action) return (yield* action) === 'AE_OK' ? buf.length : -ERRNO.EINVAL;
      const value = parseUnsigned(buf);
      if (value === undefined) return -ERRNO.EINVAL;
      control.count(k)[control.index] = value;
      return buf.length;
    },
  };
}

/** A counter that shows `value`; writing runs `write`. */
const counterFile = (
  name: string,
  value: (k: Kernel) => number,
  write: (k: Kernel, buf: string) => void,
): attribute => ({
  name,
  mode: 0o644,
  *show(k): Co<string> {
    return `${countText(value(k))}\n`;
  },
  *store(k, buf): Co<number> {
    write(k, buf);
    return buf.length;
  },
});

function clearAll(k: Kernel): void {
  const all = counters(k);
  all.gpe.length = 0;
  all.fixed.length = 0;
  all.all = 0;
  all.error = 0;
  acpiIrqCounts(k).handled = 0;
  acpiIrqCounts(k).notHandled = 0;
}

/** Makes `interrupts` and begins to count. */
function acpi_irq_stats_init(k: Kernel, root: kernfs_node): void {
  const state = eventState(acpi(k));
  state.globalEventHandler = (type, number) => {
    const all = counters(k);
    const list = type === 'gpe' ? all.gpe : all.fixed;
    list[number] = (list[number] ?? 0) + 1;
    if (type === 'gpe') all.all++;
  };
  const dir = sysfs_create_dir(k, root, 'interrupts');
  const add = (file: attribute): void => {
    sysfs_create_file(k, dir, file);
  };
  for (let gpe = 0; gpe < gpeCount(state); gpe++) {
    add(eventFile(`gpe${gpe.toString(16).toUpperCase().padStart(2, '0')}`, gpeControl(gpe)));
  }
  for (let event = 0; event < ACPI_NUM_FIXED_EVENTS; event++) {
    add(eventFile(FIXED_EVENT_FILES[event] ?? `bug${event}`, fixedControl(event)));
  }
  // the first three are worked out anew at each reading: what is written is lost, but `sci` clears everything
  const ignore = (): void => undefined;
  add(counterFile('gpe_all', (kernel) => counters(kernel).all, ignore));
  add(counterFile('sci', (kernel) => acpiIrqCounts(kernel).handled, clearAll));
  add(counterFile('sci_not', (kernel) => acpiIrqCounts(kernel).notHandled, ignore));
  const setError = (kernel: Kernel, buf: string): void => {
    counters(kernel).error = parseUnsigned(buf) ?? 0;
  };
  add(counterFile('error', (kernel) => counters(kernel).error, setError));
}

function acpi_tables_sysfs_init(k: Kernel, root: kernfs_node): void {
  const dir = sysfs_create_dir(k, root, 'tables');
  const { tables } = acpi(k);
  for (const table of tables) {
    const same = tables.filter(({ signature }) => signature === table.signature);
    const name = same.length > 1 ? `${table.signature}${same.indexOf(table) + 1}` : table.signature;
    const { bytes } = table;
    sysfs_create_bin_file(k, dir, {
      name,
      mode: 0o400,
      size: bytes.length,
      *read(_k, offset, count): Co<string> {
        return String.fromCharCode(...bytes.subarray(offset, offset + count));
      },
    });
  }
  sysfs_create_dir(k, dir, 'data');
  sysfs_create_dir(k, dir, 'dynamic');
}

/** `enabled` of a hotplug profile: 0 or 1. */
function enabledFile(of: (k: Kernel) => { enabled: boolean }): attribute {
  return {
    name: 'enabled',
    mode: 0o644,
    *show(k): Co<string> {
      return `${of(k).enabled ? 1 : 0}\n`;
    },
    *store(k, buf): Co<number> {
      const value = parseUnsigned(buf);
      if (value === undefined || value > 1) return -ERRNO.EINVAL;
      of(k).enabled = value === 1;
      return buf.length;
    },
  };
}

/** Profiles of kinds of devices that the lab does not hot-add: only the switch is there. */
const otherProfiles = kernelState(() => ({ pci_root: { enabled: true } }));

function hotplugProfiles(k: Kernel, root: kernfs_node): void {
  const dir = sysfs_create_dir(k, root, 'hotplug');
  sysfs_create_file(k, dir, {
    name: 'force_remove',
    mode: 0o644,
    *show(): Co<string> {
      return '0\n';
    },
    *store(_k, buf): Co<number> {
      return /^[0nN]/.test(buf) ? buf.length : -ERRNO.EINVAL;
    },
  });
  const add = (name: string, of: (k: Kernel) => { enabled: boolean }): void => {
    sysfs_create_file(k, sysfs_create_dir(k, dir, name), enabledFile(of));
  };
  add('memory', (kernel) => memoryDeviceHandler(kernel).hotplug);
  add('pci_root', (kernel) => otherProfiles(kernel).pci_root);
  add('processor', (kernel) => processorHandler(kernel).hotplug);
}

export function acpi_sysfs_init(k: Kernel): void {
  const root = sysfs_find_or_create_dir(k, 'firmware/acpi');
  acpi_tables_sysfs_init(k, root);
  hotplugProfiles(k, root);
  // where the hardware is reduced there is nothing to count
  if (((acpi_gbl_FADT(acpi(k)).fadt?.flags ?? 0) & ACPI_FADT_HW_REDUCED) === 0) acpi_irq_stats_init(k, root);
  sysfs_create_file(k, root, {
    name: 'pm_profile',
    mode: 0o444,
    *show(kernel): Co<string> {
      return `${acpi_gbl_FADT(acpi(kernel)).fadt?.preferredProfile ?? 0}\n`;
    },
  });
}
