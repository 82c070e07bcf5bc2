/** Streams over file descriptors, buffered as the C library does it. */
import { ERRNO, STRERROR, type Syscalls } from '../abi/syscall.ts';
import type { Co } from '../sim/coroutine.ts';

const BLOCK = 4096;

/** strerror(3); `error` is `-errno`. */
export const errorText = (error: number): string => STRERROR[-error] ?? `Unknown error ${-error}`;

/** Writes all of `data`; 0 or `-errno`. */
export function* writeAll(sys: Syscalls, fd: number, data: string): Co<number> {
  let rest = data;
  while (rest !== '') {
    const written = yield* sys.write(fd, rest);
    if (written === -ERRNO.EINTR) continue;
    if (written < 0) return written;
    if (written === 0) return -ERRNO.EIO;
    rest = rest.slice(written);
  }
  return 0;
}

/** The most that a program keeps of a file: there are devices without an end. */
const MEMORY = 64 << 20;

/** Reads to the end of the file, or until `atMost` bytes are there; text, or `-errno`. */
export function* readAll(sys: Syscalls, fd: number, atMost = Number.POSITIVE_INFINITY): Co<string | number> {
  const blocks: string[] = [];
  for (let length = 0; ; ) {
    if (length >= atMost) return blocks.join('').slice(0, atMost);
    if (length > MEMORY) return -ERRNO.ENOMEM;
    const block = yield* sys.read(fd, 65536);
    if (block === -ERRNO.EINTR) continue;
    if (typeof block === 'number') return block;
    if (block === '') return blocks.join('');
    blocks.push(block);
    length += block.length;
  }
}

/** A file's text, or `-errno`. */
export function* readFile(sys: Syscalls, path: string): Co<string | number> {
  const fd = yield* sys.open(path, 0);
  if (fd < 0) return fd;
  const text = yield* readAll(sys, fd);
  yield* sys.close(fd);
  return text;
}

/** stdout of a tool: by lines to a terminal, by blocks elsewhere. After the first error nothing more is written. */
export class OutputStream {
  readonly fd: number;
  /** `-errno` of the first failed write, else 0. */
  error = 0;
  private readonly sys: Syscalls;
  private readonly byLine: boolean;
  private buffer = '';

  constructor(sys: Syscalls, fd: number) {
    this.sys = sys;
    this.fd = fd;
    this.byLine = sys.isatty(fd);
  }

  *write(text: string): Co {
    this.buffer += text;
    if (this.byLine) {
      const end = this.buffer.lastIndexOf('\n') + 1;
      if (end > 0) yield* this.emit(end);
    } else if (this.buffer.length >= BLOCK) {
      yield* this.emit(this.buffer.length - (this.buffer.length % BLOCK));
    }
  }

  *flush(): Co {
    yield* this.emit(this.buffer.length);
  }

  private *emit(length: number): Co {
    const data = this.buffer.slice(0, length);
    this.buffer = this.buffer.slice(length);
    if (data !== '' && this.error === 0) this.error = yield* writeAll(this.sys, this.fd, data);
  }
}

/** Reads lines, block by block. */
export class LineReader {
  /** `-errno` of a failed read, else 0. */
  error = 0;
  private readonly sys: Syscalls;
  private readonly fd: number;
  private readonly delimiter: string;
  private buffer = '';
  private ended = false;

  constructor(sys: Syscalls, fd: number, delimiter = '\n') {
    this.sys = sys;
    this.fd = fd;
    this.delimiter = delimiter;
  }

  /** The next line without its end, or undefined at the end of the file. `complete`: it had an end. */
  *next(): Co<{ readonly text: string; readonly complete: boolean } | undefined> {
    for (;;) {
      const end = this.buffer.indexOf(this.delimiter);
      if (end >= 0) {
        const text = this.buffer.slice(0, end);
        this.buffer = this.buffer.slice(end + 1);
        return { text, complete: true };
      }
      if (this.ended) break;
      const block = yield* this.sys.read(this.fd, 32768);
      if (block === -ERRNO.EINTR) continue;
      if (typeof block === 'number') this.error = block;
      this.ended = typeof block === 'number' || block === '';
      if (typeof block === 'string') this.buffer += block;
    }
    if (this.buffer === '') return undefined;
    const text = this.buffer;
    this.buffer = '';
    return { text, complete: false };
  }
}
