import { CopyButton } from '../ui/CopyButton.tsx';
import { agentSnippet, serverAddressOf } from './agent-snippet.ts';

const INSTALL = 'npm install @pyroscope/nodejs';

/** No profile ever came: how to send the first one. The list behind it asks again by itself. */
export function FirstArrival() {
  const snippet = agentSnippet(serverAddressOf(location.href));
  return (
    <section className="first-arrival" aria-labelledby="first-arrival-title">
      <h2 id="first-arrival-title">No profiles yet</h2>
      <p>Add the agent to a Node.js service, and its functions appear here.</p>
      <ol>
        <li>
          <p>Install it:</p>
          <div className="snippet">
            <pre>
              <code>{INSTALL}</code>
            </pre>
            <CopyButton text={INSTALL} label="Copy" />
          </div>
        </li>
        <li>
          <p>Start it before everything else in the service:</p>
          <div className="snippet">
            <pre>
              <code>{snippet}</code>
            </pre>
            <CopyButton text={snippet} label="Copy" />
          </div>
        </li>
      </ol>
      <p className="watching" role="status">
        <span className="watching-dot" aria-hidden="true" />
        Watching for the first profile. This agent sends one every 10 seconds.
      </p>
    </section>
  );
}
