/**
 * Looking at the guest's files from outside: no task, no virtual time, no record in the log. For tests and for the
 * state that a replay prints.
 */
import { O_RDONLY } from '../../abi/syscall.ts';
import type { Vcpu } from '../../abi/vcpu.ts';
import { type Co, runDetached } from '../../sim/coroutine.ts';
import type { LogWriter } from '../../sim/event-log.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { filename_lookup } from './namei.ts';
import { init_mnt_ns, rootPath } from './namespace.ts';
import { do_dentry_open } from './open.ts';
import { vfs_read } from './read_write.ts';
import { iterate_dir } from './readdir.ts';

const silent: LogWriter = { emit() {} };

/** A processor that stays the same to who looks through it, even when the guest has switched it off. */
function onlooker(vcpu: Vcpu): Vcpu {
  const processor = Object.create(vcpu.processor, { guestBase: { value: vcpu.processor.guestBase } });
  return Object.create(vcpu, { processor: { value: processor } });
}

/** The kernel as a bystander uses it: through the boot processor, and leaving no record. */
const bystander = kernelState((k): Kernel => {
  const { bootVcpu } = init_mnt_ns(k);
  const vcpu = bootVcpu && onlooker(bootVcpu);
  const platform = vcpu ? { ...k.platform, currentVcpu: () => vcpu } : k.platform;
  return Object.create(k, { platform: { value: platform }, log: { value: silent } }) as Kernel;
});

function* readWhole(k: Kernel, path: string): Co<string | undefined> {
  const found = filename_lookup(k, rootPath(k), path, true);
  if (typeof found === 'number') return undefined;
  if (found.dentry.type === 'directory') {
    const entries = iterate_dir(k, rootPath(k), path);
    return typeof entries === 'number' ? undefined : entries.map(({ name }) => name).join('\n');
  }
  const file = yield* do_dentry_open(k, found, O_RDONLY);
  if (typeof file === 'number') return undefined;
  let text = '';
  for (;;) {
    const piece = yield* vfs_read(k, file, 65536);
    if (typeof piece === 'number') return undefined;
    if (piece === '') return text;
    text += piece;
  }
}

/**
 * A file's content, or a directory's names, one a line. undefined when it cannot be read, or not without waiting for
 * something; before the root file system is mounted as well.
 */
export function peekFile(k: Kernel, path: string): string | undefined {
  return init_mnt_ns(k).root ? runDetached(readWhole(bystander(k), path)) : undefined;
}
