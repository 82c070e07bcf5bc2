/**
 * `lab replay FILE`: runs a recording's steps on the emulated machine and prints a record of the same shape. Of the
 * file it reads the machine, the kernel arguments and what each step asks, nothing else.
 */
import { readFileSync } from 'node:fs';
import { peekFile } from '../linux/fs/peek.ts';
import type { RootfsEntry } from '../linux/init/initramfs.ts';
import { CallForest, type TraceNode } from '../machine/call-forest.ts';
import { openWithTools } from '../machine/open.ts';
import type { Session } from '../machine/session.ts';
import { tracedFunctionsOf } from '../machine/traced-functions.ts';
import type { LabEvent } from '../protocol/log-format.ts';
import { LogReader } from '../protocol/log-format.ts';
import { formatQemuTrace } from '../protocol/qemu-trace.ts';
import { SCENARIO_VERSION } from '../protocol/scenario.ts';
import { NS_PER_SECOND } from '../protocol/units.ts';
import { UsageError } from './arguments.ts';

interface AskedStep {
  readonly qmp?: unknown;
  readonly hmp?: string;
  readonly sh?: string;
  readonly wait?: number;
  readonly timeout?: number;
  readonly trace?: unknown;
}

/** Kernel arguments that the recorder always gives. */
const RECORDER_ARGUMENTS = 'panic=-1 nokaslr loglevel=3 ';
const PROMPT = '@@PROMPT@@ ';
const CPU = '/sys/devices/system/cpu';
const MEMORY = '/sys/devices/system/memory';

/**
 * What the recorder types between the steps. The lab could look without that, and does for the record; but each
 * command takes a pid, and a machine that was looked at with commands shows it.
 */
const OBSERVE = {
  boot: 'dmesg > /dev/null; cat /proc/version > /dev/null',
  state: [
    `for f in possible present online offline; do : "$f=$(cat ${CPU}/$f)"; done`,
    `for d in ${CPU}/cpu[0-9]*; do [ -d $d ] && : "$(cat $d/hotplug/state 2>/dev/null) $(cat $d/hotplug/target 2>/dev/null) $(cat $d/online 2>/dev/null)"; done`,
    `for d in ${MEMORY}/memory[0-9]*; do : "$(cat $d/state) $(cat $d/valid_zones 2>/dev/null)"; done`,
    "grep MemTotal /proc/meminfo > /dev/null; grep -iE 'acpi|ged' /proc/interrupts > /dev/null",
    "grep -H . /sys/firmware/acpi/interrupts/* 2>/dev/null | grep -vE ':\\s+0\\s' | sed 's#/sys/firmware/acpi/interrupts/##' > /dev/null",
  ].join('; '),
  tracer: "grep -E ' (acpi_os_execute_deferred|acpi_hotplug_work_fn)$' /proc/kallsyms > /dev/null 2>&1",
  before: 'dmesg | wc -l > /dev/null',
  after: 'dmesg > /dev/null',
  trace: [
    'for p in /proc/[0-9]*; do : "$p $(cat $p/comm 2>/dev/null)"; done',
    'cat /sys/kernel/tracing/trace > /dev/null 2>&1',
  ].join('; '),
} as const;

/** What a stretch of the log says, sorted into a recording's facets. */
class Observer {
  readonly reader = new LogReader();
  readonly forest: CallForest;
  private readonly session: Session;
  private seen = 0;
  private tty = '';
  private registers: string[] = [];
  private dmesg: string[] = [];
  private qmpLines: string[] = [];
  /** What the console must show, and how many lines QMP had sent by then. */
  private awaited: { readonly end: RegExp; linesBefore: number | undefined } | undefined;

  constructor(session: Session) {
    this.session = session;
    this.forest = new CallForest(
      tracedFunctionsOf(session.machine.board.config.board),
      session.description.slots.map(({ apicId }) => apicId),
    );
  }

  /** Takes in what was logged since the last call. */
  update(): void {
    for (const chunk of this.session.machine.log.take()) this.reader.append(chunk);
    for (; this.seen < this.reader.length; this.seen++) {
      const event = this.reader.at(this.seen);
      if (event) this.sort(event);
    }
  }

  /** From now on, tells when the console has shown this. */
  await(end: RegExp): void {
    this.awaited = { end, linesBefore: undefined };
  }

  /** Lines of QMP, of those not yet taken, that were sent before the console showed what was awaited; all if it never did. */
  linesBeforeAwaited(): number {
    this.update();
    return this.awaited?.linesBefore ?? this.qmpLines.length;
  }

  takeTty(): string {
    this.update();
    const text = this.tty;
    this.tty = '';
    return text;
  }

  take(): { registers: string[]; dmesg: string[]; qmpLines: string[] } {
    this.update();
    const { registers, dmesg, qmpLines } = this;
    this.registers = [];
    this.dmesg = [];
    this.qmpLines = [];
    return { registers, dmesg, qmpLines };
  }

  private sort(event: LabEvent): void {
    const { kind, fields } = event;
    this.forest.add(event);
    if (kind === 'qemu_trace') {
      const [a = 0, b = 0, c = 0] = [fields['a'], fields['b'], fields['c']].map(Number);
      this.registers.push(formatQemuTrace(String(fields['point']), a, b, c));
    } else if (kind === 'printk') {
      const seconds = (event.time / NS_PER_SECOND).toFixed(6).padStart(12);
      for (const line of String(fields['text']).split('\n')) this.dmesg.push(`[${seconds}] ${line}`);
    } else if (kind === 'tty_out') {
      this.tty += String(fields['text']);
      const { awaited } = this;
      if (awaited && awaited.linesBefore === undefined && awaited.end.test(this.tty)) {
        awaited.linesBefore = this.qmpLines.length;
      }
    } else if (kind === 'qmp_out') this.qmpLines.push(String(fields['text']));
  }
}

/**
 * The recorder's QMP client. It reads lines through a buffer, and while it waits it takes one line each time the socket
 * has something: of messages that came while it was busy with the console it sees the first, and the others with what
 * comes later.
 */
class QmpClient {
  private readonly unread: string[] = [];

  /** Messages that came while nobody looked. */
  hold(lines: readonly string[]): void {
    this.unread.push(...lines);
  }

  /** A reply was awaited: everything before it is read, in order. */
  untilReply(lines: readonly string[]): string[] {
    const reply = lines.findIndex((line) => !('event' in (JSON.parse(line) as object)));
    const read = [...this.unread.splice(0), ...lines.slice(0, reply + 1)];
    this.unread.push(...lines.slice(reply + 1));
    return read;
  }

  /** Waits for quiet: `before` came while the console was read, `during` one by one since. */
  drain(before: readonly string[], during: readonly string[]): string[] {
    const read: string[] = [];
    this.unread.push(...before);
    if (before.length > 0) read.push(...this.unread.splice(0, 1));
    for (const line of during) {
      this.unread.push(line);
      read.push(...this.unread.splice(0, 1));
    }
    return read;
  }
}

class Replay {
  private readonly session: Session;
  private readonly observer: Observer;
  private readonly client = new QmpClient();
  private tags = 0;

  constructor(session: Session) {
    this.session = session;
    this.observer = new Observer(session);
  }

  run(asked: readonly AskedStep[]): Record<string, unknown> {
    // a step of a recording tells its state after it, and has a trace if it was traced; a scenario says what not to trace
    const traced = (step: AskedStep): boolean => ('after' in step ? step.trace !== undefined : step.trace !== false);
    this.session.settle();
    const { registers, dmesg, qmpLines } = this.observer.take();
    this.session.input('qmp', '{"execute": "qmp_capabilities"}');
    // the recorder's shell has no controlling terminal, and so no job control, and its terminal is a dumb one
    this.session.input('sh', `TERM=dumb; set +m; stty -echo cols 200; cd /; PS1='${PROMPT}'; PS2=\n`);
    this.session.settle();
    this.observer.takeTty();
    this.observe(OBSERVE.boot, OBSERVE.state);
    const kernel = this.peek('/proc/version').trim();
    const initial = this.state();
    this.observe(OBSERVE.tracer);
    this.observer.forest.prepare();
    this.observer.take();
    const steps = asked.map((step, index) => this.step(index + 1, step, traced(step)));
    return {
      kernel,
      greeting: JSON.parse(qmpLines[0] ?? '{}') as unknown,
      bootRegisters: registers,
      bootLog: dmesg,
      initial,
      steps,
    };
  }

  private step(number: number, asked: AskedStep, traced: boolean): Record<string, unknown> {
    const { observer, session } = this;
    this.observe(OBSERVE.before);
    observer.forest.begin();
    const record: Record<string, unknown> = { step: number };
    const parts = { registers: [] as string[], dmesg: [] as string[] };
    /** Takes what was logged until now; returns the lines that QMP sent. */
    const collect = (): string[] => {
      const { registers, dmesg, qmpLines } = observer.take();
      parts.registers.push(...registers);
      parts.dmesg.push(...dmesg);
      return qmpLines;
    };
    const read: string[] = [];
    let waiting: string[] = [];
    let during: string[] = [];
    if (asked.qmp !== undefined) {
      const text = typeof asked.qmp === 'string' ? asked.qmp : JSON.stringify(asked.qmp);
      record['qmp'] = asked.qmp;
      record['reply'] = JSON.parse(session.input('qmp', text).reply ?? 'null') as unknown;
      read.push(...this.client.untilReply(collect()));
    } else if (asked.hmp !== undefined) {
      record['hmp'] = asked.hmp;
      record['reply'] = session.input('hmp', asked.hmp).reply;
      // the recorder sent it through QMP
      read.push(...this.client.untilReply([...collect(), '{"return": ""}']));
    } else {
      record['sh'] = asked.sh;
      record['output'] = this.shell(asked.sh ?? '', asked.timeout ?? 120);
      const before = observer.linesBeforeAwaited();
      const lines = collect();
      waiting = lines.slice(0, before);
      during = lines.slice(before);
    }
    // what sleeps in the background goes on while the recorder waits; a machine that is never quiet, because somebody
    // computes, is given a few times as long
    const waits = (asked.wait ?? 1) * NS_PER_SECOND;
    const end = session.progress().now + waits;
    session.settle(waits * 4);
    if (session.progress().now < end) session.advance(end);
    read.push(...this.client.drain(waiting, [...during, ...collect()]));
    const trace: TraceNode[] = observer.forest.finish();
    const events = read.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => 'event' in line);
    const { registers, dmesg } = parts;
    const after = this.state();
    this.observe(OBSERVE.after, ...(traced ? [OBSERVE.trace] : []), OBSERVE.state);
    return { ...record, events, registers, dmesg, trace, after };
  }

  /** Types what the recorder types to look at the machine; nothing of it is in the record. */
  private observe(...lines: readonly string[]): void {
    for (const line of lines) this.shell(line, 120);
    this.client.hold(this.observer.take().qmpLines);
  }

  /** Types a line as the recorder did, with a tag that marks the end of its output. */
  private shell(line: string, timeout: number): string {
    const { session, observer } = this;
    this.tags++;
    session.input('sh', `${line}; echo @@E""${this.tags}@@$?\n`);
    const end = new RegExp(`@@E${this.tags}@@\\d+\\r?\\n`);
    observer.await(end);
    const limit = session.progress().now + timeout * NS_PER_SECOND;
    let text = '';
    for (;;) {
      text += observer.takeTty();
      const found = end.exec(text);
      if (found) return text.slice(0, found.index).replaceAll('\r', '').replaceAll(PROMPT, '');
      const { nextDue, now, quiet } = session.settle(NS_PER_SECOND);
      text += observer.takeTty();
      if (end.test(text)) continue;
      // a guest that computes in the background is never quiet, and its shell goes on all the same
      if ((quiet && nextDue === undefined) || now >= limit) return text.replaceAll('\r', '');
      session.advance(Math.max(nextDue ?? now, now));
    }
  }

  private peek(path: string): string {
    return peekFile(this.session.machine.kernel, path) ?? '';
  }

  private list(path: string, pattern: RegExp): string[] {
    return this.peek(path)
      .split('\n')
      .filter((name) => pattern.test(name))
      .sort((a, b) => Number(a.replace(/\D/g, '')) - Number(b.replace(/\D/g, '')));
  }

  /** The masks, CPUs and memory blocks as sysfs tells them, read without a task. */
  private state(): Record<string, unknown> {
    const line = (path: string) => this.peek(path).trim();
    const cpus = this.list(CPU, /^cpu\d+$/).map((cpu) => {
      const files = ['hotplug/state', 'hotplug/target', 'online'].map((file) => line(`${CPU}/${cpu}/${file}`));
      return [cpu, files.filter(Boolean)];
    });
    const memory = this.list(MEMORY, /^memory\d+$/).map((block) => {
      return [block, `${line(`${MEMORY}/${block}/state`)} ${line(`${MEMORY}/${block}/valid_zones`)}`.trim()];
    });
    return {
      ...Object.fromEntries(['possible', 'present', 'online', 'offline'].map((mask) => [mask, line(`${CPU}/${mask}`)])),
      cpus: Object.fromEntries(cpus) as unknown,
      memory: Object.fromEntries(memory) as unknown,
    };
  }
}

/** The record as JSON text; `files` are put into the guest's root file system. Throws {@link UsageError} for a file that is no recording or a machine that cannot be. */
export function replay(path: string, files: readonly RootfsEntry[] = []): string {
  let file: { machine?: unknown; kernelArguments?: unknown; steps?: unknown; scenario?: unknown };
  try {
    file = JSON.parse(readFileSync(path, 'utf8')) as typeof file;
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof file.machine !== 'string' || !Array.isArray(file.steps)) {
    throw new UsageError(`${path}: a recording has a text 'machine' and a list 'steps'`);
  }
  const append = RECORDER_ARGUMENTS + String(file.kernelArguments ?? '');
  const session = openWithTools({ version: SCENARIO_VERSION, machine: file.machine, append }, { files });
  if (!session.ok) throw new UsageError(`${path}: ${session.error}`);
  const result = new Replay(session.value).run(file.steps as AskedStep[]);
  return JSON.stringify(
    { scenario: file.scenario, machine: file.machine, kernelArguments: file.kernelArguments ?? '', ...result },
    null,
    1,
  );
}
