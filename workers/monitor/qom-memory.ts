/** DIMMs, memory backends and their regions in the QOM tree. */
import type { Board } from '../abi/board.ts';
import type { MemoryBackend, MemoryBackendType } from '../abi/machine-config.ts';
import type { Dimm } from '../abi/memory-devices.ts';
import { defaultBackend } from './memory-backends.ts';
import type { ObjectStore } from './object-store.ts';
import { objectOf, type QomObject, type QomProperty, type QomRow } from './qom-object.ts';

export function dimmObject({ address, backend, node, slot, size, hotplugged }: Dimm): QomObject {
  const type = 'pc-dimm';
  const rows: readonly QomRow[] = [
    ['type', 'string', type],
    ['parent_bus', 'link<bus>', ''],
    ['realized', 'bool', true],
    ['hotplugged', 'bool', hotplugged],
    ['hotpluggable', 'bool', true],
    ['memdev', 'link<memory-backend>', `/objects/${backend}`],
    ['node', 'uint32', node],
    ['addr', 'uint64', address],
    // an alias that can only be written
    ['legacy-memdev', 'str', undefined],
    ['slot', 'int32', slot],
    ['size', 'uint64', size],
  ];
  return objectOf(type, rows);
}

export function backendObject(board: Board, objects: ObjectStore, id: string): QomObject | undefined {
  const backend = objects.get(id);
  if (!backend) return undefined;
  const { possibleCpus, coldPlugged } = board.config;
  const cpus = possibleCpus.filter((cpu) => cpu.present).length - coldPlugged.length;
  return objectOf(backend.type, [
    ...backendRows(backend, cpus),
    [`${id}[0]`, 'child<memory-region>', `/objects/${id}/${id}[0]`],
  ]);
}

/** `cpus`: what prealloc-threads is by default. */
function backendRows(backend: MemoryBackend, cpus: number): QomRow[] {
  const { type, file, memfd } = backend;
  return [
    ['type', 'string', type],
    ['share', 'bool', backend.share],
    ['size', 'int', backend.size],
    ['dump', 'bool', backend.dump],
    ['prealloc-threads', 'int', backend.preallocThreads ?? cpus],
    ['x-use-canonical-path-for-ramblock-id', 'bool', backend.canonicalPath],
    ['policy', 'HostMemPolicy', backend.policy],
    ['prealloc-context', 'link<thread-context>', ''],
    ['prealloc', 'bool', backend.prealloc],
    ['reserve', 'bool', backend.reserve],
    ['host-nodes', 'int', backend.hostNodes],
    ['merge', 'bool', backend.merge],
    ...(file
      ? ([
          ['readonly', 'bool', file.readonly],
          ['align', 'int', file.align],
          ['pmem', 'bool', file.pmem],
          ['mem-path', 'string', file.memPath],
          ['discard-data', 'bool', file.discardData],
        ] as const)
      : []),
    ...(memfd
      ? ([
          ['hugetlb', 'bool', memfd.hugetlb],
          ['seal', 'bool', memfd.seal],
          ['hugetlbsize', 'int', memfd.hugetlbSize],
        ] as const)
      : []),
  ];
}

/** Properties that a type of backend has before there is one of it. */
export function backendClassProperties(type: MemoryBackendType): readonly QomProperty[] {
  const file = { memPath: '', align: 0, discardData: false, pmem: false, readonly: false };
  const memfd = { hugetlb: false, hugetlbSize: 0, seal: true };
  const backend: MemoryBackend = {
    ...defaultBackend('', 0),
    type,
    ...(type === 'memory-backend-file' ? { file } : {}),
    ...(type === 'memory-backend-memfd' ? { memfd } : {}),
  };
  return backendRows(backend, 0).map(([name, kind]) => ({ name, type: kind }));
}

/** The memory region of a backend, in the device memory when a DIMM has it. */
export function backendRegionObject(board: Board, objects: ObjectStore, id: string): QomObject | undefined {
  const backend = objects.get(id);
  if (!backend) return undefined;
  const dimms = board.memory.dimms();
  const dimm = dimms.find((candidate) => candidate.backend === id);
  const base = board.memory.regionBase ?? 0;
  return objectOf('memory-region', [
    ['type', 'string', 'memory-region'],
    ['container', 'link<memory-region>', dimm ? '/machine/device-memory[0]' : ''],
    ['addr', 'uint64', dimm ? dimm.address - base : 0],
    ['size', 'uint64', backend.size],
    ['priority', 'uint32', 0],
  ]);
}
