import type { Chardev } from '../abi/chardev.ts';
import { NS_PER_MS, NS_PER_US } from '../protocol/units.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { Clock } from '../sim/scheduler.ts';

/** How long output is gathered into one record: a terminal shows it together. */
const GATHER_TIME = 100 * NS_PER_US;

/** How many bytes of what is typed come at once, and how long the next ones take. */
const BURST = 4096;
const BURST_TIME = NS_PER_MS;

/** Bytes to text: UTF-8, bytes that are none become U+FFFD. */
function decodeUtf8(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
    let point = length === 1 ? lead : lead & (0xff >> (length + 1));
    let valid = length > 0 && at + length <= bytes.length;
    for (let next = at + 1; valid && next < at + length; next++) {
      const byte = bytes[next] ?? 0;
      valid = (byte & 0xc0) === 0x80;
      point = (point << 6) | (byte & 0x3f);
    }
    text += valid ? String.fromCodePoint(point) : '\ufffd';
    at += valid ? length : 1;
  }
  return text;
}

function encodeUtf8(text: string): number[] {
  const bytes: number[] = [];
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
    else {
      bytes.push(
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 0x3f),
        0x80 | ((point >> 6) & 0x3f),
        0x80 | (point & 0x3f),
      );
    }
  }
  return bytes;
}

/**
 * The other end of the guest's serial port: QEMU's character device. What the guest transmits goes to the log as
 * `tty_out`, gathered over 100 µs; what is typed waits until the UART takes it.
 */
export class SerialConsole implements Chardev {
  onInput: (() => void) | undefined;
  private readonly clock: Clock;
  private readonly log: LogWriter;
  private readonly output: number[] = [];
  private input: number[] = [];
  /** Bytes of {@link input} that the UART has taken, and those that have come as far as it. */
  private taken = 0;
  private arrived = 0;
  private feeding = false;
  private listener: ((text: string) => void) | undefined;

  constructor(clock: Clock, log: LogWriter) {
    this.clock = clock;
    this.log = log;
  }

  transmit(byte: number): void {
    if (this.output.length === 0) this.clock.after(GATHER_TIME, () => this.flush());
    this.output.push(byte);
  }

  receive(): number | undefined {
    return this.taken < this.arrived ? this.input[this.taken++] : undefined;
  }

  /** Types text at the terminal. */
  type(text: string): void {
    if (this.taken === this.input.length) {
      this.input = [];
      this.taken = 0;
      this.arrived = 0;
    }
    for (const byte of encodeUtf8(text)) this.input.push(byte);
    if (!this.feeding) this.feed();
  }

  /** Hands the UART the next bytes; a long text comes in bursts, or its interrupt would never end. */
  private feed(): void {
    this.arrived = Math.min(this.arrived + BURST, this.input.length);
    this.feeding = this.arrived < this.input.length;
    if (this.feeding) this.clock.after(BURST_TIME, () => this.feed());
    this.onInput?.();
  }

  /** Told of the output as it is logged (the headless machine's terminal). */
  onOutput(listener: (text: string) => void): void {
    this.listener = listener;
  }

  /** The machine is reset: what was typed and has not arrived is dropped. */
  reset(): void {
    this.flush();
    this.input.length = this.arrived;
    this.feeding = false;
  }

  /** Hands on what is gathered; to be called before the clock forgets to. */
  flush(): void {
    if (this.output.length === 0) return;
    const text = decodeUtf8(this.output.splice(0));
    this.log.emit('tty_out', text);
    this.listener?.(text);
  }
}
