/** The composition tree: every object below /machine and /objects by name and type, as `info qom-tree` lists them. */
import type { Board } from '../abi/board.ts';
import type { MachineConfig } from '../abi/machine-config.ts';
import { splitRam, x86BoardAddresses } from '../hw/boards/addresses.ts';
import { virtLayout } from '../hw/boards/virt-addresses.ts';
import type { ObjectStore } from './object-store.ts';
import { presence } from './qtree.ts';
import { VIRT_QOM_TREE } from './tables/qom-tree-virt.ts';
import { QOM_TREES } from './tables/qom-trees.ts';

export interface QomNode {
  readonly name: string;
  readonly type: string;
  readonly children: QomNode[];
}

const node = (name: string, type: string, children: QomNode[] = []): QomNode => ({ name, type, children });
const regions = (...names: string[]): QomNode[] => names.map((name) => node(name, 'memory-region'));

const irqs = (count: number): QomNode[] =>
  Array.from({ length: count }, (_, index) => node(`unnamed-gpio-in[${index}]`, 'irq'));

/** IRQ, FIQ, virtual IRQ and virtual FIQ. */
const ARM_CPU_INPUTS = 4;

const cpuNode = (name: string, type: string): QomNode =>
  type.endsWith('-arm-cpu')
    ? node(name, type, irqs(ARM_CPU_INPUTS))
    : node(name, type, [
        node('lapic', 'apic', regions('apic-msi[0]')),
        ...regions('memory[0]', 'memory[1]', 'smram[0]'),
      ]);

/** Objects that a line of the table stands for. */
function nodesOf(text: string): QomNode[] {
  const [spelled = '', type = ''] = text.split(' ');
  const [, name = '', count] = /^(.*?)(?:\*(\d+))?$/.exec(spelled.replaceAll('~', ' ')) ?? [];
  if (count === undefined) return [node(name, type)];
  return Array.from({ length: Number(count) }, (_, index) => node(`${name}[${index}]`, type));
}

/** The table's tree, without what the machine has not. */
function readTable(text: string, has: (when: string) => boolean): QomNode[] {
  const root = node('', '');
  const open: QomNode[] = [root];
  let absent: number | undefined;
  for (const line of text.split('\n').filter((candidate) => candidate !== '')) {
    const body = line.trimStart();
    const level = line.length - body.length;
    if (absent !== undefined && level > absent) continue;
    const when = / \?(\w+)$/.exec(body)?.[1];
    absent = when !== undefined && !has(when) ? level : undefined;
    if (absent !== undefined) continue;
    const made = nodesOf(body.replace(/ \?\w+$/, ''));
    open[level]?.children.push(...made);
    const [only] = made;
    if (only) open[level + 1] = only;
  }
  return root.children;
}

const leaf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const folder = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** The same for `virt`. */
function virtPresence(config: MachineConfig): (when: string) => boolean {
  const { virt, defaultDevices, ignored, maxMemory, memorySize, memorySlots } = config;
  const { hasGed, highPcieMmio } = virtLayout(config);
  const parts: Readonly<Record<string, boolean>> = {
    memory: maxMemory > memorySize,
    slots: memorySlots > 0,
    acpi: virt?.acpi ?? false,
    its: virt?.its ?? false,
    secure: virt?.secure ?? false,
    smmu: virt?.iommu === 'smmuv3',
    highmem: highPcieMmio !== undefined,
    ged: hasGed,
    gpio: !hasGed,
    nic: defaultDevices && !ignored.some((option) => /^-(net|nic|netdev) /.test(option)),
  };
  return (when) => parts[when] ?? false;
}

/** The table of a board. */
function treeText({ board, possibleCpus }: MachineConfig): string {
  if (board !== 'virt') return QOM_TREES[board];
  const inputs = SHARED_INTERRUPTS + PRIVATE_INTERRUPTS * possibleCpus.filter((cpu) => cpu.present).length;
  return VIRT_QOM_TREE.replace('SPI+PPI', String(inputs));
}

const SHARED_INTERRUPTS = 256;
/** A vCPU's, SGIs among them. */
const PRIVATE_INTERRUPTS = 32;

/** Whether the machine has what a `?when` of the table stands for. */
function presenceOf({ config, everRan }: Board): (when: string) => boolean {
  if (config.board === 'virt') return virtPresence(config);
  const hasPart = presence(config);
  const { maxMemory, memorySize, memorySlots, board } = config;
  const hasHighRam = () => board !== 'none' && splitRam(x86BoardAddresses[board], memorySize).high > 0;
  return (when) => {
    switch (when) {
      case 'memory':
        return maxMemory > memorySize;
      case 'slots':
        return memorySlots > 0;
      case 'high':
        return hasHighRam();
      case 'ran':
        return everRan;
      default:
        return hasPart(when);
    }
  };
}

function machineNode(board: Board): QomNode {
  const { config } = board;
  const machine = node('machine', `${config.machineType}-machine`);
  machine.children.push(...readTable(treeText(config), presenceOf(board)));
  const devices = [
    ...board.pluggedCpus().map(({ qomPath }) => ({ qomPath, made: cpuNode(leaf(qomPath), config.cpuType) })),
    ...board.memory.inOrder().map(({ qomPath }) => ({ qomPath, made: node(leaf(qomPath), 'pc-dimm') })),
  ];
  for (const part of machine.children) {
    if (part.name === 'unattached') numberDevices(part, board);
    for (const { qomPath, made } of devices) if (folder(qomPath) === `/machine/${part.name}`) part.children.push(made);
  }
  return machine;
}

/**
 * On a PC device[0] is the boot processor, device[1] kvmvapic; the other processors of power-on come next, then all
 * others. On `virt` all processors come first.
 */
function numberDevices(unattached: QomNode, { config }: Board): void {
  const cpus = config.possibleCpus.filter((cpu) => cpu.present).length - config.coldPlugged.length;
  const isPc = config.board !== 'virt';
  let next = isPc ? 1 : cpus;
  unattached.children.forEach((child, at) => {
    if (child.name !== 'device') return;
    unattached.children[at] = { ...child, name: `device[${next}]` };
    next = isPc && next === 1 ? cpus + 1 : next + 1;
  });
}

/** The whole tree. */
export function qomTree(board: Board, objects: ObjectStore): QomNode {
  const backends = objects.all().map(({ id, type }) => node(id, type, regions(`${id}[0]`)));
  return node('', 'container', [
    node('chardevs', 'container'),
    machineNode(board),
    node('objects', 'container', backends),
  ]);
}

/** The object at an absolute path. */
export function nodeAt(root: QomNode, path: string): QomNode | undefined {
  let at: QomNode | undefined = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    at = at?.children.find((child) => child.name === name);
  }
  return at;
}

/** An object and where it stands; the root stands at the empty path. */
export interface Placed {
  readonly path: string;
  readonly node: QomNode;
}

/** `node`, which stands at `path`, and all below it. */
export const everyObject = (from: QomNode, path: string): Placed[] => [
  { path, node: from },
  ...from.children.flatMap((next) => everyObject(next, `${path}/${next.name}`)),
];

export function printTree(at: QomNode, depth = 0): string {
  const line = `${'  '.repeat(depth)}/${at.name} (${at.type})\n`;
  const sorted = [...at.children].sort((a, b) => (a.name < b.name ? -1 : 1));
  return line + sorted.map((child) => printTree(child, depth + 1)).join('');
}

/** Devices of the boards by the kind of their bus; what is in none of the lists is no device. */
const BUS_OF: readonly (readonly [RegExp, 'isa' | 'system' | 'pci' | 'i2c'])[] = [
  [/^(isa-.*|i8257|mc146818rtc|i8042|vmport|vmmouse|port92)$/, 'isa'],
  [/^(kvmvapic|hpet|ioapic|fw_cfg_io|ps2-.*|.*-pcihost)$/, 'system'],
  [
    /^(fw_cfg_mem|cfi\.pflash01|arm-(gicv3.*|smmuv3)|pl0\d\d|acpi-ged|gpio-.*|virtio-mmio|platform-bus-device)$/,
    'system',
  ],
  [/^(ICH9-.*|ich9-ahci|mch|e1000e?|VGA|PIIX.*|piix3-ide|i440FX|gpex-root|virtio-net-pci)$/, 'pci'],
  [/^smbus-eeprom$/, 'i2c'],
];
type BusKind = (typeof BUS_OF)[number][1];
const BUS_NAMES = { isa: 'isa.0', system: 'main-system-bus', pci: 'pcie.0', i2c: 'i2c' } as const;

/** The kind of bus that a device of this type is on; undefined: it is no device of the boards. */
export const busOf = (type: string): BusKind | undefined => BUS_OF.find(([pattern]) => pattern.test(type))?.[1];

/** Why device_del does not take this object; undefined: QEMU would, but the lab does not. */
export function refuseUnplug(board: Board, path: string, { type }: QomNode): string | undefined {
  const bus = busOf(type);
  if (bus === undefined) return `${path} is not a hotpluggable device`;
  if (bus === 'pci' && board.config.board === 'pc') return undefined;
  return `Bus '${BUS_NAMES[bus]}' does not support hotplugging`;
}
