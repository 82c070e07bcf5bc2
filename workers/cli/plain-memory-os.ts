/**
 * An operating system for ACPICA alone: address spaces of plain memory, no other threads. Waiting takes no time; what
 * would have to wait for another thread times out at once.
 */
import type { AcpiOs, AcpiSemaphore, AcpiStatus } from '../abi/acpi-os.ts';
import type { Co } from '../sim/coroutine.ts';

/** One access to an address space. */
export interface SpaceAccess {
  readonly write: boolean;
  /** The specification's name of the space. */
  readonly space: string;
  /** Bits. */
  readonly width: number;
  readonly address: number;
  readonly value: bigint;
}

interface PlainSemaphore extends AcpiSemaphore {
  units: number;
}

/** What acpiexec's _OSI answers true for: the Windows versions and no kernel's own names. */
const INTERFACES: readonly string[] = [
  'Windows 2000',
  'Windows 2001',
  'Windows 2001 SP1',
  'Windows 2001.1',
  'Windows 2001 SP2',
  'Windows 2001.1 SP1',
  'Windows 2006',
  'Windows 2006.1',
  'Windows 2006 SP1',
  'Windows 2006 SP2',
  'Windows 2009',
  'Windows 2012',
  'Windows 2013',
  'Windows 2015',
  'Windows 2016',
  'Windows 2017',
  'Windows 2017.2',
  'Windows 2018',
  'Windows 2018.2',
  'Windows 2019',
  'Extended Address Space Descriptor',
];

/** 100 ns units that looking at the timer takes: a loop without end comes to its time limit. */
const TIMER_STEP = 100n;

export class PlainMemoryOs implements AcpiOs {
  /** Accesses in order; cleared by whoever reads it. */
  accesses: SpaceAccess[] = [];
  /** Messages of ACPICA. */
  messages: string[] = [];
  private readonly fill: number;
  private readonly spaces = new Map<string, Map<number, number>>();
  private timer = 0n;

  /** `fill`: what every byte reads as until it is written. */
  constructor(fill = 0) {
    this.fill = fill & 0xff;
  }

  private bytesOf(space: string): Map<number, number> {
    const known = this.spaces.get(space);
    if (known) return known;
    const bytes = new Map<number, number>();
    this.spaces.set(space, bytes);
    return bytes;
  }

  readMemoryBytes(address: number, length: number): Uint8Array {
    const bytes = this.bytesOf('SystemMemory');
    return Uint8Array.from({ length }, (_, n) => bytes.get(address + n) ?? this.fill);
  }

  *readSpace(space: string, address: number, width: number): Co<bigint> {
    const bytes = this.bytesOf(space);
    let value = 0n;
    for (let n = width / 8 - 1; n >= 0; n--) value = (value << 8n) | BigInt(bytes.get(address + n) ?? this.fill);
    this.accesses.push({ write: false, space, width, address, value });
    return value;
  }

  *writeSpace(space: string, address: number, width: number, value: bigint): Co {
    const bytes = this.bytesOf(space);
    const written = BigInt.asUintN(width, value);
    for (let n = 0; n < width / 8; n++) bytes.set(address + n, Number((written >> BigInt(8 * n)) & 0xffn));
    this.accesses.push({ write: true, space, width, address, value: written });
  }

  *acpi_os_execute(_type: string, work: () => Co): Co<AcpiStatus> {
    yield* work();
    return 'AE_OK';
  }

  *acpi_os_wait_events_complete(): Co {}

  acpi_os_create_semaphore(_maxUnits: number, initialUnits: number): AcpiSemaphore {
    const semaphore: PlainSemaphore = { initialUnits, units: initialUnits };
    return semaphore;
  }

  *acpi_os_wait_semaphore(semaphore: AcpiSemaphore, units: number): Co<AcpiStatus> {
    const plain = semaphore as PlainSemaphore;
    if (plain.units < units) return 'AE_TIME';
    plain.units -= units;
    return 'AE_OK';
  }

  *acpi_os_signal_semaphore(semaphore: AcpiSemaphore, units: number): Co<AcpiStatus> {
    (semaphore as PlainSemaphore).units += units;
    return 'AE_OK';
  }

  *acpi_os_sleep(milliseconds: number): Co {
    this.timer += BigInt(milliseconds) * 10_000n;
  }

  *acpi_os_stall(microseconds: number): Co {
    this.timer += BigInt(microseconds) * 10n;
  }

  acpi_os_get_timer(): bigint {
    this.timer += TIMER_STEP;
    return this.timer;
  }

  acpi_os_get_thread_id(): number {
    return 1;
  }

  *acpi_os_fatal(): Co {}

  *acpi_os_printf(_level: string, text: string): Co {
    this.messages.push(text);
  }

  interfaceSupported(name: string): boolean {
    return INTERFACES.includes(name);
  }
}
