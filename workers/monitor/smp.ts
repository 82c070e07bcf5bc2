/** `-smp`: from what was given to a whole topology (hw/core/machine-smp.c of QEMU 7.2). */
import type { Parsed } from '../protocol/scenario.ts';

export interface SmpGiven {
  readonly cpus?: number;
  readonly maxcpus?: number;
  readonly sockets?: number;
  readonly dies?: number;
  readonly clusters?: number;
  readonly cores?: number;
  readonly threads?: number;
}

export interface SmpTopology {
  readonly cpus: number;
  readonly maxcpus: number;
  readonly sockets: number;
  readonly dies: number;
  readonly clusters: number;
  readonly cores: number;
  readonly threads: number;
}

/** What a machine type allows. */
export interface SmpRules {
  /** The type's full name, for messages. */
  readonly machine: string;
  readonly minCpus: number;
  readonly maxCpus: number;
  readonly dies: boolean;
  readonly clusters: boolean;
  /** Machine types before 6.2 filled up sockets, later ones cores. */
  readonly preferSockets: boolean;
}

/** The topology of a given `-smp`, or QEMU's message. Values left out are undefined; 0 counts as left out. */
export function parseSmp(given: SmpGiven, rules: SmpRules): Parsed<SmpTopology> {
  const fail = (error: string): Parsed<SmpTopology> => ({ ok: false, error });
  const value = (name: keyof SmpGiven): number => given[name] ?? 0;
  if (!rules.dies && value('dies') > 1) return fail("dies not supported by this machine's CPU topology");
  if (!rules.clusters && value('clusters') > 1) return fail("clusters not supported by this machine's CPU topology");

  const dies = value('dies') || 1;
  const clusters = value('clusters') || 1;
  let { sockets, cores, threads } = { sockets: value('sockets'), cores: value('cores'), threads: value('threads') };
  let maxcpus = value('maxcpus') || value('cpus');
  if (maxcpus === 0) {
    sockets ||= 1;
    cores ||= 1;
    threads ||= 1;
  } else {
    const rest = (...known: number[]) =>
      Math.trunc(maxcpus / known.reduce((product, factor) => product * factor, dies * clusters));
    const fillSockets = rules.preferSockets ? sockets === 0 : sockets === 0 && cores !== 0;
    if (fillSockets) {
      cores ||= 1;
      threads ||= 1;
      sockets = rest(cores, threads);
    } else if (cores === 0) {
      sockets ||= 1;
      threads ||= 1;
      cores = rest(sockets, threads);
    }
    if (threads === 0) threads = rest(sockets, cores);
  }
  const total = sockets * dies * clusters * cores * threads;
  maxcpus ||= total;
  const cpus = value('cpus') || maxcpus;

  const hierarchy = [
    `sockets (${sockets})`,
    ...(rules.dies ? [`dies (${dies})`] : []),
    ...(rules.clusters ? [`clusters (${clusters})`] : []),
    `cores (${cores})`,
    `threads (${threads})`,
  ].join(' * ');
  if (cpus < 0 || maxcpus < 0 || maxcpus > 0x7fffffff) {
    return fail(
      `Invalid SMP CPUs ${maxcpus | 0}. The max CPUs supported by machine '${rules.machine}' is ${rules.maxCpus}`,
    );
  }
  if (total !== maxcpus) {
    return fail(
      `Invalid CPU topology: product of the hierarchy must match maxcpus: ${hierarchy} != maxcpus (${maxcpus})`,
    );
  }
  if (maxcpus < cpus) {
    return fail(
      `Invalid CPU topology: maxcpus must be equal to or greater than smp: ${hierarchy} == maxcpus (${maxcpus}) < smp_cpus (${cpus})`,
    );
  }
  if (cpus < rules.minCpus) {
    return fail(`Invalid SMP CPUs ${cpus}. The min CPUs supported by machine '${rules.machine}' is ${rules.minCpus}`);
  }
  if (maxcpus > rules.maxCpus) {
    return fail(
      `Invalid SMP CPUs ${maxcpus}. The max CPUs supported by machine '${rules.machine}' is ${rules.maxCpus}`,
    );
  }
  return { ok: true, value: { cpus, maxcpus, sockets, dies, clusters, cores, threads } };
}
