import type { MachineConfig } from '../abi/machine-config.ts';
import { deviceMemory, highRamStart, splitRam, x86BoardAddresses } from '../hw/boards/addresses.ts';
import type { KernelProfile } from '../linux/kernel-context.ts';
import type { MachineDescription, MemoryRegion } from '../protocol/machine-api.ts';
import type { Scenario } from '../protocol/scenario.ts';

const FOUR_GIB = 2 ** 32;

/** Where RAM is and can be, by the board's addresses. */
function memoryRegions(config: MachineConfig): MemoryRegion[] {
  if (config.board !== 'pc' && config.board !== 'q35') return [];
  const addresses = x86BoardAddresses[config.board];
  const { low, high } = splitRam(addresses, config.memorySize);
  const region = deviceMemory(addresses, config);
  return [
    { kind: 'ram', start: 0, size: low },
    { kind: 'hole', start: low, size: FOUR_GIB - low },
    ...(high > 0 ? [{ kind: 'ram', start: highRamStart(addresses, config), size: high } as const] : []),
    ...(region ? [{ kind: 'device-memory', start: region.base, size: region.length } as const] : []),
  ];
}

const LOCAL_DISTANCE = 10;
const REMOTE_DISTANCE = 20;

function numaNodes({ numaNodes: nodes, numaDistances }: MachineConfig): MachineDescription['numaNodes'] {
  return nodes.map(({ id }) => ({
    id,
    distances: nodes.map(
      (other) => numaDistances?.[id]?.[other.id] ?? (other.id === id ? LOCAL_DISTANCE : REMOTE_DISTANCE),
    ),
  }));
}

/** The facts of a machine that the page is told once. */
export function describeMachine(config: MachineConfig, profile: KernelProfile, scenario: Scenario): MachineDescription {
  const { board, accelerator, cpuType, topology, memorySize, maxMemory, memorySlots } = config;
  return {
    board,
    accelerator,
    cpuType,
    topology,
    memorySize,
    maxMemory,
    memorySlots,
    memoryRegions: memoryRegions(config),
    numaNodes: numaNodes(config),
    slots: config.possibleCpus.map(({ index, apicId, nodeId, present, socketId, dieId, coreId, threadId }) => ({
      index,
      apicId,
      nodeId,
      presentAtBoot: present,
      props: {
        'socket-id': socketId,
        ...(topology.dies > 1 ? { 'die-id': dieId } : {}),
        'core-id': coreId,
        'thread-id': threadId,
      },
    })),
    kernelRelease: profile.release,
    cpuhpStates: profile.cpuhpStates,
    ignoredOptions: config.ignored,
    scenario,
  };
}
