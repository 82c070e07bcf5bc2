/**
 * The legacy interrupt controllers, which stay in use where the IO-APIC may not be.
 *
 * @linux arch/x86/kernel/i8259.c and irqinit.c
 */
import type { Co } from '../../../../sim/coroutine.ts';
import { IRQ_NONE, type irq_chip, type irq_data } from '../../../include/linux/irq.ts';
import { handle_level_irq } from '../../../kernel/irq/chip.ts';
import { irq_alloc_desc, irq_to_desc } from '../../../kernel/irq/irqdesc.ts';
import { request_irq } from '../../../kernel/irq/manage.ts';
import { type Kernel, kernelState } from '../../../kernel-context.ts';
import { ISA_IRQ_VECTOR, vector_irq } from './apic/vector.ts';

export const NR_IRQS_LEGACY = 16;
/** Ports (Intel 8259A data sheet; ELCR of the PIIX data sheet). */
const PIC_MASTER_CMD = 0x20;
const PIC_MASTER_IMR = 0x21;
const PIC_SLAVE_CMD = 0xa0;
const PIC_SLAVE_IMR = 0xa1;
export const PIC_ELCR1 = 0x4d0;
export const PIC_ELCR2 = 0x4d1;
const PIC_CASCADE_IR = 2;
/** Edge-triggered, two chips, ICW4 follows; 8086 mode; end the interrupt in the low bits. */
const ICW1 = 0x11;
const ICW4_8086 = 0x01;
const OCW2_SPECIFIC_EOI = 0x60;

/** Masked inputs: all but the cascade. */
const cached_irq_mask = kernelState(() => ({ mask: 0xffff & ~(1 << PIC_CASCADE_IR) }));

export const inb = (k: Kernel, port: number): number => k.platform.currentVcpu().bus.readPort(port, 1);
export const outb = (k: Kernel, value: number, port: number): void =>
  k.platform.currentVcpu().bus.writePort(port, 1, value);

function writeMask(k: Kernel, irq: number, masked: boolean): void {
  const cached = cached_irq_mask(k);
  cached.mask = masked ? cached.mask | (1 << irq) : cached.mask & ~(1 << irq);
  if (irq < 8) outb(k, cached.mask & 0xff, PIC_MASTER_IMR);
  else outb(k, cached.mask >> 8, PIC_SLAVE_IMR);
}

function endOfInterrupt(k: Kernel, irq: number): void {
  if (irq >= 8) {
    outb(k, OCW2_SPECIFIC_EOI | (irq & 7), PIC_SLAVE_CMD);
    outb(k, OCW2_SPECIFIC_EOI | PIC_CASCADE_IR, PIC_MASTER_CMD);
  } else outb(k, OCW2_SPECIFIC_EOI | irq, PIC_MASTER_CMD);
}

export const i8259A_chip: irq_chip = {
  name: 'XT-PIC',
  *irq_mask(k: Kernel, { irq }: irq_data): Co {
    writeMask(k, irq, true);
  },
  *irq_unmask(k: Kernel, { irq }: irq_data): Co {
    writeMask(k, irq, false);
  },
  *irq_ack(k: Kernel, { irq }: irq_data): Co {
    endOfInterrupt(k, irq);
  },
  *irq_eoi(): Co {},
  *irq_startup(): Co<number> {
    return 0;
  },
  *irq_shutdown(): Co {},
};

/** Initialises both chips: vectors from ISA_IRQ_VECTOR on, everything masked but the cascade. */
function init_8259A(k: Kernel): void {
  outb(k, 0xff, PIC_MASTER_IMR);
  for (const [command, data, vector, wiring] of [
    [PIC_MASTER_CMD, PIC_MASTER_IMR, ISA_IRQ_VECTOR, 1 << PIC_CASCADE_IR],
    [PIC_SLAVE_CMD, PIC_SLAVE_IMR, ISA_IRQ_VECTOR + 8, PIC_CASCADE_IR],
  ] as const) {
    outb(k, ICW1, command);
    for (const word of [vector, wiring, ICW4_8086]) outb(k, word, data);
  }
  const { mask } = cached_irq_mask(k);
  outb(k, mask & 0xff, PIC_MASTER_IMR);
  outb(k, mask >> 8, PIC_SLAVE_IMR);
}

/** The sixteen ISA interrupts at the controllers they have had since the PC/AT; an IO-APIC takes them over later. */
export function init_ISA_irqs(k: Kernel): void {
  init_8259A(k);
  for (let irq = 0; irq < NR_IRQS_LEGACY; irq++) {
    irq_alloc_desc(k, i8259A_chip, { irq, hwirq: -1, level: false }, { handle_irq: handle_level_irq, name: '' });
  }
}

function* no_action(): Co<number> {
  return IRQ_NONE;
}

/** native_init_IRQ() without an IO-APIC: the boot CPU's vectors of old mean the ISA interrupts. */
export function* setup_legacy_vectors(k: Kernel): Co {
  for (let irq = 0; irq < NR_IRQS_LEGACY; irq++) {
    const desc = irq_to_desc(k, irq);
    if (!desc) continue;
    vector_irq(k, 0).set(ISA_IRQ_VECTOR + irq, desc);
    desc.irq_data.effective_affinity.set(0);
  }
  yield* request_irq(k, PIC_CASCADE_IR, no_action, 0, 'cascade', no_action);
}
