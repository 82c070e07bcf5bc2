import { describe, expect, test } from 'vitest';
import type { MachineDescription } from '../../workers/protocol/machine-api.ts';
import { DEFAULT_SCENARIO } from '../../workers/protocol/scenario.ts';
import { initialChain } from './chain-state.ts';
import { foldChain } from './fold-chain.ts';
import { type CpusState, foldCpus, initialCpus, slotOfAcpiNode } from './fold-cpus.ts';
import { foldDevices, initialDevices } from './fold-devices.ts';
import { foldLadder, initialLadder, namedState } from './fold-ladder.ts';
import { endsWithPrompt, foldTexts, initialTexts, kernelTimeStamp } from './fold-log.ts';
import { foldMachine, initialMachine } from './fold-machine.ts';
import { foldMasks, formatCpuList, initialMasks } from './fold-masks.ts';
import { callStackAt, foldTasks, initialTasks, taskName } from './fold-tasks.ts';
import { narrate } from './narration.ts';
import { foldAll, TestLog } from './test-events.ts';

const description: MachineDescription = {
  board: 'q35',
  accelerator: 'kvm',
  acpi: true,
  cpuType: 'max-x86_64-cpu',
  topology: { sockets: 1, dies: 1, cores: 4, threads: 1 },
  slots: [0, 1, 2, 3].map((index) => ({
    index,
    apicId: index,
    nodeId: 0,
    props: { 'socket-id': 0, 'core-id': index, 'thread-id': 0 },
    presentAtBoot: index < 2,
  })),
  memorySize: 2 ** 29,
  maxMemory: 2 ** 29,
  memorySlots: 0,
  memoryRegions: [],
  numaNodes: [],
  kernelRelease: '6.1.0',
  cpuhpStates: [],
  ignoredOptions: [],
  scenario: DEFAULT_SCENARIO,
};

const ONLINE = 236;
const NODE = '\\_SB.CPUS.C002';

describe('the masks', () => {
  test('are what the kernel set and cleared, and remember the last change', () => {
    const log = new TestLog();
    for (const cpu of [0, 1, 3]) log.add('cpu_mask', { mask: 'present', cpu, value: 1 });
    log.add('cpu_mask', { mask: 'present', cpu: 1, value: 0 });
    const { masks, lastChange } = foldAll(initialMasks(), foldMasks, log);
    expect([...(masks.get('present') ?? [])]).toEqual([0, 3]);
    expect(lastChange).toEqual({ mask: 'present', cpu: 1, value: false, sequence: 3 });
  });

  test('are empty after a reset, until the next kernel sets them', () => {
    const log = new TestLog();
    log.add('cpu_mask', { mask: 'online', cpu: 2, value: 1 }).add('machine_state', { state: 'reset' });
    expect([...(foldAll(initialMasks(), foldMasks, log).masks.get('online') ?? [])]).toEqual([]);
  });

  test.each([
    [[], ''],
    [[0], '0'],
    [[3, 0, 1], '0-1,3'],
    [[0, 1, 2, 5, 7, 8], '0-2,5,7-8'],
  ])('%j is written %s, as sysfs writes it', (cpus, text) => {
    expect(formatCpuList(cpus)).toBe(text);
  });
});

describe('a socket', () => {
  const conditions = (state: CpusState) => state.slots.map(({ condition }) => condition);
  const booted = () => {
    const log = new TestLog();
    for (const cpu of [0, 1]) {
      log.add('cpu_number', { cpu, apicId: cpu }).add('cpu_mask', { mask: 'present', cpu, value: 1 });
      log.add('cpuhp_state', { cpu, state: ONLINE, target: ONLINE });
      log.add('cpu_mask', { mask: 'online', cpu, value: 1 });
    }
    return log;
  };
  const plugged = () => booted().add('vcpu_plugged', { vcpu: 2, apicId: 2, id: 'cpu2' });
  const present = () =>
    plugged()
      .add('aml_notify', { node: NODE, value: 1 })
      .add('cpu_number', { cpu: 2, apicId: 2 })
      .add('cpu_mask', { mask: 'present', cpu: 2, value: 1 })
      .add('acpi_ost', { node: NODE, event: 1, status: 0 });
  const online = () =>
    present()
      .add('cpuhp_state', { cpu: 2, state: 0, target: ONLINE })
      .add('cpu_mask', { mask: 'online', cpu: 2, value: 1 })
      .add('cpuhp_state', { cpu: 2, state: ONLINE, target: ONLINE });
  const leaving = () => online().add('aml_notify', { node: NODE, value: 3 });

  test.each([
    [
      'is present at power-on, before a kernel counts it',
      new TestLog(),
      ['present', 'present', 'possible', 'possible'],
    ],
    [
      'of the CPU that boots is online, though the kernel gives that CPU no target',
      new TestLog()
        .add('cpu_number', { cpu: 0, apicId: 0 })
        .add('cpu_mask', { mask: 'present', cpu: 0, value: 1 })
        .add('cpu_mask', { mask: 'online', cpu: 0, value: 1 })
        .add('cpuhp_state', { cpu: 0, state: ONLINE, target: 0 }),
      ['online', 'present', 'possible', 'possible'],
    ],
    ['of power-on is online after boot', booted(), ['online', 'online', 'possible', 'possible']],
    ['that was plugged is coming until the guest has reported', plugged(), ['online', 'online', 'coming', 'possible']],
    ['is present once it has', present(), ['online', 'online', 'present', 'possible']],
    [
      'is coming while the CPU climbs',
      present().add('cpuhp_state', { cpu: 2, state: 91, target: ONLINE }),
      ['online', 'online', 'coming', 'possible'],
    ],
    ['is online at the top of the ladder', online(), ['online', 'online', 'online', 'possible']],
    [
      'is going while the CPU descends',
      online().add('cpuhp_state', { cpu: 2, state: ONLINE, target: 153 }),
      ['online', 'online', 'going', 'possible'],
    ],
    ['is going from the eject request on', leaving(), ['online', 'online', 'going', 'possible']],
    [
      'is online again when the guest refuses to eject',
      leaving().add('acpi_ost', { node: NODE, event: 3, status: 0x82 }),
      ['online', 'online', 'online', 'possible'],
    ],
    [
      'is still going while the guest says that ejection is in progress',
      leaving().add('acpi_ost', { node: NODE, event: 3, status: 0x84 }),
      ['online', 'online', 'going', 'possible'],
    ],
    [
      'is empty when QEMU has taken the CPU away',
      leaving().add('vcpu_unplugged', { vcpu: 2, apicId: 2, id: 'cpu2' }),
      ['online', 'online', 'possible', 'possible'],
    ],
    [
      'has failed when the guest reports success but has no CPU of it',
      plugged().add('acpi_ost', { node: NODE, event: 1, status: 0 }),
      ['online', 'online', 'failed', 'possible'],
    ],
    [
      'has failed when a callback did, and the CPU is back at the bottom',
      present()
        .add('cpuhp_state', { cpu: 2, state: 0, target: ONLINE })
        .add('cpuhp_exit', { cpu: 2, state: 40, step: 41, ret: -12 })
        .add('cpuhp_state', { cpu: 2, state: 0, target: 0 }),
      ['online', 'online', 'failed', 'possible'],
    ],
  ])('%s', (_, log, expected) => {
    expect(conditions(foldAll(initialCpus(description), foldCpus, log))).toEqual(expected);
  });

  test('has the Linux number that the kernel gave to its APIC id', () => {
    const log = new TestLog().add('cpu_number', { cpu: 2, apicId: 3 });
    const { slots } = foldAll(initialCpus(description), foldCpus, log);
    expect(slots.map(({ cpu }) => cpu)).toEqual([-1, -1, -1, 2]);
  });

  test('is found by its ACPI device', () => {
    expect(slotOfAcpiNode('\\_SB.CPUS.C00A')).toBe(10);
    expect(slotOfAcpiNode('\\_SB.PCI0')).toBeUndefined();
  });
});

describe('the ladder', () => {
  test('shows who runs which callback for a CPU, until it ends', () => {
    const log = new TestLog().on(1, 7).add('cpuhp_state', { cpu: 2, state: 0, target: ONLINE });
    log.add('cpuhp_enter', { cpu: 2, target: ONLINE, step: 41, fn: 'workqueue_prepare_cpu' });
    const state = foldAll(initialLadder(), foldLadder, log);
    const running = { step: 41, callback: 'workqueue_prepare_cpu', task: 7, vcpu: 1, sequence: 1 };
    expect(state.cpus.get(2)).toMatchObject({ direction: 'up', target: ONLINE, running: [running] });
    expect(state.lastMoved).toBe(2);
  });

  test('shows the step on the control CPU and the one inside cpuhp/N at once', () => {
    const log = new TestLog().on(0, 5).add('cpuhp_enter', { cpu: 2, target: 153, step: 236, fn: 'cpuhp_kick_ap_work' });
    log.on(2, 9).add('cpuhp_enter', { cpu: 2, target: 153, step: 235, fn: 'sched_cpu_deactivate' });
    log.add('cpuhp_exit', { cpu: 2, state: 235, step: 235, ret: 0 });
    const { cpus } = foldAll(initialLadder(), foldLadder, log);
    expect(cpus.get(2)?.running.map(({ callback }) => callback)).toEqual(['cpuhp_kick_ap_work']);
    expect(cpus.get(2)?.lastStep?.callback).toBe('sched_cpu_deactivate');
  });

  test('does not take the CPU that boots for one that goes down', () => {
    const log = new TestLog().add('cpuhp_state', { cpu: 0, state: ONLINE, target: 0 });
    log.add('cpuhp_enter', { cpu: 0, target: ONLINE, step: 201, fn: 'page_writeback_cpu_online' });
    log.add('cpuhp_exit', { cpu: 0, state: 201, step: 201, ret: 0 });
    expect(foldAll(initialLadder(), foldLadder, log).cpus.get(0)?.direction).toBe('resting');
  });

  test('keeps the callback that failed, and forgets it at the next attempt', () => {
    const log = new TestLog().add('cpuhp_enter', { cpu: 1, target: ONLINE, step: 50, fn: 'rcutree_prepare_cpu' });
    log.add('cpuhp_exit', { cpu: 1, state: 50, step: 50, ret: -11 });
    const state = foldAll(initialLadder(), foldLadder, log);
    expect(state.cpus.get(1)?.failed).toMatchObject({ step: 50, callback: 'rcutree_prepare_cpu', ret: -11 });
    for (const event of new TestLog().add('cpuhp_state', { cpu: 1, state: 0, target: ONLINE }).events()) {
      foldLadder(state, event);
    }
    expect(state.cpus.get(1)?.failed).toBeUndefined();
  });

  const turns = (states: readonly (readonly [state: number, target: number])[]) => {
    const log = new TestLog().add('cpuhp_state', { cpu: 1, state: states[0]?.[0] ?? 0, target: states[0]?.[0] ?? 0 });
    for (const [state, target] of states) log.add('cpuhp_state', { cpu: 1, state, target });
    return log;
  };

  test('tells a rollback on the way down by its turn: the state above has failed', () => {
    const log = turns([
      [236, 0],
      [236, 153],
      [198, 153],
      [196, 153],
      [197, 236],
      [236, 236],
    ]).add('cpuhp_exit', { cpu: 1, state: 236, step: 236, ret: -11 });
    const cpu = foldAll(initialLadder(), foldLadder, log).cpus.get(1);
    expect(cpu).toMatchObject({ direction: 'resting', rolledBack: true, failed: { step: 197, ret: -11 } });
  });

  test('tells a rollback on the way up, through the state where the control CPU takes over', () => {
    const log = turns([
      [0, 236],
      [91, 236],
      [197, 236],
      [196, 153],
      [153, 153],
      [153, 0],
      [0, 0],
    ]);
    const state = foldAll(initialLadder(), foldLadder, log);
    expect(state.cpus.get(1)).toMatchObject({ direction: 'resting', rolledBack: true, failed: { step: 197 } });
    for (const event of turns([[0, 236]]).events()) foldLadder(state, event);
    expect(state.cpus.get(1)).toMatchObject({ direction: 'up', rolledBack: false, failed: undefined });
  });

  test('takes a way down with its stop at the takedown for no rollback', () => {
    const log = turns([
      [236, 0],
      [236, 153],
      [153, 153],
      [153, 0],
      [0, 0],
    ]);
    expect(foldAll(initialLadder(), foldLadder, log).cpus.get(1)).toMatchObject({
      rolledBack: false,
      failed: undefined,
    });
  });

  test('finds the named rung of a state between rungs', () => {
    const row = { section: 'PREPARE', startup: undefined, teardown: undefined, multi: false } as const;
    const states = [
      { ...row, state: 0, name: 'offline' },
      { ...row, state: 41, name: 'workqueue:prepare' },
    ];
    expect(namedState(states, 45)?.name).toBe('workqueue:prepare');
    expect(namedState(states, 0)?.name).toBe('offline');
  });
});

describe('the chain', () => {
  const add = '{"execute":"device_add","arguments":{"id":"cpu2"}}';

  test('lights a stage while a function of it runs, with who runs it', () => {
    const log = new TestLog().add('qmp_in', { text: add });
    log.on(1, 3).add('fn_enter', { fn: 'acpi_irq', interrupt: 1 }).add('fn_enter', { fn: 'acpi_ev_gpe_detect' });
    const { stages, round, newest } = foldAll(initialChain(), foldChain, log);
    expect(round).toBe('plug');
    expect(newest).toBe('interrupt');
    expect(stages.get('interrupt')).toMatchObject({ task: 3, vcpu: 1, open: 2, label: 'acpi_ev_gpe_detect' });
  });

  test('shows what waits in a queue, what runs, and what is done', () => {
    const queued = { function: 'acpi_os_execute_deferred', workqueue: 'kacpid' };
    const log = new TestLog().add('qmp_in', { text: add });
    log.on(1, 3).add('workqueue_queue_work', { work: 1, ...queued });
    log.add('workqueue_queue_work', { work: 2, ...queued });
    log.add('workqueue_queue_work', { work: 3, function: 'vmstat_update', workqueue: 'mm_percpu_wq' });
    log.on(0, 4).add('workqueue_execute_start', { work: 1, function: 'acpi_os_execute_deferred' });
    const state = foldAll(initialChain(), foldChain, log);
    expect([...state.works.values()].map(({ work, state: at, task }) => [work, at, task])).toEqual([
      [1, 'running', 4],
      [2, 'waiting', 0],
    ]);
    for (const event of new TestLog().add('workqueue_execute_end', { work: 1 }).events()) foldChain(state, event);
    expect([...state.works.keys()]).toEqual([2]);
    expect(state.finished.get('kacpid')).toBe(1);
  });

  test('counts AML as a stage only inside the method of a GPE', () => {
    const outside = new TestLog()
      .add('qmp_in', { text: add })
      .on(0, 4)
      .add('aml_method_enter', { path: '\\_SB.CPUS.C002._STA' });
    expect(foldAll(initialChain(), foldChain, outside).stages.has('aml')).toBe(false);
    const inside = new TestLog().add('qmp_in', { text: add }).on(0, 4);
    inside.call('acpi_ev_asynch_execute_gpe_method', () => inside.add('aml_notify', { node: NODE, value: 1 }));
    expect(foldAll(initialChain(), foldChain, inside).stages.get('aml')?.label).toBe(`Notify (${NODE}, 1)`);
  });

  test('follows the SCI from its line to the vector', () => {
    const log = new TestLog().add('qmp_in', { text: add }).add('irq_line', { line: 'ioapic pin 9', level: 1 });
    log.add('ioapic_deliver', { pin: 4, vector: 0x24 }).add('ioapic_deliver', { pin: 9, vector: 0x22 });
    const { sciLevel, sciVector, stages } = foldAll(initialChain(), foldChain, log);
    expect([sciLevel, sciVector, stages.get('sci')?.label]).toEqual([true, 0x22, 'pin 9 → vector 0x22']);
  });

  test('stays dark while the machine boots', () => {
    const log = new TestLog().on(0, 1).call('acpi_ev_gpe_detect').add('cpuhp_enter', { cpu: 1, fn: 'bringup_cpu' });
    expect([...foldAll(initialChain(), foldChain, log).stages]).toEqual([]);
  });

  test('begins anew with the next command, and with a write to online', () => {
    const asked = new TestLog().add('qmp_in', { text: add }).add('qmp_in', { text: add.replace('add', 'del') });
    const state = foldAll(initialChain(), foldChain, asked);
    expect(state).toMatchObject({ round: 'unplug', roundStart: 1 });
    const log = new TestLog().on(0, 8).add('fn_enter', { fn: 'online_store' }).add('fn_enter', { fn: 'device_online' });
    const written = foldAll(state, foldChain, log);
    expect(written.round).toBe('online');
    expect([...written.stages.keys()]).toEqual(['driver']);
  });

  test('shows the hotplug registers as QEMU’s trace prints them', () => {
    const log = new TestLog().add('qemu_trace', { point: 'cpuhp_acpi_read_flags', a: 2, b: 3 });
    expect(foldAll(initialChain(), foldChain, log).accesses).toEqual([
      { sequence: 0, text: 'cpuhp_acpi_read_flags idx[0x2] flags: 0x3' },
    ]);
  });
});

describe('the devices', () => {
  const fold = (log: TestLog) => foldAll(initialDevices(), foldDevices, log).registers;

  test('hold what was written, read or set last, with the bits by name', () => {
    const log = new TestLog();
    log.add('register_change', { device: 'acpi-gpe', register: 'GPE0_STS[0]', from: 0, to: 4 });
    log.add('register_write', { device: 'acpi-gpe', register: 'GPE0_EN', value: 2 });
    const gpe = fold(log).get('GPE0');
    expect(gpe?.get('GPE0_STS')).toEqual({ value: '0x4', bits: 'CPU', sequence: 0 });
    expect(gpe?.get('GPE0_EN')).toEqual({ value: '0x2', bits: 'PCI', sequence: 1 });
  });

  test('lose a status bit to a written 1', () => {
    const log = new TestLog().add('register_read', { device: 'acpi-gpe', register: 'GPE0_STS', value: 6 });
    log.add('register_write', { device: 'acpi-gpe', register: 'GPE0_STS', value: 4 });
    expect(fold(log).get('GPE0')?.get('GPE0_STS')).toMatchObject({ value: '0x2', bits: 'PCI' });
  });

  test('follow the SCI through IRR and ISR to its end, which the pin takes notice of', () => {
    const log = new TestLog().add('irq_line', { line: 'ioapic pin 9', level: 1 });
    log.add('ioapic_deliver', { pin: 9, vector: 0x21, destination: 1, remoteIrr: 1 });
    log.add('lapic_accept', { vcpu: 1, vector: 0x21 });
    expect(fold(log).get('LAPIC')?.get('LAPIC 1 IRR')?.value).toBe('0x21');
    const served = new TestLog().add('ioapic_deliver', { pin: 9, vector: 0x21, destination: 1, remoteIrr: 1 });
    served.add('lapic_accept', { vcpu: 1, vector: 0x21 }).on(1, 5).add('irq_entry', { vector: 0x21 });
    const state = foldAll(initialDevices(), foldDevices, served);
    expect(state.registers.get('LAPIC')?.get('LAPIC 1 IRR')?.value).toBe('–');
    expect(state.registers.get('LAPIC')?.get('LAPIC 1 ISR')?.value).toBe('0x21');
    expect(state.registers.get('IO-APIC')?.get('pin 9 Remote IRR')?.value).toBe('1');
    const ended = new TestLog().on(1, 5).add('register_write', { device: 'lapic', register: 'EOI', value: 0 });
    for (const event of ended.events()) foldDevices(state, event);
    expect(state.registers.get('LAPIC')?.get('LAPIC 1 ISR')?.value).toBe('–');
    expect(state.registers.get('IO-APIC')?.get('pin 9 Remote IRR')?.value).toBe('0');
  });

  test('tell of the CPU hotplug block what QEMU’s trace says', () => {
    const log = new TestLog().add('qemu_trace', { point: 'cpuhp_acpi_write_idx', a: 2 });
    log.add('qemu_trace', { point: 'cpuhp_acpi_read_flags', a: 2, b: 3 });
    const block = fold(log).get('cpu-hotplug');
    expect(block?.get('selector')?.value).toBe('0x2');
    expect(block?.get('flags [0x2]')).toMatchObject({ value: '0x3', bits: 'enabled inserting' });
  });
});

describe('tasks', () => {
  const log = () => {
    const made = new TestLog().add('task_new', { task: 5, name: 'kthreadd', pid: 2 });
    made.add('task_rename', { task: 5, name: 'kworker/0:1' });
    made
      .on(0, 5)
      .add('fn_enter', { fn: 'process_one_work' })
      .call('queue_work')
      .add('fn_enter', { fn: 'acpi_bus_scan' });
    made.on(1, 6).add('fn_enter', { fn: 'acpi_irq', interrupt: 1 });
    return made;
  };

  test('have their names and call stacks', () => {
    const state = foldAll(initialTasks(), foldTasks, log());
    expect(taskName(state, 5)).toBe('kworker/0:1');
    expect(state.tasks.get(5)?.stack.map(({ fn }) => fn)).toEqual(['process_one_work', 'acpi_bus_scan']);
    expect(state.tasks.get(6)?.stack).toEqual([{ fn: 'acpi_irq', interrupt: true, sequence: 6 }]);
  });

  test('have had call stacks at any event of the past', () => {
    const reader = log().reader();
    const functions = (sequence: number) => callStackAt(reader, sequence).map(({ fn }) => fn);
    expect(functions(5)).toEqual(['acpi_bus_scan', 'process_one_work']);
    expect(functions(3)).toEqual(['queue_work', 'process_one_work']);
    expect(functions(4)).toEqual(['queue_work', 'process_one_work']);
    expect(functions(6)).toEqual(['acpi_irq']);
    expect(functions(0)).toEqual([]);
  });
});

describe('texts', () => {
  test('are told apart: commands, replies, events', () => {
    const log = new TestLog().add('qmp_in', { text: '{"execute": "x"}' }).add('qmp_out', { text: '{"return": {}}' });
    log.add('qmp_out', { text: '{"timestamp": {}, "event": "RESUME"}' });
    log.add('qmp_out', { text: '{"error": {"desc": "\\"event\\": no"}}' });
    const { qmp } = foldAll(initialTexts(), foldTexts, log);
    expect(qmp.map(({ direction }) => direction)).toEqual(['in', 'out', 'event', 'out']);
  });

  test('of the kernel have the time stamps of dmesg', () => {
    expect(kernelTimeStamp(25_725_508_999)).toBe('[   25.725508]');
  });
});

describe('the terminal ends with a prompt', () => {
  test.each([
    ['when the shell has printed one', ['root@lab:~# '], true],
    ['not when a command runs', ['root@lab:~# ', 'sleep 5\r\n'], false],
    [
      'when the kernel wrote over it since',
      ['root@lab:~# ', '[    1.205648] Fallback or', 'der: 0 \r\n[    2.1'],
      false,
    ],
    ['when the kernel’s line is whole', ['root@lab:~# ', '[    1.205648] Fallback or', 'der: 0 \r\n'], true],
    ['not when nothing was printed', [], false],
  ] as const)('%s', (_, texts, expected) => {
    const log = new TestLog();
    for (const text of texts) log.add('tty_out', { text });
    expect(endsWithPrompt(foldAll(initialTexts(), foldTexts, log))).toBe(expected);
  });
});

describe('the narration', () => {
  const context = { taskName: () => 'kworker/0:1', cpuOfVcpu: () => -1, booted: true };
  const tell = (log: TestLog) => log.events().flatMap((event) => narrate(event, context) ?? []);

  test('says what happens and who does it', () => {
    const log = new TestLog().on(0, 4);
    log.add('workqueue_queue_work', { work: 1, function: 'acpi_hotplug_work_fn', workqueue: 'kacpi_hotplug' });
    log.add('cpu_mask', { mask: 'present', cpu: 2, value: 1 });
    log.add('qmp_out', { text: '{"error": {"class": "GenericError", "desc": "Device \\"cpu0\\" not found"}}' });
    expect(tell(log)).toEqual([
      {
        key: 'say.queue.kacpi_hotplug',
        parameters: { task: 'kworker/0:1', fn: 'acpi_hotplug_work_fn' },
        sequence: 0,
      },
      { key: 'say.maskSet', parameters: { mask: 'present', cpu: 2 }, sequence: 1 },
      { key: 'say.qmpError', parameters: { text: 'Device "cpu0" not found' }, sequence: 2 },
    ]);
  });

  test('leaves out what the story does not need', () => {
    expect(tell(new TestLog().call('kfree').add('lock_acquired', { lock: 'x' }))).toEqual([]);
  });
});

describe('a reset', () => {
  /** A CPU on its way in while the machine is reset; QEMU then tells of what is plugged. */
  const log = (): TestLog =>
    new TestLog()
      .add('qmp_in', { text: '{"execute": "device_add"}' })
      .add('vcpu_plugged', { vcpu: 2, apicId: 2, id: 'cpu2' })
      .add('cpu_number', { cpu: 1, apicId: 1 })
      .add('cpu_mask', { mask: 'present', cpu: 1, value: 1 })
      .add('cpuhp_state', { cpu: 1, state: 20, target: ONLINE })
      .add('aml_notify', { node: '\\_SB.CPUS.C001', value: 3 })
      .add('register_change', { register: 'GPE0_STS', to: 4 })
      .add('irq_line', { line: 'SCI', level: 1 })
      .add('machine_state', { state: 'reset' })
      .add('vcpu_plugged', { vcpu: 2, apicId: 2, id: 'cpu2' });

  test('leaves what is plugged, and nobody has to be told of it', () => {
    const { slots, kernel } = foldAll(initialCpus(description), foldCpus, log());
    expect(slots.map(({ condition }) => condition)).toEqual(['present', 'present', 'present', 'possible']);
    expect(kernel.size).toBe(0);
  });

  test('after it a CPU that is plugged is on its way again', () => {
    const later = log().add('input', { channel: 'qmp' }).add('vcpu_plugged', { vcpu: 3, apicId: 3, id: 'cpu3' });
    const { slots } = foldAll(initialCpus(description), foldCpus, later);
    expect(slots[3]?.condition).toBe('coming');
  });

  test('empties the ladder, the road and the devices; the boot that follows is not on the road', () => {
    const later = (): TestLog => log().call('acpi_irq').call('_cpu_up');
    expect(foldAll(initialLadder(), foldLadder, later())).toEqual(initialLadder());
    const { stages, works, registers, roundStart, sciLevel } = foldAll(initialChain(), foldChain, later());
    expect([stages.size, works.size, registers.size, roundStart, sciLevel]).toEqual([0, 0, 0, -1, false]);
    expect(foldAll(initialDevices(), foldDevices, later())).toEqual(initialDevices());
  });
});

describe('the machine as a whole', () => {
  test.each([
    [['paused'], 'paused'],
    [['paused', 'running'], 'running'],
    [['shutdown'], 'shutdown'],
    [['shutdown', 'ended'], 'ended'],
    [['shutdown', 'reset'], 'paused'],
    [['reset', 'running'], 'running'],
  ])('after %j it is %s', (states, condition) => {
    const log = new TestLog();
    for (const state of states) log.add('machine_state', { state });
    expect(foldAll(initialMachine(), foldMachine, log).condition).toBe(condition);
  });

  test('a panic is the end of the kernel, until a reset', () => {
    const log = (): TestLog => new TestLog().add('printk', { level: 0, text: 'Kernel panic - not syncing: init' });
    expect(foldAll(initialMachine(), foldMachine, log()).condition).toBe('panicked');
    const later = log().add('machine_state', { state: 'reset' });
    expect(foldAll(initialMachine(), foldMachine, later).condition).toBe('running');
  });
});
