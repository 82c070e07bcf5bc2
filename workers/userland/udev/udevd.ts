/**
 * systemd-udevd of systemd 252: listens to the kernel's events, has them worked on by worker processes, each device's
 * in order, and passes them on to those who listen to udev.
 */
import { ERRNO, O_CREAT, O_WRONLY, SIGNALS, type Syscalls } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import type { ProgramTable } from '../program.ts';
import { readFile } from '../stdio.ts';
import type { Tool } from '../tools/tool.ts';
import {
  type Device,
  formatMessage,
  parseMessage,
  readDatabase,
  removeFromDatabase,
  tagProperties,
  writeDatabase,
} from './device.ts';
import { applyRules, type EventContext, runCommands } from './event.ts';
import { loadRules, rulesTimestamp } from './rule-files.ts';
import type { Rule } from './rules.ts';

export const UDEV_VERSION = '252.39-1~deb12u2';
export const CONTROL = '/run/udev/control';
export const QUEUE = '/run/udev/queue';
export const KERNEL_GROUP = 1;
export const UDEV_GROUP = 2;
/** Ends a control message: the other side has said all. */
export const END_OF_REQUEST = 'END';

const MESSAGE_SIZE = 65536;
const SECOND = 1_000_000_000;
/** Between two looks for changed rules, and until idle workers end. */
const INTERVAL = 3 * SECOND;
const NS_PER_USEC = 1000;

const HELP = `systemd-udevd [OPTIONS...]

Rule-based manager for device events and files.

  -h --help                   Print this message
  -V --version                Print version of the program
  -d --daemon                 Detach and run in the background
  -D --debug                  Enable debug output
  -c --children-max=INT       Set maximum number of workers
  -e --exec-delay=SECONDS     Seconds to wait before executing RUN=
  -t --event-timeout=SECONDS  Seconds to wait before terminating an event
  -N --resolve-names=early|late|never
                              When to resolve users and groups

See the systemd-udevd.service(8) man page for details.
`;

/** A device as an event tells of it; the database adds when udev first saw it. */
export function* deviceOfEvent(
  sys: Syscalls,
  properties: Map<string, string>,
): Co<{ readonly device: Device; readonly database: ReadonlyMap<string, string> }> {
  const device: Device = {
    devpath: properties.get('DEVPATH') ?? '',
    properties,
    kept: new Set(),
    tags: new Set(),
    links: new Set(),
  };
  const known: Device = { ...device, properties: new Map(properties), kept: new Set() };
  yield* readDatabase(sys, known);
  const since =
    known.properties.get('USEC_INITIALIZED') ?? `${Math.floor(sys.clock_gettime('monotonic') / NS_PER_USEC)}`;
  properties.set('USEC_INITIALIZED', since);
  tagProperties(device);
  return { device, database: new Map([...known.kept].map((name) => [name, known.properties.get(name) ?? ''])) };
}

/** What a worker does with one event: rules, programs, database, and word to the listeners. */
function* processEvent(
  sys: Syscalls,
  programs: ProgramTable,
  rules: readonly Rule[],
  listeners: number,
  message: string,
): Co {
  const { device, database } = yield* deviceOfEvent(sys, parseMessage(message).properties);
  const context: EventContext = {
    sys,
    programs,
    device,
    database,
    *tell() {},
    run: [],
    result: '',
    final: new Set(),
  };
  yield* applyRules(context, rules);
  yield* runCommands(context);
  if (device.properties.get('ACTION') === 'remove') yield* removeFromDatabase(sys, device);
  else yield* writeDatabase(sys, device);
  yield* sys.sendToGroup(listeners, formatMessage(device.properties), UDEV_GROUP);
}

/** A worker: takes events from the manager until it hangs up. */
const worker = (programs: ProgramTable, rules: readonly Rule[], fd: number, others: readonly number[], first: string) =>
  function* (sys: Syscalls): Co<number> {
    for (const other of others) yield* sys.close(other);
    for (const signal of [SIGNALS.SIGTERM, SIGNALS.SIGHUP, SIGNALS.SIGCHLD]) yield* sys.sigaction(signal, 'default');
    yield* sys.setProcessName('(udev-worker)');
    const listeners = yield* sys.socketUevent();
    for (let message = first; message !== ''; ) {
      yield* processEvent(sys, programs, rules, listeners, message);
      yield* sys.write(fd, 'done');
      const next = yield* sys.read(fd, MESSAGE_SIZE);
      message = typeof next === 'string' ? next : '';
    }
    return 0;
  };

interface QueuedEvent {
  readonly message: string;
  readonly devpath: string;
  worker: Worker | undefined;
}

interface Worker {
  readonly fd: number;
  /** Ends after its event: its rules are old. */
  retired: boolean;
  busy: boolean;
}

const related = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);

/** The daemon. */
class Manager {
  private readonly sys: Syscalls;
  private readonly programs: ProgramTable;
  private readonly kernel: number;
  private readonly control: number;
  private readonly queue: QueuedEvent[] = [];
  private workers: Worker[] = [];
  /** Properties that `udevadm control --property` has set for all events. */
  private readonly properties = new Map<string, string>();
  private rules: readonly Rule[] = [];
  private timestamp = '';
  private checked = 0;
  private childrenMax: number;
  private stopped = false;
  private exiting = false;
  private reloads = false;
  private idleSince = 0;
  private readonly held: number[] = [];

  constructor(sys: Syscalls, programs: ProgramTable, kernel: number, control: number, childrenMax: number) {
    this.sys = sys;
    this.programs = programs;
    this.kernel = kernel;
    this.control = control;
    this.childrenMax = childrenMax;
  }

  *run(): Co<number> {
    const { sys } = this;
    const manager = this;
    yield* sys.sigaction(SIGNALS.SIGTERM, function* () {
      manager.exiting = true;
    });
    yield* sys.sigaction(SIGNALS.SIGINT, function* () {
      manager.exiting = true;
    });
    yield* sys.sigaction(SIGNALS.SIGHUP, function* () {
      manager.reloads = true;
    });
    yield* sys.sigaction(SIGNALS.SIGCHLD, function* () {});
    this.checked = sys.clock_gettime('monotonic');
    yield* this.reload();
    for (;;) {
      if (this.reloads) yield* this.reload();
      yield* this.startEvents();
      yield* this.reap();
      if (this.exiting && this.queue.every((event) => !event.worker)) break;
      yield* this.waitForNews();
    }
    for (const { fd } of this.workers) yield* sys.close(fd);
    return 0;
  }

  private *reload(): Co {
    this.reloads = false;
    this.rules = yield* loadRules(this.sys);
    this.timestamp = yield* rulesTimestamp(this.sys);
    for (const worker of [...this.workers]) yield* this.retire(worker);
  }

  /** An idle worker ends now, a busy one after its event. */
  private *retire(worker: Worker): Co {
    worker.retired = true;
    if (worker.busy) return;
    this.workers = this.workers.filter((other) => other !== worker);
    yield* this.sys.close(worker.fd);
  }

  private *reap(): Co {
    for (;;) {
      const ended = yield* this.sys.wait(-1, true);
      if (typeof ended === 'number' || ended.pid === 0) return;
    }
  }

  private *waitForNews(): Co {
    const { sys } = this;
    const idle = this.queue.length === 0 && this.workers.length > 0;
    const timeout = idle ? Math.max(0, this.idleSince + INTERVAL - sys.clock_gettime('monotonic')) : undefined;
    const sources = this.exiting ? [] : [this.kernel, this.control];
    const ready = yield* sys.poll([...sources, ...this.workers.map(({ fd }) => fd)], timeout);
    if (typeof ready === 'number') return;
    if (ready.length === 0 && idle) for (const worker of [...this.workers]) yield* this.retire(worker);
    for (const fd of ready) {
      if (fd === this.kernel) yield* this.onUevent();
      else if (fd === this.control) yield* this.onControl();
      else yield* this.onWorker(fd);
    }
  }

  private *onUevent(): Co {
    const message = yield* this.sys.read(this.kernel, MESSAGE_SIZE);
    if (typeof message !== 'string') return;
    const { properties } = parseMessage(message);
    if (this.queue.length === 0) {
      const fd = yield* this.sys.open(QUEUE, O_WRONLY | O_CREAT, 0o644);
      if (fd >= 0) yield* this.sys.close(fd);
    }
    const extra = [...this.properties].map(([name, value]) => `${name}=${value}\0`).join('');
    this.queue.push({ message: message + extra, devpath: properties.get('DEVPATH') ?? '', worker: undefined });
  }

  /** Gives events to workers, as long as no earlier event of the same device, or of one above or below, is left. */
  private *startEvents(): Co {
    if (this.queue.length === 0 || this.stopped || this.exiting) return;
    const now = this.sys.clock_gettime('monotonic');
    if (now - this.checked > INTERVAL) {
      this.checked = now;
      if ((yield* rulesTimestamp(this.sys)) !== this.timestamp) yield* this.reload();
    }
    for (const [index, event] of [...this.queue.entries()]) {
      if (event.worker || this.queue.slice(0, index).some(({ devpath }) => related(devpath, event.devpath))) continue;
      const idle = this.workers.find(({ busy, retired }) => !busy && !retired);
      if (idle) {
        idle.busy = true;
        event.worker = idle;
        yield* this.sys.write(idle.fd, event.message);
      } else if (this.workers.length < this.childrenMax) event.worker = yield* this.startWorker(event.message);
    }
  }

  private *startWorker(message: string): Co<Worker | undefined> {
    const { sys } = this;
    const pair = yield* sys.socketpair();
    if (typeof pair === 'number') return undefined;
    const [own, far] = pair;
    const others = [this.kernel, this.control, own, ...this.held, ...this.workers.map(({ fd }) => fd)];
    yield* sys.fork(worker(this.programs, this.rules, far, others, message));
    yield* sys.close(far);
    const made: Worker = { fd: own, retired: false, busy: true };
    this.workers.push(made);
    return made;
  }

  private *onWorker(fd: number): Co {
    const worker = this.workers.find((other) => other.fd === fd);
    if (!worker) return;
    const message = yield* this.sys.read(fd, MESSAGE_SIZE);
    const at = this.queue.findIndex((event) => event.worker === worker);
    if (at >= 0) this.queue.splice(at, 1);
    worker.busy = false;
    // it died
    if (message === '') worker.retired = true;
    if (worker.retired) yield* this.retire(worker);
    if (this.queue.length > 0) return;
    yield* this.sys.unlink(QUEUE);
    this.idleSince = this.sys.clock_gettime('monotonic');
  }

  /** One request of udevadm control; the connection is closed when it is done. */
  private *onControl(): Co {
    const { sys } = this;
    const fd = yield* sys.accept(this.control);
    if (fd < 0) return;
    for (;;) {
      const message = yield* sys.read(fd, MESSAGE_SIZE);
      if (message === -ERRNO.EINTR) continue;
      if (typeof message === 'number' || message === '' || message === END_OF_REQUEST) break;
      yield* this.obey(message);
    }
    if (this.exiting) this.held.push(fd);
    else yield* sys.close(fd);
  }

  private *obey(message: string): Co {
    const [word = '', ...rest] = message.split(' ');
    const value = rest.join(' ');
    switch (word) {
      case 'reload':
        yield* this.reload();
        return;
      case 'stop-exec-queue':
        this.stopped = true;
        return;
      case 'start-exec-queue':
        this.stopped = false;
        return;
      case 'children-max':
        this.childrenMax = Number(value);
        return;
      case 'property': {
        const at = value.indexOf('=');
        if (at + 1 < value.length) this.properties.set(value.slice(0, at), value.slice(at + 1));
        else this.properties.delete(value.slice(0, at));
        return;
      }
      case 'exit':
        this.exiting = true;
        return;
      default:
    }
  }
}

/** Workers at most: by processors, and not more than a machine of little memory can bear. */
function* defaultChildren(sys: Syscalls): Co<number> {
  const cpus = yield* sys.sched_getaffinity(0);
  const meminfo = yield* readFile(sys, '/proc/meminfo');
  const kib = Number(/MemTotal:\s*(\d+)/.exec(typeof meminfo === 'string' ? meminfo : '')?.[1] ?? 0);
  return Math.min((typeof cpus === 'number' ? 1 : cpus.length) * 2 + 16, Math.max(10, Math.floor(kib / (128 * 1024))));
}

/** The program systemd-udevd. */
export function* udevd(tool: Tool): Co<number> {
  const { sys, programs } = tool;
  const options = yield* tool.options('hVdDc:e:t:N:', {
    help: 'h',
    version: 'V',
    daemon: 'd',
    debug: 'D',
    'children-max': 'c',
    'exec-delay': 'e',
    'event-timeout': 't',
    'resolve-names': 'N',
  });
  if (options.has('h')) {
    yield* tool.print(HELP);
    return 0;
  }
  if (options.has('V')) {
    yield* tool.print(`${UDEV_VERSION}\n`);
    return 0;
  }
  yield* tool.printError(`Starting systemd-udevd version ${UDEV_VERSION}\n`);
  yield* sys.mkdir('/run/udev', 0o755);
  const probe = yield* sys.socketLocal();
  if ((yield* sys.connect(probe, CONTROL)) === 0) {
    yield* tool.printError('Failed to listen on sockets: Address already in use\n');
    return 1;
  }
  yield* sys.close(probe);
  yield* sys.unlink(CONTROL);
  const kernel = yield* sys.socketUevent();
  const control = yield* sys.socketLocal();
  yield* sys.bindGroups(kernel, KERNEL_GROUP);
  yield* sys.listen(control, CONTROL);
  const given = Number(options.value('c') ?? 0);
  const childrenMax = given > 0 ? given : yield* defaultChildren(sys);
  const main = function* (own: Syscalls): Co<number> {
    return yield* new Manager(own, programs, kernel, control, childrenMax).run();
  };
  if (!options.has('d')) return yield* main(sys);
  const pid = yield* sys.fork(function* (own) {
    yield* own.setsid();
    const nothing = yield* own.open('/dev/null', O_WRONLY);
    if (nothing >= 0) for (const fd of [0, 1, 2]) yield* own.dup2(nothing, fd);
    if (nothing > 2) yield* own.close(nothing);
    return yield* main(own);
  });
  return pid < 0 ? 1 : 0;
}
