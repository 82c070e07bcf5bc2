/** `lab bench --json`: figures of the headless machine, one line of JSON each: {name, value, unit}. */
import { openWithTools } from '../machine/open.ts';
import type { Session } from '../machine/session.ts';
import { SCENARIO_VERSION } from '../protocol/scenario.ts';
import { parseArguments, UsageError } from './arguments.ts';

const MACHINE = '-M q35 -accel kvm -cpu max -smp 2,maxcpus=4 -m 512M';
const ROUNDS = 7;

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

function open(machine = MACHINE): Session {
  const session = openWithTools({ version: SCENARIO_VERSION, machine, append: 'loglevel=3' });
  if (!session.ok) throw new Error(session.error);
  return session.value;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Milliseconds that `work` takes. */
function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function plugAndOnline(session: Session): void {
  const { cpuType } = session.description;
  const props = { 'socket-id': 0, 'core-id': 2, 'thread-id': 0 };
  session.input('qmp', JSON.stringify({ execute: 'device_add', arguments: { driver: cpuType, id: 'cpu2', ...props } }));
  session.settle();
  session.input('sh', 'echo 1 > /sys/devices/system/cpu/cpu2/online\n');
  session.settle();
}

function* figures(): Generator<Figure> {
  const boots: number[] = [];
  const plugs: number[] = [];
  const rates: number[] = [];
  let bootRecords = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let session: Session | undefined;
    const boot = timed(() => {
      session = open();
      session.settle();
    });
    if (!session) return;
    const machine: Session = session;
    bootRecords = machine.progress().records;
    boots.push(boot);
    rates.push((bootRecords / boot) * 1000);
    machine.input('qmp', '{"execute": "qmp_capabilities"}');
    plugs.push(timed(() => plugAndOnline(machine)));
  }
  yield { name: 'boot to shell, 2 CPUs (Node)', value: median(boots), unit: 'ms' };
  yield { name: 'records logged during that boot', value: bootRecords, unit: 'events' };
  yield { name: 'events recorded a second (Node)', value: median(rates), unit: 'events/s' };
  yield { name: 'hot-add to online (Node)', value: median(plugs), unit: 'ms' };
  const many = timed(() => open('-M q35 -accel kvm -cpu max -smp 64 -m 512M').settle());
  yield { name: 'boot to shell, 64 CPUs (Node)', value: many, unit: 'ms' };
}

export function benchCommand(args: readonly string[]): void {
  const { flags, words } = parseArguments(args, [], ['json']);
  if (words.length > 0) throw new UsageError('usage: lab bench [--json]');
  for (const figure of figures()) {
    if (flags.has('json')) process.stdout.write(`${JSON.stringify(figure)}\n`);
    else process.stdout.write(`${figure.name.padEnd(44)}${figure.value.toFixed(1).padStart(12)} ${figure.unit}\n`);
  }
}
