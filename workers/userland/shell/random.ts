import type { Syscalls } from '../../abi/syscall.ts';

/** Park and Miller's minimal standard generator. */
const MULTIPLIER = 16_807;
const MODULUS = 2_147_483_647;
/** Stands in for 0, which would stay 0. */
const INSTEAD_OF_ZERO = 123_459_876;

/** `$RANDOM` of bash 5.2: the same numbers after the same assignment. A shell that was given none asks the kernel. */
export class ShellRandom {
  private state: number | undefined;
  private last = 0;

  /** `RANDOM=value` */
  seed(value: number): void {
    this.state = value >>> 0;
    this.last = 0;
  }

  /** 0 to 32767, never the one before. */
  next(sys: Syscalls): number {
    this.state ??= sys.getrandom();
    for (;;) {
      this.state = ((this.state || INSTEAD_OF_ZERO) * MULTIPLIER) % MODULUS;
      const number = ((this.state >>> 16) ^ (this.state & 0xffff)) & 0x7fff;
      if (number === this.last) continue;
      this.last = number;
      return number;
    }
  }
}
