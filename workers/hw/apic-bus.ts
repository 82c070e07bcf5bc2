/**
 * What connects local APICs and IO-APICs: interrupt messages with a destination, and the end-of-interrupt broadcast.
 * Intel SDM volume 3, chapter 10 (destinations, delivery modes).
 */
import type { ApicId, Ns } from '../protocol/units.ts';
import type { Clock } from '../sim/scheduler.ts';

/** Delivery modes by their number in the ICR, the LVT and a redirection entry (SDM 10.6.1). */
export const DELIVERY_MODES = ['fixed', 'lowest', 'smi', 'reserved', 'nmi', 'init', 'startup', 'extint'] as const;
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

export interface InterruptMessage {
  readonly mode: DeliveryMode;
  readonly vector: number;
  /** Logical destination mode: `destination` is matched with LDR and DFR, not with the APIC id. */
  readonly logical: boolean;
  readonly destination: number;
  /** Trigger mode: level interrupts are acknowledged to the IO-APIC at their end. */
  readonly levelTriggered: boolean;
}

/** A local APIC as the bus sees it. */
export interface BusAgent {
  readonly apicId: ApicId;
  matches(message: InterruptMessage): boolean;
  /** True when it takes fixed interrupts (enabled in SVR). */
  readonly enabled: boolean;
  accept(message: InterruptMessage): void;
}

/** An IO-APIC as the bus sees it. */
export interface EoiListener {
  endOfInterrupt(vector: number): void;
}

/** Virtual time from sending a message to its acceptance; an estimate of the order of a real interprocessor interrupt. */
export const DELIVERY_LATENCY: Ns = 300;

export class ApicBus {
  private readonly clock: Clock;
  private readonly agents: BusAgent[] = [];
  private readonly eoiListeners: EoiListener[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  attach(agent: BusAgent): void {
    this.agents.push(agent);
    this.agents.sort((a, b) => a.apicId - b.apicId);
  }

  detach(agent: BusAgent): void {
    const at = this.agents.indexOf(agent);
    if (at >= 0) this.agents.splice(at, 1);
  }

  attachIoApic(listener: EoiListener): void {
    this.eoiListeners.push(listener);
  }

  /**
   * Delivers a message to whom its destination names at the time of arrival; a message for nobody is lost, as on the
   * real bus. `arrived` runs then.
   */
  send(message: InterruptMessage, arrived?: () => void): void {
    this.deliverLater(message, (agent) => agent.matches(message), arrived);
  }

  /** ICR shorthands: everybody, with or without the sender. */
  sendToAll(message: InterruptMessage, except: BusAgent | undefined): void {
    this.deliverLater(message, (agent) => agent !== except, undefined);
  }

  broadcastEoi(vector: number): void {
    for (const listener of this.eoiListeners) listener.endOfInterrupt(vector);
  }

  private deliverLater(
    message: InterruptMessage,
    isTarget: (agent: BusAgent) => boolean,
    arrived: (() => void) | undefined,
  ): void {
    this.clock.after(DELIVERY_LATENCY, () => {
      const targets = this.agents.filter(isTarget);
      arrived?.();
      if (message.mode === 'lowest') {
        // arbitration as QEMU does it: the first of the enabled ones (hw/intc/apic.c, apic_bus_deliver)
        targets.find(({ enabled }) => enabled)?.accept(message);
      } else {
        for (const agent of targets) agent.accept(message);
      }
    });
  }
}
