type SpacerProps = { readonly heightPx: number; readonly columnCount: number };

/** Stands in a table for the rows that are not on screen: a body of its own, beside theirs. */
export function Spacer({ heightPx, columnCount }: SpacerProps) {
  return heightPx === 0 ? null : (
    <tbody aria-hidden="true" className="spacer">
      <tr>
        <td colSpan={columnCount} style={{ height: heightPx }} />
      </tr>
    </tbody>
  );
}
