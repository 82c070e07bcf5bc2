import { bit } from '../sim/bits.ts';

const WORDS = 8;

/** 256 bits, one an interrupt vector, readable as the eight 32-bit registers that the IRR, ISR and TMR are. */
export class VectorSet {
  private readonly words = new Uint32Array(WORDS);

  has(vector: number): boolean {
    return ((this.words[vector >> 5] ?? 0) & bit(vector & 31)) !== 0;
  }

  set(vector: number, value: boolean): void {
    const old = this.words[vector >> 5] ?? 0;
    this.words[vector >> 5] = value ? old | bit(vector & 31) : old & ~bit(vector & 31);
  }

  /** The highest vector in the set, or undefined when it is empty. */
  highest(): number | undefined {
    for (let index = WORDS - 1; index >= 0; index--) {
      const word = this.words[index] ?? 0;
      if (word !== 0) return index * 32 + 31 - Math.clz32(word);
    }
    return undefined;
  }

  /** Register `index` of the bank: vectors 32 × index … 32 × index + 31. */
  word(index: number): number {
    return this.words[index] ?? 0;
  }

  clear(): void {
    this.words.fill(0);
  }
}
