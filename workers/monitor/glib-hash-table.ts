/**
 * The order of a GHashTable with string keys (GLib 2.74, glib/ghash.c): lists that QEMU makes of an object's properties
 * and children come in it, so it is part of what a user sees. Open addressing with a growing step; a removed key leaves
 * a tombstone.
 */

const MIN_SHIFT = 3;
/** Largest primes below the powers of two, by shift. */
const PRIMES = [1, 2, 3, 7, 13, 31, 61, 127, 251, 509, 1021, 2039, 4093, 8191, 16381, 32749];
/** Hash values below stand for "unused" and "removed". */
const FIRST_REAL_HASH = 2;

/** g_str_hash: times 33, characters signed. */
function hashOf(key: string): number {
  let hash = 5381;
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 33) + ((key.charCodeAt(at) << 24) >> 24)) >>> 0;
  return Math.max(hash, FIRST_REAL_HASH);
}

type Bucket<T> = { readonly key: string; readonly value: T } | 'removed' | undefined;

export class GlibHashTable<T> {
  private shift = MIN_SHIFT;
  private buckets: Bucket<T>[] = new Array<Bucket<T>>(1 << MIN_SHIFT).fill(undefined);
  private count = 0;
  /** Keys and tombstones. */
  private occupied = 0;

  get(key: string): T | undefined {
    const bucket = this.buckets[this.find(key)];
    return typeof bucket === 'object' ? bucket.value : undefined;
  }

  set(key: string, value: T): void {
    const at = this.find(key);
    const before = this.buckets[at];
    this.buckets[at] = { key, value };
    if (typeof before === 'object') return;
    this.count++;
    if (before !== undefined) return;
    this.occupied++;
    this.resizeIfNeeded();
  }

  /** g_hash_table_iter_remove: without a look at the size. */
  delete(key: string): boolean {
    const at = this.find(key);
    if (typeof this.buckets[at] !== 'object') return false;
    this.buckets[at] = 'removed';
    this.count--;
    return true;
  }

  /** Values in the order of iteration. */
  values(): T[] {
    return this.buckets.flatMap((bucket) => (typeof bucket === 'object' ? [bucket.value] : []));
  }

  private startOf(key: string): number {
    return (Math.imul(hashOf(key), 11) >>> 0) % (PRIMES[this.shift] ?? 1);
  }

  /** Where the key is, or where it would be put. */
  private find(key: string): number {
    const mask = (1 << this.shift) - 1;
    let at = this.startOf(key);
    let free: number | undefined;
    for (let step = 1; ; step++) {
      const bucket = this.buckets[at];
      if (bucket === undefined) return free ?? at;
      if (bucket === 'removed') free ??= at;
      else if (bucket.key === key) return at;
      at = (at + step) & mask;
    }
  }

  private resizeIfNeeded(): void {
    const size = 1 << this.shift;
    const tooBig = size > this.count * 4 && size > 1 << MIN_SHIFT;
    const tooFull = size <= this.occupied + Math.floor(this.occupied / 16);
    if (tooBig || tooFull) this.resize();
  }

  /** In place: each key goes to its new bucket, and whoever is there has to look for another one next. */
  private resize(): void {
    const old = this.buckets;
    const wanted = Math.floor(this.count * 1.333);
    this.shift = Math.max(MIN_SHIFT, 32 - Math.clz32(wanted));
    const size = 1 << this.shift;
    const mask = size - 1;
    const buckets: Bucket<T>[] = Array.from({ length: Math.max(size, old.length) }, (_, at) => old[at]);
    const settled = new Set<number>();
    for (let from = 0; from < old.length; from++) {
      let moving = buckets[from];
      if (typeof moving !== 'object') {
        buckets[from] = undefined;
        continue;
      }
      if (settled.has(from)) continue;
      buckets[from] = undefined;
      while (typeof moving === 'object') {
        let at = this.startOf(moving.key);
        for (let step = 1; settled.has(at); step++) at = (at + step) & mask;
        settled.add(at);
        const evicted: Bucket<T> = buckets[at];
        buckets[at] = moving;
        moving = evicted;
      }
    }
    this.buckets = buckets.slice(0, size);
    this.occupied = this.count;
  }
}
