import type { JSX } from 'preact';
import { Link, Route, Switch, useLocation } from 'wouter-preact';
import { IconButton } from './parts/button.js';
import { Help, isHelpOpen } from './parts/help.js';
import { Icon, type IconName, Logo } from './parts/icon.js';
import { lazily } from './parts/lazily.js';
import { isPaletteOpen, Palette } from './parts/palette.js';
import { Empty, Failed, Loading } from './parts/states.js';
import { Toasts } from './parts/toast.js';
import { CollectionScreens } from './screens/collection/collection-screens.js';
import { Home } from './screens/home/home.js';
import { Login } from './screens/login/login.js';
import { forgetKey, isLockedOut, key } from './state/key.js';
import { useShortcuts } from './state/keyboard.js';
import { isOperator, isReadOnly, openSession, session, sessionFailure } from './state/session.js';
import { switchTheme, theme } from './state/theme.js';

const Requests = lazily('requests', async () => (await import('./screens/requests/requests.js')).Requests);
const Explorer = lazily('the API console', async () => (await import('./screens/explorer/explorer.js')).Explorer);
const Backups = lazily('backups', async () => (await import('./screens/backups/backups.js')).Backups);
const Imports = lazily('imports', async () => (await import('./screens/imports/imports.js')).Imports);
const System = lazily('the system', async () => (await import('./screens/system/system.js')).System);

export function App(): JSX.Element {
  if (isLockedOut.value) return <Login />;
  if (session.value === null) {
    if (sessionFailure.value === null) return <Loading what="the console" />;
    return <Failed error={new Error(sessionFailure.value)} onRetry={() => void openSession()} />;
  }
  return <Shell />;
}

function Shell(): JSX.Element {
  useGlobalShortcuts();
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Sidebar />
      <main id="main" tabIndex={-1}>
        <Switch>
          <Route path="/">
            <Home />
          </Route>
          <Route path="/c/:uuid/:screen?">
            {({ uuid, screen = 'records' }) => <CollectionScreens key={uuid} uuid={uuid} screen={screen} />}
          </Route>
          <Route path="/requests">
            <Requests />
          </Route>
          <Route path="/console">
            <Explorer />
          </Route>
          <Route path="/backups">
            <Backups />
          </Route>
          <Route path="/imports">
            <Imports />
          </Route>
          <Route path="/system">
            <System />
          </Route>
          <Route>
            <Empty icon="help" title="There is no such page">
              <Link href="/">Go to the collections</Link>
            </Empty>
          </Route>
        </Switch>
      </main>
      <Toasts />
      {isPaletteOpen.value && <Palette />}
      {isHelpOpen.value && <Help />}
    </div>
  );
}

interface Place {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
}

const PLACES: readonly Place[] = [
  { path: '/', label: 'Collections', icon: 'collections' },
  { path: '/requests', label: 'Requests', icon: 'requests' },
  { path: '/console', label: 'API console', icon: 'code' },
  { path: '/backups', label: 'Backups', icon: 'backups' },
  { path: '/imports', label: 'Imports', icon: 'import' },
];
const SYSTEM: Place = { path: '/system', label: 'System', icon: 'system' };

function Sidebar(): JSX.Element {
  const [location] = useLocation();
  const isHere = (path: string): boolean =>
    path === '/' ? location === '/' || location.startsWith('/c/') : location.startsWith(path);
  return (
    <header class="sidebar">
      <Link href="/" class="brand" aria-label="Polyvec, to the collections">
        <Logo />
        <span>Polyvec</span>
      </Link>
      <button
        type="button"
        class="jump"
        onClick={() => {
          isPaletteOpen.value = true;
        }}
      >
        <Icon name="search" />
        <span>Go to…</span>
        <kbd>Ctrl K</kbd>
      </button>
      <nav aria-label="Screens">
        {[...PLACES, ...(isOperator.value ? [SYSTEM] : [])].map(({ path, label, icon }) => (
          <Link key={path} href={path} {...(isHere(path) && { 'aria-current': 'page' as const })}>
            <Icon name={icon} />
            <span>{label}</span>
          </Link>
        ))}
      </nav>
      <Footer />
    </header>
  );
}

function Footer(): JSX.Element {
  const themeIcon = { system: 'auto', light: 'sun', dark: 'moon' } as const;
  return (
    <div class="sidebar-foot">
      {isReadOnly.value && (
        <span class="tag warning">
          <Icon name="lock" /> Read-only
        </span>
      )}
      <span class="version" title={session.value?.engine}>
        {session.value?.version} · {session.value?.engine.split(',')[0]}
      </span>
      <span class="row">
        <IconButton icon={themeIcon[theme.value]} label={`Colours: ${theme.value}. Switch`} onClick={switchTheme} />
        <IconButton
          icon="help"
          label="Keyboard shortcuts"
          onClick={() => {
            isHelpOpen.value = true;
          }}
        />
        {key.value !== null && (
          <IconButton
            icon="lock"
            label="Forget the key"
            onClick={() => {
              forgetKey();
              session.value = null;
              isLockedOut.value = true;
            }}
          />
        )}
      </span>
    </div>
  );
}

function useGlobalShortcuts(): void {
  const [location, navigate] = useLocation();
  const uuid = /^\/c\/([^/]+)/.exec(location)?.[1];
  const within = (screen: string): void => {
    if (uuid !== undefined) navigate(`/c/${uuid}/${screen}`);
  };
  useShortcuts(
    [
      { keys: '/', about: 'To the search field', run: () => document.querySelector<HTMLElement>('main [data-slash]')?.focus() },
      { keys: 'Ctrl-K', about: 'Go to a collection, screen or action', run: () => (isPaletteOpen.value = true) },
      { keys: '?', about: 'These shortcuts', run: () => (isHelpOpen.value = true) },
      { keys: 'g h', about: 'To the collections', run: () => navigate('/') },
      {
        keys: 'g r',
        about: uuid === undefined ? 'To the requests' : 'To the records',
        run: () => (uuid === undefined ? navigate('/requests') : within('records')),
      },
      { keys: 'g m', about: 'To the map', run: () => within('map') },
      { keys: 'g c', about: 'To the API console', run: () => navigate('/console') },
      {
        keys: 'Escape',
        about: 'Back, or close',
        run: () => (document.activeElement instanceof HTMLElement ? document.activeElement.blur() : undefined),
      },
    ],
    [location],
  );
}
