/** Machine types that the lab has, by the names that -machine takes. */
export interface LabMachine {
  readonly board: 'pc' | 'q35' | 'virt' | 'none';
  readonly type: string;
  readonly maxCpus: number;
}

const NONE: LabMachine = { board: 'none', type: 'none', maxCpus: 1 };
/** Machine types that the lab has, by every name that selects them. */
export const MACHINES: Readonly<Record<string, LabMachine>> = Object.fromEntries([
  ...['q35', 'pc-q35-7.2'].map((name) => [name, { board: 'q35', type: 'pc-q35-7.2', maxCpus: 288 }]),
  ...['pc', 'pc-i440fx-7.2'].map((name) => [name, { board: 'pc', type: 'pc-i440fx-7.2', maxCpus: 255 }]),
  ...['virt', 'virt-7.2'].map((name) => [name, { board: 'virt', type: 'virt-7.2', maxCpus: 512 }]),
  ['none', NONE],
]);

/** The program that a user would have called for these arguments. */
export const programOf = (commandLine: string): string =>
  /(?:^|\s)--?(?:M|machine)\s+(?:\S*,)?(?:type=)?virt(?:-\d+\.\d+)?(?:[,\s]|$)/.test(commandLine)
    ? 'qemu-system-aarch64'
    : 'qemu-system-x86_64';

export const DEFAULT_MACHINE: LabMachine = { board: 'pc', type: 'pc-i440fx-7.2', maxCpus: 255 };
