/** `lab bench [--json] [--aml TABLE]`: figures of the headless machine, a line each; as JSON: {name, value, unit}. */
import { readFileSync } from 'node:fs';
import { openWithTools } from '../machine/open.ts';
import type { Session } from '../machine/session.ts';
import { LogReader } from '../protocol/log-format.ts';
import { SCENARIO_VERSION } from '../protocol/scenario.ts';
import { AmlBench } from './aml.ts';
import { parseArguments, UsageError } from './arguments.ts';

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

const MIB = 2 ** 20;
const CPU_FOLDER = '/sys/devices/system/cpu';
const MEMORY_FOLDER = '/sys/devices/system/memory';

/** A machine at its prompt. */
class BenchMachine {
  readonly session: Session;
  private readonly log = new LogReader();

  constructor(machine: string) {
    const session = openWithTools({ version: SCENARIO_VERSION, machine, append: 'loglevel=3' });
    if (!session.ok) throw new Error(session.error);
    this.session = session.value;
    this.session.settle();
  }

  get records(): number {
    return this.session.progress().records;
  }

  /** A command that has to succeed. */
  qmp(execute: string, args: Readonly<Record<string, unknown>> = {}): void {
    const { reply } = this.session.input('qmp', JSON.stringify({ execute, arguments: args }));
    if (!reply?.startsWith('{"return"')) throw new Error(`${execute}: ${reply}`);
    this.session.settle();
  }

  /** Types a line; returns what the terminal shows. */
  shell(line: string): string {
    this.takeLog();
    const from = this.log.length;
    this.session.input('sh', `${line}\n`);
    this.session.settle();
    this.takeLog();
    let shown = '';
    for (const { kind, fields } of this.log.from(from)) if (kind === 'tty_out') shown += String(fields['text']);
    // the prompt switches bracketed paste on and off around what is typed
    return shown.replaceAll(/\x1b\[\?2004[hl]\r?/g, '');
  }

  /** Plugs a DIMM of its own backend. */
  plugDimm(name: string, size: number): void {
    this.qmp('object-add', { 'qom-type': 'memory-backend-ram', id: `${name}-backend`, size });
    this.qmp('device_add', { driver: 'pc-dimm', id: name, memdev: `${name}-backend` });
  }

  /** The figures are worth nothing when the work was not done. */
  expect(line: string, output: string): void {
    const shown = this.shell(line);
    if (!shown.split(/\r?\n/).includes(output))
      throw new Error(`${line}: expected ${output}, the terminal has ${shown}`);
  }

  private takeLog(): void {
    for (const chunk of this.session.machine.log.take()) this.log.append(chunk);
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Milliseconds that `work` takes. */
function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/** Milliseconds of processor time that `work` takes, compiler and garbage collection included: what a busy machine leaves comparable. */
function timedProcessor(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const TWO_OF_FOUR = '-M q35 -accel kvm -cpu max -smp 2,maxcpus=4 -m 512M';
const BOOTS = 7;

function plugAndOnline(machine: BenchMachine): void {
  const props = { 'socket-id': 0, 'core-id': 2, 'thread-id': 0 };
  machine.qmp('device_add', { driver: machine.session.description.cpuType, id: 'cpu2', ...props });
  machine.shell(`echo 1 > ${CPU_FOLDER}/cpu2/online`);
}

function* boots(): Generator<Figure> {
  const times: number[] = [];
  const plugs: number[] = [];
  let records = 0;
  for (let round = 0; round < BOOTS; round++) {
    let machine: BenchMachine | undefined;
    times.push(
      timed(() => {
        machine = new BenchMachine(TWO_OF_FOUR);
      }),
    );
    if (!machine) return;
    const booted: BenchMachine = machine;
    records = booted.records;
    booted.qmp('qmp_capabilities');
    plugs.push(timed(() => plugAndOnline(booted)));
    booted.expect(`cat ${CPU_FOLDER}/online`, '0-2');
  }
  const [cold = 0] = times;
  yield { name: 'boot to shell, 2 CPUs, the first of a process (Node)', value: cold, unit: 'ms' };
  yield { name: `boot to shell, 2 CPUs, median of ${BOOTS} (Node)`, value: median(times), unit: 'ms' };
  yield { name: 'events of that boot', value: records, unit: 'events' };
  yield { name: 'events a second, first boot (Node)', value: (records / cold) * 1000, unit: '1/s' };
  yield { name: 'hot-add to online, the first of a process (Node)', value: plugs[0] ?? 0, unit: 'ms' };
  yield { name: `hot-add to online, median of ${BOOTS} (Node)`, value: median(plugs), unit: 'ms' };
}

/** Down and up again with 63 CPUs, by the shell: the engine when it is warm. */
const ALL_DOWN_AND_UP = `for s in 0 1; do i=1; while [ $i -lt 64 ]; do echo $s > ${CPU_FOLDER}/cpu$i/online; i=$((i+1)); done; done`;
const ROUNDS = 9;

function* steady(): Generator<Figure> {
  let machine: BenchMachine | undefined;
  const boot = timed(() => {
    machine = new BenchMachine('-M q35 -accel kvm -cpu max -smp 64 -m 1G');
  });
  if (!machine) return;
  const { session }: BenchMachine = machine;
  yield { name: 'boot to shell, 64 CPUs (Node)', value: boot, unit: 'ms' };
  const rates: number[] = [];
  const processorRates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = machine.records;
    let wall = 0;
    const processor = timedProcessor(() => {
      wall = timed(() => {
        session.input('sh', `${ALL_DOWN_AND_UP}\n`);
        session.settle();
        session.machine.log.take();
      });
    });
    const records = machine.records - before;
    rates.push((records / wall) * 1000);
    processorRates.push((records / processor) * 1000);
  }
  // the first rounds compile the engine
  const warm = rates.slice(2);
  const what = `63 CPUs down and up, warm, median of ${warm.length}`;
  yield { name: `events a second, ${what} (Node)`, value: median(warm), unit: '1/s' };
  yield {
    name: `events a second of processor time, ${what} (Node)`,
    value: median(processorRates.slice(2)),
    unit: '1/s',
  };
}

const ONLINE_ALL = `for i in $(grep -l offline ${MEMORY_FOLDER}/memory*/state); do echo online_movable > $i; done`;

function* memory(): Generator<Figure> {
  const machine = new BenchMachine('-M q35 -accel kvm -cpu max -smp 2 -m 1G,slots=4,maxmem=16G');
  machine.qmp('qmp_capabilities');
  const plug = timed(() => {
    machine.plugDimm('dimm0', 1024 * MIB);
    machine.shell(ONLINE_ALL);
  });
  machine.expect(`grep -l offline ${MEMORY_FOLDER}/memory*/state | wc -l`, '0');
  yield { name: 'hot-add of a 1 GiB DIMM until its 8 blocks are online (Node)', value: plug, unit: 'ms' };
  const block = `${MEMORY_FOLDER}/memory39/state`;
  const offline = timed(() => {
    machine.shell(`echo offline > ${block}`);
  });
  machine.expect(`cat ${block}`, 'offline');
  yield { name: 'offlining a block with 32,768 pages (Node)', value: offline, unit: 'ms' };

  const full = new BenchMachine('-M q35 -accel kvm -cpu max -smp 2 -m 1G,slots=256,maxmem=64G');
  full.qmp('qmp_capabilities');
  const all = timed(() => {
    for (let slot = 0; slot < 256; slot++) full.plugDimm(`dimm${slot}`, 128 * MIB);
  });
  full.expect(`grep -l offline ${MEMORY_FOLDER}/memory*/state | wc -l`, '256');
  yield { name: '256 DIMMs of 128 MiB plugged one after the other (Node)', value: all, unit: 'ms' };
}

const VIRT = '-M virt,gic-version=3 -cpu cortex-a57 -bios QEMU_EFI.fd -smp 4 -m 1G,slots=4,maxmem=16G';

/** The other architecture: what the lines above tell of a PC. */
function* virt(): Generator<Figure> {
  const times: number[] = [];
  const cycles: number[] = [];
  let last: BenchMachine | undefined;
  for (let round = 0; round < BOOTS; round++) {
    let machine: BenchMachine | undefined;
    times.push(
      timed(() => {
        machine = new BenchMachine(VIRT);
      }),
    );
    if (!machine) return;
    const booted: BenchMachine = machine;
    cycles.push(timed(() => booted.shell(`for s in 0 1; do echo $s > ${CPU_FOLDER}/cpu1/online; done`)));
    booted.expect(`cat ${CPU_FOLDER}/online`, '0-3');
    last = booted;
  }
  yield { name: `virt: boot to shell, 4 CPUs, median of ${BOOTS} (Node)`, value: median(times), unit: 'ms' };
  yield { name: `virt: a CPU off and on by PSCI, median of ${BOOTS} (Node)`, value: median(cycles), unit: 'ms' };
  if (!last) return;
  const machine: BenchMachine = last;
  machine.qmp('qmp_capabilities');
  const plug = timed(() => {
    machine.plugDimm('dimm0', 1024 * MIB);
    machine.shell(ONLINE_ALL);
  });
  machine.expect(`grep -l offline ${MEMORY_FOLDER}/memory*/state | wc -l`, '0');
  yield { name: 'virt: hot-add of a 1 GiB DIMM until its 8 blocks are online (Node)', value: plug, unit: 'ms' };
}

/** What is evaluated of a table that has it; see `npm run bench`, which asks acpiexec for the same. */
const AML_METHOD = '\\_SB.CPUS.CSCN';
const AML_EVALUATIONS = 20_000;

function* aml(file: string): Generator<Figure> {
  const bench = new AmlBench([new Uint8Array(readFileSync(file))]);
  const evaluate = (count: number): void => {
    for (let evaluation = 0; evaluation < count; evaluation++) {
      const { status } = bench.evaluate(AML_METHOD, []);
      if (status !== 'AE_OK') throw new Error(`${AML_METHOD}: ${status}`);
    }
  };
  evaluate(AML_EVALUATIONS / 4);
  const took = timedProcessor(() => evaluate(AML_EVALUATIONS));
  yield {
    name: `AML: evaluations of ${AML_METHOD} a second of processor time (Node)`,
    value: (AML_EVALUATIONS / took) * 1000,
    unit: '1/s',
  };
}

function* figures(table: string | undefined): Generator<Figure> {
  if (table !== undefined) {
    yield* aml(table);
    return;
  }
  yield* boots();
  yield* steady();
  yield* memory();
  yield* virt();
}

export function benchCommand(args: readonly string[]): void {
  const { flags, options, words } = parseArguments(args, ['aml'], ['json']);
  if (words.length > 0) throw new UsageError('usage: lab bench [--json] [--aml TABLE]');
  for (const figure of figures(options.get('aml'))) {
    if (flags.has('json')) process.stdout.write(`${JSON.stringify(figure)}\n`);
    else process.stdout.write(`${figure.name.padEnd(68)}${figure.value.toFixed(1).padStart(12)} ${figure.unit}\n`);
  }
}
