/**
 * device_del: vCPUs and DIMMs are asked for from the guest; other objects are refused as QEMU does (softmmu/qdev-monitor.c,
 * hw/i386/x86.c x86_cpu_unplug_request_cb).
 */
import type { Board, BoardError, PluggedCpu } from '../abi/board.ts';
import { findDimm } from './dimm-add.ts';
import type { ObjectStore } from './object-store.ts';
import { nodeAt, qomTree, refuseUnplug } from './qom-tree.ts';

const generic = (description: string): BoardError => ({ class: 'GenericError', description });

/** What is no vCPU and no DIMM, but may be another object of the machine. */
function refuseOther(
  board: Board,
  id: string,
  objects: ObjectStore,
  unmodelled: (what: string) => void,
): BoardError | undefined {
  const other = id.startsWith('/') ? nodeAt(qomTree(board, objects), id) : undefined;
  if (!other) return { class: 'DeviceNotFound', description: `Device '${id}' not found` };
  const refused = refuseUnplug(board, id, other);
  if (refused !== undefined) return generic(refused);
  unmodelled(`device_del ${id}`);
  return generic(`Device '${other.type}' is not modelled by the lab`);
}

/** `id`: a device's id, or its QOM path. */
export function deviceDel(
  board: Board,
  id: string,
  objects: ObjectStore,
  unmodelled: (what: string) => void,
): BoardError | undefined {
  const cpu = board.pluggedCpus().find((candidate): candidate is PluggedCpu => {
    return id.startsWith('/') ? candidate.qomPath === id : candidate.id === id;
  });
  const dimm = cpu ? undefined : findDimm(board, id);
  if (dimm) return board.memory.requestDimmUnplug(dimm);
  if (!cpu) return refuseOther(board, id, objects, unmodelled);
  // the boot CPU's local APIC and much else hang on it (x86_cpu_unplug_request_cb)
  if (cpu.possible.index === 0) return generic('Boot CPU is unpluggable');
  return board.requestCpuUnplug(cpu);
}
