import type { MachineDescription } from '../../workers/protocol/machine-api.ts';
import type { SlotState } from './fold-cpus.ts';
import type { Translate } from './i18n/translate.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size in the largest binary unit that leaves it whole: `512 MiB`. */
export function formatSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && size % 1024 === 0 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size} ${UNITS[unit]}`;
}

/** A size in the largest unit, to two digits after the point: `11.25 GiB`. */
export function formatRoughSize(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Math.round((bytes / 1024 ** unit) * 100) / 100} ${UNITS[unit]}`;
}

/** An address as the kernel prints it. */
export const hexAddress = (address: number): string => `0x${address.toString(16)}`;

/** Virtual time as seconds with microseconds, in groups: `2.143 512`. */
export function formatTime(ns: number): string {
  const microseconds = Math.floor(ns / 1000);
  const seconds = Math.floor(microseconds / 1_000_000);
  const rest = String(microseconds % 1_000_000).padStart(6, '0');
  return `${seconds}.${rest.slice(0, 3)}\u2009${rest.slice(3)}`;
}

/** The machine in a line: `q35 · 2 of 4 CPUs · 512 MiB + 1 GiB`. */
export function machineInWords(
  translate: Translate,
  description: MachineDescription,
  slots: readonly SlotState[],
  /** Bytes that DIMMs have added. */
  plugged: number,
): string {
  return translate('machine.words', {
    board: description.board,
    present: slots.filter(({ plugged }) => plugged).length,
    maximum: slots.length,
    memory: formatSize(description.memorySize) + (plugged > 0 ? ` + ${formatRoughSize(plugged)}` : ''),
  });
}
