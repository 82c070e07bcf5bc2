/**
 * Register tables. Each device file begins with one: the specification's names, offsets and access rules as data, for
 * the device's own code, for the log and for the page that draws the registers.
 */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import { bit, hex } from '../sim/bits.ts';
import type { LogWriter } from '../sim/event-log.ts';

/** How guest software may use a register. */
export type RegisterAccess = 'read-only' | 'write-only' | 'read-write' | 'write-1-to-clear';

export interface Register<Name extends string = string> {
  /** The specification's name. */
  readonly name: Name;
  /** Bytes from the start of the block. */
  readonly offset: number;
  /** Bytes. */
  readonly width: AccessWidth;
  readonly access: RegisterAccess;
  /** One line of the specification. */
  readonly text: string;
  /** A row of equal registers: how many, and bytes from one to the next. */
  readonly count?: number;
  readonly stride?: number;
}

export type RegisterName<Table extends readonly Register[]> = Table[number]['name'];

/** A register found by its address: its row, and which of the row's registers it is. */
export interface LocatedRegister<Name extends string> {
  readonly register: Register<Name>;
  readonly index: number;
}

const readable = ({ access }: Register): boolean => access !== 'write-only';
const writable = ({ access }: Register): boolean => access !== 'read-only';

/** Answers which register an access means; two registers may share an offset when one is only read, the other only written. */
export class RegisterMap<Name extends string> {
  private readonly forRead = new Map<number, LocatedRegister<Name>>();
  private readonly forWrite = new Map<number, LocatedRegister<Name>>();

  constructor(table: readonly Register<Name>[]) {
    for (const register of table) {
      for (let index = 0; index < (register.count ?? 1); index++) {
        const offset = register.offset + index * (register.stride ?? register.width);
        const located = { register, index };
        if (readable(register)) this.forRead.set(offset, located);
        if (writable(register)) this.forWrite.set(offset, located);
      }
    }
  }

  /** The register that begins at this offset and may be read. */
  read(offset: number): LocatedRegister<Name> | undefined {
    return this.forRead.get(offset);
  }

  /** The register that begins at this offset and may be written. */
  write(offset: number): LocatedRegister<Name> | undefined {
    return this.forWrite.get(offset);
  }
}

/** Device's side of a {@link RegisterBlock}: whole registers by name. */
export interface RegisterOwner<Name extends string> {
  readRegister(name: Name, index: number): number;
  /** `mask` has the bits that the access covered; `value` has no others. */
  writeRegister(name: Name, index: number, value: number, mask: number): void;
}

/** New value of a plain register after a write that covered `mask`. */
export const merge = (old: number, value: number, mask: number): number => ((old & ~mask) | (value & mask)) >>> 0;

const laneMask = (width: number): number => (width >= 4 ? 0xffffffff : bit(8 * width) - 1);

/**
 * A block whose registers may be read and written in parts and several at once, as the ACPI register blocks and the
 * 16550 may: an access is divided among the registers that it touches. Registers have at most four bytes.
 */
export class RegisterBlock<Name extends string> implements IoHandler {
  private readonly device: string;
  private readonly map: RegisterMap<Name>;
  private readonly owner: RegisterOwner<Name>;
  private readonly log: LogWriter;
  private readonly recorded: { readonly reads: boolean; readonly writes: boolean };

  /** `recorded`: which accesses become register_read and register_write records; devices that are polled leave them out. */
  constructor(
    device: string,
    table: readonly Register<Name>[],
    owner: RegisterOwner<Name>,
    log: LogWriter,
    recorded: { readonly reads: boolean; readonly writes: boolean } = { reads: true, writes: true },
  ) {
    this.device = device;
    this.map = new RegisterMap(table);
    this.owner = owner;
    this.log = log;
    this.recorded = recorded;
  }

  read(offset: number, width: AccessWidth): number {
    let value = 0;
    let unknown: number | undefined;
    for (let done = 0; done < width; ) {
      const at = offset + done;
      const { located, lane } = this.locate(at, 'read');
      const count = located ? Math.min(located.register.width - lane, width - done) : 1;
      if (!located) unknown ??= at;
      const part = located ? this.readPart(located, at - lane, lane, count) : 0xff;
      value += part * 2 ** (8 * done);
      done += count;
    }
    if (unknown !== undefined) this.log.emit('unmodelled', this.device, `read of offset ${hex(unknown)}`);
    return value;
  }

  write(offset: number, width: AccessWidth, value: number): void {
    let unknown: number | undefined;
    for (let done = 0; done < width; ) {
      const at = offset + done;
      const { located, lane } = this.locate(at, 'write');
      const count = located ? Math.min(located.register.width - lane, width - done) : 1;
      const part = Math.floor(value / 2 ** (8 * done)) & laneMask(count);
      if (located) this.writePart(located, at - lane, lane, count, part >>> 0);
      else unknown ??= at;
      done += count;
    }
    if (unknown !== undefined) {
      this.log.emit('unmodelled', this.device, `write to offset ${hex(unknown)}, of ${hex(value)} to ${hex(offset)}`);
    }
  }

  private readPart(located: LocatedRegister<Name>, base: number, lane: number, count: number): number {
    const { register, index } = located;
    const value = this.owner.readRegister(register.name, index);
    if (this.recorded.reads) this.log.emit('register_read', this.device, register.name, value, base, count);
    return ((value >>> (8 * lane)) & laneMask(count)) >>> 0;
  }

  private writePart(located: LocatedRegister<Name>, base: number, lane: number, count: number, part: number): void {
    const { register, index } = located;
    const value = (part << (8 * lane)) >>> 0;
    if (this.recorded.writes) this.log.emit('register_write', this.device, register.name, value, base, count);
    this.owner.writeRegister(register.name, index, value, (laneMask(count) << (8 * lane)) >>> 0);
  }

  /** The register that covers the byte at `offset`, and which of its bytes that is. */
  private locate(
    offset: number,
    direction: 'read' | 'write',
  ): { located: LocatedRegister<Name> | undefined; lane: number } {
    for (let lane = 0; lane < 4; lane++) {
      const located = this.map[direction](offset - lane);
      if (located && located.register.width > lane) return { located, lane };
    }
    return { located: undefined, lane: 0 };
  }
}
