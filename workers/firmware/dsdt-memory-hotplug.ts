/**
 * The DSDT's part of memory hotplug: the register block (`MHPD`), the container `\_SB.MHPC` with one memory
 * device for each slot, and the GPE handler. The registers are those of docs/specs/acpi_mem_hotplug.rst; QEMU's
 * counterpart is hw/acpi/memory_hotplug.c.
 */
import { type Aml, eisaId, text } from '../aml/encode.ts';
import {
  createDwordField,
  device,
  field,
  fieldUnit,
  method,
  mutex,
  name,
  operationRegion,
  reserved,
} from '../aml/encode-objects.ts';
import {
  acquire,
  add,
  arg,
  call,
  equal,
  ifElse,
  ifThen,
  less,
  local,
  notify,
  release,
  returnOf,
  store,
  subtract,
  toInteger,
  whileLoop,
} from '../aml/encode-operators.ts';
import { dwordMemory, io, memory32Fixed, qwordMemory, resourceTemplate } from '../aml/encode-resources.ts';
import type { AddressRange } from '../hw/boards/addresses.ts';

const CONTAINER = '\\_SB.MHPC';

const DEVICE_CHECK = 1;
const EJECT_REQUEST = 3;
const STA_ALL = 0x0f;
/** `_STA`: present, enabled, functioning, not shown. */
const STA_HIDDEN = 0x0b;

/** Byte offsets of minimum, maximum and length in a descriptor of {@link qwordMemory} and {@link dwordMemory}. */
const QWORD_OFFSETS = { minimum: 14, maximum: 22, length: 38 } as const;
const DWORD_OFFSETS = { minimum: 10, maximum: 14, length: 22 } as const;

const twoHexDigits = (slot: number): string => slot.toString(16).toUpperCase().padStart(2, '0');
const slotName = (slot: number): string => `MP${twoHexDigits(slot)}`;

const selectSlot = (): Aml => store(toInteger(arg(0)), 'MSEL');

/** Where the register block is: its device's path, and how it is reached. */
export interface MemoryHotplugPlace {
  readonly controller: string;
  readonly space: 'SystemIO' | 'SystemMemory';
  readonly registers: AddressRange;
}

const registerBlock = ({ controller, space, registers: { base, length } }: MemoryHotplugPlace): Aml =>
  device(controller, [
    name('_HID', text('PNP0A06')),
    name('_UID', text('Memory hotplug resources')),
    name(
      '_CRS',
      resourceTemplate([space === 'SystemIO' ? io(base, base, 0, length) : memory32Fixed(base, length, 'ReadWrite')]),
    ),
    operationRegion('HPMR', space, base, length),
  ]);

/** Read-only address and size of the selected slot; status bits; write-only selector and OST registers. */
const registerFields = (region: string): Aml[] => [
  field(region, { access: 'DWordAcc', update: 'Preserve' }, [
    fieldUnit('MRBL', 32),
    fieldUnit('MRBH', 32),
    fieldUnit('MRLL', 32),
    fieldUnit('MRLH', 32),
    fieldUnit('MPX', 32),
  ]),
  field(region, { access: 'ByteAcc', update: 'WriteAsZeros' }, [
    reserved(20 * 8),
    fieldUnit('MES', 1),
    fieldUnit('MINS', 1),
    fieldUnit('MRMV', 1),
    fieldUnit('MEJ', 1),
  ]),
  field(region, { access: 'DWordAcc', update: 'Preserve' }, [
    fieldUnit('MSEL', 32),
    fieldUnit('MOEV', 32),
    fieldUnit('MOSC', 32),
  ]),
];

/** MSCN (): looks at every slot, notifies of its event and clears it. */
const scanMethod = (): Aml => {
  const slot = local(0);
  return method('MSCN', 0, [
    ifThen(equal('MDNR', 0), [returnOf(0)]),
    store(0, slot),
    acquire('MLCK'),
    whileLoop(less(slot, 'MDNR'), [
      store(slot, 'MSEL'),
      ifElse(
        equal('MINS', 1),
        [call('MTFY', slot, DEVICE_CHECK), store(1, 'MINS')],
        [ifThen(equal('MRMV', 1), [call('MTFY', slot, EJECT_REQUEST), store(1, 'MRMV')])],
      ),
      add(slot, 1, slot),
    ]),
    release('MLCK'),
    returnOf(1),
  ]);
};

/** MRST (slot): `_STA` of a slot. */
const statusMethod = (): Aml =>
  method('MRST', 1, [
    store(0, local(0)),
    acquire('MLCK'),
    selectSlot(),
    ifThen(equal('MES', 1), [store(STA_ALL, local(0))]),
    release('MLCK'),
    returnOf(local(0)),
  ]);

/**
 * MCRS (slot): the range of a slot. A revision 1 DSDT computes in 32 bits, so the 64-bit maximum is put together from
 * halves with carry and borrow; a range below 4 GiB is returned as a DWordMemory descriptor.
 */
const resourcesMethod = (): Aml => {
  const widest = (bits: bigint) => ({ minimum: 0, maximum: 2n ** bits - 2n, length: 2n ** bits - 1n });
  return method(
    'MCRS',
    1,
    [
      acquire('MLCK'),
      selectSlot(),
      name('MR64', resourceTemplate([qwordMemory(widest(64n), 'Cacheable')])),
      createDwordField('MR64', QWORD_OFFSETS.minimum, 'MINL'),
      createDwordField('MR64', QWORD_OFFSETS.minimum + 4, 'MINH'),
      createDwordField('MR64', QWORD_OFFSETS.length, 'LENL'),
      createDwordField('MR64', QWORD_OFFSETS.length + 4, 'LENH'),
      createDwordField('MR64', QWORD_OFFSETS.maximum, 'MAXL'),
      createDwordField('MR64', QWORD_OFFSETS.maximum + 4, 'MAXH'),
      store('MRBH', 'MINH'),
      store('MRBL', 'MINL'),
      store('MRLH', 'LENH'),
      store('MRLL', 'LENL'),
      // maximum = minimum + length - 1
      add('MINL', 'LENL', 'MAXL'),
      add('MINH', 'LENH', 'MAXH'),
      ifThen(less('MAXL', 'MINL'), [add('MAXH', 1, 'MAXH')]),
      ifThen(less('MAXL', 1), [subtract('MAXH', 1, 'MAXH')]),
      subtract('MAXL', 1, 'MAXL'),
      ifThen(equal('MAXH', 0), [
        name('MR32', resourceTemplate([dwordMemory(widest(32n), 'Cacheable')])),
        createDwordField('MR32', DWORD_OFFSETS.minimum, 'MIN'),
        createDwordField('MR32', DWORD_OFFSETS.maximum, 'MAX'),
        createDwordField('MR32', DWORD_OFFSETS.length, 'LEN'),
        store('MINL', 'MIN'),
        store('MAXL', 'MAX'),
        store('LENL', 'LEN'),
        release('MLCK'),
        returnOf('MR32'),
      ]),
      release('MLCK'),
      returnOf('MR64'),
    ],
    'serialized',
  );
};

/** MPXM (slot): `_PXM`. */
const proximityMethod = (): Aml =>
  method('MPXM', 1, [acquire('MLCK'), selectSlot(), store('MPX', local(0)), release('MLCK'), returnOf(local(0))]);

/** MOST (slot, event, status, information): `_OST`. */
const ostMethod = (): Aml =>
  method('MOST', 4, [acquire('MLCK'), selectSlot(), store(arg(1), 'MOEV'), store(arg(2), 'MOSC'), release('MLCK')]);

/** MEJ0 (slot, argument): `_EJ0`. */
const ejectMethod = (): Aml => method('MEJ0', 2, [acquire('MLCK'), selectSlot(), store(1, 'MEJ'), release('MLCK')]);

const memoryDevice = (slot: number): Aml =>
  device(slotName(slot), [
    name('_UID', text(`0x${twoHexDigits(slot)}`)),
    name('_HID', eisaId('PNP0C80')),
    method('_CRS', 0, [returnOf(call('MCRS', '_UID'))]),
    method('_STA', 0, [returnOf(call('MRST', '_UID'))]),
    method('_PXM', 0, [returnOf(call('MPXM', '_UID'))]),
    method('_OST', 3, [call('MOST', '_UID', arg(0), arg(1), arg(2))]),
    method('_EJ0', 1, [call('MEJ0', '_UID', arg(0))]),
  ]);

/** MTFY (slot, value): sends a notification to one memory device. */
const notifyMethod = (slots: readonly number[]): Aml =>
  method(
    'MTFY',
    2,
    slots.map((slot) => ifThen(equal(arg(0), slot), [notify(slotName(slot), arg(1))])),
  );

/** The register block and the slots; nothing when the machine has none. */
export const memoryHotplugDevices = (place: MemoryHotplugPlace, slotCount: number): Aml[] => {
  if (slotCount === 0) return [];
  const slots = Array.from({ length: slotCount }, (_, slot) => slot);
  return [
    registerBlock(place),
    device(CONTAINER, [
      name('_HID', text('PNP0A06')),
      name('_UID', text('DIMM devices')),
      name('MDNR', slotCount),
      ...registerFields(`${place.controller}.HPMR`),
      method('_STA', 0, [ifThen(equal('MDNR', 0), [returnOf(0)]), returnOf(STA_HIDDEN)]),
      mutex('MLCK'),
      scanMethod(),
      statusMethod(),
      resourcesMethod(),
      proximityMethod(),
      ostMethod(),
      ejectMethod(),
      ...slots.map(memoryDevice),
      notifyMethod(slots),
    ]),
  ];
};

/** Looks at every slot. */
export const scanSlots = (): Aml => call(`${CONTAINER}.MSCN`);

/** Of a PC, with the GPE handler. */
export const memoryHotplug = (ports: AddressRange, slotCount: number): Aml[] => {
  const place = { controller: '\\_SB.PCI0.MHPD', space: 'SystemIO', registers: ports } as const;
  const devices = memoryHotplugDevices(place, slotCount);
  return devices.length === 0 ? [] : [...devices, method('\\_GPE._E03', 0, [scanSlots()])];
};
