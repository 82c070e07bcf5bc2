import type { MachineConfig } from '../abi/machine-config.ts';
import type { MachineDescription } from '../protocol/machine-api.ts';
import type { Scenario } from '../protocol/scenario.ts';
import type { Architecture } from './architecture.ts';

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
export function describeMachine(
  config: MachineConfig,
  { profile, hasAcpi, memoryRegions }: Architecture,
  scenario: Scenario,
): MachineDescription {
  const { board, accelerator, cpuType, topology, memorySize, maxMemory, memorySlots } = config;
  return {
    board,
    accelerator,
    acpi: hasAcpi(config),
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
