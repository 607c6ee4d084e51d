import { createConnectTransport } from '@connectrpc/connect-web';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import 'uplot/dist/uPlot.min.css';
import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
import './ui/grid.css';
import './page.css';
import './services/services.css';
import './explore/explore.css';
import './explore/drawer.css';
import './flame-graph/flame-graph.css';
import { createPageApi } from './api/page-api.ts';
import { Page } from './Page.tsx';
import { applyStoredTheme } from './ui/theme.ts';
import { createServerClock } from './use-clock.ts';

// Beside the page, wherever a proxy has put it: `https://host/profiles/` asks `/profiles/emberscope…`.
const baseUrl = new URL('.', document.baseURI).href.replace(/\/$/, '');
const api = createPageApi(createConnectTransport({ baseUrl, useBinaryFormat: true }));
const clock = createServerClock(Date.now);

applyStoredTheme();
const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no element with the id "page"');
createRoot(root).render(
  <StrictMode>
    <Page api={api} clock={clock} />
  </StrictMode>,
);
