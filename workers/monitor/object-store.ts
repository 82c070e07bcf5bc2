/** Objects under /objects: memory backends of the command line, of -m itself, and of object-add. */
import type { BoardError } from '../abi/board.ts';
import type { MachineConfig, MemoryBackend } from '../abi/machine-config.ts';
import { GlibHashTable } from './glib-hash-table.ts';
import {
  checkMemoryBackend,
  checkProperties,
  EPC_BACKEND,
  isMemoryBackendType,
  OBJECT_TYPES,
  readMemoryBackend,
} from './memory-backends.ts';
import type { ObjectInput } from './object-members.ts';
import { IDENTIFIER_HINT, isIdentifier } from './option-text.ts';
import type { QDict } from './qobject.ts';

const generic = (description: string): BoardError => ({ class: 'GenericError', description });

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

  /** object-add; returns why not. */
  add(args: QDict, input: ObjectInput, unmodelled: (what: string) => void): BoardError | undefined {
    const { 'qom-type': type, id } = args;
    if (type === undefined) return generic("Parameter 'qom-type' is missing");
    if (typeof type !== 'string') return generic("Invalid parameter type for 'qom-type', expected: string");
    if (type === EPC_BACKEND) return generic(`invalid object type: ${type}`);
    if (!OBJECT_TYPES.has(type)) return generic(`Parameter 'qom-type' does not accept value '${type}'`);
    if (id === undefined) return generic("Parameter 'id' is missing");
    if (typeof id !== 'string') return generic("Invalid parameter type for 'id', expected: string");
    if (!isMemoryBackendType(type)) {
      unmodelled(`object-add ${type}`);
      return generic(`Object type '${type}' is not modelled by the lab`);
    }
    const read = readMemoryBackend(type, args, input);
    if (!read.ok) return generic(read.error);
    const hint = input === 'keyval' ? `\n${IDENTIFIER_HINT}` : '';
    if (!isIdentifier(id)) return generic(`Parameter 'id' expects an identifier${hint}`);
    const backend = read.value;
    const wrong = checkProperties(backend, args);
    if (wrong === undefined) return this.complete(backend);
    return wrong.startsWith('Device') ? { class: 'DeviceNotFound', description: wrong } : generic(wrong);
  }

  /** The object gets its name, then its memory; without memory it goes again. */
  private complete(backend: MemoryBackend): BoardError | undefined {
    const { id } = backend;
    if (this.backends.get(id)) return generic(`attempt to add duplicate property '${id}' to object (type 'container')`);
    this.backends.set(id, backend);
    const refused = checkMemoryBackend(backend);
    if (refused === undefined) return undefined;
    this.backends.delete(id);
    return generic(refused);
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
