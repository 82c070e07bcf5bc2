/** The sentences about the machine `virt`: its Generic Event Device, its GIC, its calls to the hypervisor. */
export const englishVirt = {
  // --- chain
  'chain.context.gic': 'GED and GIC',
  'chain.context.primary': 'Hard interrupt',
  'chain.context.thread': 'irq/N-ACPI:Ged',
  'chain.rule.gic': 'a pulse on an SPI; the GIC keeps it pending',
  'chain.rule.primary': 'borrows a task; only wakes a thread',
  'chain.rule.thread': 'a thread that may sleep: runs AML',
  'chain.why.ged.thread':
    '`irq/N-ACPI:Ged`: the interrupt may not sleep, AML may. So the handler is a thread of its own, and the line stays masked until it is done (`IRQF_ONESHOT`). No GPE, hence no `kacpid`.',
  'chain.why.ged.notify': '`kacpi_notify`: a notification is delivered when the method is over, not inside it.',
  'chain.why.ged.hotplug':
    '`kacpi_hotplug`: the hotplug work flushes ACPI’s queues before it. In one of them it would wait for itself.',
  'inspector.whyThread': 'Why a thread, and then two workqueues?',
  'psci.lane': 'Calls to the hypervisor (PSCI)',
  'psci.none': 'No calls yet. Take a CPU offline: it leaves by `CPU_OFF`.',
  'psci.call': '{fn} by {task} on CPU {vcpu}: {ret}',
  'stage.ged': 'Event device',
  'stage.gic': 'SPI 9, GIC',
  'stage.thread': 'GED handler',
  'stage.ged.interrupt': 'Primary handler',
  'stage.explain.ged':
    'Hardware-reduced ACPI has no GPE block. QEMU sets a bit in the event selector `ESEL` of the Generic Event Device (bit 0: memory hotplug, bit 1: power button) and pulses the device’s interrupt. Reading the selector clears it.',
  'stage.explain.gic':
    'The pulse makes SPI 9, interrupt number 41, pending in the GICv3’s distributor, which offers it to one processor. The kernel acknowledges it (`ICC_IAR1_EL1`), masks it in `GICD_ICENABLER1` until the thread is done, and ends it (`ICC_EOIR1_EL1`).',
  'stage.explain.thread':
    '`acpi_ged_irq_handler` evaluates `_EVT` with the number of the interrupt. It is the threaded half of an interrupt handler: process context, so the AML may sleep and take locks.',
  'stage.explain.ged.interrupt':
    'The interrupt borrows whatever task ran on that CPU. ACPI’s driver has no hard handler at all: the kernel’s default one answers `IRQ_WAKE_THREAD`.',
  'stage.explain.ged.registers':
    'The same memory hotplug registers as on a PC, here in memory space at `0x9070000`: a slot selector; address, length and proximity of the DIMM; flags (bit 0 enabled, 1 inserting, 2 removing, 3 eject); `_OST` event and status.',
  'stage.explain.ged.aml':
    '`\\_SB.GED._EVT` reads `ESEL` and calls `MSCN`, which selects one slot after the other, finds the DIMM with an event, acknowledges it, and notifies its device `MPxx`: 1 to check for a new device, 3 to eject.',
  'stage.explain.ged.notify':
    'A `Notify` is not delivered inside the method: it is queued on `kacpi_notify`. `acpi_bus_notify` sees a hotplug event and queues it once more. From here on the road is the same as on a PC.',
  'stage.explain.ged.hotplug':
    'The work first waits until all notifications are over: it flushes `kacpid` and `kacpi_notify`. A work item that waits for its own queue would wait for ever: hence a queue of its own.',

  'stage.explain.ged.cpu.device':
    'QEMU’s monitor. On `virt` it plugs and unplugs no CPU: `device_add` of one is refused, and the guest hears nothing of it.',
  'stage.explain.ged.cpu.driver':
    'The write to `online` in sysfs: the CPU bus takes the CPU down, or brings it up. All CPUs of `virt` have been registered at boot, from the GICC entries of the MADT or from the device tree.',

  // --- board
  'board.fixed.label': 'CPU hotplug',
  'board.fixed.ask': 'Plug in one more CPU',
  'board.fixed.text': 'On `virt` all CPUs are there from power-on. Linux takes them offline and online by PSCI.',
  'board.fixed.refused': 'QEMU refuses:',
  'board.fixed.boot': 'There since power-on: on `virt` QEMU plugs and unplugs no CPU.',

  // --- narration
  'say.virt.welcome': 'Click a CPU and take it offline: it leaves by a call to the hypervisor. Or plug a DIMM in.',
  'say.virt.welcomeBare': 'Click a CPU and take it offline: it leaves by a call to the hypervisor.',
  'say.ged.event': 'QEMU sets `ESEL` to `{selector}` in the Generic Event Device and pulses SPI 9.',
  'say.ged.read': 'AML reads the event selector: `{value}`. Reading clears it.',
  'say.gic.pending': 'Interrupt 41 is pending in the GIC, for CPU {vcpu}.',
  'say.gic.acknowledge': 'CPU {vcpu} acknowledges interrupt 41: `{task}` lends its context.',
  'say.gic.wakeThread': 'The primary handler returns `IRQ_WAKE_THREAD`: the rest is for the thread.',
  'say.gic.unmask': 'The thread is done: the interrupt is unmasked in the GIC.',
  'say.ged.handler': '`{task}` on CPU {vcpu} begins `acpi_ged_irq_handler`, where it may sleep.',
  'say.psci.on': '`{task}` calls the hypervisor: PSCI `CPU_ON` for MPIDR `{target}`.',
  'say.psci.off': 'CPU {vcpu} calls the hypervisor: PSCI `CPU_OFF`. It does not return.',
  'say.psci.affinity': '`{task}` asks the hypervisor whether MPIDR `{target}` is off: PSCI `AFFINITY_INFO`, {ret}.',
  'say.psci.other': '`{task}` calls the hypervisor: PSCI `{fn}`, {ret}.',

  // --- functions
  'fn.gic_handle_irq': 'The GICv3’s entry: acknowledges the interrupt, and hands its number on.',
  'fn.acpi_ged_irq_handler': 'The threaded handler of the Generic Event Device: evaluates `_EVT`.',
  'fn.irq_thread_fn': 'Runs the threaded half of an interrupt’s handler.',
  'fn.cpu_psci_cpu_boot': 'Starts the processor by PSCI’s `CPU_ON`, with the address of `secondary_entry`.',
  'fn.psci_0_2_cpu_on': 'The call `CPU_ON` to the hypervisor or the secure monitor.',
  'fn.cpu_psci_cpu_disable': 'Whether the processor may go: the trusted OS could live there.',
  'fn.cpu_psci_cpu_die': 'The processor’s own last step: PSCI’s `CPU_OFF`.',
  'fn.psci_0_2_cpu_off': 'The call `CPU_OFF`. Where it succeeds it does not return.',
  'fn.cpu_psci_cpu_kill': 'Asks by `AFFINITY_INFO` until the processor is off.',
  'fn.psci_affinity_info': 'The call `AFFINITY_INFO`: 0 on, 1 off, 2 about to be on.',
  'fn.__cpu_disable': 'On the processor that goes: out of the topology and the online mask, interrupts moved away.',
  'fn.__cpu_die': 'Waits until the processor has died, and asks the hypervisor whether it has.',
  'fn.__cpu_up': 'Gives the processor its stack, starts it, and waits for it to show up.',
  'fn.handle_percpu_devid_irq': 'The flow handler of interrupts that each processor has for itself: timer, IPIs.',
} as const;

export type VirtMessageKey = keyof typeof englishVirt;
