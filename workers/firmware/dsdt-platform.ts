/** Parts of the DSDT that are neither PCI nor hotplug: debug console, HPET, GPE block, sleep states, fw_cfg. */
import { type Aml, eisaId, packageOf, text } from '../aml/encode.ts';
import { device, field, fieldUnit, method, name, operationRegion, scope } from '../aml/encode-objects.ts';
import {
  arg,
  derefOf,
  equal,
  greater,
  ifThen,
  increment,
  index,
  less,
  local,
  logicalOr,
  returnOf,
  shiftRight,
  sizeOf,
  store,
  subtract,
  toBuffer,
  toHexString,
  whileLoop,
} from '../aml/encode-operators.ts';
import { io, memory32Fixed, resourceTemplate } from '../aml/encode-resources.ts';
import type { AddressRange } from '../hw/boards/addresses.ts';

const STA_ALL = 0x0f;
const STA_HIDDEN = 0x0b;

/** DBUG (value): writes a value in hexadecimal to the debug console, for people who change the table. */
export const debugConsole = ({ base, length }: AddressRange): Aml => {
  const bytes = local(0);
  const count = local(1);
  const position = local(2);
  return scope('\\', [
    operationRegion('DBG', 'SystemIO', base, length),
    field('DBG', { access: 'ByteAcc', update: 'Preserve' }, [fieldUnit('DBGB', 8)]),
    method('DBUG', 1, [
      toHexString(arg(0), bytes),
      toBuffer(bytes, bytes),
      subtract(sizeOf(bytes), 1, count), // without the closing NUL
      store(0, position),
      whileLoop(less(position, count), [store(derefOf(index(bytes, position)), 'DBGB'), increment(position)]),
      store('\n'.charCodeAt(0), 'DBGB'),
    ]),
  ]);
};

/** Longest period of an HPET, femtoseconds (HPET specification 1.0a §2.3.4). */
const HPET_MAX_PERIOD = 100_000_000;
const NO_VENDOR = 0xffff;

/** The HPET is there when its registers answer with a vendor and a lawful period. */
export const hpetDevice = ({ base, length }: AddressRange): Aml => {
  const vendor = local(0);
  const period = local(1);
  return scope('_SB', [
    device('HPET', [
      name('_HID', eisaId('PNP0103')),
      name('_UID', 0),
      operationRegion('HPTM', 'SystemMemory', base, length),
      field('HPTM', { access: 'DWordAcc', lock: 'Lock', update: 'Preserve' }, [
        fieldUnit('VEND', 32),
        fieldUnit('PRD', 32),
      ]),
      method('_STA', 0, [
        store('VEND', vendor),
        store('PRD', period),
        shiftRight(vendor, 16, vendor),
        ifThen(logicalOr(equal(vendor, 0), equal(vendor, NO_VENDOR)), [returnOf(0)]),
        ifThen(logicalOr(equal(period, 0), greater(period, HPET_MAX_PERIOD)), [returnOf(0)]),
        returnOf(STA_ALL),
      ]),
      name('_CRS', resourceTemplate([memory32Fixed(base, length, 'ReadOnly')])),
    ]),
  ]);
};

/** `\_GPE` as a GPE block device. */
export const gpeBlock = (): Aml => scope('_GPE', [name('_HID', text('ACPI0006'))]);

/** `_Sx`: the values for SLP_TYP of PM1a and PM1b control. S3 and S4 are on by default. */
export const sleepStates = (): Aml =>
  scope('\\', [
    name('_S3', packageOf([1, 1, 0, 0])),
    name('_S4', packageOf([2, 2, 0, 0])),
    name('_S5', packageOf([0, 0, 0, 0])),
  ]);

/** QEMU's firmware configuration device, reserved for QEMU's own drivers. */
export const fwCfg = ({ base, length }: AddressRange): Aml =>
  scope('\\_SB.PCI0', [
    device('FWCF', [
      name('_HID', text('QEMU0002')),
      name('_STA', STA_HIDDEN),
      name('_CRS', resourceTemplate([io(base, base, 1, length)])),
    ]),
  ]);
