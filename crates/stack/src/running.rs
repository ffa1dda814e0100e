//! A stack at work.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::FutureExt as _;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    config::ACCOUNT,
    durable::FolderLock,
    error::StackError,
    events::{Destination, Mapping, MappingParts, Target},
    faults::Faults,
    gateway::{Gateway, Router, Site},
    introspection::Introspection,
    invoke::{Functions, Hosted, Invoke},
    prepared::Prepared,
    server,
    template::{OnFailure, StreamMappingSpec},
    wiring::{Notes, Queue, TableStream, TopicDestination},
};

/// How often a mapping looks for new records. Lambda: "polls shards … at a base rate of 4 times per second".
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
const POLL_EVERY: Duration = Duration::from_millis(250);

/// How long each stage of stopping may take: requests, mappings, invocations, calls to the endpoints.
const PATIENCE: Duration = Duration::from_secs(2);

/// A running stack. Dropping it ends everything at once; [`Running::stop`] does so in good order.
pub struct Running {
    /// Client, API and mappings: what starts work.
    front: JoinSet<()>,
    stop_front: watch::Sender<bool>,
    functions: Arc<Functions>,
    /// The AWS endpoints, which running work still needs.
    back: JoinSet<()>,
    stop_back: watch::Sender<bool>,
    http_url: String,
    aws_url: String,
    _lock: FolderLock,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("http_url", &self.http_url)
            .field("aws_url", &self.aws_url)
            .finish_non_exhaustive()
    }
}

impl Running {
    /// Where client and API are.
    #[must_use]
    pub fn http_url(&self) -> &str {
        &self.http_url
    }

    /// Where the AWS endpoints are.
    #[must_use]
    pub fn aws_url(&self) -> &str {
        &self.aws_url
    }

    /// Takes no more requests, lets running ones end, and releases the data folder. Takes a few seconds at most;
    /// no task of the stack is left afterwards.
    pub async fn stop(mut self) {
        self.stop_front.send_replace(true);
        join(&mut self.front).await;
        self.functions.stop(PATIENCE).await;
        self.stop_back.send_replace(true);
        join(&mut self.back).await;
    }
}

async fn join(tasks: &mut JoinSet<()>) {
    // Servers keep to the same patience by themselves; the margin is for what they do afterwards.
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(PATIENCE + Duration::from_millis(500), all)
        .await
        .is_err()
    {
        tasks.shutdown().await;
    }
}

pub(crate) fn start(prepared: Prepared, invokes: BTreeMap<String, Invoke>) -> Result<Running, StackError> {
    let functions = Arc::new(host(&prepared, invokes)?);
    let mut router = Router::default();
    for function in &prepared.plan.functions {
        for route in &function.routes {
            router
                .add(route, &function.logical_id)
                .map_err(|it| StackError::Route(it.0))?;
        }
    }
    let mappings = mappings(&prepared, &functions)?;

    let Prepared {
        config,
        lock,
        http,
        aws,
        http_url,
        aws_url,
        plan,
        iam,
        endpoint,
        outbox,
        dead_letters,
        ..
    } = prepared;
    let introspection = Introspection {
        outbox,
        dead_letters,
        iam,
        functions: Arc::clone(&functions),
        aws_url: aws_url.clone(),
        routes: router
            .keys()
            .map(|(key, function)| (key.to_owned(), function.to_owned()))
            .collect(),
        not_run: plan.not_run,
    };
    let gateway = Arc::new(Gateway {
        router,
        cors: plan.api.cors,
        functions: Arc::clone(&functions),
        site: Site::new(config.client_dir),
        headers: plan.site,
        introspection,
        account: ACCOUNT.to_owned(),
        clock: config.clock,
    });

    let ((stop_front, front_stops), (stop_back, back_stops)) = (watch::channel(false), watch::channel(false));
    let (mut front, mut back) = (JoinSet::new(), JoinSet::new());
    let answer: server::Handler = Arc::new(move |request, _| {
        let endpoint = Arc::clone(&endpoint);
        async move { endpoint.handle(request).await }.boxed()
    });
    back.spawn(server::serve(aws, answer, back_stops, PATIENCE));
    let answer: server::Handler = Arc::new(move |request, client| {
        let gateway = Arc::clone(&gateway);
        async move { gateway.handle(request, client).await }.boxed()
    });
    front.spawn(server::serve(http, answer, front_stops.clone(), PATIENCE));
    for mapping in mappings {
        front.spawn(mapping.run(front_stops.clone(), POLL_EVERY));
    }
    Ok(Running {
        front,
        stop_front,
        functions,
        back,
        stop_back,
        http_url,
        aws_url,
        _lock: lock,
    })
}

fn host(prepared: &Prepared, mut invokes: BTreeMap<String, Invoke>) -> Result<Functions, StackError> {
    let mut hosted = BTreeMap::new();
    for spec in &prepared.plan.functions {
        let invoke = invokes
            .remove(&spec.logical_id)
            .ok_or_else(|| StackError::MissingFunction(spec.logical_id.clone()))?;
        let timeout = Duration::from_secs(spec.timeout_s.into());
        hosted.insert(
            spec.logical_id.clone(),
            Hosted {
                arn: spec.arn.clone(),
                timeout,
                invoke,
            },
        );
    }
    if let Some(unknown) = invokes.into_keys().next() {
        return Err(StackError::UnknownFunction(unknown));
    }
    let faults = Faults::new(prepared.config.invoke_failures.clone());
    Ok(Functions::new(hosted, Arc::clone(&prepared.config.clock), faults))
}

fn mappings(prepared: &Prepared, functions: &Arc<Functions>) -> Result<Vec<Mapping>, StackError> {
    let mut mappings = Vec::new();
    for function in &prepared.plan.functions {
        for spec in &function.mappings {
            mappings.push(mapping(prepared, functions, &function.logical_id, spec)?);
        }
    }
    Ok(mappings)
}

fn mapping(
    prepared: &Prepared,
    functions: &Arc<Functions>,
    function: &str,
    spec: &StreamMappingSpec,
) -> Result<Mapping, StackError> {
    let table = prepared
        .streams
        .get(&spec.stream_arn)
        .cloned()
        .ok_or_else(|| StackError::UnknownStream {
            function: function.to_owned(),
            stream_arn: spec.stream_arn.clone(),
        })?;
    let (caller, logical_id) = (Arc::clone(functions), function.to_owned());
    let target: Target = Arc::new(move |event| {
        let (functions, logical_id) = (Arc::clone(&caller), logical_id.clone());
        async move {
            let invoked = functions.invoke(&logical_id, event).await;
            (invoked.request_id, invoked.result)
        }
        .boxed()
    });
    let parts = MappingParts {
        // A stream that is made anew is another stream, and starts from its beginning.
        name: format!("mapping {function}.{} of {}", spec.event, spec.stream_arn),
        spec: spec.clone(),
        function_arn: functions.arn(function).unwrap_or_default().to_owned(),
        source: Arc::new(TableStream {
            dynamo: prepared.dynamo.clone(),
            table: table.clone(),
        }),
        table,
        checkpoints: Arc::new(Notes(prepared.dynamo.clone())),
        destination: spec
            .on_failure
            .as_ref()
            .map(|it| destination(prepared, function, it))
            .transpose()?,
        target,
        clock: Arc::clone(&prepared.config.clock),
    };
    Mapping::new(parts).map_err(|source| StackError::Filter {
        function: function.to_owned(),
        event: spec.event.clone(),
        source,
    })
}

fn destination(
    prepared: &Prepared,
    function: &str,
    on_failure: &OnFailure,
) -> Result<Arc<dyn Destination>, StackError> {
    let unknown = |arn: &String| StackError::UnknownDestination {
        function: function.to_owned(),
        destination: arn.clone(),
    };
    match on_failure {
        OnFailure::Queue(arn) if prepared.plan.queues.iter().any(|it| it.arn == *arn) => {
            Ok(Arc::new(Queue {
                arn: arn.clone(),
                letters: Arc::clone(&prepared.dead_letters),
                clock: Arc::clone(&prepared.config.clock),
            }))
        }
        OnFailure::Topic(arn) if prepared.plan.topics.iter().any(|it| it.arn == *arn) => {
            Ok(Arc::new(TopicDestination {
                arn: arn.clone(),
                sns: Arc::clone(&prepared.endpoint.sns),
            }))
        }
        OnFailure::Queue(arn) | OnFailure::Topic(arn) => Err(unknown(arn)),
    }
}
