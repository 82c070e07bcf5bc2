/** The DSDT of `virt`: its parts in QEMU's order (hw/arm/virt-acpi-build.c). Revision 2, so AML integers have 64 bits. */
import type { MachineConfig } from '../abi/machine-config.ts';
import { type Aml, buffer, concat, operation, packageOf, text, toUuid } from '../aml/encode.ts';
import {
  createDwordField,
  device,
  field,
  fieldUnit,
  method,
  name,
  operationRegion,
  scope,
} from '../aml/encode-objects.ts';
import {
  and,
  arg,
  equal,
  ifElse,
  ifThen,
  local,
  logicalNot,
  notify,
  or,
  returnOf,
  store,
} from '../aml/encode-operators.ts';
import {
  dwordIo,
  dwordMemory,
  exclusiveInterrupt,
  memory32Fixed,
  qwordMemory,
  resourceTemplate,
  wordBusNumber,
} from '../aml/encode-resources.ts';
import type { AddressRange } from '../hw/boards/addresses.ts';
import {
  PCIE_INTERRUPTS,
  VIRT_MAP,
  VIRT_SPI,
  VIRTIO_MMIO_COUNT,
  type VirtLayout,
} from '../hw/boards/virt-addresses.ts';
import { GED_EVENT } from '../hw/ged.ts';
import { FIRST_SPI } from '../hw/gic-interrupts.ts';
import { acpiTable } from './acpi-table.ts';
import { memoryHotplugDevices, scanSlots } from './dsdt-memory-hotplug.ts';

const REVISION = 2;
const STA_HIDDEN = 0x0b;
const POWER_BUTTON_PRESSED = 0x80;
const PCI_DEVICES = 32;
const BYTES_PER_BUS = 2 ** 20;
const FOUR_GIB = 2 ** 32;

const HOST_BRIDGE_UUID = '33db4d5b-1ff7-401c-9657-7441c03dd766';
const DEVICE_LABELING_UUID = 'e5c937d0-3553-4d7a-9117-ea4d19c3434d';
/** Bits of `_OSC`'s first dword (§6.2.11). */
const OSC = { unrecognizedUuid: 0x04, unrecognizedRevision: 0x08, capabilitiesMasked: 0x10 } as const;
/** Everything that PCI Express gives away, native hotplug among it. */
const OSC_GRANTED = 0x1f;

const hexDigits = (value: number, width: number): string => value.toString(16).toUpperCase().padStart(width, '0');
const decimalDigits = (value: number): string => String(value).padStart(2, '0');

const fixedDevice = (range: AddressRange, spi: number): Aml =>
  name(
    '_CRS',
    resourceTemplate([
      memory32Fixed(range.base, range.length, 'ReadWrite'),
      exclusiveInterrupt(FIRST_SPI + spi, 'Level'),
    ]),
  );

const processors = (count: number): Aml[] =>
  Array.from({ length: count }, (_, cpu) =>
    device(`C${hexDigits(cpu, 3)}`, [name('_HID', text('ACPI0007')), name('_UID', cpu)]),
  );

const uart = (): Aml =>
  device('COM0', [name('_HID', text('ARMH0011')), name('_UID', 0), fixedDevice(VIRT_MAP.uart, VIRT_SPI.uart)]);

const fwCfg = (): Aml =>
  device('FWCF', [
    name('_HID', text('QEMU0002')),
    name('_STA', STA_HIDDEN),
    name('_CCA', 1),
    name('_CRS', resourceTemplate([memory32Fixed(VIRT_MAP.fwCfg.base, VIRT_MAP.fwCfg.length, 'ReadWrite')])),
  ]);

const virtioTransports = (): Aml[] =>
  Array.from({ length: VIRTIO_MMIO_COUNT }, (_, index) => {
    const { base, length } = VIRT_MAP.virtioMmio;
    return device(`VR${decimalDigits(index)}`, [
      name('_HID', text('LNRO0005')),
      name('_UID', index),
      name('_CCA', 1),
      fixedDevice({ base: base + index * length, length }, VIRT_SPI.virtioMmio + index),
    ]);
  });

/** Each device's four pins go to the four links in turn. */
const routing = (): Aml => {
  const rows: Aml[] = [];
  for (let slot = 0; slot < PCI_DEVICES; slot++) {
    for (let pin = 0; pin < PCIE_INTERRUPTS; pin++) {
      rows.push(packageOf([slot * 0x1_0000 + 0xffff, pin, `GSI${(slot + pin) % PCIE_INTERRUPTS}`, 0]));
    }
  }
  return operation('VarPackage', rows.length, rows);
};

const links = (): Aml[] =>
  Array.from({ length: PCIE_INTERRUPTS }, (_, index) => {
    const interrupt = resourceTemplate([exclusiveInterrupt(FIRST_SPI + VIRT_SPI.pcie + index, 'Level')]);
    return device(`GSI${index}`, [
      name('_HID', text('PNP0C0F')),
      name('_UID', index),
      name('_PRS', interrupt),
      name('_CRS', interrupt),
      method('_SRS', 1, []),
    ]);
  });

const rangeOf = ({ base, length }: AddressRange) => ({ minimum: base, maximum: base + length - 1 });

const windows = ({ ecam, highPcieMmio }: VirtLayout): Aml =>
  resourceTemplate([
    wordBusNumber({ minimum: 0, maximum: ecam.length / BYTES_PER_BUS - 1 }),
    dwordMemory(rangeOf(VIRT_MAP.pcieMmio), 'NonCacheable'),
    dwordIo({ minimum: 0, maximum: VIRT_MAP.pciePio.length - 1, translation: VIRT_MAP.pciePio.base }),
    ...(highPcieMmio ? [qwordMemory(rangeOf(highPcieMmio), 'NonCacheable')] : []),
  ]);

const operatingSystemCapabilities = (): Aml =>
  method('_OSC', 4, [
    createDwordField(arg(3), 0, 'CDW1'),
    ifElse(
      equal(arg(0), toUuid(HOST_BRIDGE_UUID)),
      [
        createDwordField(arg(3), 4, 'CDW2'),
        createDwordField(arg(3), 8, 'CDW3'),
        store('CDW2', 'SUPP'),
        store('CDW3', 'CTRL'),
        and('CTRL', OSC_GRANTED, 'CTRL'),
        ifThen(logicalNot(equal(arg(1), 1)), [or('CDW1', OSC.unrecognizedRevision, 'CDW1')]),
        ifThen(logicalNot(equal('CDW3', 'CTRL')), [or('CDW1', OSC.capabilitiesMasked, 'CDW1')]),
        store('CTRL', 'CDW3'),
        returnOf(arg(3)),
      ],
      [or('CDW1', OSC.unrecognizedUuid, 'CDW1'), returnOf(arg(3))],
    ),
  ]);

/** `_DSM`: no function but the query of which there are. */
const deviceSpecificMethod = (): Aml =>
  method('_DSM', 4, [
    ifThen(equal(arg(0), toUuid(DEVICE_LABELING_UUID)), [ifThen(equal(arg(2), 0), [returnOf(buffer([1]))])]),
    returnOf(buffer([0])),
  ]);

/** `Unicode ("…")`: UTF-16 with its closing NUL. */
const unicode = (characters: string): Aml =>
  buffer([...`${characters}\0`].flatMap((character) => [character.charCodeAt(0), 0]));

const hostBridge = (layout: VirtLayout): Aml => {
  const { base } = layout.ecam;
  return device('PCI0', [
    name('_HID', text('PNP0A08')),
    name('_CID', text('PNP0A03')),
    name('_SEG', 0),
    name('_BBN', 0),
    name('_UID', 0),
    name('_STR', unicode('PCIe 0 Device')),
    name('_CCA', 1),
    name('_PRT', routing()),
    ...links(),
    method('_CBA', 0, [returnOf(base < FOUR_GIB ? base : BigInt(base))]),
    name('_CRS', windows(layout)),
    name('SUPP', 0),
    name('CTRL', 0),
    operatingSystemCapabilities(),
    deviceSpecificMethod(),
    device('RES0', [
      name('_HID', text('PNP0C02')),
      name('_CRS', resourceTemplate([qwordMemory(rangeOf(layout.ecam), 'NonCacheable')])),
    ]),
  ]);
};

/** `\_SB.GED`: one interrupt, whose handler `_EVT` reads from ESEL what has happened. */
const genericEventDevice = (memorySlots: number): Aml => {
  const selector = local(0);
  const onEvent = (bit: number, statement: Aml) => ifThen(equal(and(selector, bit), bit), [statement]);
  return device('\\_SB.GED', [
    name('_HID', text('ACPI0013')),
    name('_UID', text('GED')),
    name('_CRS', resourceTemplate([exclusiveInterrupt(FIRST_SPI + VIRT_SPI.ged, 'Edge')])),
    operationRegion('EREG', 'SystemMemory', VIRT_MAP.ged.base, VIRT_MAP.ged.length),
    field('EREG', { access: 'DWordAcc', update: 'WriteAsZeros' }, [fieldUnit('ESEL', 32)]),
    method(
      '_EVT',
      1,
      [
        store('ESEL', selector),
        ...(memorySlots > 0 ? [onEvent(GED_EVENT.memory, scanSlots())] : []),
        onEvent(GED_EVENT.powerDown, notify('PWRB', POWER_BUTTON_PRESSED)),
      ],
      'serialized',
    ),
  ]);
};

const powerButton = (): Aml => device('PWRB', [name('_HID', text('PNP0C0C')), name('_UID', 0)]);

export const virtDsdt = (config: MachineConfig, layout: VirtLayout): Uint8Array => {
  const present = config.possibleCpus.filter((cpu) => cpu.present).length;
  const place = {
    controller: '\\_SB.MHPD',
    space: 'SystemMemory',
    registers: VIRT_MAP.memoryHotplug,
  } as const;
  return acpiTable(
    'DSDT',
    REVISION,
    concat([
      scope('\\_SB', [
        ...processors(present),
        uart(),
        fwCfg(),
        ...virtioTransports(),
        hostBridge(layout),
        genericEventDevice(config.memorySlots),
        ...memoryHotplugDevices(place, config.memorySlots),
        powerButton(),
      ]),
    ]),
  );
};
