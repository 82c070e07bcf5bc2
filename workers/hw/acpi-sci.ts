import type { IrqLine } from '../abi/irq-line.ts';

/** A register block that can ask for the system control interrupt. */
export interface SciSource {
  readonly wantsSci: boolean;
}

/** The system control interrupt: one line, asserted while any of the ACPI event blocks asks for it (ACPI 6.4 §4.8.3). */
export class SystemControlInterrupt {
  private readonly line: IrqLine;
  private readonly sources: SciSource[] = [];

  constructor(line: IrqLine) {
    this.line = line;
  }

  attach(source: SciSource): void {
    this.sources.push(source);
  }

  /** A status or enable register has changed. */
  update(): void {
    this.line.set(this.sources.some((source) => source.wantsSci));
  }
}
