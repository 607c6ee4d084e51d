import { useEffect, useRef } from 'react';
import { Icon } from './icons.tsx';

export type KeyHelp = { readonly keys: readonly string[]; readonly does: string };
export type KeyGroup = { readonly title: string; readonly keys: readonly KeyHelp[] };

type HelpDialogProps = { readonly groups: readonly KeyGroup[]; readonly onClose: () => void };

/** The keys of the page. The browser's own dialog: it holds the focus and Escape closes it. */
export function HelpDialog({ groups, onClose }: HelpDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={onClose}>
      <header className="help-head">
        <h2 id="help-title">Keys</h2>
        <button
          type="button"
          className="button is-quiet"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      <div className="help-groups">
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(({ keys: names, does }) => (
                <div key={does} className="help-row">
                  <dt>
                    {names.map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  );
}
