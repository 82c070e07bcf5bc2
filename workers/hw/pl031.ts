/** PrimeCell Real Time Clock PL031 (Arm DDI 0224), as QEMU's hw/rtc/pl031.c, as far as a system reads the time from it. */
import type { AccessWidth, IoHandler } from '../abi/bus.ts';
import { NS_PER_SECOND } from '../protocol/units.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { Clock } from '../sim/scheduler.ts';
import { PRIMECELL_ID_REGISTER, primecellId } from './primecell.ts';
import { type Register, RegisterBlock, type RegisterName } from './registers.ts';

export const PL031_REGISTERS = [
  { name: 'RTCDR', offset: 0x00, width: 4, access: 'read-only', text: 'seconds since 1970' },
  { name: 'RTCMR', offset: 0x04, width: 4, access: 'read-write', text: 'alarm' },
  { name: 'RTCLR', offset: 0x08, width: 4, access: 'read-write', text: 'sets the clock' },
  { name: 'RTCCR', offset: 0x0c, width: 4, access: 'read-write', text: 'control: always on' },
  { name: 'RTCIMSC', offset: 0x10, width: 4, access: 'read-write', text: 'lets the interrupt through' },
  { name: 'RTCRIS', offset: 0x14, width: 4, access: 'read-only', text: 'interrupt before the mask' },
  { name: 'RTCMIS', offset: 0x18, width: 4, access: 'read-only', text: 'interrupt behind the mask' },
  { name: 'RTCICR', offset: 0x1c, width: 4, access: 'write-only', text: 'clears the interrupt' },
  PRIMECELL_ID_REGISTER,
] as const satisfies readonly Register[];

type Pl031Register = RegisterName<typeof PL031_REGISTERS>;

const PART = [0x31, 0x10, 0x14, 0x00] as const;

export class Pl031 implements IoHandler {
  private readonly clock: Clock;
  private readonly log: LogWriter;
  private readonly block: RegisterBlock<Pl031Register>;
  private readonly bootTime: number;
  private mask = 0;

  /** `bootTime`: seconds since 1970 at virtual time 0. */
  constructor(bootTime: number, clock: Clock, log: LogWriter) {
    this.bootTime = bootTime;
    this.clock = clock;
    this.log = log;
    this.block = new RegisterBlock<Pl031Register>('pl031', PL031_REGISTERS, this, log);
  }

  read(offset: number, width: AccessWidth): number {
    return this.block.read(offset, width);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    this.block.write(offset, width, value);
  }

  readRegister(name: Pl031Register, index: number): number {
    if (name === 'RTCDR') return this.bootTime + Math.floor(this.clock.now() / NS_PER_SECOND);
    if (name === 'RTCCR') return 1;
    if (name === 'RTCIMSC') return this.mask;
    return name === 'PeriphID' ? primecellId(PART, index) : 0;
  }

  writeRegister(name: Pl031Register, _index: number, value: number): void {
    if (name === 'RTCIMSC') this.mask = value & 1;
    else if (name !== 'RTCICR' && name !== 'RTCCR')
      this.log.emit('unmodelled', 'pl031', `write of ${value} to ${name}`);
  }
}
