/** The FADT (ACPI 6.4 §5.2.9): the fields that the event code and the kernel go by. @linux drivers/acpi/acpica/tbfadt.c */
import { acpicaState } from '../include/acstate.ts';

/** A register block: an I/O port, or an address in memory. */
export interface GenericAddress {
  readonly space: 'SystemIO' | 'SystemMemory';
  readonly address: number;
}

export interface AcpiFadt {
  readonly facs: number;
  readonly dsdt: number;
  readonly preferredProfile: number;
  sciInterrupt: number;
  readonly smiCommand: number;
  readonly acpiEnable: number;
  readonly pm1aEventBlock: GenericAddress | undefined;
  readonly pm1aControlBlock: GenericAddress | undefined;
  readonly pmTimerBlock: GenericAddress | undefined;
  readonly gpe0Block: GenericAddress | undefined;
  readonly gpe1Block: GenericAddress | undefined;
  readonly pm2ControlBlock: GenericAddress | undefined;
  readonly pm1EventLength: number;
  readonly gpe0BlockLength: number;
  readonly gpe1BlockLength: number;
  readonly gpe1Base: number;
  /** ACPI_FADT_ bits. */
  readonly flags: number;
  readonly revision: number;
}

/** Set when there is no such fixed button: it is a device of the namespace, or missing. */
export const ACPI_FADT_POWER_BUTTON = 1 << 4;
export const ACPI_FADT_SLEEP_BUTTON = 1 << 5;
export const ACPI_FADT_FIXED_RTC = 1 << 6;
export const ACPI_FADT_HW_REDUCED = 1 << 20;

const SPACE_IDS = ['SystemMemory', 'SystemIO'] as const;

/** Offsets of a block's 32-bit address and of its Generic Address Structure. */
interface BlockOffsets {
  readonly short: number;
  readonly extended: number;
}
const PM1A_EVT: BlockOffsets = { short: 56, extended: 148 };
const PM1A_CNT: BlockOffsets = { short: 64, extended: 172 };
const PM2_CNT: BlockOffsets = { short: 72, extended: 196 };
const PM_TMR: BlockOffsets = { short: 76, extended: 208 };
const GPE0: BlockOffsets = { short: 80, extended: 220 };
const GPE1: BlockOffsets = { short: 84, extended: 232 };

export function acpi_tb_parse_fadt(bytes: Uint8Array): AcpiFadt {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const byte = (at: number): number => (at < bytes.length ? view.getUint8(at) : 0);
  const word = (at: number): number => (at + 2 <= bytes.length ? view.getUint16(at, true) : 0);
  const dword = (at: number): number => (at + 4 <= bytes.length ? view.getUint32(at, true) : 0);
  const qword = (at: number): number => dword(at) + dword(at + 4) * 0x1_0000_0000;
  const block = ({ short, extended }: BlockOffsets): GenericAddress | undefined => {
    const space = SPACE_IDS[byte(extended)];
    const address = qword(extended + 4);
    if (space && address !== 0) return { space, address };
    return dword(short) === 0 ? undefined : { space: 'SystemIO', address: dword(short) };
  };
  return {
    facs: qword(132) || dword(36),
    dsdt: qword(140) || dword(40),
    preferredProfile: byte(45),
    sciInterrupt: word(46),
    smiCommand: dword(48),
    acpiEnable: byte(52),
    pm1aEventBlock: block(PM1A_EVT),
    pm1aControlBlock: block(PM1A_CNT),
    pm2ControlBlock: block(PM2_CNT),
    pmTimerBlock: block(PM_TMR),
    gpe0Block: block(GPE0),
    gpe1Block: block(GPE1),
    pm1EventLength: byte(88),
    gpe0BlockLength: byte(92),
    gpe1BlockLength: byte(93),
    gpe1Base: byte(94),
    flags: dword(112),
    revision: byte(8),
  };
}

/** acpi_gbl_FADT, once the tables have been found. */
export const acpi_gbl_FADT = acpicaState<{ fadt: AcpiFadt | undefined }>(() => ({ fadt: undefined }));
