/** AML mutexes: sync levels and owners (ACPI 6.4 §19.6.2). */
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import type { IntegerObject, MutexObject } from '../include/acobject.ts';
import type { AcpiThreadState, WalkState } from '../include/acstruct.ts';
import { acpi_ex_system_wait_semaphore } from './exsystem.ts';

/** `timeout` in ms. A thread may acquire what it holds. */
export function* acpi_ex_acquire_mutex_object(
  acpi: AcpiGlobals,
  timeout: number,
  mutex: MutexObject,
  threadId: number,
): Co<AcpiStatus> {
  if (mutex.threadId === threadId) {
    mutex.acquisitionDepth++;
    return 'AE_OK';
  }
  let status = yield* acpi_ex_system_wait_semaphore(acpi, mutex.semaphore, timeout);
  if (status === 'AE_OK' && mutex === acpi.globalLockMutex && acpi.acquireGlobalLock) {
    status = yield* acpi.acquireGlobalLock(acpi, timeout);
    if (status !== 'AE_OK') yield* acpi.os.acpi_os_signal_semaphore(mutex.semaphore, 1);
  }
  if (status !== 'AE_OK') return status;
  mutex.threadId = threadId;
  mutex.acquisitionDepth = 1;
  mutex.originalSyncLevel = 0;
  mutex.ownerThread = undefined;
  return 'AE_OK';
}

/** The operator Acquire. AE_AML_MUTEX_ORDER when the thread holds a mutex of a higher level. */
export function* acpi_ex_acquire_mutex(
  walk_state: WalkState,
  timeout: IntegerObject,
  mutex: MutexObject,
): Co<AcpiStatus> {
  const { thread } = walk_state;
  if (thread.currentSyncLevel > mutex.syncLevel) return 'AE_AML_MUTEX_ORDER';
  const milliseconds = Number(timeout.value & 0xffffn);
  const status = yield* acpi_ex_acquire_mutex_object(walk_state.acpi, milliseconds, mutex, thread.threadId);
  if (status === 'AE_OK' && mutex.acquisitionDepth === 1) {
    mutex.ownerThread = thread;
    mutex.originalSyncLevel = thread.currentSyncLevel;
    thread.currentSyncLevel = mutex.syncLevel;
    thread.acquiredMutexes.unshift(mutex);
  }
  return status;
}

function unlink(mutex: MutexObject, thread: AcpiThreadState): void {
  const at = thread.acquiredMutexes.indexOf(mutex);
  const later = thread.acquiredMutexes[at - 1];
  // the mutex acquired after this one inherits the level to go back to
  if (later) later.originalSyncLevel = mutex.originalSyncLevel;
  if (at >= 0) thread.acquiredMutexes.splice(at, 1);
}

export function* acpi_ex_release_mutex_object(acpi: AcpiGlobals, mutex: MutexObject): Co<AcpiStatus> {
  if (mutex.acquisitionDepth === 0) return 'AE_NOT_ACQUIRED';
  mutex.acquisitionDepth--;
  if (mutex.acquisitionDepth > 0) return 'AE_OK';
  if (mutex.ownerThread) {
    unlink(mutex, mutex.ownerThread);
    mutex.ownerThread = undefined;
  }
  mutex.threadId = 0;
  if (mutex === acpi.globalLockMutex && acpi.releaseGlobalLock) yield* acpi.releaseGlobalLock(acpi);
  yield* acpi.os.acpi_os_signal_semaphore(mutex.semaphore, 1);
  return 'AE_OK';
}

/** The operator Release. */
export function* acpi_ex_release_mutex(walk_state: WalkState, mutex: MutexObject): Co<AcpiStatus> {
  const { acpi, thread } = walk_state;
  const owner = mutex.ownerThread;
  if (!owner) return 'AE_AML_MUTEX_NOT_ACQUIRED';
  if (owner.threadId !== thread.threadId && mutex !== acpi.globalLockMutex) return 'AE_AML_NOT_OWNER';
  if (mutex.syncLevel !== owner.currentSyncLevel) return 'AE_AML_MUTEX_ORDER';
  const previous = owner.acquiredMutexes[0]?.originalSyncLevel ?? 0;
  const status = yield* acpi_ex_release_mutex_object(acpi, mutex);
  if (status === 'AE_OK' && mutex.acquisitionDepth === 0) owner.currentSyncLevel = previous;
  return status;
}

/** An evaluation ends: what its methods hold is released. */
export function* acpi_ex_release_all_mutexes(acpi: AcpiGlobals, thread: AcpiThreadState): Co {
  for (const mutex of thread.acquiredMutexes.splice(0)) {
    thread.currentSyncLevel = mutex.originalSyncLevel;
    mutex.acquisitionDepth = 0;
    mutex.ownerThread = undefined;
    mutex.threadId = 0;
    if (mutex === acpi.globalLockMutex && acpi.releaseGlobalLock) yield* acpi.releaseGlobalLock(acpi);
    yield* acpi.os.acpi_os_signal_semaphore(mutex.semaphore, 1);
  }
}
