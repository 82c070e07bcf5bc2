/**
 * The event log as the call forest of a recording's `trace`: kernel functions and trace events per task, in the shape
 * that a function-graph tracer's output was recorded in.
 */
import type { LabEvent } from '../protocol/log-format.ts';

export interface TraceNode {
  fn?: string;
  ev?: string;
  us: number;
  task?: string;
  cpu?: number;
  sub?: TraceNode[];
}

interface OpenNode {
  readonly node: TraceNode;
  readonly sub: OpenNode[];
  readonly task: string;
  readonly cpu: number;
}

/** Kernel trace events that recordings contain, in the kernel's own print formats. */
const TRACE_EVENTS: Readonly<Record<string, (fields: LabEvent['fields']) => string>> = {
  cpuhp_enter: (f) =>
    `cpuhp_enter: cpu: ${pad4(f['cpu'])} target: ${pad3(f['target'])} step: ${pad3(f['step'])} (${f['fn']})`,
  cpuhp_multi_enter: (f) =>
    `cpuhp_multi_enter: cpu: ${pad4(f['cpu'])} target: ${pad3(f['target'])} step: ${pad3(f['step'])} (${f['fn']})`,
  cpuhp_exit: (f) =>
    `cpuhp_exit:  cpu: ${pad4(f['cpu'])}  state: ${pad3(f['state'])} step: ${pad3(f['step'])} ret: ${f['ret']}`,
  workqueue_queue_work: (f) =>
    `workqueue_queue_work: function=${f['function']} workqueue=${f['workqueue']} req_cpu=${f['reqCpu']} cpu=${f['cpu']}`,
  workqueue_execute_start: (f) => `workqueue_execute_start: function ${f['function']}`,
};

const pad4 = (value: unknown): string => String(value).padStart(4, '0');
const pad3 = (value: unknown): string => String(value).padStart(3, ' ');

/** Work functions that the recorder's filter lets through. */
const WORK_FUNCTIONS = new Set(['acpi_os_execute_deferred', 'acpi_hotplug_work_fn']);

/** Follows the log from its start, so that it knows every task's name and what it has open. */
export class CallForest {
  private readonly functions: ReadonlySet<string>;
  private readonly names = new Map<number, { name: string; pid: number }>();
  private readonly stacks = new Map<number, OpenNode[]>();
  private readonly cpuOfApic = new Map<number, number>();
  private readonly online = new Set<number>();
  /** CPUs whose idle tasks the tracer sees; undefined: all. */
  private tracedIdle: ReadonlySet<number> | undefined;
  private readonly apicOfVcpu: readonly number[];
  private roots: OpenNode[] = [];
  private start = 0;
  private recording = false;

  /** `functions`: names to keep; `apicOfVcpu`: APIC id of each vCPU, to tell Linux's CPU numbers. */
  constructor(functions: Iterable<string>, apicOfVcpu: readonly number[]) {
    this.functions = new Set(functions);
    this.apicOfVcpu = apicOfVcpu;
  }

  /**
   * The tracer is set up: from now on it sees the idle tasks of the CPUs that are online at this moment, and of no
   * others (the function-graph tracer gives return stacks to these when it starts).
   */
  prepare(): void {
    this.tracedIdle = new Set(this.online);
  }

  /** Begins a step: what happened before is dropped, functions still active are not shown. */
  begin(): void {
    this.roots = [];
    this.stacks.clear();
    this.recording = true;
  }

  add(event: LabEvent): void {
    this.learn(event);
    if (!this.recording || !this.sees(event.task)) return;
    const { fields } = event;
    if (event.kind === 'fn_enter') {
      if (this.functions.has(String(fields['fn']))) this.open(event, { fn: String(fields['fn']) });
    } else if (event.kind === 'fn_exit') {
      if (this.functions.has(String(fields['fn']))) this.stackOf(event).pop();
    } else {
      const format = TRACE_EVENTS[event.kind];
      const isWork = event.kind.startsWith('workqueue');
      if (format && (!isWork || WORK_FUNCTIONS.has(String(fields['function']))))
        this.leaf(event, { ev: format(fields) });
    }
  }

  /** The forest since {@link begin}; work items in which no watched function ran are left out. */
  finish(): TraceNode[] {
    this.recording = false;
    const matters = ({ node, sub }: OpenNode): boolean =>
      node.ev !== undefined || node.fn !== 'process_one_work' || sub.some(matters);
    const kept = this.roots.filter(matters);
    this.start = kept[0]?.node.us ?? 0;
    return kept.map((root) => this.slim(root, undefined, undefined));
  }

  private learn({ kind, fields }: LabEvent): void {
    const task = Number(fields['task']);
    if (kind === 'task_new') this.names.set(task, { name: String(fields['name']), pid: Number(fields['pid']) });
    else if (kind === 'task_rename') {
      const known = this.names.get(task);
      if (known) known.name = String(fields['name']);
    } else if (kind === 'cpu_mask' && fields['mask'] === 'online') {
      if (fields['value'] === 1) this.online.add(Number(fields['cpu']));
      else this.online.delete(Number(fields['cpu']));
    } else if (kind === 'cpu_number') this.cpuOfApic.set(Number(fields['apicId']), Number(fields['cpu']));
  }

  private sees(task: number): boolean {
    const cpu = /^swapper\/(\d+)$/.exec(this.names.get(task)?.name ?? '')?.[1];
    return cpu === undefined || this.tracedIdle === undefined || this.tracedIdle.has(Number(cpu));
  }

  private stackOf({ task }: LabEvent): OpenNode[] {
    const stack = this.stacks.get(task) ?? [];
    this.stacks.set(task, stack);
    return stack;
  }

  private open(event: LabEvent, part: Partial<TraceNode>): void {
    this.stackOf(event).push(this.leaf(event, part));
  }

  private leaf(event: LabEvent, part: Partial<TraceNode>): OpenNode {
    const known = this.names.get(event.task);
    const opened: OpenNode = {
      node: { ...part, us: Math.round(event.time / 1000) },
      sub: [],
      task: known ? `${known.name}-${known.pid}` : '?-0',
      cpu: this.cpuOfApic.get(this.apicOfVcpu[event.vcpu] ?? -1) ?? event.vcpu,
    };
    const parent = this.stackOf(event).at(-1);
    (parent ? parent.sub : this.roots).push(opened);
    return opened;
  }

  private slim(
    { node, sub, task, cpu }: OpenNode,
    parentTask: string | undefined,
    parentCpu: number | undefined,
  ): TraceNode {
    return {
      ...node,
      us: node.us - this.start,
      ...(task === parentTask ? {} : { task }),
      ...(cpu === parentCpu ? {} : { cpu }),
      ...(sub.length > 0 ? { sub: sub.map((child) => this.slim(child, task, cpu)) } : {}),
    };
  }
}
