import { Suspense, lazy } from 'react';
import { Route, Switch } from 'wouter';
import { Loading, Nothing } from './components/states.js';
import { Guarded } from './components/guarded.js';
import { Shell } from './shell.js';

// Each page is loaded when it is opened.
const DataPage = lazy(() => import('./pages/data/page.js'));
const MachineImportPage = lazy(() => import('./pages/machine-import.js'));
const MachineNewPage = lazy(() => import('./pages/machine-new.js'));
const FleetPage = lazy(() => import('./pages/fleet/fleet.js'));
const RunPage = lazy(() => import('./pages/run.js'));
const RunsPage = lazy(() => import('./pages/runs.js'));
const SignInPage = lazy(() => import('./pages/sign-in.js'));

export function App() {
  return (
    <Shell>
      <Guarded>
        <Suspense fallback={<Loading what="page" />}>
          <Switch>
            <Route path="/" component={FleetPage} />
            <Route path="/machines/new/import" component={MachineImportPage} />
            <Route path="/machines/new/:page?" component={MachineNewPage} />
            <Route path="/machines/:id/edit/:page?" component={MachineNewPage} />
            <Route path="/machines/:id/data" component={DataPage} />
            <Route path="/runs" component={RunsPage} />
            <Route path="/runs/:machineId/:runId?" component={RunPage} />
            <Route path="/sign-in" component={SignInPage} />
            <Route>
              <Nothing title="There is no such page" text="The link may be old, or mistyped." />
            </Route>
          </Switch>
        </Suspense>
      </Guarded>
    </Shell>
  );
}
