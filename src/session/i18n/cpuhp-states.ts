/**
 * What each cpuhp state is for: a sentence by language, under the state's name in
 * /sys/devices/system/cpu/hotplug/states. Loaded when a rung is first selected.
 */
export const CPUHP_STATE_TEXTS: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  offline: {
    en: 'The CPU is off: nothing of it runs, and nothing is prepared for it.',
    zh: 'CPU 处于关闭状态：它上面没有任何东西运行，也没有为它做任何准备。',
  },
  'threads:prepare': {
    en: 'Makes the CPU’s own kernel threads, such as `migration/N` and `ksoftirqd/N`, and leaves them parked.',
    zh: '创建该 CPU 自己的内核线程（如 `migration/N`、`ksoftirqd/N`），并让它们保持停放。',
  },
  'perf:prepare': {
    en: 'Allocates what perf events need for the CPU; on the way down gives up its events.',
    zh: '为该 CPU 分配 perf 事件所需的结构；下线时放弃其上的事件。',
  },
  'x86/mce:dead': {
    en: 'Cleans up the machine-check interrupt state of a CPU that is gone.',
    zh: '清理已离开的 CPU 的机器检查（MCE）中断状态。',
  },
  'slub:dead': {
    en: 'Gives the slab caches’ free objects and partial slabs of the dead CPU back.',
    zh: '归还已离开的 CPU 上 slab 缓存的空闲对象和部分占用的 slab。',
  },
  'mm/writeback:dead': {
    en: 'Recomputes when dirty pages are written back, now that there is one CPU less.',
    zh: '少了一个 CPU，重新计算脏页回写的阈值。',
  },
  'mm/vmstat:dead': {
    en: 'Refreshes the zones’ thresholds of the memory statistics without the dead CPU.',
    zh: '在去掉该 CPU 之后重新计算内存统计的阈值。',
  },
  'softirq:dead': {
    en: 'Moves the tasklets that waited on the dead CPU to a living one.',
    zh: '把等在已离开 CPU 上的 tasklet 移到仍在线的 CPU。',
  },
  'irq_poll:dead': {
    en: 'Moves the block devices that the dead CPU was polling to another CPU.',
    zh: '把已离开 CPU 正在轮询的块设备移到另一个 CPU。',
  },
  'block/softirq:dead': {
    en: 'Hands over block requests that had been completed on the dead CPU but not yet finished off.',
    zh: '移交在已离开 CPU 上完成但尚未收尾的块请求。',
  },
  'block/bio:dead': { en: 'Empties the dead CPU’s cache of bio structures.', zh: '清空已离开 CPU 的 bio 结构缓存。' },
  'acpi/cpu-drv:dead': {
    en: 'The ACPI processor driver stops using the CPU’s idle states and throttling.',
    zh: 'ACPI 处理器驱动停止使用该 CPU 的空闲状态和降频。',
  },
  'block/mq:dead': {
    en: 'Moves requests that wait in the dead CPU’s software queue on to the hardware queue.',
    zh: '把等在已离开 CPU 软件队列中的请求移到硬件队列。',
  },
  'fs/buffer:dead': {
    en: 'Releases the buffer heads that the dead CPU kept at hand.',
    zh: '释放已离开 CPU 缓存的 buffer head。',
  },
  'printk:dead': {
    en: 'Prints what the dead CPU had put into the log and could not print.',
    zh: '打印已离开 CPU 写入日志但没能打印的内容。',
  },
  'mm/memctrl:dead': {
    en: 'Drains the dead CPU’s stock of charges of the memory controller.',
    zh: '清空已离开 CPU 上内存控制器的预记账。',
  },
  'lib/percpu_cnt:dead': {
    en: 'Adds the dead CPU’s share to the global value of each per-CPU counter.',
    zh: '把已离开 CPU 的份额加到各个每 CPU 计数器的总值。',
  },
  'lib/radix:dead': {
    en: 'Frees the radix-tree nodes that the dead CPU had preloaded.',
    zh: '释放已离开 CPU 预分配的基数树节点。',
  },
  'mm/page_alloc:pcp': {
    en: 'Sizes the CPU’s lists of free pages on the way up; on the way down gives the pages back.',
    zh: '上线时设定该 CPU 空闲页列表的大小；下线时归还这些页。',
  },
  'net/dev:dead': {
    en: 'Moves the dead CPU’s queues of network packets to the CPU that does this work.',
    zh: '把已离开 CPU 的网络包队列移到执行此工作的 CPU。',
  },
  'iommu/iova:dead': {
    en: 'Frees the I/O address ranges that the dead CPU had cached.',
    zh: '释放已离开 CPU 缓存的 I/O 地址范围。',
  },
  'random:prepare': {
    en: 'Resets the CPU’s random generator state, so that it is seeded anew.',
    zh: '重置该 CPU 的随机数状态，使其重新取种子。',
  },
  'workqueue:prepare': {
    en: 'Makes a first worker for each of the CPU’s worker pools.',
    zh: '为该 CPU 的每个 worker 池创建第一个 worker。',
  },
  'hrtimers:prepare': {
    en: 'Initialises the CPU’s queues of high-resolution timers.',
    zh: '初始化该 CPU 的高精度定时器队列。',
  },
  'smpcfd:prepare': {
    en: 'Allocates what is needed to call functions on other CPUs; on the way down frees it.',
    zh: '分配跨 CPU 函数调用所需的结构；下线时释放。',
  },
  'relay:prepare': {
    en: 'Makes the CPU’s buffer for each open relay channel.',
    zh: '为每个打开的 relay 通道创建该 CPU 的缓冲区。',
  },
  'slab:prepare': {
    en: 'Would allocate the slab allocator’s structures; SLUB, which Debian uses, has nothing to do here.',
    zh: '本应分配 slab 分配器的结构；Debian 使用的 SLUB 在此无事可做。',
  },
  'RCU/tree:prepare': {
    en: 'Prepares the CPU’s part of RCU; on the way down adjusts the kernel threads after its death.',
    zh: '准备该 CPU 的 RCU 部分；下线时在其离开后调整内核线程。',
  },
  'base/topology:prepare': {
    en: 'Makes the `topology` folder of the CPU in sysfs; on the way down removes it.',
    zh: '在 sysfs 中创建该 CPU 的 `topology` 目录；下线时删除。',
  },
  'trace/RB:prepare': {
    en: 'Makes the CPU’s part of the tracing ring buffer; it stays for good.',
    zh: '创建该 CPU 的跟踪环形缓冲区；此后一直保留。',
  },
  'mm/zswap:prepare': {
    en: 'Allocates zswap’s buffer for compressing pages on this CPU; on the way down frees it.',
    zh: '为该 CPU 分配 zswap 压缩页所用的缓冲区；下线时释放。',
  },
  'mm/zswap_pool:prepare': {
    en: 'Allocates the compressor of each zswap pool for this CPU; on the way down frees it.',
    zh: '为该 CPU 分配每个 zswap 池的压缩器；下线时释放。',
  },
  'timers:prepare': {
    en: 'Resets the CPU’s timer wheels; on the way down moves its timers to another CPU.',
    zh: '重置该 CPU 的定时器轮；下线时把定时器移到另一个 CPU。',
  },
  'fork:vm_stack_cache': {
    en: 'Frees the task stacks that the dead CPU kept for reuse.',
    zh: '释放已离开 CPU 留作复用的任务栈。',
  },
  'cpu:bringup': {
    en: 'Starts the processor with INIT and SIPI and waits until it reports; on the way down cleans up after its idle task.',
    zh: '用 INIT 和 SIPI 启动处理器并等待它报到；下线时清理它的空闲任务。',
  },
  'idle:dead': {
    en: 'The CPU’s idle task has run for the last time and says so.',
    zh: '该 CPU 的空闲任务最后一次运行并宣告结束。',
  },
  'ap:offline': {
    en: 'The border between the two sides: above it the CPU itself runs, with interrupts off.',
    zh: '两侧的分界：从这里往上由该 CPU 自己运行，且关中断。',
  },
  'sched:starting': {
    en: 'The scheduler starts the CPU’s run queue; on the way down it must be empty of tasks.',
    zh: '调度器启用该 CPU 的运行队列；下线时其中不得再有任务。',
  },
  'RCU/tree:dying': {
    en: 'RCU notes that this CPU’s last quiescent state is near.',
    zh: 'RCU 记录该 CPU 即将经历最后一次静止状态。',
  },
  'smpcfd:dying': {
    en: 'Runs the function calls that other CPUs have sent here and that still wait.',
    zh: '执行其他 CPU 发来、仍在等待的函数调用。',
  },
  'hrtimers:dying': {
    en: 'Starts the CPU’s high-resolution timers; on the way down moves them to another CPU.',
    zh: '启用该 CPU 的高精度定时器；下线时把它们移到另一个 CPU。',
  },
  'ap:online': {
    en: 'The border to the states with interrupts on: next the CPU sets itself in the mask `online` and enters its idle loop.',
    zh: '与开中断状态的分界：接下来 CPU 把自己置入 `online` 掩码并进入空闲循环。',
  },
  'cpu:teardown': {
    en: 'On the way down: stops all CPUs with stop_machine, and the one that goes disables itself.',
    zh: '下线时：用 stop_machine 让所有 CPU 停住，要离开的 CPU 关闭自己。',
  },
  'sched:waitempty': {
    en: 'On the way down: waits until no task is left that may run only here.',
    zh: '下线时：等待直到没有只能在此运行的任务。',
  },
  'smpboot/threads:online': {
    en: 'Unparks the CPU’s own threads; on the way down parks them.',
    zh: '唤醒该 CPU 自己的线程；下线时停放它们。',
  },
  'irq/affinity:online': {
    en: 'Starts managed interrupts that are meant for this CPU.',
    zh: '启动指定给该 CPU 的受管中断。',
  },
  'block/mq:online': {
    en: 'Opens the block devices’ queues on this CPU; on the way down drains them.',
    zh: '启用块设备在该 CPU 上的队列；下线时排空。',
  },
  'perf:online': {
    en: 'Lets perf events be scheduled on the CPU; on the way down takes them off.',
    zh: '允许 perf 事件在该 CPU 上调度；下线时移除。',
  },
  'lockup_detector:online': {
    en: 'Starts the watchdog for lockups on the CPU; on the way down stops it.',
    zh: '启动该 CPU 的锁死看门狗；下线时停止。',
  },
  'workqueue:online': {
    en: 'Binds the pool’s workers to the CPU; on the way down unbinds them.',
    zh: '把池中的 worker 绑定到该 CPU；下线时解除绑定。',
  },
  'random:online': {
    en: 'Lets the CPU’s interrupts feed the random generator.',
    zh: '让该 CPU 的中断为随机数生成器提供熵。',
  },
  'RCU/tree:online': {
    en: 'RCU’s kernel threads may use the CPU; on the way down they leave it.',
    zh: 'RCU 的内核线程可以使用该 CPU；下线时离开。',
  },
  'base/cacheinfo:online': {
    en: 'Makes the `cache` folder of the CPU in sysfs; on the way down removes it.',
    zh: '在 sysfs 中创建该 CPU 的 `cache` 目录；下线时删除。',
  },
  'mm/writeback:online': {
    en: 'Recomputes when dirty pages are written back, now that there is one CPU more.',
    zh: '多了一个 CPU，重新计算脏页回写的阈值。',
  },
  'mm/vmstat:online': {
    en: 'Starts the CPU’s periodic update of memory statistics; on the way down stops it.',
    zh: '启动该 CPU 的内存统计定期更新；下线时停止。',
  },
  'padata:online': {
    en: 'Lets parallel jobs of padata use the CPU; on the way down takes it out.',
    zh: '让 padata 的并行任务使用该 CPU；下线时移除。',
  },
  'mm/compaction:online': {
    en: 'Lets the node’s `kcompactd` thread run on the CPU as well.',
    zh: '让该节点的 `kcompactd` 线程也能在此 CPU 上运行。',
  },
  'io-wq/online': {
    en: 'Lets the workers of io_uring use the CPU; on the way down takes it out.',
    zh: '让 io_uring 的 worker 使用该 CPU；下线时移除。',
  },
  'lib/percpu_cnt:online': {
    en: 'Recomputes how much each per-CPU counter may gather before it is added up.',
    zh: '重新计算每 CPU 计数器累积多少后汇总。',
  },
  'acpi/cpu-drv:online': {
    en: 'The ACPI processor driver sets up the CPU’s idle states, at the first time with a hot-added CPU completely.',
    zh: 'ACPI 处理器驱动设置该 CPU 的空闲状态；热添加的 CPU 首次上线时做完整初始化。',
  },
  'leds/trigger:starting': {
    en: 'Switches the CPU’s LED trigger on; on the way down off.',
    zh: '打开该 CPU 的 LED 触发器；下线时关闭。',
  },
  'x86/mce:online': {
    en: 'Starts machine-check polling on the CPU and makes its device in sysfs; on the way down removes it.',
    zh: '启动该 CPU 的机器检查轮询并在 sysfs 中创建设备；下线时移除。',
  },
  'printk:online': {
    en: 'Prints what the CPU had put into the log before it could print.',
    zh: '打印该 CPU 在能够打印之前写入日志的内容。',
  },
  'sched:active': {
    en: 'Sets the bit in `active`: from now on the scheduler may place tasks here; on the way down clears it.',
    zh: '置位 `active`：从此调度器可以把任务放在这里；下线时清除。',
  },
  online: { en: 'The CPU is fully up.', zh: 'CPU 已完全上线。' },
};
