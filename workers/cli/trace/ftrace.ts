/** The text of tracefs' file `trace`, with the function tracer's lines (Documentation/trace/ftrace.rst). */
import type { LabEvent } from '../../protocol/log-format.ts';
import { FIELDS_OF_KIND, Timeline } from './timeline.ts';

const HEADER = `# tracer: function
#
#           TASK-PID     CPU#     TIMESTAMP  FUNCTION
#              | |         |         |         |
`;

const PRIO_DEFAULT = 120;

/** Kernel trace events in the kernel's own formats; the lab's others as `name: field=value …`. */
function eventText(event: LabEvent, tasks: Timeline): string {
  const { kind, fields } = event;
  const task = (id: unknown) => tasks.taskOf(Number(id));
  switch (kind) {
    case 'sched_switch': {
      const [prev, next] = [task(fields['prev']), task(fields['next'])];
      return (
        `prev_comm=${prev.name} prev_pid=${Math.max(prev.pid, 0)} prev_prio=${PRIO_DEFAULT} prev_state=${fields['prevState']} ==> ` +
        `next_comm=${next.name} next_pid=${Math.max(next.pid, 0)} next_prio=${PRIO_DEFAULT}`
      );
    }
    case 'sched_wakeup': {
      const woken = task(fields['task']);
      const cpu = String(fields['targetCpu']).padStart(3, '0');
      return `comm=${woken.name} pid=${Math.max(woken.pid, 0)} prio=${PRIO_DEFAULT} target_cpu=${cpu}`;
    }
    case 'irq_handler_entry':
      return `irq=${fields['irq']} name=${fields['name']}`;
    case 'irq_handler_exit':
      return `irq=${fields['irq']} ret=${fields['ret'] === 0 ? 'unhandled' : 'handled'}`;
    case 'cpuhp_enter':
    case 'cpuhp_multi_enter':
      return `cpu: ${pad(fields['cpu'], 4, '0')} target: ${pad(fields['target'], 3)} step: ${pad(fields['step'], 3)} (${fields['fn']})`;
    case 'cpuhp_exit':
      return ` cpu: ${pad(fields['cpu'], 4, '0')}  state: ${pad(fields['state'], 3)} step: ${pad(fields['step'], 3)} ret: ${fields['ret']}`;
    default:
      return (FIELDS_OF_KIND.get(kind) ?? []).map((name) => `${name}=${oneLine(fields[name])}`).join(' ');
  }
}

const pad = (value: unknown, width: number, by = ' '): string => String(value).padStart(width, by);
const oneLine = (value: unknown): string => String(value).replaceAll('\n', '\\n').replaceAll('\r', '\\r');

/** Lines of one text. What QEMU does has no task; it stands under `<...>-0`. */
export function* ftraceText(events: Iterable<LabEvent>): Generator<string> {
  yield HEADER;
  const tasks = new Timeline();
  const stacks = new Map<number, string[]>();
  for (const event of events) {
    tasks.learn(event);
    const { name, pid } = tasks.taskOf(event.task);
    const who = event.task === 0 ? '<...>-0' : `${/^swapper\//.test(name) ? '<idle>' : name}-${Math.max(pid, 0)}`;
    const time = (event.time / 1e9).toFixed(6);
    const where = `${who.padStart(23)} [${pad(Math.max(event.vcpu, 0), 3, '0')}] ${time.padStart(12)}: `;
    const stack = stacks.get(event.task) ?? [];
    stacks.set(event.task, stack);
    if (event.kind === 'fn_enter') {
      const fn = String(event.fields['fn']);
      yield `${where}${fn} <-${stack.at(-1) ?? '0x0'}\n`;
      stack.push(fn);
    } else if (event.kind === 'fn_exit') {
      const at = stack.lastIndexOf(String(event.fields['fn']));
      if (at >= 0) stack.length = at;
    } else yield `${where}${event.kind}: ${eventText(event, tasks)}\n`;
  }
}
