/** RAM, memory backends and NUMA nodes: what -m, -object, -numa and -machine memory-backend= make together. */
import type { MemoryBackend, NumaNode, PossibleCpu } from '../abi/machine-config.ts';
import { lastUsedAddress, type MemoryPlan, x86BoardAddresses } from '../hw/boards/addresses.ts';
import type { Parsed } from '../protocol/scenario.ts';
import type { Collected, MemoryGiven } from './command-line-options.ts';
import type { LabMachine } from './machine-types.ts';
import { checkMemoryBackend, defaultBackend, HOST_MEMORY } from './memory-backends.ts';
import { type NumaLayout, readNuma } from './numa-options.ts';

const MIB = 1024 * 1024;

const hex = (value: number): string => `0x${value.toString(16)}`;
const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });

/** Name of the backend that -m makes. */
const defaultRamId = (board: LabMachine['board']): string =>
  board === 'none' ? 'ram' : board === 'virt' ? 'mach-virt.ram' : 'pc.ram';

const MAX_SLOTS = 256;
/** The size is rounded up to it (include/hw/boards.h: 8 KiB). */
const RAM_ALIGNMENT = 8192;

export interface MemoryLayout {
  readonly size: number;
  readonly max: number;
  readonly slots: number;
}

/** -m. `backing`: bytes of the backend that -machine names; without -m it is the size. */
export function readMemory({ size, slots, maxmem }: MemoryGiven, backing: number | undefined): Parsed<MemoryLayout> {
  // QEMU's default of 128 MiB also stands in for 0
  const asked = (size ?? backing) || 128 * MIB;
  const bytes = Math.ceil(asked / RAM_ALIGNMENT) * RAM_ALIGNMENT;
  if (bytes > HOST_MEMORY) return fail("cannot set up guest memory 'pc.ram': Cannot allocate memory");
  const slotCount = slots ?? 0;
  if (maxmem === undefined) {
    return slots === undefined
      ? { ok: true, value: { size: bytes, max: bytes, slots: 0 } }
      : fail('slots specified but no max-size');
  }
  const given = `initial memory size (${hex(bytes)})`;
  if (maxmem < bytes) {
    return fail(`invalid value of maxmem: maximum memory size (${hex(maxmem)}) must be at least the ${given}`);
  }
  if (maxmem === bytes && slotCount > 0) {
    return fail(
      `invalid value of maxmem: memory slots were specified but maximum memory size (${hex(maxmem)}) is equal to the ${given}`,
    );
  }
  return { ok: true, value: { size: bytes, max: maxmem, slots: slotCount } };
}

/** TARGET_PAGE_SIZE. */
const PAGE_SIZE = 4096;

/** Whether a PC can address all that -m asks for (hw/i386/pc.c, pc_memory_init); returns what is wrong. */
export function checkAddressSpace(board: 'pc' | 'q35', plan: MemoryPlan, physicalBits: number): string | undefined {
  const limit = 2 ** physicalBits - 1;
  const last = lastUsedAddress(x86BoardAddresses[board], plan);
  // a processor of 32 bits has no 64-bit window, which would lie beyond
  if (physicalBits > 32 && last > limit) {
    return `Address space limit ${hex(limit)} < ${hex(last)} phys-bits too low (${physicalBits})`;
  }
  const { memorySlots, memorySize, maxMemory } = plan;
  if (memorySlots < 0 || memorySlots > MAX_SLOTS) {
    return `unsupported amount of memory slots: ${BigInt.asUintN(64, BigInt(memorySlots))}`;
  }
  if (maxMemory > memorySize && maxMemory % PAGE_SIZE !== 0) {
    return `maximum memory size must by aligned to multiple of ${PAGE_SIZE} bytes`;
  }
  return undefined;
}

/** The backend that -m makes, with -mem-path of a file. */
function ramBackend({ machine, memoryPath, preallocate }: Collected, size: number): MemoryBackend {
  const backend = { ...defaultBackend(defaultRamId(machine.board), size), prealloc: preallocate };
  if (memoryPath === undefined) return backend;
  const file = { memPath: memoryPath, align: 0, discardData: false, pmem: false, readonly: false };
  return { ...backend, type: 'memory-backend-file', file };
}

/** RAM, backends and nodes: what -m, -object, -numa and -machine memory-backend= make together. */
export function readRam(
  into: Collected,
  memory: MemoryLayout,
  cpus: readonly PossibleCpu[],
  dies: number,
): Parsed<RamLayout> {
  const { objects, machine, memoryBackend } = into;
  if (into.numa.length > 0 && memoryBackend !== undefined && machine.board !== 'none') {
    return fail("'-machine memory-backend' and '-numa memdev' properties are mutually exclusive");
  }
  const plain = { possibleCpus: cpus, warnings: [], distances: undefined };
  const own = ramBackend(into, memory.size);
  if (into.numa.length > 0) {
    if (machine.board === 'none') return fail(`-numa ${into.numa[0]}: NUMA is not supported by this machine-type`);
    const numa = readNuma(into.numa, {
      ...{ possibleCpus: cpus, dies, backends: objects, memorySize: memory.size },
      clusters: machine.board === 'virt',
      legacyMemory: machine.board === 'virt',
    });
    if (!numa.ok) return numa;
    // nodes that were given their sizes alone share the machine's own backend
    const shared = numa.value.backendIds.length === 0;
    const backends = shared ? [...objects, own] : objects;
    const backendIds = shared ? [own.id] : numa.value.backendIds;
    return { ok: true, value: { ...numa.value, backends, backendIds } };
  }
  // with hot-pluggable memory QEMU makes a node of its own accord (auto_enable_numa_with_memhp)
  const nodes = memory.max > memory.size && machine.board !== 'none' ? [{ id: 0, memory: memory.size }] : [];
  if (memoryBackend !== undefined) {
    const backend = objects.find(({ id }) => id === memoryBackend);
    if (!backend) return fail(`Memory backend '${memoryBackend}' not found`);
    if (into.memory.size !== undefined && backend.size !== memory.size) {
      return fail('Machine memory size does not match the size of the memory backend');
    }
    return { ok: true, value: { ...plain, nodes, backends: objects, backendIds: [memoryBackend] } };
  }
  if (objects.some(({ id }) => id === own.id)) {
    return fail(
      `object name '${own.id}' is reserved for the default RAM backend, it can't be used for any other purposes. Change the object's 'id' to something else`,
    );
  }
  // a machine without RAM of its own has a backend only when -m asks for it
  const backed = machine.board !== 'none' || into.memory.size !== undefined;
  const refused = backed ? checkMemoryBackend(own) : undefined;
  if (refused !== undefined) return fail(refused);
  const backends = backed ? [...objects, own] : objects;
  return { ok: true, value: { ...plain, nodes, backends, backendIds: backed ? [own.id] : [] } };
}

export interface RamLayout extends NumaLayout {
  readonly backends: readonly MemoryBackend[];
  readonly nodes: readonly NumaNode[];
}
