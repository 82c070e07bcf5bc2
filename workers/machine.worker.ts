/** The only file that knows it is in a worker: the machine's session behind Comlink, the log over a port of its own. */
import { expose } from 'comlink';
import { Session } from './machine/session.ts';
import type { LabMachine, LogCredit, LogMessage, LogPort, Progress } from './protocol/machine-api.ts';
import type { ToolSource } from './userland/program.ts';

/** Real time that one call may take, so that the next command does not wait for long. */
const SLICE_MS = 12;

/** Chunks that may be on their way to the page. */
const CREDITS = 64;

/** The guest's tools, a chunk of their own: nothing runs them before somebody types at the shell. */
let makeTool: ToolSource | undefined;

async function loadTools(): Promise<void> {
  makeTool ??= (await import('./userland/tools/table.ts')).makeTool;
}

const lazyTool: ToolSource = (name, programs) => {
  if (!makeTool) throw new Error(`${name} is run before the tools are loaded`);
  return makeTool(name, programs);
};

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
  return Promise.resolve(progress);
}

const machine: LabMachine = {
  async powerOn(scenario, logPort) {
    const opened = Session.open(scenario, { tools: lazyTool });
    if (!opened.ok) return opened;
    if (scenario.inputs?.some(({ channel }) => channel === 'sh')) await loadTools();
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
  step: (kind) => slice(() => current().step(kind)),
  async input(channel, text) {
    if (channel === 'sh') await loadTools();
    const result = current().input(channel, text);
    sendLog();
    return result;
  },
  journal: () => Promise.resolve(current().journal()),
  logHash: () => Promise.resolve(current().machine.log.hash()),
  backtrace: (vcpu) => Promise.resolve(current().machine.backtrace(vcpu)),
};

expose(machine);
