/** Jobs of a shell: pipelines in the background and what became of them. */

export interface JobProcess {
  readonly pid: number;
  /** Undefined while it runs. */
  status: number | undefined;
  signal: number | undefined;
}

export interface Job {
  readonly number: number;
  readonly group: number;
  readonly processes: readonly JobProcess[];
  /** As typed, for messages. */
  readonly command: string;
  background: boolean;
}

export const isDone = (job: Job): boolean => job.processes.every((process) => process.status !== undefined);

/** Exit status of a job that is done: its last process'. */
export const jobStatus = (job: Job): number => job.processes[job.processes.length - 1]?.status ?? 0;

export class JobTable {
  private jobs: Job[] = [];
  /** Statuses of processes that ended and whose job was removed, for `wait PID`. */
  private readonly remembered = new Map<number, number>();

  get all(): readonly Job[] {
    return this.jobs;
  }

  add(group: number, pids: readonly number[], command: string): Job {
    const number = Math.max(0, ...this.jobs.map((job) => job.number)) + 1;
    const processes = pids.map((pid) => ({ pid, status: undefined, signal: undefined }));
    const job: Job = { number, group, processes, command, background: true };
    this.jobs.push(job);
    return job;
  }

  remove(job: Job): void {
    for (const { pid, status } of job.processes) this.remembered.set(pid, status ?? 0);
    this.jobs = this.jobs.filter((other) => other !== job);
  }

  byPid(pid: number): Job | undefined {
    return this.jobs.find((job) => job.processes.some((process) => process.pid === pid));
  }

  statusOf(pid: number): number | undefined {
    return this.remembered.get(pid);
  }

  /** Notes that a child ended. */
  ended(pid: number, status: number, signal: number | undefined): void {
    for (const job of this.jobs) {
      for (const process of job.processes) {
        if (process.pid !== pid) continue;
        process.status = status;
        process.signal = signal;
      }
    }
  }

  /** `%n`, `%+`, `%-`, `%%`, `%prefix`. */
  find(specification: string): Job | undefined {
    const wanted = specification.replace(/^%/, '');
    if (wanted === '' || wanted === '+' || wanted === '%') return this.current();
    if (wanted === '-') return this.previous() ?? this.current();
    if (/^\d+$/.test(wanted)) return this.jobs.find((job) => job.number === Number(wanted));
    return this.jobs.find((job) => job.command.startsWith(wanted));
  }

  current(): Job | undefined {
    return this.jobs[this.jobs.length - 1];
  }

  previous(): Job | undefined {
    return this.jobs[this.jobs.length - 2];
  }

  marker(job: Job): string {
    if (job === this.current()) return '+';
    return job === this.previous() ? '-' : ' ';
  }
}
