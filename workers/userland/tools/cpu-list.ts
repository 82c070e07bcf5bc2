/** CPU numbers as the kernel and its tools write them: `0-3,5`. */

/** Numbers of a list; undefined when it is malformed. A stride (`0-7:2`) is understood. */
export function parseCpuList(text: string): number[] | undefined {
  const cpus: number[] = [];
  if (text === '') return cpus;
  for (const part of text.split(',')) {
    const [, first, last = first, stride = '1'] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first) || Number(stride) === 0) return undefined;
    for (let cpu = Number(first); cpu <= Number(last); cpu += Number(stride)) cpus.push(cpu);
  }
  return cpus;
}

/** Runs of consecutive numbers as the kernel joins them; util-linux writes a pair as `0,1`. */
export function formatCpuList(cpus: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const cpu of [...cpus].sort((a, b) => a - b)) {
    const run = runs[runs.length - 1];
    if (run && cpu === run[1] + 1) run[1] = cpu;
    else runs.push([cpu, cpu]);
  }
  return runs
    .map(([first, last]) =>
      first === last ? `${first}` : last === first + 1 ? `${first},${last}` : `${first}-${last}`,
    )
    .join(',');
}
