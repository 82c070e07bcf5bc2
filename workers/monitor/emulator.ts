/** What qemu-system-aarch64 and qemu-system-x86_64 have different: machine types, CPU models, commands of both monitors. */
import type { MachineConfig } from '../abi/machine-config.ts';
import { cpuTypeOf } from './cpu-models.ts';
import type { QDict } from './qobject.ts';
import { ARM_CPU_MODELS, ARM_MACHINE_ROWS } from './tables/arm-machine-types.ts';
import { COMMAND_NAMES } from './tables/command-names.ts';
import { DEFAULT_MACHINE, MACHINE_TYPES, type MachineType, readMachineTypes } from './tables/machine-types.ts';

/** QMP commands that one of the two alone has. */
const X86_COMMANDS = new Set([
  ...['query-sgx-capabilities', 'query-sgx', 'query-sev-attestation-report', 'sev-inject-launch-secret'],
  ...['query-sev-capabilities', 'query-sev-launch-measure', 'query-sev', 'rtc-reset-reinjection'],
]);
const ARM_COMMANDS = new Set(['query-gic-capabilities']);
/** Of the monitor of x86 alone. */
const X86_MONITOR = new Set(['mce', 'info lapic', 'info mem', 'info sev', 'info sgx', 'info tlb']);

type Program = Pick<MachineConfig, 'board'>;

const isArm = ({ board }: Program): boolean => board === 'virt';

/** The emulator's architecture, as QMP names it. */
export const targetOf = (program: Program): string => (isArm(program) ? 'aarch64' : 'x86_64');

/** The program's QMP commands, as query-commands lists them. */
export const commandNames = (program: Program): string[] => {
  const others = isArm(program) ? X86_COMMANDS : ARM_COMMANDS;
  return COMMAND_NAMES.filter((name) => !others.has(name));
};

/** Whether the program's monitor has a command: `mce`, `info mem`. */
export const hasMonitorCommand = (program: Program, name: string): boolean => !isArm(program) || !X86_MONITOR.has(name);

/** query-machines. */
export const machineInfos = (program: Program): QDict[] =>
  isArm(program)
    ? readMachineTypes(ARM_MACHINE_ROWS, { 'virt-7.2': 'virt' }).map((type) => machineInfo(type, armCpuTypeOf))
    : MACHINE_TYPES.map((type) => machineInfo(type, cpuTypeOf));

const armCpuTypeOf = (model: string): string => `${model}-arm-cpu`;

function machineInfo(machine: MachineType, typeOf: (model: string) => string): QDict {
  return {
    ...(machine.alias === undefined ? {} : { alias: machine.alias }),
    ...(machine.name === DEFAULT_MACHINE ? { 'is-default': true } : {}),
    'cpu-max': machine.maxCpus,
    name: machine.name,
    'hotpluggable-cpus': machine.hotpluggableCpus,
    'numa-mem-supported': machine.numaMemory,
    deprecated: machine.deprecated,
    ...(machine.cpuModel === undefined ? {} : { 'default-cpu-type': typeOf(machine.cpuModel) }),
    ...(machine.ramId === undefined ? {} : { 'default-ram-id': machine.ramId }),
  };
}

/** query-cpu-definitions; undefined: on x86 it tells of features that the lab's processors do not have. */
export const cpuDefinitions = (program: Program): QDict[] | undefined =>
  isArm(program)
    ? ARM_CPU_MODELS.map((name) => ({ name, typename: armCpuTypeOf(name), static: false, deprecated: false }))
    : undefined;
