/** A machine under test: inputs as a user gives them, answers as a user sees them. */
import type { Machine, MachineOptions } from '../machine/machine.ts';
import { openWithTools } from '../machine/open.ts';
import type { Session } from '../machine/session.ts';
import { type LabEvent, LogReader } from '../protocol/log-format.ts';
import { formatQemuTrace } from '../protocol/qemu-trace.ts';
import { SCENARIO_VERSION } from '../protocol/scenario.ts';

export const TWO_OF_FOUR = '-M q35 -accel kvm -cpu max -smp 2,maxcpus=4 -m 512M,slots=4,maxmem=4G';

export class Lab {
  readonly session: Session;
  readonly log = new LogReader();
  private mark = 0;

  constructor(machine = TWO_OF_FOUR, append = 'loglevel=3', options: Omit<MachineOptions, 'late'> = {}) {
    const session = openWithTools({ version: SCENARIO_VERSION, machine, append }, options);
    if (!session.ok) throw new Error(session.error);
    this.session = session.value;
    this.session.settle();
    this.qmp({ execute: 'qmp_capabilities' });
  }

  get machine(): Machine {
    return this.session.machine;
  }

  /** Sends a command and lets the machine come to rest; returns the reply. */
  qmp(command: unknown): unknown {
    const { reply } = this.session.input('qmp', JSON.stringify(command));
    this.session.settle();
    return JSON.parse(reply ?? 'null') as unknown;
  }

  hmp(line: string): string {
    const { reply } = this.session.input('hmp', line);
    this.session.settle();
    return (reply ?? '').replaceAll('\r', '');
  }

  /** Types a line of shell; returns what the terminal showed after the echoed line, without the prompt. */
  sh(line: string): string {
    this.collect();
    const start = this.log.length;
    this.session.input('sh', `${line}\n`);
    this.session.settle();
    this.collect();
    const shown = [...this.log.from(start)]
      .filter(({ kind }) => kind === 'tty_out')
      .map(({ fields }) => fields['text'])
      .join('')
      .replace(/\r|\x1b\[\?2004[hl]/g, '');
    const lines = shown.split('\n');
    return lines.slice(1, -1).join('\n');
  }

  plug(index: number, id = `cpu${index}`): unknown {
    const slot = this.session.description.slots[index];
    return this.qmp({
      execute: 'device_add',
      arguments: { driver: this.session.description.cpuType, id, ...slot?.props },
    });
  }

  /** Events since the last call (of one kind). */
  events(kind?: string): LabEvent[] {
    this.collect();
    const found = [...this.log.from(this.mark)].filter((event) => kind === undefined || event.kind === kind);
    this.mark = this.log.length;
    return found;
  }

  private collect(): void {
    for (const chunk of this.machine.log.take()) this.log.append(chunk);
  }

  /** QEMU's trace lines since the last call. */
  registers(): string[] {
    return this.events('qemu_trace').map(({ fields }) =>
      formatQemuTrace(String(fields['point']), Number(fields['a']), Number(fields['b']), Number(fields['c'])),
    );
  }

  cpuMask(mask: 'possible' | 'present' | 'online' | 'offline'): string {
    return this.sh(`cat /sys/devices/system/cpu/${mask}`);
  }
}
