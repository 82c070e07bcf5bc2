/** Devices behind the ISA (LPC) bridge: keyboard, mouse, floppy controller, serial port, clock. */
import { type Aml, buffer, concat, dwordData, eisaId } from '../aml/encode.ts';
import { device, field, fieldUnit, name, operationRegion, reserved, scope } from '../aml/encode-objects.ts';
import { dma8, io, irqNoFlags, resourceTemplate } from '../aml/encode-resources.ts';
import type { AddressRange, X86BoardAddresses } from '../hw/boards/addresses.ts';

/** Present, enabled, shown, functioning. */
const STA_ALL = 0x0f;

const ports = ({ base, length }: AddressRange, alignment: number): Aml => io(base, base, alignment, length);

const keyboard = ({ keyboard: { data, status, irq } }: X86BoardAddresses): Aml =>
  device('KBD', [
    name('_HID', eisaId('PNP0303')),
    name('_STA', STA_ALL),
    name('_CRS', resourceTemplate([ports(data, 1), ports(status, 1), irqNoFlags(irq)])),
  ]);

const mouse = ({ mouse: { irq } }: X86BoardAddresses): Aml =>
  device('MOU', [
    name('_HID', eisaId('PNP0F13')),
    name('_STA', STA_ALL),
    name('_CRS', resourceTemplate([irqNoFlags(irq)])),
  ]);

/** `_FDE`, §9.9.2: four drives that are not there; no tape drive can be. */
const NO_FLOPPY_DRIVES = [0, 0, 0, 0, 2];

/** The floppy controller that every `pc` has, without a drive: hw/block/fdc-isa.c. */
const floppyController = (): Aml =>
  device('FDC0', [
    name('_HID', eisaId('PNP0700')),
    name('_CRS', resourceTemplate([io(0x3f2, 0x3f2, 0, 4), io(0x3f7, 0x3f7, 0, 1), irqNoFlags(6), dma8(2)])),
    name('_FDE', buffer(concat(NO_FLOPPY_DRIVES.map(dwordData)))),
  ]);

const serialPort = ({ com1 }: X86BoardAddresses): Aml =>
  device('COM1', [
    name('_HID', eisaId('PNP0501')),
    name('_UID', 1),
    name('_STA', STA_ALL),
    name('_CRS', resourceTemplate([ports(com1, 0), irqNoFlags(com1.irq)])),
  ]);

/** The clock decodes two ports; the table has claimed eight since the Bochs BIOS. */
const RTC_CLAIMED_PORTS = 8;

const clock = ({ rtc }: X86BoardAddresses): Aml =>
  device('RTC', [
    name('_HID', eisaId('PNP0B00')),
    name('_CRS', resourceTemplate([io(rtc.base, rtc.base, 1, RTC_CLAIMED_PORTS), irqNoFlags(rtc.irq)])),
  ]);

/** PIRQ routing registers of a bridge, a byte each, named in `\_SB` for the link devices; a number skips bytes. */
const pirqRegisters = (bridge: string, region: string, offset: number, names: readonly (string | number)[]): Aml[] => {
  const units = names.map((entry) => (typeof entry === 'string' ? fieldUnit(entry, 8) : reserved(8 * entry)));
  const bytes = names.reduce<number>((sum, entry) => sum + (typeof entry === 'string' ? 1 : entry), 0);
  return [
    operationRegion(region, 'PCI_Config', offset, bytes),
    scope('\\_SB', [field(`PCI0.${bridge}.${region}`, { access: 'ByteAcc', update: 'Preserve' }, units)]),
  ];
};

export interface IsaOptions {
  /** The machine has a serial port (-serial). */
  readonly serialPort: boolean;
}

/** Objects of the PIIX3's ISA bridge. */
export const pcIsaDevices = (board: X86BoardAddresses, options: IsaOptions): Aml[] => [
  ...pirqRegisters('S08', 'P40C', 0x60, ['PRQ0', 'PRQ1', 'PRQ2', 'PRQ3']),
  keyboard(board),
  mouse(board),
  floppyController(),
  ...(options.serialPort ? [serialPort(board)] : []),
  clock(board),
];

/** Objects of the ICH9's LPC bridge. */
export const q35IsaDevices = (board: X86BoardAddresses, options: IsaOptions): Aml[] => [
  ...pirqRegisters('SF8', 'PIRQ', 0x60, ['PRQA', 'PRQB', 'PRQC', 'PRQD', 4, 'PRQE', 'PRQF', 'PRQG', 'PRQH']),
  keyboard(board),
  mouse(board),
  ...(options.serialPort ? [serialPort(board)] : []),
  clock(board),
];
