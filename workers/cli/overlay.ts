/** Files of the host's that the guest finds in its root file system: `--rootfs DIR`. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { RootfsEntry } from '../linux/init/initramfs.ts';
import { UsageError } from './arguments.ts';

/** Larger files are programs and libraries of another system. */
const LARGEST = 1 << 20;

function* walk(host: string, guest: string): Generator<RootfsEntry> {
  for (const name of readdirSync(host).sort()) {
    const [from, path] = [join(host, name), `${guest}/${name}`];
    const status = lstatSync(from);
    const mode = status.mode & 0o7777;
    if (status.isSymbolicLink()) yield { path, target: readlinkSync(from), mode: 0o777 };
    else if (status.isDirectory()) {
      yield { path, mode };
      yield* walk(from, path);
    } else if (status.isFile() && status.size <= LARGEST) {
      yield { path, mode, content: readFileSync(from, 'latin1') };
    }
  }
}

/** The directory's tree as entries below `/`. Throws {@link UsageError} when it cannot be read. */
export function overlayOf(directory: string | undefined): RootfsEntry[] {
  if (directory === undefined) return [];
  try {
    return [...walk(directory, '')];
  } catch (error) {
    throw new UsageError(`--rootfs: ${error instanceof Error ? error.message : String(error)}`);
  }
}
