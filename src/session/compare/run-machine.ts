import * as Comlink from 'comlink';
import { LogReader } from '../../../workers/protocol/log-format.ts';
import type { Scenario, ScenarioInput } from '../../../workers/protocol/scenario.ts';
import { startLabClient } from '../lab-client.ts';
import { SUBJECTS } from './steps.ts';

const given = (channel: ScenarioInput['channel'], text: string): ScenarioInput => ({ at: 'quiet', channel, text });

const INPUTS: readonly ScenarioInput[] = [
  given('qmp', '{"execute": "qmp_capabilities"}'),
  given('hmp', 'object_add memory-backend-ram,id=mem1,size=1G'),
  ...Object.values(SUBJECTS).flatMap((parts) =>
    parts.map(({ name, input }) => given(name === 'plug' ? 'hmp' : 'sh', input)),
  ),
];

/** Two machines as alike as their types allow. */
export const COMPARED = {
  gpe: '-M q35 -accel kvm -cpu max -smp 2 -m 1G,slots=4,maxmem=8G',
  ged: '-M virt,gic-version=3 -cpu cortex-a57 -bios QEMU_EFI.fd -smp 2 -m 1G,slots=4,maxmem=8G',
} as const;

export const comparedScenario = (road: keyof typeof COMPARED): Scenario => ({
  version: 1,
  machine: COMPARED[road],
  inputs: INPUTS,
});

const SETTLE_NS = 600e9;

/** Runs a machine with these inputs to rest, in a worker of its own, and gives its whole log. */
export async function runMachine(scenario: Scenario, signal: AbortSignal): Promise<LogReader> {
  const client = startLabClient();
  const log = new LogReader();
  let fault: string | undefined;
  client.onChunks = (chunks) => {
    for (const chunk of chunks) log.append(chunk);
  };
  const faulted = new Promise<never>((_, reject) => {
    client.onFault = (message) => {
      fault = message;
      reject(new Error(message));
    };
    signal.addEventListener('abort', () => reject(new Error('aborted')));
  });
  const run = async (): Promise<LogReader> => {
    const opened = await client.machine.powerOn(scenario, Comlink.transfer(client.logPort, [client.logPort]));
    if (!opened.ok) throw new Error(opened.error);
    for (;;) {
      const { quiet, records } = await client.machine.settle(SETTLE_NS);
      // chunks come over a port of their own
      if (quiet && log.length >= records) return log;
      if (quiet) await new Promise((resolve) => setTimeout(resolve, 10));
      if (fault !== undefined) throw new Error(fault);
    }
  };
  try {
    return await Promise.race([run(), faulted]);
  } finally {
    client.close();
  }
}
