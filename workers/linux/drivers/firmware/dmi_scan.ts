/** SMBIOS: the firmware's tables as files, /sys/firmware/dmi/tables. @linux drivers/firmware/dmi_scan.c, 64-bit entry point alone */
import type { Co } from '../../../sim/coroutine.ts';
import { sysfs_find_or_create_dir } from '../../fs/sysfs/dir.ts';
import { sysfs_create_bin_file } from '../../fs/sysfs/file.ts';
import type { kernfs_node } from '../../include/linux/kernfs.ts';
import type { Kernel } from '../../kernel-context.ts';

const ENTRY_LENGTH = 24;
const TABLE_LENGTH = 12;
const TABLE_ADDRESS = 16;

function bytesFile(k: Kernel, dir: kernfs_node, name: string, bytes: Uint8Array): void {
  sysfs_create_bin_file(k, dir, {
    name,
    mode: 0o400,
    size: bytes.length,
    *read(_k, offset, count): Co<string> {
      return String.fromCharCode(...bytes.subarray(offset, offset + count));
    },
  });
}

/** The entry point and the structures as files. */
export function dmiTableFiles(k: Kernel, entry: Uint8Array, table: Uint8Array): void {
  const dir = sysfs_find_or_create_dir(k, 'firmware/dmi/tables');
  bytesFile(k, dir, 'smbios_entry_point', entry);
  bytesFile(k, dir, 'DMI', table);
}

/** subsys_initcall. `address`: of the entry point, where UEFI names one. */
export function* dmi_init(k: Kernel, address: number | undefined): Co {
  if (address === undefined) return;
  const { bus } = k.platform.currentVcpu();
  const entry = bus.readBytes(address, ENTRY_LENGTH);
  if (String.fromCharCode(...entry.subarray(0, 5)) !== '_SM3_') return;
  const fields = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  const table = bus.readBytes(Number(fields.getBigUint64(TABLE_ADDRESS, true)), fields.getUint32(TABLE_LENGTH, true));
  dmiTableFiles(k, entry, table);
}
