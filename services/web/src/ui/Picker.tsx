import type { ReactNode } from 'react';

export type Choice = { readonly value: string; readonly text: string; readonly title?: string };

type PickerProps = {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly title?: string;
  readonly icon?: ReactNode;
  readonly onChange: (value: string) => void;
};

/** One of several, by the browser's own menu: keyboard, touch and type-ahead come with it. */
export function Picker({ label, value, choices, title, icon, onChange }: PickerProps) {
  return (
    <label className="picker" title={title}>
      {icon}
      <span className="visually-hidden">{label}</span>
      <select
        className="picker-select"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} title={choice.title}>
            {choice.text}
          </option>
        ))}
      </select>
    </label>
  );
}
