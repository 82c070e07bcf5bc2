import type { VirtMessageKey } from './english-virt.ts';

/** The sentences about the machine `virt` in Simplified Chinese. */
export const chineseVirt: Readonly<Record<VirtMessageKey, string>> = {
  // --- chain
  'chain.context.gic': 'GED 与 GIC',
  'chain.context.primary': '硬中断',
  'chain.context.thread': 'irq/N-ACPI:Ged',
  'chain.rule.gic': 'SPI 上的一个脉冲；GIC 使其保持挂起',
  'chain.rule.primary': '借用当前任务；只唤醒线程',
  'chain.rule.thread': '可以睡眠的线程：执行 AML',
  'chain.why.ged.thread':
    '`irq/N-ACPI:Ged`：中断不能睡眠，AML 可能。所以处理程序是一个独立线程，完成之前中断保持屏蔽（`IRQF_ONESHOT`）。没有 GPE，因而也没有 `kacpid`。',
  'chain.why.ged.notify': '`kacpi_notify`：通知在方法结束之后投递，而不是在方法之内。',
  'chain.why.ged.hotplug': '`kacpi_hotplug`：热插拔工作要清空前面的 ACPI 队列。若在其中之一执行，就会等待自己。',
  'inspector.whyThread': '为什么先是线程，再经过两个工作队列？',
  'psci.lane': '对虚拟机监控程序的调用（PSCI）',
  'psci.none': '还没有调用。让一个 CPU 下线：它通过 `CPU_OFF` 离开。',
  'psci.call': '{fn}，由 CPU {vcpu} 上的 {task} 发出：{ret}',
  'stage.ged': '事件设备',
  'stage.gic': 'SPI 9、GIC',
  'stage.thread': 'GED 处理程序',
  'stage.ged.interrupt': '主处理程序',
  'stage.explain.ged':
    '硬件精简的 ACPI 没有 GPE 寄存器。QEMU 在通用事件设备的事件选择器 `ESEL` 中置位（位 0：内存热插拔，位 1：电源按钮），并在该设备的中断上发一个脉冲。读取选择器即将其清零。',
  'stage.explain.gic':
    '脉冲使 SPI 9（中断号 41）在 GICv3 的分发器中挂起，由分发器提供给一个处理器。内核确认它（`ICC_IAR1_EL1`），在 `GICD_ICENABLER1` 中屏蔽它直到线程完成，并结束它（`ICC_EOIR1_EL1`）。',
  'stage.explain.thread':
    '`acpi_ged_irq_handler` 以中断号求值 `_EVT`。它是中断处理程序的线程化部分，处于进程上下文，AML 因此可以睡眠、可以取锁。',
  'stage.explain.ged.interrupt':
    '中断借用该 CPU 上正在运行的任务。ACPI 驱动根本没有硬中断处理程序：内核的默认处理程序回答 `IRQ_WAKE_THREAD`。',
  'stage.explain.ged.registers':
    '与 PC 相同的内存热插拔寄存器，这里位于内存空间 `0x9070000`：插槽选择器；DIMM 的地址、长度和邻近域；标志（位 0 启用，1 插入中，2 移除中，3 弹出）；`_OST` 的事件和状态。',
  'stage.explain.ged.aml':
    '`\\_SB.GED._EVT` 读取 `ESEL` 并调用 `MSCN`，后者逐个选择插槽，找到有事件的 DIMM，确认事件，并通知其设备 `MPxx`：1 表示检查新设备，3 表示弹出。',
  'stage.explain.ged.notify':
    '`Notify` 不在方法之内投递，而是排入 `kacpi_notify`。`acpi_bus_notify` 发现是热插拔事件，再次排队。从这里开始，路径与 PC 相同。',
  'stage.explain.ged.hotplug':
    '该工作先等待所有通知结束：它清空 `kacpid` 和 `kacpi_notify`。等待自己队列的工作项会永远等待，所以它有自己的队列。',

  'stage.explain.ged.cpu.device':
    'QEMU 的监视器。在 `virt` 上它不插拔 CPU：对 CPU 的 `device_add` 被拒绝，客户机一无所知。',
  'stage.explain.ged.cpu.driver':
    '写入 sysfs 中的 `online`：CPU 总线令该 CPU 下线或上线。`virt` 的所有 CPU 在启动时就已登记，依据 MADT 的 GICC 条目或设备树。',

  // --- board
  'board.fixed.label': 'CPU 热插拔',
  'board.fixed.ask': '再插入一个 CPU',
  'board.fixed.text': '在 `virt` 上，所有 CPU 加电时就在。Linux 经 PSCI 让它们下线和上线。',
  'board.fixed.refused': 'QEMU 拒绝：',
  'board.fixed.boot': '加电时就在：`virt` 上 QEMU 不插拔 CPU。',

  // --- narration
  'say.virt.welcome': '点击一个 CPU 让它下线：它通过对虚拟机监控程序的调用离开。或者插入一根 DIMM。',
  'say.virt.welcomeBare': '点击一个 CPU 让它下线：它通过对虚拟机监控程序的调用离开。',
  'say.ged.event': 'QEMU 把通用事件设备的 `ESEL` 置为 `{selector}`，并在 SPI 9 上发一个脉冲。',
  'say.ged.read': 'AML 读取事件选择器：`{value}`。读取即清零。',
  'say.gic.pending': '中断 41 在 GIC 中挂起，交给 CPU {vcpu}。',
  'say.gic.acknowledge': 'CPU {vcpu} 确认中断 41：`{task}` 借出上下文。',
  'say.gic.wakeThread': '主处理程序返回 `IRQ_WAKE_THREAD`：其余由线程完成。',
  'say.gic.unmask': '线程已完成：GIC 解除对该中断的屏蔽。',
  'say.ged.handler': 'CPU {vcpu} 上的 `{task}` 开始执行 `acpi_ged_irq_handler`，这里可以睡眠。',
  'say.psci.on': '`{task}` 调用虚拟机监控程序：对 MPIDR `{target}` 的 PSCI `CPU_ON`。',
  'say.psci.off': 'CPU {vcpu} 调用虚拟机监控程序：PSCI `CPU_OFF`。此调用不返回。',
  'say.psci.affinity': '`{task}` 询问虚拟机监控程序 MPIDR `{target}` 是否已关闭：PSCI `AFFINITY_INFO`，{ret}。',
  'say.psci.other': '`{task}` 调用虚拟机监控程序：PSCI `{fn}`，{ret}。',

  // --- functions
  'fn.gic_handle_irq': 'GICv3 的入口：确认中断，并把中断号传下去。',
  'fn.acpi_ged_irq_handler': '通用事件设备的线程化处理程序：求值 `_EVT`。',
  'fn.irq_thread_fn': '执行中断处理程序的线程化部分。',
  'fn.cpu_psci_cpu_boot': '以 PSCI 的 `CPU_ON` 启动处理器，入口为 `secondary_entry`。',
  'fn.psci_0_2_cpu_on': '对虚拟机监控程序或安全监控器的 `CPU_ON` 调用。',
  'fn.cpu_psci_cpu_disable': '处理器是否可以离开：可信操作系统可能驻留其上。',
  'fn.cpu_psci_cpu_die': '处理器自己的最后一步：PSCI 的 `CPU_OFF`。',
  'fn.psci_0_2_cpu_off': '`CPU_OFF` 调用。成功时不返回。',
  'fn.cpu_psci_cpu_kill': '用 `AFFINITY_INFO` 询问，直到处理器关闭。',
  'fn.psci_affinity_info': '`AFFINITY_INFO` 调用：0 开，1 关，2 即将开启。',
  'fn.__cpu_disable': '在要离开的处理器上：退出拓扑和在线掩码，迁走中断。',
  'fn.__cpu_die': '等待处理器停止，并向虚拟机监控程序确认。',
  'fn.__cpu_up': '给处理器准备栈，启动它，并等待它出现。',
  'fn.handle_percpu_devid_irq': '每个处理器各自拥有的中断（定时器、IPI）的流控处理程序。',
};
