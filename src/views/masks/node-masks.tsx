import { formatCpuList } from '../../session/fold-masks.ts';
import { selectEvent, useLab } from '../../session/lab-state.ts';
import { NODE_MASKS } from '../../session/memory-state.ts';
import { useFolds, useTranslate } from '../../session/session-context.ts';
import { Mark, type MarkShape } from '../../widgets/mark.tsx';
import './masks.css';

/** Nodes have the signs of CPUs: one that may be, one that is there, one that is in use. */
const SHAPES: Readonly<Record<(typeof NODE_MASKS)[number], MarkShape>> = {
  possible: 'dashed',
  online: 'ring',
  has_cpu: 'disc',
  has_memory: 'disc',
  has_normal_memory: 'disc',
};

/** The masks of /sys/devices/system/node, where there is more than one node. */
export function NodeMasks() {
  const translate = useTranslate();
  const log = useFolds('memory', 'chain');
  const selected = useLab(({ selection }) => selection?.sequence);
  const memory = log?.memory?.state;
  const nodes = [...(memory?.nodeMasks.get('possible') ?? [])].sort((a, b) => a - b);
  if (!log || !memory || nodes.length < 2) return null;
  return (
    <section className="masks node-masks" aria-label={translate('masks.nodes')}>
      <h3 className="topology-name">{translate('masks.nodes')}</h3>
      {NODE_MASKS.map((name) => {
        const members = memory.nodeMasks.get(name) ?? new Set<number>();
        return (
          <div className="mask" key={name} data-node-mask={name}>
            <code className="mask-name" translate="no">
              {name}
            </code>
            <div className="mask-bits">
              {nodes.map((node) => {
                const sequence = memory.nodeChangedAt.get(`${name}:${node}`) ?? -1;
                const value = translate(members.has(node) ? 'masks.yes' : 'masks.no');
                return (
                  <button
                    key={node}
                    type="button"
                    className="mask-bit"
                    data-fresh={log.chain.roundStart >= 0 && sequence > log.chain.roundStart}
                    aria-pressed={sequence >= 0 && sequence === selected}
                    aria-label={translate('masks.nodeBit', { node, mask: name, value })}
                    disabled={sequence < 0}
                    onClick={() => selectEvent(sequence)}
                  >
                    {members.has(node) ? (
                      <Mark shape={SHAPES[name]} size={12} />
                    ) : (
                      <span className="mask-unset">·</span>
                    )}
                  </button>
                );
              })}
            </div>
            <output className="mask-list mono">{formatCpuList(members) || translate('masks.empty')}</output>
          </div>
        );
      })}
    </section>
  );
}
