/**
 * The PCI host bridge: its identity, `_OSC`, the windows that it forwards (`_CRS`), and ACPI PCI hotplug, which the
 * lab's boards have but whose slots stay empty. QEMU's counterparts are hw/i386/acpi-build.c and hw/acpi/pcihp.c.
 */
import type { MachineConfig } from '../abi/machine-config.ts';
import { type Aml, buffer, eisaId, packageOf, text, toUuid } from '../aml/encode.ts';
import {
  createDwordField,
  device,
  field,
  fieldUnit,
  method,
  mutex,
  name,
  operationRegion,
  scope,
} from '../aml/encode-objects.ts';
import {
  acquire,
  and,
  arg,
  call,
  derefOf,
  equal,
  ifElse,
  ifThen,
  index,
  less,
  local,
  logicalNot,
  logicalOr,
  notify,
  or,
  release,
  returnOf,
  shiftLeft,
  store,
} from '../aml/encode-operators.ts';
import { dwordMemory, io, qwordMemory, resourceTemplate, wordBusNumber, wordIo } from '../aml/encode-resources.ts';
import {
  type AddressRange,
  deviceMemory,
  highRamStart,
  splitRam,
  type X86BoardAddresses,
} from '../hw/boards/addresses.ts';

const GIB = 2 ** 30;
const DEVICE_CHECK = 1;
const EJECT_REQUEST = 3;
/** Present, enabled, functioning, not shown. */
const STA_HIDDEN = 0x0b;

/** Port pair of PCI configuration mechanism 1. */
const CONFIG_PORTS = { base: 0xcf8, length: 8 } as const;
const VGA_WINDOW = { minimum: 0xa0000, maximum: 0xbffff } as const;

const HOST_BRIDGE_UUID = '33db4d5b-1ff7-401c-9657-7441c03dd766';
const DEVICE_LABELING_UUID = 'e5c937d0-3553-4d7a-9117-ea4d19c3434d';

/** Bits of `_OSC`'s first dword (§6.2.11). */
const OSC = { unrecognizedUuid: 0x04, unrecognizedRevision: 0x08, capabilitiesMasked: 0x10 } as const;
/** Controls that the guest may have: all but native PCI Express hotplug, which ACPI hotplug stands in for. */
const OSC_GRANTED = 0x1e;

/** `_OSC` of a PCI Express host bridge. */
const operatingSystemCapabilities = (): Aml =>
  method('_OSC', 4, [
    createDwordField(arg(3), 0, 'CDW1'),
    ifElse(
      equal(arg(0), toUuid(HOST_BRIDGE_UUID)),
      [
        createDwordField(arg(3), 4, 'CDW2'),
        createDwordField(arg(3), 8, 'CDW3'),
        store('CDW3', local(0)),
        and(local(0), OSC_GRANTED, local(0)),
        ifThen(logicalNot(equal(arg(1), 1)), [or('CDW1', OSC.unrecognizedRevision, 'CDW1')]),
        ifThen(logicalNot(equal('CDW3', local(0))), [or('CDW1', OSC.capabilitiesMasked, 'CDW1')]),
        store(local(0), 'CDW3'),
      ],
      [or('CDW1', OSC.unrecognizedUuid, 'CDW1')],
    ),
    returnOf(arg(3)),
  ]);

/** Reserves the memory-mapped configuration space. */
const configSpaceReservation = ({ base, length }: AddressRange): Aml =>
  device('DRAC', [
    name('_HID', text('PNP0C01')),
    name('_CRS', resourceTemplate([dwordMemory({ minimum: base, maximum: base + length - 1 }, 'NonCacheable')])),
  ]);

/** `\_SB.PCI0`: a PCI Express host bridge that also answers to the PCI one's name, or a plain PCI one. */
export const hostBridge = (board: X86BoardAddresses): Aml => {
  if (!board.pciConfig) {
    return scope('_SB', [device('PCI0', [name('_HID', eisaId('PNP0A03')), name('_ADR', 0), name('_UID', 0)])]);
  }
  return scope('_SB', [
    device('PCI0', [
      name('_HID', eisaId('PNP0A08')),
      name('_CID', eisaId('PNP0A03')),
      name('_ADR', 0),
      name('_UID', 0),
      operatingSystemCapabilities(),
    ]),
    configSpaceReservation(board.pciConfig),
  ]);
};

/** Runs `use` on the selected bus with the registers locked. */
const onBus = (...use: Aml[]): Aml[] => [acquire('BLCK'), store(arg(0), 'BNUM'), ...use, release('BLCK')];

/** True when AIDX's answer in Local2 is no index. The two methods differ in the operator. */
const noIndex = (either: typeof logicalOr): Aml => either(equal(local(2), 0), equal(local(2), 0xffff_ffff));

/** AIDX (bus, slot) of the device that PDSM's last argument, a package, names. */
const askIndex = (): Aml => store(call('AIDX', derefOf(index(arg(4), 0)), derefOf(index(arg(4), 1))), local(2));

/** PDSM: `_DSM` of a slot: function 0 tells what there is, function 7 the device's name and index. */
const deviceSpecificMethod = (): Aml => {
  const answer = local(0);
  const functions = local(1);
  return method(
    'PDSM',
    5,
    [
      ifThen(equal(arg(2), 0), [
        store(buffer([0]), answer),
        store(0, functions),
        ifThen(logicalNot(equal(arg(0), toUuid(DEVICE_LABELING_UUID))), [returnOf(answer)]),
        ifThen(less(arg(1), 2), [returnOf(answer)]),
        askIndex(),
        ifThen(logicalNot(noIndex(or)), [or(functions, 1, functions), or(functions, shiftLeft(1, 7), functions)]),
        store(functions, index(answer, 0)),
        returnOf(answer),
      ]),
      ifThen(equal(arg(2), 7), [
        askIndex(),
        store(packageOf([], 2), answer),
        ifThen(logicalNot(noIndex(logicalOr)), [store(local(2), index(answer, 0)), store(text(''), index(answer, 1))]),
        returnOf(answer),
      ]),
    ],
    'serialized',
  );
};

/** Registers of ACPI PCI hotplug and the methods over them. */
export const pciHotplugRegisters = ({ base }: AddressRange): Aml =>
  scope('_SB.PCI0', [
    operationRegion('PCST', 'SystemIO', base, 8),
    field('PCST', { access: 'DWordAcc', update: 'WriteAsZeros' }, [fieldUnit('PCIU', 32), fieldUnit('PCID', 32)]),
    operationRegion('SEJ', 'SystemIO', base + 8, 4),
    field('SEJ', { access: 'DWordAcc', update: 'WriteAsZeros' }, [fieldUnit('B0EJ', 32)]),
    operationRegion('BNMR', 'SystemIO', base + 0x10, 8),
    field('BNMR', { access: 'DWordAcc', update: 'WriteAsZeros' }, [fieldUnit('BNUM', 32), fieldUnit('PIDX', 32)]),
    mutex('BLCK'),
    method('PCEJ', 2, [...onBus(store(shiftLeft(1, arg(1)), 'B0EJ')), returnOf(0)]),
    method('AIDX', 2, [...onBus(store(shiftLeft(1, arg(1)), 'PIDX'), store('PIDX', local(0))), returnOf(local(0))]),
    deviceSpecificMethod(),
  ]);

/** The window for 64-bit BARs: above all RAM and DIMM slots, at 1 GiB's alignment (hw/i386/pc.c, pci-host/*). */
const highWindow = (board: X86BoardAddresses, config: MachineConfig): { minimum: number; maximum: number } => {
  const dimms = deviceMemory(board, config);
  const used = dimms
    ? dimms.base + dimms.length
    : highRamStart(board, config) + splitRam(board, config.memorySize).high;
  const minimum = Math.ceil(used / GIB) * GIB;
  return { minimum, maximum: minimum + board.pciHighWindowSize - 1 };
};

/** Windows for 32-bit BARs: from the end of low RAM to the IO-APIC, without the configuration space. */
const lowWindows = (board: X86BoardAddresses, config: MachineConfig): { minimum: number; maximum: number }[] => {
  const start = splitRam(board, config.memorySize).low;
  const end = board.pciMemoryEnd - 1;
  const hole = board.pciConfig;
  if (!hole) return [{ minimum: start, maximum: end }];
  return [
    { minimum: start, maximum: hole.base - 1 },
    { minimum: Math.max(start, hole.base + hole.length), maximum: end },
  ].filter(({ minimum, maximum }) => minimum < maximum);
};

const reservedPorts = (path: string, uid: string, { base, length }: AddressRange): Aml =>
  device(path, [
    name('_HID', text('PNP0A06')),
    name('_UID', text(uid)),
    name('_STA', STA_HIDDEN),
    name('_CRS', resourceTemplate([io(base, base, 1, length)])),
  ]);

/** `\_SB.PCI0._CRS` and the devices that reserve the GPE and hotplug blocks within its windows. */
export const hostBridgeResources = (board: X86BoardAddresses, config: MachineConfig): Aml =>
  scope('\\_SB.PCI0', [
    name(
      '_CRS',
      resourceTemplate([
        wordBusNumber({ minimum: 0, maximum: 0xff }),
        io(CONFIG_PORTS.base, CONFIG_PORTS.base, 1, CONFIG_PORTS.length),
        wordIo({ minimum: 0, maximum: CONFIG_PORTS.base - 1 }),
        wordIo({ minimum: CONFIG_PORTS.base + CONFIG_PORTS.length, maximum: 0xffff }),
        dwordMemory(VGA_WINDOW, 'Cacheable'),
        ...lowWindows(board, config).map((window) => dwordMemory(window, 'NonCacheable')),
        qwordMemory(highWindow(board, config), 'Cacheable'),
      ]),
    ),
    reservedPorts('GPE0', 'GPE0 resources', board.gpe0),
    reservedPorts('PHPR', 'PCI Hotplug resources', board.pciHotplug),
  ]);

const SLOTS = 32;
/** `S10`: S and devfn in hexadecimal. */
const slotName = (slot: number, fn = 0): string => `S${(slot * 8 + fn).toString(16).toUpperCase().padStart(2, '0')}`;
const address = (slot: number, fn = 0): Aml => {
  const adr = slot * 0x10000 + fn;
  return name('_ADR', adr);
};

/** Slot 0 … 31 with what hotplug needs to name it. */
const namedSlot = (slot: number, objects: readonly Aml[]): Aml =>
  device(slotName(slot), [
    address(slot),
    name('ASUN', slot),
    method(
      '_DSM',
      4,
      [store(packageOf(['BSEL', 'ASUN']), local(0)), returnOf(call('PDSM', arg(0), arg(1), arg(2), arg(3), local(0)))],
      'serialized',
    ),
    ...objects,
  ]);

const emptySlot = (slot: number): Aml =>
  namedSlot(slot, [name('_SUN', slot), method('_EJ0', 1, [call('PCEJ', 'BSEL', '_SUN')])]);

/**
 * The root bus of `pc`, whose slots can be plugged: the host bridge, the ISA bridge with `isaDevices`, empty slots,
 * DVNT to notify the slots of a bit mask, and PCNT, which the GPE handler calls.
 */
export const pcSlots = (isaDevices: readonly Aml[]): Aml => {
  const empty = Array.from({ length: SLOTS - 2 }, (_, n) => n + 2);
  return scope('\\_SB', [
    scope('PCI0', [
      name('BSEL', 0),
      namedSlot(0, []),
      namedSlot(1, isaDevices),
      ...empty.map(emptySlot),
      method(
        'DVNT',
        2,
        empty.map((slot) => ifThen(and(arg(0), 2 ** slot), [notify(slotName(slot), arg(1))])),
      ),
      method('PCNT', 0, [store(0, 'BNUM'), call('DVNT', 'PCIU', DEVICE_CHECK), call('DVNT', 'PCID', EJECT_REQUEST)]),
    ]),
  ]);
};

/** The south bridge of q35. */
const SOUTH_BRIDGE = { slot: 31, lpc: 0, smBus: 3 } as const;

/** The root bus of `q35`, whose slots cannot be plugged: host bridge, LPC bridge with `isaDevices`, SMBus. */
export const q35Slots = (isaDevices: readonly Aml[]): Aml =>
  scope('\\_SB', [
    scope('PCI0', [
      device(slotName(0), [address(0)]),
      device(slotName(SOUTH_BRIDGE.slot, SOUTH_BRIDGE.lpc), [
        address(SOUTH_BRIDGE.slot, SOUTH_BRIDGE.lpc),
        ...isaDevices,
      ]),
      device(slotName(SOUTH_BRIDGE.slot, SOUTH_BRIDGE.smBus), [address(SOUTH_BRIDGE.slot, SOUTH_BRIDGE.smBus)]),
      method('PCNT', 0, []),
    ]),
  ]);

/** `\_GPE._E01`: PCI hotplug. */
export const pciHotplugEvent = (): Aml =>
  scope('_GPE', [method('_E01', 0, [acquire('\\_SB.PCI0.BLCK'), call('\\_SB.PCI0.PCNT'), release('\\_SB.PCI0.BLCK')])]);
