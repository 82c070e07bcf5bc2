/** CPU masks of any length: sorted iteration, list format `0-2,4`, hexadecimal format of sysfs. */
import { type Kernel, kernelState } from '../../kernel-context.ts';

const lowestBit = (word: number): number => 31 - Math.clz32(word & -word);

/** Words that a mask has at first; most machines have no more CPUs. */
const FIRST_WORDS = 8;

export class CpuMask {
  private readonly bits: number;
  /** As many as the highest CPU that was ever set needs. */
  private words: Uint32Array;
  private count = 0;

  /** `bits`: capacity, nr_cpumask_bits. */
  constructor(bits: number, cpus: Iterable<number> = []) {
    this.bits = Math.max(1, Math.ceil(bits / 32)) * 32;
    this.words = new Uint32Array(Math.min(FIRST_WORDS, this.bits / 32));
    for (const cpu of cpus) this.set(cpu);
  }

  has(cpu: number): boolean {
    return ((this.words[cpu >> 5] ?? 0) & (1 << (cpu & 31))) !== 0;
  }

  set(cpu: number): void {
    if (cpu < 0 || cpu >= this.bits || this.has(cpu)) return;
    const at = cpu >> 5;
    if (at >= this.words.length) {
      const more = new Uint32Array(Math.min(Math.max(at + 1, 2 * this.words.length), this.bits / 32));
      more.set(this.words);
      this.words = more;
    }
    this.words[at] = (this.words[at] ?? 0) | (1 << (cpu & 31));
    this.count++;
  }

  clear(cpu: number): void {
    if (!this.has(cpu)) return;
    const at = cpu >> 5;
    this.words[at] = (this.words[at] ?? 0) & ~(1 << (cpu & 31));
    this.count--;
  }

  get weight(): number {
    return this.count;
  }

  /** Lowest set bit, or -1. */
  get first(): number {
    for (let at = 0; at < this.words.length; at++) {
      const word = this.words[at] ?? 0;
      if (word !== 0) return at * 32 + lowestBit(word);
    }
    return -1;
  }

  *[Symbol.iterator](): Generator<number, void, undefined> {
    // bits that change while somebody iterates are seen or not as they are when their turn comes
    for (let at = 0; at < this.words.length; at++) {
      let beyond = -1;
      for (let rest = this.words[at] ?? 0; rest !== 0; rest = (this.words[at] ?? 0) & beyond) {
        const bit = lowestBit(rest);
        beyond = bit === 31 ? 0 : -2 << bit;
        yield at * 32 + bit;
      }
    }
  }

  copy(): CpuMask {
    return this.wordwise((word) => word);
  }

  and(other: CpuMask): CpuMask {
    return this.wordwise((word, at) => word & (other.words[at] ?? 0));
  }

  andNot(other: CpuMask): CpuMask {
    return this.wordwise((word, at) => word & ~(other.words[at] ?? 0));
  }

  private wordwise(combine: (word: number, at: number) => number): CpuMask {
    const result = new CpuMask(this.bits);
    result.words = this.words.map(combine);
    for (const word of result.words) for (let rest = word; rest !== 0; rest &= rest - 1) result.count++;
    return result;
  }

  equals(other: CpuMask): boolean {
    return this.toList() === other.toList();
  }

  /** cpumap_print_to_pagebuf(list = true): `0-1,3`; empty for no CPU. */
  toList(): string {
    const runs: string[] = [];
    const cpus = [...this];
    for (let at = 0; at < cpus.length; ) {
      let end = at;
      while (cpus[end + 1] === (cpus[end] ?? 0) + 1) end++;
      runs.push(end === at ? `${cpus[at]}` : `${cpus[at]}-${cpus[end]}`);
      at = end + 1;
    }
    return runs.join(',');
  }

  /** %*pb: groups of 32 bits in hexadecimal, the first as wide as `bits` needs: `0f`, `3,ffffffff`. */
  toHex(bits: number): string {
    const groups = Math.max(1, Math.ceil(bits / 32));
    const texts: string[] = [];
    for (let group = groups - 1; group >= 0; group--) {
      const width = group === groups - 1 ? Math.ceil((bits - group * 32) / 4) : 8;
      texts.push((this.words[group] ?? 0).toString(16).padStart(width, '0'));
    }
    return texts.join(',');
  }
}

/** nr_cpu_ids: set once by setup_nr_cpu_ids() at boot, never read before. */
export const cpuIds = kernelState(() => ({ nr_cpu_ids: 0 }));

const emptyMask = (k: Kernel): CpuMask => new CpuMask(k.profile.maxCpus);

export const cpu_possible_mask = kernelState(emptyMask);
export const cpu_present_mask = kernelState(emptyMask);
export const cpu_online_mask = kernelState(emptyMask);
export const cpu_active_mask = kernelState(emptyMask);
export const cpu_dying_mask = kernelState(emptyMask);

type MaskName = 'possible' | 'present' | 'online' | 'active' | 'dying';

function assign(k: Kernel, name: MaskName, mask: CpuMask, cpu: number, value: boolean): void {
  if (mask.has(cpu) === value) return;
  if (value) mask.set(cpu);
  else mask.clear(cpu);
  k.log.emit('cpu_mask', name, cpu, value ? 1 : 0);
}

export const set_cpu_possible = (k: Kernel, cpu: number, value: boolean): void =>
  assign(k, 'possible', cpu_possible_mask(k), cpu, value);
export const set_cpu_present = (k: Kernel, cpu: number, value: boolean): void =>
  assign(k, 'present', cpu_present_mask(k), cpu, value);
export const set_cpu_online = (k: Kernel, cpu: number, value: boolean): void =>
  assign(k, 'online', cpu_online_mask(k), cpu, value);
export const set_cpu_active = (k: Kernel, cpu: number, value: boolean): void =>
  assign(k, 'active', cpu_active_mask(k), cpu, value);
export const set_cpu_dying = (k: Kernel, cpu: number, value: boolean): void =>
  assign(k, 'dying', cpu_dying_mask(k), cpu, value);

export const cpu_possible = (k: Kernel, cpu: number): boolean => cpu_possible_mask(k).has(cpu);
export const cpu_present = (k: Kernel, cpu: number): boolean => cpu_present_mask(k).has(cpu);
export const cpu_online = (k: Kernel, cpu: number): boolean => cpu_online_mask(k).has(cpu);
export const cpu_active = (k: Kernel, cpu: number): boolean => cpu_active_mask(k).has(cpu);
export const num_online_cpus = (k: Kernel): number => cpu_online_mask(k).weight;
