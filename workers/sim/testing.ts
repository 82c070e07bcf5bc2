/** What the unit tests of devices and of this folder share: reading a log as text, and guest code in small. */
import { LogReader } from '../protocol/log-format.ts';
import { type Co, Coroutine, Frame } from './coroutine.ts';
import type { EventLog, EventName } from './event-log.ts';
import type { GuestProgram, InterruptSource, Processor } from './processor.ts';

/** Reads a log as it grows; each call gives what is new. */
export class LogLines {
  private readonly log: EventLog;
  private readonly reader = new LogReader();
  private next = 0;

  constructor(log: EventLog) {
    this.log = log;
  }

  /** Records since the last call, `kind field=value …`, of these kinds or of all; hexadecimal fields as such. */
  take(...kinds: EventName[]): string[] {
    for (const chunk of this.log.take()) this.reader.append(chunk);
    const lines: string[] = [];
    for (const event of this.reader.from(this.next)) {
      if (kinds.length > 0 && !kinds.some((kind) => kind === event.kind)) continue;
      const fields = Object.entries(event.fields).map(([name, value]) => `${name}=${value}`);
      lines.push([event.kind, ...fields].join(' '));
    }
    this.next = this.reader.length;
    return lines;
  }
}

/** A program whose processors all begin with `main`; interrupts run `handler`. */
export function guestProgram(
  main: (processor: Processor, address: number) => Co<unknown>,
  handler: (processor: Processor, vector: number) => Co<unknown> = function* () {},
): GuestProgram {
  return {
    start: (processor, address) => new Coroutine(new Frame('main', main(processor, address))),
    interrupt: (processor, vector) => new Frame('interrupt', handler(processor, vector)),
  };
}

/** HLT for ever: what idle processors do. */
export function* haltForever(): Co {
  for (;;) yield { kind: 'halt' };
}

/** Interrupts by hand. */
export class ManualInterrupts implements InterruptSource {
  private readonly vectors: number[] = [];

  request(vector: number): void {
    this.vectors.push(vector);
  }

  hasPending(): boolean {
    return this.vectors.length > 0;
  }

  acknowledge(): number {
    return this.vectors.shift() ?? 0;
  }
}
