import { describe, expect, it } from 'vitest';
import { ELCR_REGISTERS, I8259_REGISTERS, I8259Pair } from './i8259.ts';
import { TestLine, testBench } from './testing.ts';

/** Both chips initialised as a PC does it: vectors 0x30 and 0x38, the second behind input 2, nothing masked. */
function initialised(levels: readonly number[] = []) {
  const bench = testBench();
  const pair = new I8259Pair(levels, bench.log);
  const intr: boolean[] = [];
  pair.listener = { extIntChanged: () => intr.push(pair.intr) };
  for (const [chip, vector, wiring] of [
    [pair.master, 0x30, 1 << 2],
    [pair.slave, 0x38, 2],
  ] as const) {
    chip.write(0, 1, 0x11);
    for (const word of [vector, wiring, 0x01, 0x00]) chip.write(1, 1, word);
  }
  return { ...bench, pair, intr, wire: (irq: number) => pair.line(irq, new TestLine()) };
}

describe('the 8259A pair', () => {
  it('has two ports a chip, and two edge/level control registers', () => {
    expect(I8259_REGISTERS.map(({ name, offset }) => [name, offset])).toEqual([
      ['COMMAND', 0],
      ['DATA', 1],
    ]);
    expect(ELCR_REGISTERS.map(({ name, offset }) => [name, offset])).toEqual([
      ['ELCR1', 0],
      ['ELCR2', 1],
    ]);
  });

  it('an edge raises INTR; INTA gives ICW2’s vector and lowers INTR', () => {
    const { pair, intr, wire } = initialised();
    wire(4).set(true);
    expect([pair.intr, pair.acknowledge(), pair.intr, intr]).toEqual([true, 0x34, false, [true, false]]);
  });

  it('inputs of the second chip arrive through input 2 of the first', () => {
    const { pair, wire } = initialised();
    wire(12).set(true);
    expect([pair.master.read(0, 1), pair.slave.read(0, 1)]).toEqual([1 << 2, 1 << 4]);
    expect(pair.acknowledge()).toBe(0x3c);
  });

  it('an interrupt in service holds back its like and lesser ones until its end; a more urgent one comes through', () => {
    const { pair, wire } = initialised();
    wire(4).set(true);
    pair.acknowledge();
    wire(6).set(true);
    expect(pair.intr).toBe(false);
    wire(1).set(true);
    expect([pair.intr, pair.acknowledge()]).toEqual([true, 0x31]);
    pair.master.write(0, 1, 0x61);
    expect(pair.intr).toBe(false);
    pair.master.write(0, 1, 0x64);
    expect([pair.intr, pair.acknowledge()]).toEqual([true, 0x36]);
  });

  it('a masked input waits; OCW3 selects what the command port reads', () => {
    const { pair, wire } = initialised();
    pair.master.write(1, 1, 1 << 4);
    wire(4).set(true);
    expect([pair.intr, pair.master.read(1, 1), pair.master.read(0, 1)]).toEqual([false, 1 << 4, 1 << 4]);
    pair.master.write(1, 1, 0);
    pair.acknowledge();
    pair.master.write(0, 1, 0x0b);
    expect(pair.master.read(0, 1)).toBe(1 << 4);
    pair.master.write(0, 1, 0x0a);
    expect(pair.master.read(0, 1)).toBe(0);
  });

  it('a level counts as long as it lasts, an edge until it is taken', () => {
    const { pair, wire } = initialised();
    pair.elcr.write(1, 1, 0xff);
    expect([pair.elcr.read(0, 1), pair.elcr.read(1, 1)]).toEqual([0, 0xde]);
    const sci = wire(9);
    sci.set(true);
    expect(pair.acknowledge()).toBe(0x39);
    pair.slave.write(0, 1, 0x61);
    pair.master.write(0, 1, 0x62);
    expect(pair.intr).toBe(true);
    sci.set(false);
    // the first chip remembers the edge at its input 2, as QEMU's does: the second then has nothing to offer
    expect([pair.intr, pair.acknowledge()]).toEqual([true, 0x3f]);
  });

  it('INTA without a request gives the spurious interrupt, input 7', () => {
    const { pair } = initialised();
    expect(pair.acknowledge()).toBe(0x37);
  });

  it('the firmware has made the PCI links’ inputs level-triggered', () => {
    const { pair } = initialised([10, 11]);
    expect([pair.elcr.read(0, 1), pair.elcr.read(1, 1)]).toEqual([0, 0x0c]);
  });
});
