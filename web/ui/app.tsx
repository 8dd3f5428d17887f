import { Suspense, lazy } from 'react';
import { Route, Switch } from 'wouter';
import { Loading, Nothing } from './components/states.js';
import { Guarded } from './components/guarded.js';
import { Shell } from './shell.js';

// Each page is loaded when it is opened.
const AdminPage = lazy(() => import('./pages/admin/admin.js'));
const DataPage = lazy(() => import('./pages/data/page.js'));
const MachineImportPage = lazy(() => import('./pages/machine-import.js'));
const MachineNewPage = lazy(() => import('./pages/machine-new.js'));
const FleetPage = lazy(() => import('./pages/fleet/fleet.js'));
const FleetRunPage = lazy(() => import('./pages/fleet-run/fleet-run.js'));
const MachineRunsPage = lazy(() => import('./pages/machine/runs.js'));
const RunPage = lazy(() => import('./pages/run.js'));
const RunsPage = lazy(() => import('./pages/runs.js'));
const GenerationsPage = lazy(() => import('./pages/machine/generations.js'));
const MachinePage = lazy(() => import('./pages/machine/overview.js'));
const ProfilePage = lazy(() => import('./pages/machine/profile.js'));
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
            <Route path="/admin" component={AdminPage} />
            <Route path="/fleet/:name" component={FleetRunPage} />
            <Route path="/machines/:id" component={MachinePage} />
            <Route path="/machines/:id/data" component={DataPage} />
            <Route path="/runs" component={RunsPage} />
            <Route path="/runs/:machineId/:runId?" component={RunPage} />
            <Route path="/machines/:id/generations" component={GenerationsPage} />
            <Route path="/machines/:id/profile" component={ProfilePage} />
            <Route path="/machines/:id/runs" component={MachineRunsPage} />
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
