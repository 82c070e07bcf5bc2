/** `info qtree`: the buses and devices of a PC, with their properties, as QEMU 7.2 prints them (softmmu/qdev-monitor.c). */
import type { Board } from '../abi/board.ts';
import type { MachineConfig } from '../abi/machine-config.ts';
import { splitRam, type X86BoardAddresses, x86BoardAddresses } from '../hw/boards/addresses.ts';
import { QTREES } from './tables/qtrees.ts';

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

const SIZE_UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** util/cutils.c, size_to_str: three digits, and a unit that keeps the number below 1000. */
function sizeText(bytes: number): string {
  let unit = 0;
  let value = bytes;
  for (; value >= 1000 && unit < SIZE_UNITS.length - 1; unit++) value /= 1024;
  return `${Number(value.toPrecision(3))} ${SIZE_UNITS[unit]}B`;
}

/** Whether the machine has what a `?when` of the table stands for. */
export function presence({ ignored, defaultDevices, serialPort, board }: MachineConfig): (when: string) => boolean {
  const off = (property: string) =>
    ignored.some((option) => new RegExp(`^-machine ${property}=(off|no|false|n)$`).test(option));
  const given = (options: string) => ignored.some((option) => new RegExp(`^-(${options}) `).test(option));
  const vga = ignored.find((option) => option.startsWith('-vga '))?.slice('-vga '.length);
  const parts: Readonly<Record<string, boolean>> = {
    hpet: !off('hpet') && !ignored.includes('-no-hpet'),
    smbus: !off('smbus'),
    sata: !off('sata'),
    pit: !off('pit'),
    i8042: !off('i8042'),
    vmport: !off('vmport'),
    vmmouse: !off('i8042') && !off('vmport'),
    serial: serialPort,
    vga: vga === undefined ? defaultDevices : vga === 'std',
    nic: defaultDevices && !given('net|nic|netdev'),
    cdrom: defaultDevices && !given('cdrom|drive|hda|hdb'),
    parallel: defaultDevices && !given('parallel'),
    floppy: defaultDevices,
    fdc: board === 'pc',
  };
  return (when) => parts[when] ?? true;
}

/** What PCI's common properties are called, after the address. */
const pciLines = (address: string, multifunction: string, rom = '', romSize = '0xffffffff'): string[] => [
  `addr = ${address}`,
  `romfile = "${rom}"`,
  `romsize = ${Number(romSize)} (${romSize})`,
  'rombar = 1 (0x1)',
  `multifunction = ${multifunction}`,
  'x-pcie-lnksta-dllla = true',
  'x-pcie-extcap-init = true',
  'failover_pair_id = ""',
  'acpi-index = 0 (0x0)',
];

/** A base address register; before the firmware has run, and where it left it out, the address is none. */
function barLine(number: string, space: string, size: string, address: string | undefined): string {
  const name = `bar ${number}: ${space} at`;
  const bytes = Number.parseInt(size, 16);
  if (address === undefined || address === '-') return `${name} 0xffffffffffffffff [${hex(bytes - 2)}]`;
  const first = Number.parseInt(address, 16);
  return `${name} ${hex(first)} [${hex(first + bytes - 1)}]`;
}

/** What a line of the table stands for. */
function linesOf(text: string, board: Board, addresses: X86BoardAddresses): string[] {
  const { config, everRan } = board;
  const [word = '', ...rest] = text.split(' ');
  const [first = '', second = '', third = '', bare, withDefaults] = rest;
  const { low, high } = splitRam(addresses, config.memorySize);
  switch (word) {
    case 'dev':
      return [`dev: ${first}, id ""`];
    case 'pci':
      return pciLines(first, second, third || undefined, bare);
    case 'bar':
      return [barLine(first, second, third, everRan ? (config.defaultDevices ? withDefaults : bare) : undefined)];
    case 'MCFG': {
      const base = everRan ? BigInt(addresses.pciConfig?.base ?? 0) : -1n;
      return [`MCFG = ${base} (${hex(BigInt.asUintN(64, base))})`];
    }
    case 'below-4g-mem-size':
      return [`${word} = ${low} (${sizeText(low)})`];
    case 'above-4g-mem-size':
      return [`${word} = ${high} (${sizeText(high)})`];
    default:
      return [text];
  }
}

export function qtree(board: Board): string | undefined {
  const { config } = board;
  if (config.board === 'none') return 'bus: main-system-bus\n  type System\n';
  if (config.board === 'virt') return undefined;
  const has = presence(config);
  const addresses = x86BoardAddresses[config.board];
  const printed: string[] = [];
  /** Level of a device that is not there: what lies deeper is not, either. */
  let absent: number | undefined;
  for (const line of QTREES[config.board].split('\n')) {
    const text = line.trimStart();
    if (text === '') continue;
    const level = line.length - text.length;
    if (absent !== undefined && level > absent) continue;
    const when = text.startsWith('dev ') ? / \?(\w+)$/.exec(text)?.[1] : undefined;
    absent = when !== undefined && !has(when) ? level : undefined;
    if (absent !== undefined) continue;
    for (const shown of linesOf(text, board, addresses)) printed.push(`${'  '.repeat(level)}${shown}\n`);
  }
  return printed.join('');
}
