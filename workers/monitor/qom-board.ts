/**
 * The boards' own devices, buses, interrupt lines and memory regions in the QOM tree. Which there are, `qom-tree.ts`
 * knows; what properties each type has, the table. Values that depend on more than the board are known for a few.
 */
import type { Board } from '../abi/board.ts';
import { splitRam, x86BoardAddresses } from '../hw/boards/addresses.ts';
import type { QObject } from './qobject.ts';
import { inHashOrder, objectOf, type QomObject, type QomRow } from './qom-object.ts';
import { busOf, everyObject, type Placed, type QomNode } from './qom-tree.ts';
import { QOM_PROPERTIES } from './tables/qom-properties.ts';
import { VIRT_QOM_PROPERTIES } from './tables/qom-properties-virt.ts';

const PROPERTIES: Readonly<Record<string, string>> = { ...QOM_PROPERTIES, ...VIRT_QOM_PROPERTIES };

/** Objects that the main system bus of a PC and of `virt` has, in the order in which they came. */
const SYSTEM_BUS = [
  'kvmvapic',
  'fw_cfg_io',
  'i440FX-pcihost',
  'q35-pcihost',
  'ioapic',
  'hpet',
  'ps2-kbd',
  'ps2-mouse',
  'cfi.pflash01',
  'arm-gicv3',
  'arm-gicv3-its',
  'pl011',
  'pl031',
  'gpex-pcihost',
  'arm-smmuv3',
  'acpi-ged',
  'pl061',
  'gpio-key',
  'gpio-pwr',
  'virtio-mmio',
  'fw_cfg_mem',
  'platform-bus-device',
];

/** Devices on a bus: `child[N]` of it, in the order in which they came. */
function devicesOn({ path, node }: Placed, all: readonly Placed[]): Placed[] {
  const ofTypes = (matches: (type: string) => boolean) => all.filter((candidate) => matches(candidate.node.type));
  switch (node.type) {
    case 'System':
      return SYSTEM_BUS.flatMap((type) => ofTypes((candidate) => candidate === type));
    case 'ISA':
      return ofTypes((type) => busOf(type) === 'isa');
    case 'PCI':
    case 'PCIE':
      return ofTypes((type) => busOf(type) === 'pci');
    case 'i2c-bus':
      return ofTypes((type) => busOf(type) === 'i2c');
    case 'floppy-bus':
      return ofTypes((type) => type === 'floppy');
    default:
      return path.endsWith(CDROM_BUS[all.some((other) => other.node.type === 'PCIE') ? 'q35' : 'pc'])
        ? ofTypes((type) => type === 'ide-cd')
        : [];
  }
}

/** The IDE bus that the CD-ROM drive of a machine with default devices is on. */
const CDROM_BUS = { pc: '/ide.1', q35: '/ide.2' } as const;

function busObject(placed: Placed, all: readonly Placed[], rows: readonly QomRow[]): QomObject {
  const devices = devicesOn(placed, all).map(({ path, node }, index): QomRow => {
    return [`child[${index}]`, `link<${node.type}>`, path];
  });
  const inOrder = inHashOrder([...rows, ...devices], ([name]) => name);
  return objectOf(placed.node.type, [['type', 'string', placed.node.type], ...inOrder]);
}

/** A value of the table. */
function readValue(text: string, board: Board, all: readonly Placed[]): QObject | undefined {
  const [ofPc = '', ofQ35 = ofPc] = text.split('|');
  const own = board.config.board === 'pc' ? ofPc : ofQ35;
  if (!own.startsWith('@')) return JSON.parse(own.replaceAll('~', ' ')) as QObject;
  const [, type, part = ''] = /^@([^/]+)(\/.*)?$/.exec(own) ?? [];
  const target = all.find(({ node }) => node.type === type);
  return target && target.path + part;
}

const PM_BASE = 0x600;
const GPE0_OFFSET = 0x20;

/** Values that the firmware sets, or the size of the RAM. */
function computedValues(board: Board): Readonly<Record<string, QObject>> {
  const { config, everRan } = board;
  if (config.board !== 'pc' && config.board !== 'q35') return {};
  const addresses = x86BoardAddresses[config.board];
  const { low, high } = splitRam(addresses, config.memorySize);
  const pmBase = everRan ? PM_BASE : 0;
  return {
    'ICH9-LPC.pm_io_base': pmBase,
    'ICH9-LPC.gpe0_blk': pmBase + GPE0_OFFSET,
    'PIIX4_PM.pm_io_base': pmBase,
    'q35-pcihost.below-4g-mem-size': low,
    'q35-pcihost.above-4g-mem-size': high,
    'q35-pcihost.MCFG': everRan ? (addresses.pciConfig?.base ?? 0) : 2n ** 64n - 1n,
    'q35-pcihost.mcfg_size': everRan ? (addresses.pciConfig?.length ?? 0) : 0,
  };
}

/** `NAME:TYPE=VALUE`. */
function rowsOf({ path, node }: Placed, board: Board, all: readonly Placed[]): QomRow[] {
  const computed = computedValues(board);
  const words = (PROPERTIES[node.type] ?? '').split(/\s+/).filter((word) => word !== '');
  const told = words.flatMap((text): QomRow[] => {
    const [, spelled = '', spelledKind = '', value] = /^([^:]+):([^=]+)(?:=(.*))?$/.exec(text) ?? [];
    const name = spelled.replaceAll('~', ' ');
    const kind = spelledKind.replaceAll('~', ' ');
    if (kind.startsWith('child<')) {
      return node.children.some((candidate) => candidate.name === name) ? [[name, kind, `${path}/${name}`]] : [];
    }
    const known = value === undefined ? computed[`${node.type}.${name}`] : readValue(value, board, all);
    return [[name, kind, known]];
  });
  // a name with the device's own number in it (`virtio-mmio-bus.7`) is not in the table
  const names = new Set(told.map(([name]) => name));
  const others = node.children.filter(({ name }) => !names.has(name));
  return [...told, ...others.map(({ name, type }): QomRow => [name, `child<${type}>`, `${path}/${name}`])];
}

const REGION: readonly (readonly [string, string])[] = [
  ['container', 'link<memory-region>'],
  ['addr', 'uint64'],
  ['size', 'uint64'],
  ['priority', 'uint32'],
];

function regionObject({ path }: Placed, { memory }: Board): QomObject {
  const known: Readonly<Record<string, QObject>> =
    path === '/machine/device-memory[0]' && memory.regionBase !== undefined
      ? { container: '/machine/unattached/system[0]', addr: memory.regionBase, priority: 0 }
      : {};
  const rows = REGION.map(([name, kind]): QomRow => [name, kind, known[name]]);
  return objectOf('memory-region', [['type', 'string', 'memory-region'], ...rows]);
}

/** The object of a node that is neither a vCPU nor of the user's making; undefined: its type has no table. */
export function boardObject(board: Board, root: QomNode, placed: Placed): QomObject | undefined {
  const { type } = placed.node;
  if (type === 'irq') return objectOf(type, [['type', 'string', type]]);
  if (type === 'memory-region') return regionObject(placed, board);
  if (!(type in PROPERTIES)) return undefined;
  const all = everyObject(root, '');
  const rows = rowsOf(placed, board, all);
  if (BUSES.has(type)) return busObject(placed, all, rows);
  return objectOf(type, [['type', 'string', type], ...rows]);
}

const BUSES = new Set(['System', 'ISA', 'PCI', 'PCIE', 'IDE', 'i2c-bus', 'floppy-bus']);
