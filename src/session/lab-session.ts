import type { LabEvent } from '../../workers/protocol/log-format.ts';
import type { InputResult, MachineDescription, StepKind } from '../../workers/protocol/machine-api.ts';
import { DEFAULT_SCENARIO, type InputChannel, type Scenario } from '../../workers/protocol/scenario.ts';
import { onlineCommand, plugCommand, unplugCommand } from './cpu-commands.ts';
import type { SlotState } from './fold-cpus.ts';
import { loadVirtSentences } from './i18n/translate.ts';
import { type LabClient, openMachine, startLabClient } from './lab-client.ts';
import { type LabState, type Problem, selectEvent, useLab } from './lab-state.ts';
import { fetchPart, isNotFetched, untilRetried } from './late.ts';
import { LogStore, NO_VERSIONS } from './log-store.ts';
import { type DimmRequest, plugDimmCommands, unplugDimmCommand } from './memory-commands.ts';
import { Pacer } from './pacer.ts';
import { type ConsoleName, SPEEDS } from './preferences.ts';
import { loadReadyScenario } from './ready-scenarios.ts';
import { decodeScenario, encodeScenario } from './url-scenario.ts';

const CONSOLE_OF_INPUT: Readonly<Record<string, ConsoleName>> = { qmp: 'qmp', hmp: 'hmp', sh: 'shell' };

interface RunningMachine {
  readonly client: LabClient;
  readonly pacer: Pacer;
  readonly log: LogStore;
}

/** One visit: a machine in a worker, its log, and what a person may do to it. */
export class LabSession {
  private machine: RunningMachine | undefined;
  private frame: number | undefined;
  private linking: Promise<void> = Promise.resolve();
  /** A machine that could not be powered on for want of a part. */
  private unopened: { readonly scenario: Scenario; readonly play: boolean } | undefined;
  private shownRound = -1;
  private typed = '';
  private typing = false;
  private lastRecords = 0;
  private shownInput: LogStore['lastInput'];

  /** The log with its folds; undefined while no machine is on. */
  get log(): LogStore | undefined {
    return this.machine?.log;
  }

  /** Powers on the machine of the address bar, or the lab's own. */
  async openFromAddress(): Promise<void> {
    const linked = await decodeScenario(location.hash);
    if (linked?.ok === false) {
      // The default machine is offered, not started: a reader should know that it is not what the link meant.
      this.fail({ of: 'url', reason: linked.error });
      return;
    }
    const ready = linked ? null : new URLSearchParams(location.search).get('scenario');
    if (ready !== null) await this.openReady(ready);
    else await this.powerOn(linked?.value ?? DEFAULT_SCENARIO);
  }

  /** Opens a scenario that comes with the lab and plays it. */
  async openReady(name: string): Promise<void> {
    const scenario = await loadReadyScenario(name);
    if (scenario.ok) await this.powerOn(scenario.value, true);
    else this.fail({ of: 'scenario', reason: scenario.error });
  }

  /** Opens a scenario from the menu: it gets a place in the history. */
  async visitReady(name: string): Promise<void> {
    history.pushState(null, '', `${location.pathname}?scenario=${encodeURIComponent(name)}`);
    await this.openReady(name);
  }

  /** Ends a scenario's playing: what was to come is dropped, the machine is the reader's. */
  async takeOver(): Promise<void> {
    const { machine } = this;
    if (!machine?.pacer.playing) return;
    machine.pacer.playing = false;
    const { opened } = useLab.getState();
    if (opened) useLab.setState({ opened: { ...opened, playing: false } });
    await machine.pacer.exclusive(async () => machine.pacer.note(await machine.client.machine.takeOver()));
    machine.pacer.wake();
  }

  /**
   * Powers a machine on. Not ok when it cannot be; the one that ran before goes on then. `play`: the scenario's inputs
   * come at the reader's pace.
   */
  async powerOn(
    scenario: Scenario,
    play = false,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: string }> {
    const client = startLabClient();
    const early: Parameters<LabClient['onChunks']>[0][] = [];
    client.onChunks = (chunks) => early.push(chunks);
    client.onFault = (message) => this.fail({ of: 'crash', reason: message });
    const { opened, missing } = await openMachine(client, scenario);
    if (!opened.ok) {
      client.close();
      if (this.machine && !play) return opened;
      if (missing) this.unopened = { scenario, play };
      this.fail({ of: missing ? 'load' : 'power', reason: opened.error });
      return opened;
    }
    this.unopened = undefined;
    if (opened.value.board === 'virt') await loadVirtSentences().catch(() => undefined);
    this.close();
    const log = new LogStore(opened.value);
    const pacer = new Pacer(client.machine, {
      ratio: () => SPEEDS[useLab.getState().preferences.speed] ?? 0,
      caughtUp: (records) => log.reader.length >= records,
      mayRest: () => log.shellAtPrompt,
      told: () => log.told,
      watched: () => log.watched,
      progressed: ({ records }) => {
        this.lastRecords = Math.max(this.lastRecords, records);
        this.drawSoon();
      },
      stopped: (record) => {
        useLab.setState({ running: false });
        selectEvent(record);
      },
      failed: (error) => this.crashed(error),
    });
    pacer.playing = play;
    this.lastRecords = 0;
    this.shownRound = -1;
    this.machine = { client, pacer, log };
    client.onChunks = (chunks) => {
      const { resets } = log.machine;
      log.append(chunks);
      // a boot is not what a reader waits for
      if (log.machine.resets > resets) pacer.hurried = true;
      this.drawSoon();
    };
    for (const chunks of early) log.append(chunks);
    useLab.setState({
      description: opened.value,
      problem: undefined,
      versions: NO_VERSIONS,
      now: 0,
      records: 0,
      resting: false,
      booted: false,
      opened: play ? { scenario, playing: true } : undefined,
      selection: undefined,
      picture: 'ladder',
      block: -1,
      linkTooLong: false,
      running: true,
    });
    this.loadMemory(log, opened.value).catch((error: unknown) => this.crashed(error));
    await this.setBreakpoints(useLab.getState().breakpoints);
    pacer.run();
    return { ok: true };
  }

  /** What the page knows of memory comes after its first picture; without it, the rest of the page works. */
  private async loadMemory(log: LogStore, description: MachineDescription): Promise<void> {
    const { MemoryPart } = await fetchPart(() => import('./memory-part.ts'));
    log.attachMemory(new MemoryPart(description));
    this.drawSoon();
  }

  /** Goes on where a part of the lab could not be fetched: machines, inputs and pictures that wait for it. */
  async retry(): Promise<void> {
    const { unopened } = this;
    this.unopened = undefined;
    useLab.setState({ problem: undefined });
    if (unopened) await this.powerOn(unopened.scenario, unopened.play);
  }

  /** The same machine, as it was before anything was done to it. */
  async powerOnAgain(): Promise<void> {
    const { scenario } = useLab.getState().description ?? { scenario: DEFAULT_SCENARIO };
    const { inputs: _, ...fresh } = scenario;
    await this.powerOn(fresh);
    await this.nameInAddress(fresh);
  }

  run(): void {
    this.machine?.pacer.run();
    useLab.setState({ running: true });
  }

  pause(): void {
    this.machine?.pacer.pause();
    useLab.setState({ running: false });
  }

  /** The machine stops where one of these functions is entered. */
  async setBreakpoints(functions: readonly string[]): Promise<void> {
    useLab.setState({ breakpoints: functions });
    const { machine } = this;
    await machine?.pacer.exclusive(() => machine.client.machine.breakAt([...functions]));
  }

  async toggleBreakpoint(fn: string): Promise<void> {
    const { breakpoints } = useLab.getState();
    await this.setBreakpoints(
      breakpoints.includes(fn) ? breakpoints.filter((other) => other !== fn) : [...breakpoints, fn],
    );
  }

  async step(kind: StepKind): Promise<void> {
    useLab.setState({ running: false });
    await this.machine?.pacer.step(kind);
  }

  /** Gives the machine an input, in the order of the calls. Resolves to QEMU's reply, where there is one. */
  async input(channel: InputChannel, text: string): Promise<string | undefined> {
    await this.takeOver();
    const { machine } = this;
    while (machine && machine === this.machine) {
      const result = await this.give(machine, channel, text);
      if (result instanceof Error) {
        await untilRetried(result.message);
        continue;
      }
      machine.pacer.wake();
      this.linkSoon();
      return result.reply;
    }
    return undefined;
  }

  /** Gives an input; an error where a part that it needs is not there: nothing has happened then. */
  private async give({ client, pacer }: RunningMachine, channel: InputChannel, text: string) {
    let given: InputResult | Error | undefined;
    await pacer.exclusive(async () => {
      given = await client.machine.input(channel, text).catch((error: unknown) => {
        if (isNotFetched(error)) return error;
        throw error;
      });
      if (!(given instanceof Error)) pacer.note(given);
    });
    return given ?? new Error('not given');
  }

  /**
   * Keys of the terminal: what is typed while an input is under way goes with the next one, and what is typed while the
   * guest boots goes to the shell's first prompt: the serial port's FIFO would lose it when the driver takes it over.
   */
  type(text: string): void {
    this.typed += text;
    if (this.typing) return;
    this.typing = true;
    const send = async (): Promise<void> => {
      while (this.typed !== '') {
        await this.afterBoot();
        const sent = this.typed;
        this.typed = '';
        await this.input('sh', sent);
      }
    };
    send()
      .catch(() => {})
      .finally(() => {
        this.typing = false;
      });
  }

  /** Resolves once the machine has been quiet since it was powered on or reset. */
  private async afterBoot(): Promise<void> {
    while (this.machine?.pacer.hurried && !useLab.getState().problem) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  /** A QMP command; negotiates capabilities first, as a client does, where nobody has yet. */
  async qmp(line: string): Promise<string | undefined> {
    const negotiated = this.log?.texts.qmp.some(
      ({ text, direction }) => direction === 'in' && /qmp_capabilities/.test(text),
    );
    const greeted = this.log?.texts.qmp.some(({ text, direction }) => direction === 'out' && /"QMP"/.test(text));
    if (greeted && !negotiated && !/qmp_capabilities/.test(line)) {
      await this.input('qmp', '{"execute":"qmp_capabilities"}');
    }
    return this.input('qmp', line);
  }

  async plug(slot: SlotState): Promise<void> {
    const { description } = useLab.getState();
    if (!description) return;
    useLab.setState({ console: 'qmp' });
    await this.qmp(plugCommand(slot, description.cpuType));
  }

  async unplug(slot: SlotState): Promise<void> {
    useLab.setState({ console: 'qmp' });
    await this.qmp(unplugCommand(slot));
  }

  /** Reserves memory and plugs it in as a DIMM: two commands; a refusal of the first ends it. */
  async plugDimm(request: DimmRequest): Promise<void> {
    useLab.setState({ console: 'qmp', picture: 'memory' });
    const [backend, device] = plugDimmCommands(request);
    const reply = await this.qmp(backend);
    if (reply !== undefined && !/"error"/.test(reply)) await this.qmp(device);
  }

  async unplugDimm(id: string): Promise<void> {
    useLab.setState({ console: 'qmp', picture: 'memory' });
    await this.qmp(unplugDimmCommand(id));
  }

  /** Types a line into the guest's shell. */
  async typeLine(line: string): Promise<void> {
    useLab.setState({ console: 'shell' });
    await this.input('sh', `${line}\n`);
  }

  async setOnline(slot: SlotState, online: boolean): Promise<void> {
    useLab.setState({ console: 'shell' });
    await this.input('sh', `${onlineCommand(slot.cpu, online)}\n`);
  }

  /** Puts a scenario that has just been powered on into the address bar, as a page of its own in the history. */
  async nameInAddress(scenario: Scenario): Promise<void> {
    const isDefault = JSON.stringify(scenario) === JSON.stringify(DEFAULT_SCENARIO);
    const fragment = isDefault ? '' : await encodeScenario(scenario);
    if (fragment !== undefined) history.pushState(null, '', `${location.pathname}${fragment}`);
  }

  /** Resolves once the machine is at rest, its whole log is here, drawn, and in the address bar. */
  async whenQuiescent(): Promise<void> {
    for (;;) {
      const { machine } = this;
      await machine?.pacer.exclusive(async () => {});
      await this.linking;
      const { problem, running } = useLab.getState();
      if (problem) return;
      const rests = machine !== undefined && (machine.pacer.resting || !running);
      if (
        rests &&
        machine.log.memory &&
        !this.typing &&
        machine.log.reader.length >= this.lastRecords &&
        this.frame === undefined
      )
        return;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  events(): LabEvent[] {
    return [...(this.log?.reader.from() ?? [])];
  }

  async logHash(): Promise<string> {
    return (await this.machine?.client.machine.logHash()) ?? '';
  }

  /** A fault that nothing else caught. */
  crashed(error: unknown): void {
    this.fail({ of: 'crash', reason: error instanceof Error ? error.message : String(error) });
  }

  private close(): void {
    this.machine?.pacer.close();
    this.machine?.client.close();
    this.machine = undefined;
  }

  private fail(problem: Problem): void {
    this.machine?.pacer.pause();
    useLab.setState({ problem, running: false });
  }

  /** What has changed is drawn once a frame. */
  private drawSoon(): void {
    if (this.frame !== undefined) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = undefined;
      const { machine } = this;
      if (!machine) return;
      const { log, pacer } = machine;
      // The machine is at rest; its last events may still be on their way.
      const resting = pacer.resting && log.reader.length >= this.lastRecords;
      if (!pacer.hurried) log.booted = true;
      if (log.machine.condition === 'ended') useLab.setState({ problem: { of: 'ended', reason: '' } });
      if (pacer.playing) this.showPlaying(log, resting);
      if (log.chain.roundStart > this.shownRound) {
        this.shownRound = log.chain.roundStart;
        useLab.setState({ picture: log.chain.subject === 'memory' ? 'memory' : 'ladder' });
      }
      const drawn: Partial<LabState> = {
        versions: log.versions,
        now: log.lastEvent?.time ?? 0,
        records: log.reader.length,
        resting,
        booted: log.booted,
        running: pacer.running,
      };
      useLab.setState(drawn);
    });
  }

  /** The console of a scenario's last input comes to the front; at the end the scenario is no longer playing. */
  private showPlaying(log: LogStore, resting: boolean): void {
    const console = log.lastInput && CONSOLE_OF_INPUT[log.lastInput.channel];
    if (console && log.lastInput !== this.shownInput) useLab.setState({ console });
    this.shownInput = log.lastInput;
    const { opened } = useLab.getState();
    if (!resting || !this.machine || !opened) return;
    this.machine.pacer.playing = false;
    useLab.setState({ opened: { ...opened, playing: false } });
  }

  /** Writes the journal into the address bar, so that a reload gives the same machine. */
  private linkSoon(): void {
    this.linking = this.linking.then(() => this.link()).catch(() => {});
  }

  private async link(): Promise<void> {
    const { machine } = this;
    if (!machine) return;
    let journal: Scenario | undefined;
    await machine.pacer.exclusive(async () => {
      journal = await machine.client.machine.journal();
    });
    const fragment = journal && (await encodeScenario(journal));
    if (machine !== this.machine) return;
    useLab.setState({ linkTooLong: fragment === undefined });
    if (fragment !== undefined && fragment !== location.hash)
      history.replaceState(history.state, '', `${location.pathname}${fragment}`);
  }
}
