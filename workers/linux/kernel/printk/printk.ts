/** The kernel log: records with time stamps, and the consoles that print them. @linux kernel/printk/printk.c */
import type { Ns } from '../../../protocol/units.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';

export const KERN_EMERG = 0;
export const KERN_ALERT = 1;
export const KERN_CRIT = 2;
export const KERN_ERR = 3;
export const KERN_WARNING = 4;
export const KERN_NOTICE = 5;
export const KERN_INFO = 6;
export const KERN_DEBUG = 7;

export interface PrintkRecord {
  /** Sequence number. */
  readonly seq: number;
  readonly level: number;
  /** local_clock(), ns since the kernel's clock was started. */
  readonly time: Ns;
  /** Without its time stamp; may hold line breaks. */
  readonly text: string;
}

/** A console driver: prints whole messages as they are. */
export interface console {
  readonly name: string;
  /** `text` ends in a line break; line ends are the device's business. */
  write(k: Kernel, text: string): Co;
}

interface PrintkState {
  readonly records: PrintkRecord[];
  next_seq: number;
  /** Records before it are not shown by syslog(2) any more (`dmesg --clear`). */
  clear_seq: number;
  console_loglevel: number;
  readonly consoles: console[];
  /** Virtual time at which sched_clock started; undefined: time stamps are zero. */
  clockStart: Ns | undefined;
}

/** CONFIG_CONSOLE_LOGLEVEL_DEFAULT. */
const CONSOLE_LOGLEVEL_DEFAULT = 7;

const state = kernelState<PrintkState>(() => ({
  records: [],
  next_seq: 0,
  clear_seq: 0,
  console_loglevel: CONSOLE_LOGLEVEL_DEFAULT,
  consoles: [],
  clockStart: undefined,
}));

/** ns since sched_clock_init; 0 before. */
export function local_clock(k: Kernel): Ns {
  const { clockStart } = state(k);
  return clockStart === undefined ? 0 : k.clock.now() - clockStart;
}

export function sched_clock_init(k: Kernel): void {
  state(k).clockStart ??= k.clock.now();
}

export const console_loglevel = (k: Kernel): number => state(k).console_loglevel;
export function set_console_loglevel(k: Kernel, level: number): void {
  state(k).console_loglevel = level;
}

/** `[    1.234567] `, as dmesg and the console show it. */
function timeStamp(time: Ns): string {
  const microseconds = Math.floor(time / 1000);
  const seconds = `${Math.floor(microseconds / 1_000_000)}`.padStart(5);
  return `[${seconds}.${`${microseconds % 1_000_000}`.padStart(6, '0')}] `;
}

/** record_print_text: further lines of a message stand below its text. */
export function formatRecord(record: PrintkRecord): string {
  const stamp = timeStamp(record.time);
  return stamp + record.text.replaceAll('\n', `\n${' '.repeat(stamp.length)}`);
}

/** All records since the last clear, oldest first. */
export function kernelLog(k: Kernel): readonly PrintkRecord[] {
  const { records, clear_seq } = state(k);
  return records.filter(({ seq }) => seq >= clear_seq);
}

/** syslog(2) SYSLOG_ACTION_CLEAR. */
export function clearKernelLog(k: Kernel): void {
  state(k).clear_seq = state(k).next_seq;
}

/** Stores a message without printing it: for places where a console must not be touched (printk_deferred). */
export function vprintk_store(k: Kernel, level: number, text: string): PrintkRecord {
  const s = state(k);
  const record = { seq: s.next_seq++, level, time: local_clock(k), text };
  s.records.push(record);
  k.log.emit('printk', level, text);
  return record;
}

/** A message of the kernel; `text` without line break at its end. */
export const printk = traced('_printk', function* (k: Kernel, level: number, text: string): Co {
  const record = vprintk_store(k, level, text);
  const { consoles, console_loglevel: limit } = state(k);
  if (level >= limit) return;
  for (const console of consoles) yield* console.write(k, `${formatRecord(record)}\n`);
});

export const pr_emerg = (k: Kernel, text: string): Co => printk(k, KERN_EMERG, text);
export const pr_err = (k: Kernel, text: string): Co => printk(k, KERN_ERR, text);
export const pr_warn = (k: Kernel, text: string): Co => printk(k, KERN_WARNING, text);
export const pr_notice = (k: Kernel, text: string): Co => printk(k, KERN_NOTICE, text);
export const pr_info = (k: Kernel, text: string): Co => printk(k, KERN_INFO, text);

/** Adds a console; it is sent everything that was logged before (CON_PRINTBUFFER). */
export function* register_console(k: Kernel, console: console): Co {
  const s = state(k);
  for (const record of s.records) {
    if (record.level < s.console_loglevel) yield* console.write(k, `${formatRecord(record)}\n`);
  }
  s.consoles.push(console);
}
