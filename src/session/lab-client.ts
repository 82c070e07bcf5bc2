import * as Comlink from 'comlink';
import type { LogChunk } from '../../workers/protocol/log-format.ts';
import type { LabMachine, LogCredit, LogMessage, MachineDescription } from '../../workers/protocol/machine-api.ts';
import type { Parsed, Scenario } from '../../workers/protocol/scenario.ts';
import { isNotFetched } from './late.ts';

/** A worker with one machine in it. */
export interface LabClient {
  readonly machine: Comlink.Remote<LabMachine>;
  /** The end of the log's port that goes to the worker. */
  readonly logPort: MessagePort;
  /** Tells of a fault inside the worker that nothing caught. */
  onFault: (message: string) => void;
  onChunks: (chunks: readonly LogChunk[]) => void;
  close(): void;
}

/** Starts the worker. Each chunk of the log is answered with a credit once it has been taken. */
export function startLabClient(): LabClient {
  const worker = new Worker(new URL('../../workers/machine.worker.ts', import.meta.url), { type: 'module' });
  const { port1, port2 } = new MessageChannel();
  const client: LabClient = {
    machine: Comlink.wrap<LabMachine>(worker),
    logPort: port2,
    onFault: () => {},
    onChunks: () => {},
    close() {
      port1.close();
      worker.terminate();
    },
  };
  port1.addEventListener('message', (event: MessageEvent<LogMessage>) => {
    const { chunks } = event.data;
    client.onChunks(chunks);
    const credit: LogCredit = { credits: chunks.length };
    port1.postMessage(credit);
  });
  port1.start();
  worker.addEventListener('error', (event) => client.onFault(event.message));
  return client;
}

/** Powers a machine on. `missing`: for want of a part of the lab, not because such a machine cannot be. */
export async function openMachine(
  { machine, logPort }: LabClient,
  scenario: Scenario,
): Promise<{ readonly opened: Parsed<MachineDescription>; readonly missing: boolean }> {
  try {
    return { opened: await machine.powerOn(scenario, Comlink.transfer(logPort, [logPort])), missing: false };
  } catch (error) {
    if (!isNotFetched(error)) throw error;
    return { opened: { ok: false, error: error.message }, missing: true };
  }
}
