import { createRouter } from 'vue-router'
import type { RouteLocationNormalized, RouteLocationRaw, RouteRecordRaw, RouterHistory } from 'vue-router'
import AccountPage from './account/AccountPage.vue'
import { uuidOf } from './api/uuid.ts'
import AuditPage from './audit/AuditPage.vue'
import { filtersOf } from './history/filters.ts'
import HistoryPage from './history/HistoryPage.vue'
import ApiKeysPage from './keys/ApiKeysPage.vue'
import { livenessTexts } from './liveness/texts.ts'
import { wishesOf } from './liveness/wishes.ts'
import PeoplePage from './people/PeoplePage.vue'
import PersonPage from './people/PersonPage.vue'
import ResultPage from './result/ResultPage.vue'
import ForgotPasswordPage from './session/ForgotPasswordPage.vue'
import PasswordPage from './session/PasswordPage.vue'
import ResetPasswordPage from './session/ResetPasswordPage.vue'
import SignInPage from './session/SignInPage.vue'
import { destinationOf } from './session/destination.ts'
import type { SessionState } from './session/session.ts'
import type { SessionControl } from './session/useSession.ts'
import SessionsPage from './sessions/SessionsPage.vue'
import NotFoundPage from './shell/NotFoundPage.vue'
import { texts } from './texts.ts'
import UploadPage from './upload/UploadPage.vue'
import UsersPage from './users/UsersPage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    title: string
    /** Who sees the page; others are sent to where they have to go first. */
    for: 'everybody' | 'signed-out' | 'signed-in' | 'administrators'
  }
}

/** A UUID, as far as a path pattern can say it: these may not contain groups. */
const UUID = '[0-9a-fA-F-]{36}'

export const routes: RouteRecordRaw[] = [
  {
    path: '/', name: 'upload', component: UploadPage,
    meta: { title: texts.upload.title, for: 'signed-in' },
  },
  {
    path: '/analyses', name: 'history', component: HistoryPage,
    props: to => ({ filters: filtersOf(to.query) }),
    meta: { title: texts.history.title, for: 'signed-in' },
  },
  {
    path: `/analyses/:analysisId(${UUID})`, name: 'result', component: ResultPage, props: true,
    meta: { title: texts.result.title, for: 'signed-in' },
  },
  {
    path: '/people', name: 'people', component: PeoplePage,
    meta: { title: texts.people.title, for: 'signed-in' },
  },
  {
    path: `/people/:personId(${UUID})`, name: 'person', component: PersonPage, props: true,
    meta: { title: texts.person.title, for: 'signed-in' },
  },
  {
    path: '/liveness', name: 'liveness', component: () => import('./liveness/LivenessPage.vue'),
    props: to => ({ wishes: wishesOf(to.query) }),
    meta: { title: livenessTexts.title, for: 'signed-in' },
  },
  {
    path: '/password', name: 'password', component: PasswordPage,
    meta: { title: texts.password.title, for: 'signed-in' },
  },
  {
    path: '/account', name: 'account', component: AccountPage,
    meta: { title: texts.account.title, for: 'signed-in' },
  },
  {
    path: '/account/sessions', name: 'sessions', component: SessionsPage,
    meta: { title: texts.sessions.title, for: 'signed-in' },
  },
  {
    path: '/account/api-keys', name: 'api-keys', component: ApiKeysPage,
    meta: { title: texts.apiKeys.title, for: 'signed-in' },
  },
  {
    path: '/admin/users', name: 'users', component: UsersPage,
    meta: { title: texts.users.title, for: 'administrators' },
  },
  {
    path: '/admin/audit', name: 'audit', component: AuditPage,
    props: to => ({ userId: uuidOf(to.query.user) }),
    meta: { title: texts.audit.title, for: 'administrators' },
  },
  {
    path: '/forgot-password', name: 'forgot-password', component: ForgotPasswordPage,
    meta: { title: texts.forgot.title, for: 'everybody' },
  },
  {
    path: '/reset-password', name: 'reset-password', component: ResetPasswordPage,
    meta: { title: texts.reset.title, for: 'everybody' },
  },
  {
    path: '/sign-in', name: 'sign-in', component: SignInPage,
    meta: { title: texts.signIn.title, for: 'signed-out' },
  },
  {
    path: '/:nothing(.*)*', name: 'not-found', component: NotFoundPage,
    meta: { title: texts.notFound.title, for: 'everybody' },
  },
]

export function createClientRouter(session: SessionControl, history: RouterHistory) {
  const router = createRouter({
    history,
    routes,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  let resumed: Promise<void> | null = null
  router.beforeEach(async (to) => {
    // Once, and before the first page: who is there decides which page that is.
    await (resumed ??= session.resume())
    return detour(to, session.state.value)
  })
  router.afterEach((to) => {
    document.title = `${to.meta.title} – ${texts.product}`
  })
  return router
}

/** Where somebody in this state is sent instead; nothing where he may go on. */
export function detour(
  to: Pick<RouteLocationNormalized, 'path' | 'fullPath' | 'query' | 'meta'> & { name?: unknown }, state: SessionState,
): RouteLocationRaw | undefined {
  if (state.kind === 'signed-in' && state.mustChangePassword && to.meta.for !== 'everybody') {
    return to.name === 'password' ? undefined : { name: 'password', query: { next: to.fullPath } }
  }
  if (state.kind === 'signed-in' && to.meta.for === 'signed-out') {
    return destinationOf(to.query.next)
  }
  if (state.kind === 'signed-in' && to.meta.for === 'administrators' && state.user.role !== 'admin') {
    // To everybody else there is nothing, at this very address.
    return { name: 'not-found', params: { nothing: to.path.slice(1).split('/') } }
  }
  if (state.kind === 'signed-out' && (to.meta.for === 'signed-in' || to.meta.for === 'administrators')) {
    const isFrontPage = to.fullPath === '/' || state.because === 'left'
    return { name: 'sign-in', query: isFrontPage ? {} : { next: to.fullPath } }
  }
  return undefined
}
