/**
 * Machine types of QEMU 7.2, in the order in which query-machines lists them: name, most CPUs, `h` for hotpluggable
 * CPUs, `n` for `-numa node,mem=`, `d` for deprecated, default CPU model, default id of the RAM's backend; `-` for none.
 */
const ROWS = `
  pc-q35-5.2 288 h-- qemu64 pc.ram
  pc-i440fx-2.12 255 hn- qemu64 pc.ram
  pc-i440fx-2.0 255 hn- qemu64 pc.ram
  pc-i440fx-6.2 255 h-- qemu64 pc.ram
  pc-q35-4.2 288 hn- qemu64 pc.ram
  pc-i440fx-2.5 255 hn- qemu64 pc.ram
  pc-i440fx-4.2 255 hn- qemu64 pc.ram
  pc-i440fx-5.2 255 h-- qemu64 pc.ram
  pc-i440fx-1.5 255 hnd qemu64 pc.ram
  pc-q35-2.7 255 hn- qemu64 pc.ram
  pc-q35-7.1 288 h-- qemu64 pc.ram
  pc-i440fx-2.2 255 hn- qemu64 pc.ram
  none 1 --- - ram
  pc-i440fx-2.7 255 hn- qemu64 pc.ram
  pc-q35-6.1 288 h-- qemu64 pc.ram
  pc-q35-2.4 255 hn- qemu64 pc.ram
  pc-i440fx-7.1 255 h-- qemu64 pc.ram
  pc-q35-2.10 288 hn- qemu64 pc.ram
  x-remote 1 --- - -
  pc-q35-5.1 288 h-- qemu64 pc.ram
  pc-i440fx-1.7 255 hnd qemu64 pc.ram
  pc-q35-2.9 288 hn- qemu64 pc.ram
  pc-i440fx-2.11 255 hn- qemu64 pc.ram
  pc-q35-3.1 288 hn- qemu64 pc.ram
  pc-i440fx-6.1 255 h-- qemu64 pc.ram
  pc-q35-4.1 288 hn- qemu64 pc.ram
  pc-i440fx-2.4 255 hn- qemu64 pc.ram
  pc-i440fx-4.1 255 hn- qemu64 pc.ram
  pc-i440fx-5.1 255 h-- qemu64 pc.ram
  pc-i440fx-2.9 255 hn- qemu64 pc.ram
  isapc 1 h-- 486 pc.ram
  pc-i440fx-1.4 255 hnd qemu64 pc.ram
  pc-q35-2.6 255 hn- qemu64 pc.ram
  pc-i440fx-3.1 255 hn- qemu64 pc.ram
  pc-q35-2.12 288 hn- qemu64 pc.ram
  pc-q35-7.0 288 h-- qemu64 pc.ram
  pc-i440fx-2.1 255 hn- qemu64 pc.ram
  pc-q35-6.0 288 h-- qemu64 pc.ram
  pc-i440fx-2.6 255 hn- qemu64 pc.ram
  pc-q35-4.0.1 288 hn- qemu64 pc.ram
  pc-i440fx-7.0 255 h-- qemu64 pc.ram
  pc-i440fx-1.6 255 hnd qemu64 pc.ram
  pc-q35-5.0 288 hn- qemu64 pc.ram
  pc-q35-2.8 288 hn- qemu64 pc.ram
  pc-i440fx-2.10 255 hn- qemu64 pc.ram
  pc-q35-3.0 288 hn- qemu64 pc.ram
  pc-i440fx-6.0 255 h-- qemu64 pc.ram
  pc-q35-7.2 288 h-- qemu64 pc.ram
  pc-q35-4.0 288 hn- qemu64 pc.ram
  microvm 288 --- qemu64 microvm.ram
  pc-i440fx-2.3 255 hn- qemu64 pc.ram
  pc-i440fx-4.0 255 hn- qemu64 pc.ram
  pc-i440fx-5.0 255 hn- qemu64 pc.ram
  pc-i440fx-2.8 255 hn- qemu64 pc.ram
  pc-q35-6.2 288 h-- qemu64 pc.ram
  pc-q35-2.5 255 hn- qemu64 pc.ram
  pc-i440fx-3.0 255 hn- qemu64 pc.ram
  pc-i440fx-7.2 255 h-- qemu64 pc.ram
  pc-q35-2.11 288 hn- qemu64 pc.ram
`;

export interface MachineType {
  readonly name: string;
  readonly maxCpus: number;
  readonly hotpluggableCpus: boolean;
  readonly numaMemory: boolean;
  readonly deprecated: boolean;
  readonly cpuModel: string | undefined;
  readonly ramId: string | undefined;
  readonly alias: string | undefined;
}

const ALIASES: Readonly<Record<string, string>> = { 'pc-q35-7.2': 'q35', 'pc-i440fx-7.2': 'pc' };
/** What a command line without -machine gets. */
export const DEFAULT_MACHINE = 'pc-i440fx-7.2';

const given = (text: string | undefined): string | undefined => (text === '-' ? undefined : text);

/** A table's rows. */
export const readMachineTypes = (rows: string, aliases: Readonly<Record<string, string>>): MachineType[] =>
  rows
    .trim()
    .split('\n')
    .map((row) => {
      const [name = '', maxCpus, flags = '', cpuModel, ramId] = row.trim().split(' ');
      return {
        name,
        maxCpus: Number(maxCpus),
        hotpluggableCpus: flags.includes('h'),
        numaMemory: flags.includes('n'),
        deprecated: flags.includes('d'),
        cpuModel: given(cpuModel),
        ramId: given(ramId),
        alias: aliases[name],
      };
    });

export const MACHINE_TYPES: readonly MachineType[] = readMachineTypes(ROWS, ALIASES);
