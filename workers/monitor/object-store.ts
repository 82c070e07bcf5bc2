/** Objects under /objects: memory backends of the command line, of -m itself, and of object-add. */
import type { MachineConfig, MemoryBackend } from '../abi/machine-config.ts';
import type { Parsed } from '../protocol/scenario.ts';
import { GlibHashTable } from './glib-hash-table.ts';
import { checkMemoryBackend, OBJECT_TYPES, type ObjectInput, readMemoryBackend } from './memory-backends.ts';
import { isIdentifier } from './option-text.ts';
import type { QDict } from './qobject.ts';

const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });

export class ObjectStore {
  private readonly backends = new GlibHashTable<MemoryBackend>();
  /** Ids of those that the machine's own RAM uses. */
  private readonly inUse: ReadonlySet<string>;

  constructor({ memoryBackends, ramBackends }: MachineConfig) {
    for (const backend of memoryBackends) this.backends.set(backend.id, backend);
    this.inUse = new Set(ramBackends);
  }

  /** In the order in which query-memdev and qom-list tell them: the table's, backwards. */
  all(): MemoryBackend[] {
    return this.backends.values().reverse();
  }

  /** object-add. The error is QEMU's message. */
  add(args: QDict, input: ObjectInput, unmodelled: (what: string) => void): Parsed<MemoryBackend> {
    const { 'qom-type': type, id } = args;
    if (type === undefined) return fail("Parameter 'qom-type' is missing");
    if (typeof type !== 'string') return fail("Invalid parameter type for 'qom-type', expected: string");
    if (!OBJECT_TYPES.has(type)) return fail(`Parameter 'qom-type' does not accept value '${type}'`);
    if (id === undefined) return fail("Parameter 'id' is missing");
    if (typeof id !== 'string') return fail("Invalid parameter type for 'id', expected: string");
    if (type !== 'memory-backend-ram') {
      unmodelled(`object-add ${type}`);
      return fail(`Object type '${type}' is not modelled by the lab`);
    }
    const backend = readMemoryBackend(args, input);
    if (!backend.ok) return backend;
    if (!isIdentifier(id)) return fail("Parameter 'id' expects an identifier");
    if (backend.value.size === 0) return fail(checkMemoryBackend(backend.value) ?? '');
    if (this.backends.get(id)) return fail(`attempt to add duplicate property '${id}' to object (type 'container')`);
    this.backends.set(id, backend.value);
    const refused = checkMemoryBackend(backend.value);
    if (refused === undefined) return backend;
    this.backends.delete(id);
    return fail(refused);
  }

  /** object-del; returns what is wrong. `isUsed`: a device has it. */
  remove(id: string, isUsed: (id: string) => boolean = () => false): string | undefined {
    if (!this.backends.get(id)) return `object '${id}' not found`;
    if (this.inUse.has(id) || isUsed(id)) return `object '${id}' is in use, can not be deleted`;
    this.backends.delete(id);
    return undefined;
  }

  get(id: string): MemoryBackend | undefined {
    return this.backends.get(id);
  }
}

/** An element of query-memdev's answer. */
export const memdevOf = ({
  id,
  size,
  policy,
  hostNodes,
  dump,
  merge,
  prealloc,
  share,
  reserve,
}: MemoryBackend): QDict => ({
  id,
  size,
  merge,
  dump,
  prealloc,
  share,
  reserve,
  'host-nodes': hostNodes,
  policy,
});
