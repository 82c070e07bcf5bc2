/** One wire from a device to an interrupt controller's pin; its level is kept, only changes are passed on. */
export interface IrqLine {
  readonly name: string;
  readonly level: boolean;
  set(level: boolean): void;
}
