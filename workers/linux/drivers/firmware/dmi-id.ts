/**
 * The firmware's DMI tables: found in memory, told of in the log, shown in sysfs.
 *
 * @linux drivers/firmware/dmi_scan.c, with the 32-bit entry point, and dmi-id.c; SMBIOS 2.8 §5.2.1, §6.1
 */
import { ERRNO } from '../../../abi/syscall.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { sysfs_create_dir, sysfs_find_or_create_dir } from '../../fs/sysfs/dir.ts';
import { sysfs_create_file } from '../../fs/sysfs/file.ts';
import { sysfs_create_link } from '../../fs/sysfs/symlink.ts';
import { pr_info } from '../../kernel/printk/printk.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { dmiTableFiles } from './dmi_scan.ts';

/** Where firmware of PCs keeps the entry point, on a 16-byte boundary. */
const SCAN_START = 0xf0000;
const SCAN_LENGTH = 0x10000;
const SCAN_STEP = 16;
const ENTRY_POINT_LENGTH = 31;

/** Strings that sysfs has a file for: name, structure type, offset of the string's number; in the order of modalias. */
const STRINGS = [
  ['bios_vendor', 0, 0x04, 'bvn', 0o444],
  ['bios_version', 0, 0x05, 'bvr', 0o444],
  ['bios_date', 0, 0x08, 'bd', 0o444],
  ['sys_vendor', 1, 0x04, 'svn', 0o444],
  ['product_name', 1, 0x05, 'pn', 0o444],
  ['product_version', 1, 0x06, 'pvr', 0o444],
  ['chassis_vendor', 3, 0x04, 'cvn', 0o444],
  ['chassis_type', 3, 0x05, 'ct', 0o444],
  ['chassis_version', 3, 0x06, 'cvr', 0o444],
  ['product_sku', 1, 0x19, 'sku', 0o444],
  ['product_serial', 1, 0x07, undefined, 0o400],
  ['product_family', 1, 0x1a, undefined, 0o444],
  ['chassis_serial', 3, 0x07, undefined, 0o400],
  ['chassis_asset_tag', 3, 0x08, undefined, 0o444],
] as const;

interface DmiTables {
  readonly entryPoint: Uint8Array;
  readonly structures: Uint8Array;
  /** By sysfs's names. */
  readonly strings: ReadonlyMap<string, string>;
}

const dmi = kernelState<{ tables: DmiTables | undefined }>(() => ({ tables: undefined }));

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const word = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

/** Structures by type, the first of each: its bytes and its strings. */
function dmi_decode_table(table: Uint8Array): Map<number, { fields: Uint8Array; strings: string[] }> {
  const found = new Map<number, { fields: Uint8Array; strings: string[] }>();
  const text = latin1(table);
  for (let at = 0; at + 4 <= table.length; ) {
    const length = table[at + 1] ?? 0;
    const end = text.indexOf('\0\0', at + length);
    if (length < 4 || end < 0) break;
    const type = table[at] ?? 0;
    const fields = table.subarray(at, at + length);
    if (!found.has(type)) found.set(type, { fields, strings: text.slice(at + length, end).split('\0') });
    at = end + 2;
  }
  return found;
}

function readStrings(table: Uint8Array): Map<string, string> {
  const structures = dmi_decode_table(table);
  const values = new Map<string, string>();
  for (const [name, type, offset] of STRINGS) {
    const structure = structures.get(type);
    const number = structure?.fields[offset] ?? 0;
    if (!structure) continue;
    if (name === 'chassis_type') values.set(name, String(number & 0x7f));
    else values.set(name, structure.strings[number - 1] ?? '');
  }
  const bios = structures.get(0)?.fields;
  if (bios) values.set('bios_release', `${bios[0x14] ?? 0}.${bios[0x15] ?? 0}`);
  return values;
}

/** Looks for the tables and says what machine this is. */
export function* dmi_setup(k: Kernel): Co {
  const { bus } = k.platform.currentVcpu();
  const segment = bus.readBytes(SCAN_START, SCAN_LENGTH);
  for (let at = 0; at < segment.length; at += SCAN_STEP) {
    if (latin1(segment.subarray(at, at + 4)) !== '_SM_') continue;
    const entryPoint = segment.slice(at, at + ENTRY_POINT_LENGTH);
    if (entryPoint.reduce((sum, byte) => (sum + byte) & 0xff, 0) !== 0) continue;
    const address = (word(entryPoint, 0x18) | (word(entryPoint, 0x1a) << 16)) >>> 0;
    const structures = bus.readBytes(address, word(entryPoint, 0x16));
    const strings = readStrings(structures);
    dmi(k).tables = { entryPoint, structures, strings };
    yield* pr_info(k, `SMBIOS ${entryPoint[6]}.${entryPoint[7]} present.`);
    const of = (name: string): string => strings.get(name) ?? '';
    const bios = `BIOS ${of('bios_version')} ${of('bios_date')}`;
    yield* pr_info(k, `DMI: ${of('sys_vendor')} ${of('product_name')}, ${bios}`);
    return;
  }
}

/** What udev matches: letters, digits and punctuation of each string. */
function modalias(strings: ReadonlyMap<string, string>): string {
  const part = (key: string, name: string): string => `${key}${(strings.get(name) ?? '').replace(/[^!-9;-~]/g, '')}:`;
  const parts = STRINGS.flatMap(([name, , , key]) => (key === undefined ? [] : [part(key, name)]));
  parts.splice(3, 0, part('br', 'bios_release'));
  return `dmi:${parts.join('')}`;
}

/** /sys/firmware/dmi/tables and /sys/class/dmi/id. */
export function* dmi_id_init(k: Kernel): Co<number> {
  const { tables } = dmi(k);
  if (!tables) return -ERRNO.ENODATA;
  dmiTableFiles(k, tables.entryPoint, tables.structures);
  const id = sysfs_create_dir(k, sysfs_find_or_create_dir(k, 'devices/virtual/dmi'), 'id');
  const file = (name: string, mode: number, text: string): void => {
    sysfs_create_file(k, id, {
      name,
      mode,
      *show(): Co<string> {
        return text;
      },
    });
  };
  for (const [name, , , , mode] of STRINGS) file(name, mode, `${tables.strings.get(name) ?? ''}\n`);
  file('bios_release', 0o444, `${tables.strings.get('bios_release') ?? ''}\n`);
  file('modalias', 0o444, `${modalias(tables.strings)}\n`);
  file('uevent', 0o644, `MODALIAS=${modalias(tables.strings)}\n`);
  const device = sysfs_find_or_create_dir(k, 'class/dmi');
  sysfs_create_link(k, id, device, 'subsystem');
  sysfs_create_link(k, device, id, 'id');
  return 0;
}
