/** Chrome's trace event format, JSON: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU */
import type { Mark, Track } from './timeline.ts';

/** Viewers group rows by process: the guest's tasks, its processors, QEMU. */
const PROCESSES: Readonly<Record<Track['group'], { readonly pid: number; readonly name: string }>> = {
  tasks: { pid: 1, name: 'guest kernel' },
  processors: { pid: 2, name: 'processors' },
  qemu: { pid: 3, name: 'QEMU' },
};

const named = (pid: number, tid: number, what: 'process_name' | 'thread_name', name: string) => ({
  ph: 'M',
  pid,
  tid,
  name: what,
  args: { name },
});

/** Times are microseconds with three decimals, the format's unit. Pieces of one JSON text. */
export function* chromeTrace(marks: Iterable<Mark>): Generator<string> {
  yield '{"displayTimeUnit":"ns","traceEvents":[\n';
  yield Object.values(PROCESSES)
    .map(({ pid, name }) => JSON.stringify(named(pid, 0, 'process_name', name)))
    .join(',\n');
  const seen = new Set<Track>();
  for (const mark of marks) {
    const { track } = mark;
    const { pid } = PROCESSES[track.group];
    if (!seen.has(track)) {
      seen.add(track);
      yield `,\n${JSON.stringify(named(pid, track.id, 'thread_name', track.name))}`;
    }
    const where = { ts: mark.time / 1000, pid, tid: track.id };
    if (mark.type === 'begin') yield `,\n${JSON.stringify({ ph: 'B', ...where, name: mark.name })}`;
    else if (mark.type === 'end') yield `,\n${JSON.stringify({ ph: 'E', ...where })}`;
    else yield `,\n${JSON.stringify({ ph: 'i', s: 't', ...where, name: mark.name, args: mark.args })}`;
  }
  yield '\n]}\n';
}
