/** The device tree in sysfs: /sys/firmware/devicetree and the blob beside it. @linux drivers/of/kobj.c, fdt.c of_fdt_raw_init */
import type { Co } from '../../../sim/coroutine.ts';
import { sysfs_create_dir, sysfs_find_or_create_dir } from '../../fs/sysfs/dir.ts';
import { sysfs_create_bin_file } from '../../fs/sysfs/file.ts';
import type { kernfs_node } from '../../include/linux/kernfs.ts';
import type { Kernel } from '../../kernel-context.ts';
import type { device_node } from './fdt.ts';

function bytesFile(k: Kernel, dir: kernfs_node, name: string, mode: number, bytes: Uint8Array): void {
  sysfs_create_bin_file(k, dir, {
    name,
    mode,
    size: bytes.length,
    *read(_k, offset, count): Co<string> {
      return String.fromCharCode(...bytes.subarray(offset, offset + count));
    },
  });
}

const encoder = (text: string): Uint8Array => Uint8Array.from(`${text}\0`, (character) => character.charCodeAt(0));

function nodeFiles(k: Kernel, dir: kernfs_node, node: device_node): void {
  for (const [name, value] of node.properties) bytesFile(k, dir, name, 0o444, value);
  if (!node.properties.has('name')) {
    bytesFile(k, dir, 'name', 0o444, encoder(node.name.replace(/@.*$/, '')));
  }
  for (const child of node.children) nodeFiles(k, sysfs_create_dir(k, dir, child.name), child);
}

/** core_initcall and late_initcall. */
export function* of_core_init(k: Kernel, root: device_node | undefined, blob: Uint8Array): Co {
  if (!root) return;
  nodeFiles(k, sysfs_find_or_create_dir(k, 'firmware/devicetree/base'), root);
  bytesFile(k, sysfs_find_or_create_dir(k, 'firmware'), 'fdt', 0o400, blob);
}
