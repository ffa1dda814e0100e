//! From a request to its handler, past the rule of its route.

use std::{collections::BTreeMap, fmt, sync::Arc};

use api::{Method, Problem, ProblemType, Route, wire::AuditEvent};
use futures::future::BoxFuture;
use http::HeaderMap;
use percent_encoding::percent_decode_str;

use crate::{
    Failure, Happened, Invocation, Request, Response, Trail,
    event::HttpEvent,
    limits::{Limits, Quota},
    panics::{self, Panicked},
    principal::{AccessTokens, Admission, Admitted, ApiKeys},
};

type Handler = Arc<dyn Fn(Request) -> BoxFuture<'static, Result<Response, Failure>> + Send + Sync>;

/// Largest body of a request, in bytes. Chosen: photos go to S3, and nothing else here comes near.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The routes of a function: rows of [`api::ROUTES`] and a handler for each, over shared dependencies `S`.
pub struct Router<S> {
    state: Arc<S>,
    table: Table,
}

impl<S: Send + Sync + 'static> Router<S> {
    /// Returns a router without routes. `tokens` verifies whoever is signed in.
    pub fn new(tokens: AccessTokens, state: Arc<S>) -> Self {
        let table = Table {
            admission: Admission::new(tokens),
            mounted: Vec::new(),
            paths: matchit::Router::new(),
            methods: Vec::new(),
            max_body_bytes: MAX_BODY_BYTES,
            limits: None,
            trail: None,
        };
        Self { state, table }
    }

    /// Serves a row of the route table with a handler.
    ///
    /// # Panics
    ///
    /// If two routes have the same method and path, or paths that cannot be told apart.
    #[must_use]
    pub fn route<H, F>(mut self, route: &'static Route, handler: H) -> Self
    where
        H: Fn(Arc<S>, Request) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Response, Failure>> + Send + 'static,
    {
        let state = self.state.clone();
        self.table.mount(
            route,
            Arc::new(move |request| Box::pin(handler(state.clone(), request))),
        );
        self
    }

    /// Takes API keys on the routes that are open to them.
    #[must_use]
    pub fn api_keys(mut self, api_keys: ApiKeys) -> Self {
        self.table.admission.set_api_keys(api_keys);
        self
    }

    /// Writes into this trail when API keys are used, once an hour for each.
    #[must_use]
    pub fn trail(mut self, trail: Trail) -> Self {
        self.table.trail = Some(trail);
        self
    }

    /// Counts the routes that [`api::limit::LIMITED`] names.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.table.limits = Some(limits);
        self
    }

    /// Takes bodies up to this size instead of 64 KiB.
    #[must_use]
    pub const fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.table.max_body_bytes = bytes;
        self
    }

    /// Returns the rows of [`api::ROUTES`] that name `function` and are not served, and those that are served and
    /// name another function. A test of each function expects none.
    #[must_use]
    pub fn misplaced(&self, function: &str) -> Vec<&'static str> {
        let served = |route: &Route| self.table.mounted.iter().any(|it| it.route.id == route.id);
        let missing = api::ROUTES
            .iter()
            .filter(|it| it.function == function && !served(it))
            .map(|it| it.id);
        let foreign = self
            .table
            .mounted
            .iter()
            .filter(|it| it.route.function != function)
            .map(|it| it.route.id);
        missing.chain(foreign).collect()
    }

    /// A route that is limited must not be served without counting, nor one that is open to API keys without them.
    pub(crate) fn into_table(self) -> Table {
        let uncounted = self.table.mounted.iter().find(|it| it.route.rate().is_some());
        assert!(
            self.table.limits.is_some() || uncounted.is_none(),
            "a route is limited and nothing counts"
        );
        let closed = |it: &&Mounted| !self.table.admission.can_verify(it.route.access);
        let closed = self.table.mounted.iter().find(closed).map(|it| it.route.id);
        assert!(
            closed.is_none(),
            "{closed:?} is open to API keys and nothing verifies them"
        );
        self.table
    }
}

impl<S> fmt::Debug for Router<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.table.mounted.iter().map(|it| it.route.id))
            .finish()
    }
}

struct Mounted {
    route: &'static Route,
    handler: Handler,
    /// Index of its path's methods.
    methods: usize,
}

/// Names and values of what a path has in place of braces.
type PathParameters = Vec<(String, String)>;

/// Routes by path, then by method.
pub(crate) struct Table {
    admission: Admission,
    mounted: Vec<Mounted>,
    paths: matchit::Router<usize>,
    methods: Vec<BTreeMap<Method, usize>>,
    max_body_bytes: usize,
    limits: Option<Limits>,
    trail: Option<Trail>,
}

/// What became of a request, and under which route it goes into the log.
pub(crate) struct Routed {
    pub(crate) route: Option<&'static Route>,
    pub(crate) result: Result<Result<Response, Failure>, Panicked>,
}

impl Table {
    fn mount(&mut self, route: &'static Route, handler: Handler) {
        let known = self
            .mounted
            .iter()
            .find(|it| it.route.path == route.path)
            .map(|it| it.methods);
        let methods = known.unwrap_or_else(|| {
            let path = format!("{}{}", api::BASE_PATH, route.path);
            self.paths
                .insert(path, self.methods.len())
                .expect("paths of the route table can be told apart");
            self.methods.push(BTreeMap::new());
            self.methods.len() - 1
        });
        let before = self.methods[methods].insert(route.method, self.mounted.len());
        assert!(before.is_none(), "{} is served twice", route.id);
        self.mounted.push(Mounted {
            route,
            handler,
            methods,
        });
    }

    /// Answers a request.
    pub(crate) async fn answer(&self, event: HttpEvent, invocation: &Invocation) -> Routed {
        let (mounted, path_parameters) = match self.find(&event) {
            Ok(found) => found,
            Err(problem) => {
                return Routed {
                    route: None,
                    result: Ok(Err(problem.into())),
                };
            }
        };
        let answered = panics::caught(async {
            let headers = event.headers();
            let admitted = self.admission.admit(mounted.route.access, &headers).await?;
            let request = self.request((event, headers), path_parameters, &admitted, invocation)?;
            self.write_down_use(&admitted, &request).await;
            let quota = self.count(mounted.route, &request).await?;
            let headers = quota.as_ref().map(Quota::headers).into_iter().flatten();
            match (mounted.handler)(request).await {
                Ok(response) => Ok(headers.fold(response, |it, (name, value)| it.with_header(name, &value))),
                Err(failure) => Err(failure.with_headers(headers)),
            }
        });
        Routed {
            route: Some(mounted.route),
            result: answered.await,
        }
    }

    fn find(&self, event: &HttpEvent) -> Result<(&Mounted, PathParameters), Problem> {
        let not_found = || Problem::new(ProblemType::NotFound);
        let found = self
            .paths
            .at(&event.raw_path)
            .map_err(|_| elsewhere(&event.raw_path))?;
        let methods = self.methods.get(*found.value).ok_or_else(not_found)?;
        let method = Method::parse(&event.request_context.http.method);
        let Some(mounted) = method
            .and_then(|it| methods.get(&it))
            .and_then(|it| self.mounted.get(*it))
        else {
            return Err(method_not_allowed(methods.keys().copied()));
        };
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let parameters = found
            .params
            .iter()
            .map(|(name, value)| (name.to_owned(), decode(value)))
            .collect();
        Ok((mounted, parameters))
    }

    /// Counts a request on a route that is limited by account.
    async fn count(&self, route: &Route, request: &Request) -> Result<Option<Quota>, Failure> {
        let (Some(rate), Some(limits)) = (route.rate(), &self.limits) else {
            return Ok(None);
        };
        limits.take(rate, &request.principal()?.user.to_string()).await
    }

    /// Writes down that an API key was used, where that is due; what was written down goes into the trail as well.
    async fn write_down_use(&self, admitted: &Admitted, request: &Request) {
        let Some(used) = self.admission.mark_used(admitted).await else {
            return;
        };
        if let Some(trail) = &self.trail {
            let network = self.limits.as_ref().and_then(|it| it.network(request));
            let happened = Happened::done(AuditEvent::ApiKeyUsed)
                .by(used.user)
                .with_api_key(used.id);
            trail.record(happened.from(network)).await;
        }
    }

    /// Puts together what a handler sees.
    fn request(
        &self,
        (mut event, headers): (HttpEvent, HeaderMap),
        path_parameters: PathParameters,
        admitted: &Admitted,
        invocation: &Invocation,
    ) -> Result<Request, Problem> {
        let body = event
            .body()
            .ok_or_else(|| Problem::new(ProblemType::InvalidJson).detail("The body is not valid base64."))?;
        if self.max_body_bytes < body.len() {
            return Err(Problem::new(ProblemType::PayloadTooLarge).with("limitBytes", self.max_body_bytes));
        }
        Ok(Request {
            id: invocation.request_id.clone(),
            deadline: invocation.deadline,
            headers,
            cookies: event.cookies,
            query: event.raw_query_string,
            path_parameters,
            body,
            principal: admitted.principal.clone(),
            source_ip: event.request_context.http.source_ip,
        })
    }
}

/// Returns the problem of a path that no route here has.
///
/// One function also gets what API Gateway has no route for, among it methods that another function's path does
/// not support: those are `method-not-allowed` and not `not-found`.
fn elsewhere(raw_path: &str) -> Problem {
    let segments = |path: &'static str| path.split('/').skip(1);
    let is_at = |route: &&&Route| {
        let Some(path) = raw_path
            .strip_prefix(api::BASE_PATH)
            .and_then(|it| it.strip_prefix('/'))
        else {
            return false;
        };
        let is_parameter = |it: &str| it.starts_with('{');
        let given: Vec<&str> = path.split('/').collect();
        segments(route.path).count() == given.len()
            && segments(route.path)
                .zip(given)
                .all(|(pattern, it)| pattern == it || is_parameter(pattern) && !it.is_empty())
    };
    let mut allow: Vec<Method> = api::ROUTES.iter().filter(is_at).map(|it| it.method).collect();
    allow.sort_unstable();
    if allow.is_empty() {
        ProblemType::NotFound.into()
    } else {
        method_not_allowed(allow)
    }
}

fn method_not_allowed(allow: impl IntoIterator<Item = Method>) -> Problem {
    let allow: Vec<_> = allow.into_iter().map(Method::as_str).collect();
    Problem::new(ProblemType::MethodNotAllowed).with("allow", allow)
}
