import type { MachineDescription } from '../../../workers/protocol/machine-api.ts';
import { formatCpuList } from '../../session/fold-masks.ts';
import type { LogStore } from '../../session/log-store.ts';
import { blockSize, type MemoryState } from '../../session/memory-state.ts';
import { useTranslate } from '../../session/session-context.ts';
import { formatSize } from '../../session/words.ts';

interface Props {
  readonly log: LogStore;
  readonly memory: MemoryState;
  readonly description: MachineDescription;
}

/** Nodes side by side: their CPUs, their memory by zone, and how far it is from each to the other. */
export function Nodes({ log, memory, description }: Props) {
  const translate = useTranslate();
  const nodes = description.numaNodes;
  if (nodes.length < 2) return null;
  const unit = blockSize(memory);
  const blocks = [...memory.blocks.values()];
  return (
    <section className="nodes" aria-label={translate('memory.nodes')}>
      {nodes.map(({ id, distances }) => {
        const own = blocks.filter(({ node }) => node === id);
        const online = own.filter(({ state }) => state === 'online').length;
        const cpus = log.cpus.slots.filter(({ slot, condition }) => slot.nodeId === id && condition === 'online');
        const isOnline = memory.nodeMasks.get('online')?.has(id) ?? false;
        const zones = [...memory.zones.values()].filter(({ node, present }) => node === id && present > 0);
        return (
          <article className="node" key={id} data-online={isOnline}>
            <h4 className="node-name">
              {translate('memory.nodeCard', { node: id })}
              {!isOnline && <small>{translate('memory.nodeOffline')}</small>}
            </h4>
            <p>
              {cpus.length > 0
                ? translate('memory.nodeCpus', { cpus: formatCpuList(cpus.map(({ cpu }) => cpu)) })
                : translate('memory.nodeNoCpu')}
            </p>
            <p>
              {own.length > 0
                ? translate('memory.nodeMemory', {
                    online: formatSize(online * unit),
                    total: formatSize(own.length * unit),
                  })
                : translate('memory.nodeNoMemory')}
            </p>
            <p className="node-zones" translate="no">
              {zones.map(({ zone }) => (
                <code key={zone} className="zone-name" data-zone={zone}>
                  {zone}
                </code>
              ))}
            </p>
            <table className="distances">
              <caption className="visually-hidden">{translate('memory.distances')}</caption>
              <tbody>
                <tr>
                  {distances.map((distance, to) => (
                    <td
                      key={nodes[to]?.id ?? to}
                      title={translate('memory.distance', { from: id, to: nodes[to]?.id ?? to, distance })}
                    >
                      <span>→ {nodes[to]?.id ?? to}</span> {distance}
                    </td>
                  ))}
                </tr>
              </tbody>
            </table>
          </article>
        );
      })}
    </section>
  );
}
