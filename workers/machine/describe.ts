import type { MachineConfig } from '../abi/machine-config.ts';
import type { KernelProfile } from '../linux/kernel-context.ts';
import type { MachineDescription } from '../protocol/machine-api.ts';
import type { Scenario } from '../protocol/scenario.ts';

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
