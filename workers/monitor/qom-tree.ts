/** The composition tree of a PC: every object below /machine and /objects by name and type, as `info qom-tree` lists them. */
import type { Board } from '../abi/board.ts';
import { splitRam, x86BoardAddresses } from '../hw/boards/addresses.ts';
import type { ObjectStore } from './object-store.ts';
import { presence } from './qtree.ts';
import { QOM_TREES } from './tables/qom-trees.ts';

export interface QomNode {
  readonly name: string;
  readonly type: string;
  readonly children: QomNode[];
}

const node = (name: string, type: string, children: QomNode[] = []): QomNode => ({ name, type, children });
const regions = (...names: string[]): QomNode[] => names.map((name) => node(name, 'memory-region'));

const cpuNode = (name: string, type: string): QomNode =>
  node(name, type, [node('lapic', 'apic', regions('apic-msi[0]')), ...regions('memory[0]', 'memory[1]', 'smram[0]')]);

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

/** Whether the machine has what a `?when` of the table stands for. */
function presenceOf({ config, everRan }: Board): (when: string) => boolean {
  const hasPart = presence(config);
  const { maxMemory, memorySize, memorySlots, board } = config;
  const hasHighRam = () =>
    board !== 'none' && board !== 'virt' && splitRam(x86BoardAddresses[board], memorySize).high > 0;
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
  if (config.board !== 'pc' && config.board !== 'q35') {
    machine.children.push(node('peripheral', 'container'), node('peripheral-anon', 'container'));
    machine.children.push(node('unattached', 'container'));
  } else {
    machine.children.push(...readTable(QOM_TREES[config.board], presenceOf(board)));
  }
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

/** device[0] is the boot processor, device[1] kvmvapic; the other processors of power-on come next, then all others. */
function numberDevices(unattached: QomNode, { config }: Board): void {
  const cpus = config.possibleCpus.filter((cpu) => cpu.present).length - config.coldPlugged.length;
  let next = 1;
  unattached.children.forEach((child, at) => {
    if (child.name !== 'device') return;
    unattached.children[at] = { ...child, name: `device[${next}]` };
    next = next === 1 ? cpus + 1 : next + 1;
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
  [/^(ICH9-.*|ich9-ahci|mch|e1000e?|VGA|PIIX.*|piix3-ide|i440FX)$/, 'pci'],
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
