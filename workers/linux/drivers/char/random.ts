/**
 * Random numbers. What a real kernel gathers from interrupts and the processor, the machine draws from its seed: the
 * same scenario gives the same numbers.
 *
 * @linux drivers/char/random.c, without the pool, its states and its ioctls
 */

import { proc_create } from '../../fs/proc/generic.ts';
import type { file_operations } from '../../include/linux/fs.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { devtmpfs_create_node } from '../base/devtmpfs.ts';

/** The most that one read gives. */
const READ_LIMIT = 65536;

/** Bits that the pool holds when it is full. */
const POOL_BITS = 256;

export const get_random_u32 = (k: Kernel): number => k.entropy();

/** A byte string. */
export function get_random_bytes(k: Kernel, count: number): string {
  let bytes = '';
  for (let at = 0; at < count; at++) bytes += String.fromCharCode(get_random_u32(k) & 0xff);
  return bytes;
}

/** A UUID of version 4 (RFC 4122 §4.4). */
function generate_random_uuid(k: Kernel): string {
  const digits = [...get_random_bytes(k, 16)]
    .map((byte, at) => {
      const value = byte.charCodeAt(0);
      return at === 6 ? (value & 0x0f) | 0x40 : at === 8 ? (value & 0x3f) | 0x80 : value;
    })
    .map((value) => value.toString(16).padStart(2, '0'))
    .join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const bootId = kernelState(generate_random_uuid);

const urandom_fops: file_operations = {
  seekable: true,
  *read(k, _, count) {
    return get_random_bytes(k, Math.min(count, READ_LIMIT));
  },
  *write(_, __, data) {
    return data.length;
  },
};

const SYSCTLS: Readonly<Record<string, (k: Kernel) => string>> = {
  boot_id: bootId,
  uuid: generate_random_uuid,
  entropy_avail: () => `${POOL_BITS}`,
  poolsize: () => `${POOL_BITS}`,
  urandom_min_reseed_secs: () => '60',
  write_wakeup_threshold: () => `${POOL_BITS}`,
};

/** /dev/random and /dev/urandom, which give the same since 5.18, and /proc/sys/kernel/random. */
export function random_init(k: Kernel): void {
  for (const name of ['random', 'urandom']) devtmpfs_create_node(k, name, 0o666, urandom_fops);
  for (const [name, text] of Object.entries(SYSCTLS)) {
    proc_create(k, `sys/kernel/random/${name}`, {
      *show(of) {
        return `${text(of)}\n`;
      },
    });
  }
}
