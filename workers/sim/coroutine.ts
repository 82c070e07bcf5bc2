/**
 * Guest code as coroutines. A function of the guest is a generator function; what it yields is a request to the
 * processor that executes it. One flat driver ({@link Coroutine}) owns the stack of active functions, so that a
 * backtrace, a breakpoint on a function or an injected error needs no help from the code.
 *
 * Guest code calls a guest function with `yield*`:
 *
 *     export const acpi_irq = traced('acpi_irq', function* (k: Kernel, irq: number): Co<number> {
 *       yield* spend(200);
 *       return yield* acpi_ev_sci_xrupt_handler(k.acpi);
 *     });
 *
 * `traced` functions appear in the event log and in backtraces; a plain `function*` is invisible, part of its caller.
 */
import type { Ns } from '../protocol/units.ts';

/** A guest function under way: yields requests, returns `T`. */
export type Co<T = void> = Generator<Request, T, unknown>;

/** What guest code may ask of the processor that executes it. */
export type Request =
  /** Spend virtual time; interrupts are taken at these points. */
  | number
  /** Call: push the frame, resume with its result. */
  | Frame
  /** Go on with another coroutine on this processor; this one resumes when it is switched to again. */
  | { readonly kind: 'switch'; readonly to: Coroutine }
  /** HLT: wait for an interrupt. With interrupts off only INIT or a plug-out ends it. */
  | { readonly kind: 'halt' }
  /** Busy-wait on other processors: resume when the condition holds. Interrupts are taken meanwhile. */
  | { readonly kind: 'spin'; readonly until: () => boolean };

/** One active traced function. */
export class Frame {
  readonly name: string;
  readonly body: Co<unknown>;
  /** True for the first frame of an interrupt; the interrupted frame's pending input is kept in `savedInput`. */
  interrupt = false;
  savedInput: unknown = undefined;

  constructor(name: string, body: Co<unknown>) {
    this.name = name;
    this.body = body;
  }
}

/** Spends `ns` of virtual time on the executing processor. */
export function* spend(ns: Ns): Co {
  yield ns;
}

/** Busy-waits until `condition` holds. */
export function* spinUntil(condition: () => boolean): Co {
  // an interrupt ends the processor's wait; the condition is looked at again after it
  while (!condition()) yield { kind: 'spin', until: condition };
}

/**
 * Makes a guest function that the log and backtraces show under upstream's name.
 *
 * The name is given as a string because minifiers rename functions.
 */
export function traced<Args extends readonly unknown[], T>(
  name: string,
  body: (...args: Args) => Co<T>,
): (...args: Args) => Co<T> {
  return (...args) => new TracedCall<T>(name, body(...args));
}

/**
 * What `yield*` of a traced function goes through: hands its frame to the driver, then gives the caller what the driver
 * brings back. It does what a generator of one `yield` would, at a fraction of the cost of one.
 */
class TracedCall<T> extends Frame implements Co<T> {
  private handedOver = false;

  next(result: unknown): IteratorResult<Request, T> {
    if (this.handedOver) return { done: true, value: result as T };
    this.handedOver = true;
    return { done: false, value: this };
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value: T): IteratorResult<Request, T> {
    return { done: true, value };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

/** What a coroutine's driver tells of calls; the scheduler turns them into log records and costs. */
export interface CallObserver {
  enter(frame: Frame): void;
  leave(frame: Frame, result: unknown): void;
}

/** Result of one step of a coroutine: a request for the processor to act on, or the end. */
export type StepResult =
  | Exclude<Request, Frame>
  | typeof CALLED
  | typeof RETURNED
  | typeof INTERRUPT_RETURNED
  | typeof FINISHED;
/** A traced function was entered. */
export const CALLED = Symbol('called');
/** A traced function returned to its caller. */
export const RETURNED = Symbol('returned');
/** The first function of an interrupt returned to what it had interrupted. */
export const INTERRUPT_RETURNED = Symbol('interrupt returned');
/** The outermost function returned. */
export const FINISHED = Symbol('finished');

/** A stack of active functions that a processor can execute step by step: a task's kernel and user context. */
export class Coroutine {
  /** Who runs in it; set by the kernel (a {@link TaskId}). */
  task = 0;
  /** Result of the outermost function, once finished. */
  result: unknown = undefined;
  private readonly frames: Frame[] = [];
  private input: unknown = undefined;
  private begun = false;

  constructor(first: Frame) {
    this.frames.push(first);
  }

  get depth(): number {
    return this.frames.length;
  }

  /** Names of the active functions, innermost first. */
  backtrace(): { readonly name: string; readonly interrupt: boolean }[] {
    return this.frames.map(({ name, interrupt }) => ({ name, interrupt })).reverse();
  }

  /** Makes an interrupt handler run before whatever the coroutine would do next. */
  interrupt(frame: Frame, observer: CallObserver): void {
    frame.interrupt = true;
    frame.savedInput = this.input;
    this.input = undefined;
    this.push(frame, observer);
  }

  /** True while an interrupt handler is active in this coroutine. */
  inInterrupt(): boolean {
    return this.frames.some((frame) => frame.interrupt);
  }

  /** Called whenever a processor turns to this coroutine; the first time, tells the observer of the first frame, and returns true. */
  begin(observer: CallObserver): boolean {
    const first = this.frames[0];
    if (this.begun || !first) return false;
    this.begun = true;
    observer.enter(first);
    return true;
  }

  /**
   * Resumes the innermost function until its next request. An exception is a fault of ours: it unwinds through the
   * callers (their `finally` blocks run) and out of this method.
   */
  step(observer: CallObserver): StepResult {
    const frame = this.frames[this.frames.length - 1];
    if (!frame) return FINISHED;
    const input = this.input;
    this.input = undefined;
    let next: IteratorResult<Request, unknown>;
    try {
      next = frame.body.next(input);
    } catch (error) {
      this.unwind(error);
    }
    if (next.done) return this.pop(frame, next.value, observer);
    const request = next.value;
    if (request instanceof Frame) {
      this.push(request, observer);
      return CALLED;
    }
    return request;
  }

  private push(frame: Frame, observer: CallObserver): void {
    this.frames.push(frame);
    observer.enter(frame);
  }

  private pop(frame: Frame, value: unknown, observer: CallObserver): StepResult {
    this.frames.pop();
    observer.leave(frame, value);
    if (frame.interrupt) {
      this.input = frame.savedInput;
      return INTERRUPT_RETURNED;
    }
    this.input = value;
    if (this.frames.length > 0) return RETURNED;
    this.result = value;
    return FINISHED;
  }

  private unwind(error: unknown): never {
    let thrown = error;
    const names = this.backtrace().map(({ name }) => name);
    this.frames.pop();
    while (this.frames.length > 0) {
      const caller = this.frames.pop();
      try {
        caller?.body.throw(thrown);
      } catch (next) {
        thrown = next;
      }
    }
    if (thrown instanceof Error && !thrown.message.includes(' in guest function ')) {
      thrown.message = `${thrown.message} in guest function ${names.join(' < ')}`;
    }
    throw thrown;
  }
}

/**
 * Runs guest code to its end outside the machine, spending no time: for reading files and evaluating AML from
 * outside. Returns undefined when the code would have to wait for something.
 */
export function runDetached<T>(code: Co<T>): T | undefined {
  const stack: Co<unknown>[] = [code];
  let input: unknown;
  for (;;) {
    const top = stack[stack.length - 1];
    if (!top) return input as T;
    const next = top.next(input);
    input = undefined;
    if (next.done) {
      stack.pop();
      input = next.value;
    } else if (next.value instanceof Frame) {
      stack.push(next.value.body);
    } else if (typeof next.value !== 'number') {
      for (const frame of stack.reverse()) frame.return(undefined);
      return undefined;
    }
  }
}
