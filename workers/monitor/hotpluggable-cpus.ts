/** CpuInstanceProperties of a slot, as QMP and HMP show them. */
import type { Board } from '../abi/board.ts';
import type { PossibleCpu } from '../abi/machine-config.ts';
import type { QDict } from './qobject.ts';

/** Boards that know which slots of theirs a CPU could be put into; `virt` does not. */
export const hasHotpluggableCpus = ({ board }: Board['config']): boolean => board === 'pc' || board === 'q35';

/** `die-id` appears where a socket has more than one die, `node-id` where there are NUMA nodes. */
export function cpuProps(board: Board, possible: PossibleCpu): QDict {
  const { topology, numaNodes } = board.config;
  return {
    ...(numaNodes.length > 0 ? { 'node-id': possible.nodeId } : {}),
    'socket-id': possible.socketId,
    ...(topology.dies > 1 ? { 'die-id': possible.dieId } : {}),
    ...(possible.clusterId === undefined ? {} : { 'cluster-id': possible.clusterId }),
    'core-id': possible.coreId,
    'thread-id': possible.threadId,
  };
}
