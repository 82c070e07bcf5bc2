/** What the devices' tests share. */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import type { IrqLine } from '../abi/irq-line.ts';
import type { PossibleCpu } from '../abi/machine-config.ts';
import { formatQemuTrace } from '../protocol/qemu-trace.ts';
import { EventLog } from '../sim/event-log.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { LogLines } from '../sim/testing.ts';

/** A log and the real clock, without processors. */
export function testBench() {
  const log = new EventLog();
  const clock = new Scheduler(log);
  return { log, clock, lines: new LogLines(log), runTo: (time: number) => runTo(clock, time) };
}

function runTo(clock: Scheduler, time: number): void {
  clock.run(time);
  clock.advanceTo(time);
}

/** A wire that remembers each change. */
export class TestLine implements IrqLine {
  readonly name = 'test';
  readonly changes: boolean[] = [];
  level = false;

  set(level: boolean): void {
    if (level !== this.level) this.changes.push(level);
    this.level = level;
  }
}

export function possibleCpus(count: number, present = count): PossibleCpu[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    apicId: index,
    socketId: 0,
    dieId: 0,
    coreId: index,
    threadId: 0,
    nodeId: 0,
    present: index < present,
  }));
}

/** The qemu_trace records among a log's lines, as QEMU prints them. */
export function traceLines(lines: LogLines): string[] {
  return lines.take('qemu_trace').map((line) => {
    const fields = Object.fromEntries(line.split(' ').map((part) => part.split('=')));
    return formatQemuTrace(fields['point'] ?? '', Number(fields['a']), Number(fields['b']), Number(fields['c']));
  });
}

type Access = readonly ['read', number, AccessWidth] | readonly ['write', number, AccessWidth, number];

const last = (line: string): number => Number(line.match(/0x[0-9a-f]+$/)?.[0] ?? 0);

/** The register access that made QEMU print a trace line; undefined: it is the consequence of another access. */
const ACCESSES: Readonly<Record<string, (line: string) => Access | undefined>> = {
  cpuhp_acpi_write_idx: (line) => ['write', 0, 4, last(line)],
  cpuhp_acpi_read_flags: () => ['read', 4, 1],
  cpuhp_acpi_clear_inserting_evt: () => ['write', 4, 1, 0b0010],
  cpuhp_acpi_clear_remove_evt: () => ['write', 4, 1, 0b0100],
  cpuhp_acpi_ejecting_cpu: () => ['write', 4, 1, 0b1000],
  cpuhp_acpi_write_cmd: (line) => ['write', 5, 1, last(line)],
  cpuhp_acpi_cpu_has_events: () => undefined,
  cpuhp_acpi_read_cmd_data: () => ['read', 8, 4],
  cpuhp_acpi_write_ost_ev: (line) => ['write', 8, 4, last(line)],
  cpuhp_acpi_write_ost_status: (line) => ['write', 8, 4, last(line)],
  mhp_acpi_write_slot: (line) => ['write', 0, 4, last(line)],
  mhp_acpi_read_addr_lo: () => ['read', 0, 4],
  mhp_acpi_read_addr_hi: () => ['read', 4, 4],
  mhp_acpi_read_size_lo: () => ['read', 8, 4],
  mhp_acpi_read_size_hi: () => ['read', 0xc, 4],
  mhp_acpi_read_pxm: () => ['read', 0x10, 4],
  mhp_acpi_read_flags: () => ['read', 0x14, 1],
  mhp_acpi_clear_insert_evt: () => ['write', 0x14, 1, 0b0010],
  mhp_acpi_clear_remove_evt: () => ['write', 0x14, 1, 0b0100],
  mhp_acpi_write_ost_ev: (line) => ['write', 4, 4, last(line)],
  mhp_acpi_write_ost_status: (line) => ['write', 8, 4, last(line)],
};

/** Makes the accesses that a recorded trace tells of; the device's own trace can then be held against it. */
export function repeatAccesses(device: IoHandler, recorded: readonly string[]): void {
  for (const line of recorded) {
    const access = ACCESSES[line.slice(0, line.indexOf(' '))];
    if (!access) throw new Error(`no access known for ${line}`);
    const [direction, offset, width, value] = access(line) ?? [];
    if (direction === 'read') device.read(offset, width);
    else if (direction === 'write') device.write(offset, width, value);
  }
}
