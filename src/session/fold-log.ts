import type { LabEvent } from '../../workers/protocol/log-format.ts';
import { numberField, textField } from './event-access.ts';

export interface LogLine {
  readonly sequence: number;
  readonly time: number;
  readonly text: string;
}

export interface KernelLine extends LogLine {
  /** 3 = KERN_ERR … 6 = KERN_INFO. */
  readonly level: number;
}

export interface MonitorLine extends LogLine {
  /** `in`: what a person or the page sent; `event`: asynchronous QMP event. */
  readonly direction: 'in' | 'out' | 'event';
}

/** All texts of the machine, by where they appear. */
export interface TextsState {
  readonly kernel: KernelLine[];
  readonly qmp: MonitorLine[];
  readonly hmp: MonitorLine[];
  /** What the guest wrote to its console, piece by piece, as the terminal is fed. */
  readonly tty: LogLine[];
  readonly unmodelled: LogLine[];
}

export function initialTexts(): TextsState {
  return { kernel: [], qmp: [], hmp: [], tty: [], unmodelled: [] };
}

const isQmpEvent = (text: string): boolean => /"event"\s*:/.test(text) && !/^\s*\{\s*"(return|error)"/.test(text);

export function foldTexts(state: TextsState, event: LabEvent): boolean {
  const { sequence, time } = event;
  const text = textField(event, 'text');
  switch (event.kind) {
    case 'printk':
      state.kernel.push({ sequence, time, level: numberField(event, 'level'), text });
      return true;
    case 'qmp_in':
      state.qmp.push({ sequence, time, text, direction: 'in' });
      return true;
    case 'qmp_out':
      state.qmp.push({ sequence, time, text, direction: isQmpEvent(text) ? 'event' : 'out' });
      return true;
    case 'hmp_in':
      state.hmp.push({ sequence, time, text, direction: 'in' });
      return true;
    case 'hmp_out':
      state.hmp.push({ sequence, time, text, direction: 'out' });
      return true;
    case 'tty_out':
      state.tty.push({ sequence, time, text });
      return true;
    case 'unmodelled':
      state.unmodelled.push({ sequence, time, text: `${textField(event, 'where')}: ${textField(event, 'what')}` });
      return true;
    default:
      return false;
  }
}

/** Texts of the terminal that may hold its last prompt. */
const LATEST_TEXTS = 200;
const KERNEL_LINES = /\[ *\d+\.\d{6}\] [^\r\n]*\r?\n/g;

/** Whether the terminal's last word, apart from the kernel's messages, is a prompt. */
export function endsWithPrompt({ tty }: TextsState): boolean {
  const recent = tty.slice(-LATEST_TEXTS).map(({ text }) => text);
  return /[#$] $/.test(recent.join('').replace(KERNEL_LINES, ''));
}

/** A kernel time stamp as dmesg prints it: `[   25.725508] `. */
export function kernelTimeStamp(time: number): string {
  const microseconds = Math.floor(time / 1000);
  const seconds = Math.floor(microseconds / 1_000_000);
  const rest = String(microseconds % 1_000_000).padStart(6, '0');
  return `[${String(seconds).padStart(5)}.${rest}]`;
}
