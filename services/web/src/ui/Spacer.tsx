type SpacerProps = { readonly heightPx: number };

/** Stands in a table for the rows that are not on screen: a body of its own, beside theirs. */
export function Spacer({ heightPx }: SpacerProps) {
  return heightPx === 0 ? null : (
    <tbody aria-hidden="true" className="spacer">
      <tr>
        <td style={{ height: heightPx }} />
      </tr>
    </tbody>
  );
}
