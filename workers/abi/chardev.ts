/** A byte stream between a device of the guest and the outside: the serial console. */
export interface Chardev {
  /** Device to outside. */
  transmit(byte: number): void;
  /** Called by the device when it can take input again; undefined when none waits. */
  receive(): number | undefined;
  /** Tells the device that input has come. Set by the device. */
  onInput: (() => void) | undefined;
}
