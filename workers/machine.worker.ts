/** The only file that knows it is in a worker: the machine's session behind Comlink, the log over a port of its own. */
import { expose } from 'comlink';
import type { MachineConfig } from './abi/machine-config.ts';
import type { Architecture, LateParts } from './machine/architecture.ts';
import { configure } from './machine/machine.ts';
import { Session } from './machine/session.ts';
import type { MonitorCommands } from './monitor/qmp-context.ts';
import {
  type LabMachine,
  type LogCredit,
  type LogMessage,
  type LogPort,
  NOT_FETCHED,
  type Progress,
} from './protocol/machine-api.ts';
import type { InputChannel } from './protocol/scenario.ts';
import type { LateUserland } from './userland/program.ts';

/** Real time that one call may take, so that the next command does not wait for long. */
const SLICE_MS = 12;

/** Chunks that may be on their way to the page. */
const CREDITS = 64;

let arm64: Architecture | undefined;
let userland: LateUserland | undefined;
let monitor: MonitorCommands | undefined;

/** Chunks of their own. */
const late: LateParts = {
  arm64: () => arm64 ?? tooEarly('architecture'),
  userland: () => userland ?? tooEarly('userland'),
  monitor: () => monitor ?? tooEarly('monitor'),
};

function tooEarly(part: string): never {
  throw new Error(`the ${part} is used before it is loaded`);
}

/** A chunk, once it is there. */
async function fetched<T>(chunk: Promise<T>): Promise<T> {
  try {
    return await chunk;
  } catch (error) {
    throw Object.assign(new Error(error instanceof Error ? error.message : String(error)), { name: NOT_FETCHED });
  }
}

/** Loads what a machine is built from. */
async function loadFor(board: MachineConfig['board']): Promise<void> {
  if (board === 'virt') arm64 ??= (await fetched(import('./machine/arm64.ts'))).arm64;
}

/** Loads what an input of the channel needs. */
async function load(channel: InputChannel): Promise<void> {
  if (channel === 'sh') userland ??= (await fetched(import('./userland/late.ts'))).lateUserland;
  else monitor ??= (await fetched(import('./monitor/qmp-commands.ts'))).monitorCommands;
}

let loadsAhead = false;

/** Fetches what a first input needs while nobody waits for it. A failure shows when the input comes. */
function loadAhead(): void {
  if (loadsAhead) return;
  loadsAhead = true;
  for (const channel of ['sh', 'qmp'] as const) load(channel).catch(() => {});
}

/** Inputs take effect in the order in which they came, whatever has to be loaded for each. */
let lastInput: Promise<unknown> = Promise.resolve();

let session: Session | undefined;
let port: LogPort | undefined;
let credits = CREDITS;

function current(): Session {
  if (!session) throw new Error('no machine has been powered on');
  return session;
}

function sendLog(): void {
  if (!port || !session || credits <= 0) return;
  const chunks = session.machine.log.take();
  if (chunks.length === 0) return;
  credits -= chunks.length;
  const message: LogMessage = { chunks };
  port.postMessage(
    message,
    chunks.map(({ words }) => words.buffer),
  );
}

function slice(run: (sliceOver: () => boolean) => Progress): Promise<Progress> {
  const end = performance.now() + SLICE_MS;
  const progress = run(() => performance.now() > end);
  sendLog();
  if (progress.quiet) loadAhead();
  return Promise.resolve(progress);
}

const machine: LabMachine = {
  async powerOn(scenario, logPort) {
    const config = configure(scenario);
    if (!config.ok) return config;
    await loadFor(config.value.board);
    const opened = Session.open(scenario, { late });
    if (!opened.ok) return opened;
    await Promise.all((scenario.inputs ?? []).map(({ channel }) => load(channel)));
    session = opened.value;
    port = logPort;
    credits = CREDITS;
    logPort.addEventListener('message', ({ data }) => {
      credits += (data as LogCredit).credits;
      sendLog();
    });
    logPort.start();
    return { ok: true, value: session.description };
  },
  advance: (until) => slice((sliceOver) => current().advance(until, sliceOver)),
  settle: (limit, hold) => slice((sliceOver) => current().settle(limit, sliceOver, hold)),
  takeOver: () => slice(() => current().takeOver()),
  breakAt: (functions) => Promise.resolve(current().breakAt(functions)),
  step: (kind) => slice(() => current().step(kind)),
  input(channel, text) {
    const to = current();
    const result = lastInput.then(async () => {
      await load(channel);
      const given = to.input(channel, text);
      sendLog();
      return given;
    });
    lastInput = result.catch(() => {});
    return result;
  },
  journal: () => Promise.resolve(current().journal()),
  logHash: () => Promise.resolve(current().machine.log.hash()),
  backtrace: (vcpu) => Promise.resolve(current().machine.backtrace(vcpu)),
};

expose(machine);
