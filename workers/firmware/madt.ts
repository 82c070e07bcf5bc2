/** Multiple APIC Description Table (ACPI 6.4 §5.2.12). */
import type { PossibleCpu } from '../abi/machine-config.ts';
import { byteData, concat, dwordData, wordData } from '../aml/encode.ts';
import type { X86BoardAddresses } from '../hw/boards/addresses.ts';
import { acpiTable } from './acpi-table.ts';

/** Types of the interrupt controller structures, table 5.21. */
const TYPE = { localApic: 0, ioApic: 1, interruptSourceOverride: 2, localApicNmi: 4 } as const;
/** Local APIC flags: the processor is there. */
const ENABLED = 1;
/** MPS INTI flags: active high, level-triggered. */
const ACTIVE_HIGH_LEVEL = 0x000d;
/** The machine also has a pair of 8259 PICs. */
const PCAT_COMPAT = 1;
/** Stands for every processor. */
const ALL_PROCESSORS = 0xff;
/** The local APIC pin that non-maskable interrupts arrive at. */
const NMI_LINT = 1;

const structure = (type: number, content: readonly Uint8Array[]): Uint8Array => {
  const bytes = concat(content);
  return concat([[type, bytes.length + 2], bytes]);
};

/**
 * Processor Local APIC structure. In the table, `enabled` says whether the CPU is there at power-on; in `_MAT` of the
 * DSDT it is always set: the CPU is there when the method's answer counts.
 */
export const localApicStructure = (cpu: PossibleCpu, enabled: boolean): Uint8Array =>
  structure(TYPE.localApic, [byteData(cpu.index), byteData(cpu.apicId), dwordData(enabled ? ENABLED : 0)]);

const sourceOverride = (isaIrq: number, gsi: number, flags: number): Uint8Array =>
  structure(TYPE.interruptSourceOverride, [
    byteData(0), // bus: ISA
    byteData(isaIrq),
    dwordData(gsi),
    wordData(flags),
  ]);

export const madt = (board: X86BoardAddresses, cpus: readonly PossibleCpu[]): Uint8Array =>
  acpiTable(
    'APIC',
    1,
    concat([
      dwordData(board.localApic.base),
      dwordData(PCAT_COMPAT),
      ...cpus.map((cpu) => localApicStructure(cpu, cpu.present)),
      structure(TYPE.ioApic, [
        byteData(board.ioApic.id),
        byteData(0),
        dwordData(board.ioApic.base),
        dwordData(board.ioApic.gsiBase),
      ]),
      sourceOverride(board.pit.irq, board.pit.gsi, 0),
      ...board.levelIsaIrqs.map((irq) => sourceOverride(irq, irq, ACTIVE_HIGH_LEVEL)),
      structure(TYPE.localApicNmi, [byteData(ALL_PROCESSORS), wordData(0), byteData(NMI_LINT)]),
    ]),
  );
