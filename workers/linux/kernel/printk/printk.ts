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
  /** A message that is continued (pr_cont) and not yet complete. */
  partial: { level: number; time: Ns; text: string } | undefined;
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
  partial: undefined,
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

function store(k: Kernel, level: number, time: Ns, text: string): PrintkRecord {
  const s = state(k);
  const record = { seq: s.next_seq++, level, time, text };
  s.records.push(record);
  k.log.emit('printk', level, text);
  return record;
}

/** Stores a message without printing it: for places where a console must not be touched (printk_deferred). */
export const vprintk_store = (k: Kernel, level: number, text: string): PrintkRecord =>
  store(k, level, local_clock(k), text);

function* print(k: Kernel, record: PrintkRecord): Co {
  const { consoles, console_loglevel: limit } = state(k);
  if (record.level >= limit) return;
  for (const console of consoles) yield* console.write(k, `${formatRecord(record)}\n`);
}

/** Ends a message that was being continued. */
function* finishPartial(k: Kernel): Co {
  const s = state(k);
  const { partial } = s;
  if (!partial) return;
  s.partial = undefined;
  yield* print(k, store(k, partial.level, partial.time, partial.text));
}

/** A message of the kernel; `text` without line break at its end. */
export const printk = traced('_printk', function* (k: Kernel, level: number, text: string): Co {
  yield* finishPartial(k);
  yield* print(k, vprintk_store(k, level, text));
});

/** Begins a message that pr_cont() goes on with; any other message ends it. */
export function* printk_begin(k: Kernel, level: number, text: string): Co {
  yield* finishPartial(k);
  state(k).partial = { level, time: local_clock(k), text };
}

/** Continues the message that was begun; alone it is a message of the default level. */
export function* pr_cont(k: Kernel, text: string): Co {
  const { partial } = state(k);
  if (partial) partial.text += text;
  else yield* printk(k, KERN_WARNING, text);
}

export const pr_emerg = (k: Kernel, text: string): Co => printk(k, KERN_EMERG, text);
export const pr_crit = (k: Kernel, text: string): Co => printk(k, KERN_CRIT, text);
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
