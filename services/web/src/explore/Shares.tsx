import { formatShare, formatValue, type SampleUnit } from '@emberscope/units';

/** What has a part of a whole: a line, a caller, a label. */
export type ShareRow = {
  readonly key: string;
  readonly text: string;
  readonly title?: string;
  readonly value: number;
  readonly onClick?: () => void;
};

type SharesProps = {
  readonly title: string;
  readonly rows: readonly ShareRow[];
  /** What shares are taken of: the function's total. */
  readonly whole: number;
  readonly unit: SampleUnit;
};

/** A list with a bar for each row's share; nothing without rows. */
export function Shares({ title, rows, whole, unit }: SharesProps) {
  if (rows.length === 0) return null;
  return (
    <section className="shares">
      <h3>{title}</h3>
      <ul>
        {rows.map(({ key, text, title: hint, value, onClick }) => (
          <li key={key} title={hint}>
            <span
              className="grid-bar"
              style={{ width: `${Math.min(1, whole === 0 ? 0 : value / whole) * 100}%` }}
            />
            {onClick === undefined ? (
              <span className="share-name">{text}</span>
            ) : (
              <button type="button" className="share-name grid-name is-link" onClick={onClick}>
                {text}
              </button>
            )}
            <span className="share-value">{formatValue(value, unit)}</span>
            <span className="share-part">{formatShare(value, whole)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
