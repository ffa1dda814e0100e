//! From requests to what the handlers take, and from what they return to answers.

use std::sync::Arc;

use api::wire::{AnalysisPage, CreateAnalysisRequest, ImageAddress, ImageQuery, Kind, ListAnalysesQuery};
use api::{Problem, ProblemType, routes};
use aws::analyses::AnalysisFilter;
use domain::{AnalysisId, PageLimit, UploadId};
use intake::picture_problem;
use jiff::Timestamp;
use lambda_kit::{AccessTokens, ApiKeys, Clock, Failure, Ids, Limits, Request, Response, Router, cursor};

use crate::capabilities::ListAnalyses;
use crate::create::{AnalyzeError, Analyzes, CLAIM_LIFETIME, Made, Order, analyze};
use crate::found;
use crate::history::{self, HistoryError};

/// Seconds after which to ask again for an analysis that another request is making. Most take one or two.
const RETRY_AFTER_S: u32 = 3;

/// What a request needs besides itself.
#[derive(Clone)]
pub struct Context<D> {
    /// Capabilities.
    pub deps: D,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New identifiers.
    pub ids: Arc<dyn Ids>,
}

impl<D> std::fmt::Debug for Context<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

/// Returns the routes of this function.
pub fn router<D>(
    tokens: AccessTokens,
    api_keys: ApiKeys,
    limits: Limits,
    context: Arc<Context<D>>,
) -> Router<Context<D>>
where
    D: Analyzes + ListAnalyses + Send + 'static,
{
    Router::new(tokens, context)
        .api_keys(api_keys)
        .limits(limits)
        .route(&routes::CREATE_ANALYSIS, create)
        .route(&routes::LIST_ANALYSES, list)
        .route(&routes::GET_ANALYSIS, show)
        .route(&routes::DELETE_ANALYSIS, erase)
        .route(&routes::GET_ANALYSIS_IMAGE, image)
}

async fn create<D: Analyzes>(context: Arc<Context<D>>, request: Request) -> Result<Response, Failure> {
    let user = request.principal()?.user;
    let key = request.idempotency_key()?;
    let body: CreateAnalysisRequest = request.json()?;
    let upload = UploadId::parse(&body.upload_id)
        .map_err(|_| Problem::invalid("uploadId", "must be the identifier of an upload"))?;
    check_kinds(&body.kinds)?;
    let order = Order {
        user,
        upload,
        attributes: body.attributes,
        key_digest: key.map(|it| it.digest(&[&user.to_string(), routes::CREATE_ANALYSIS.id])),
    };
    let proposed = AnalysisId::from_uuid(context.ids.next());
    let (response, analysis) = match analyze(&context.deps, &order, proposed, context.clock.now()).await? {
        Made::Now(analysis) => (Response::created(&analysis), analysis),
        Made::Before(analysis) => (Response::ok(&analysis), analysis),
    };
    let path = format!("{}/analyses/{}", api::BASE_PATH, analysis.analysis_id);
    Ok(response.with_header(http::header::LOCATION, &path))
}

fn check_kinds(kinds: &[Kind]) -> Result<(), Problem> {
    if kinds.is_empty() {
        return Err(Problem::invalid("kinds", "must not be empty"));
    }
    if kinds.contains(&Kind::Masks) {
        return Err(Problem::new(ProblemType::KindNotAvailable)
            .detail("Masks cannot be analysed yet.")
            .with("kind", "masks"));
    }
    Ok(())
}

async fn list<D: ListAnalyses>(context: Arc<Context<D>>, request: Request) -> Result<Response, Failure> {
    let user = request.principal()?.user;
    let query: ListAnalysesQuery = request.query()?;
    let limit = PageLimit::new(query.limit).map_err(|it| Problem::invalid("limit", it.to_string()))?;
    let filter = AnalysisFilter {
        list: query.list.map(Into::into),
        smiling: query.smiling,
        from: time("from", query.from.as_deref())?,
        to: time("to", query.to.as_deref())?,
    };
    // A cursor belongs to the account and the filter it was made for.
    let scope = format!("{} {user} {filter:?}", routes::LIST_ANALYSES.id);
    let after = query.cursor.as_deref().map(|it| place(&scope, it)).transpose()?;
    let page = history::list(&context.deps, user, filter, limit, after).await?;
    Ok(Response::ok(&AnalysisPage {
        items: page.rows.iter().map(found::summary).collect(),
        next_cursor: page.after.map(|it| cursor::encode(&scope, &it.to_string())),
    }))
}

fn place(scope: &str, text: &str) -> Result<AnalysisId, Problem> {
    let id: String = cursor::decode(scope, text)?;
    AnalysisId::parse(&id).map_err(|_| Problem::new(ProblemType::InvalidCursor))
}

fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let parse = |it: &str| {
        it.parse()
            .map_err(|_| Problem::invalid(name, "must be a time such as 2026-11-20T11:00:00Z"))
    };
    text.map(parse).transpose()
}

async fn show<D: Analyzes>(context: Arc<Context<D>>, request: Request) -> Result<Response, Failure> {
    let user = request.principal()?.user;
    let analysis = history::show(&context.deps, user, analysis_id(&request)?).await?;
    Ok(Response::ok(&analysis))
}

async fn erase<D: Analyzes>(context: Arc<Context<D>>, request: Request) -> Result<Response, Failure> {
    let user = request.principal()?.user;
    history::erase(&context.deps, user, analysis_id(&request)?, context.clock.now()).await?;
    Ok(Response::no_content())
}

async fn image<D: Analyzes>(context: Arc<Context<D>>, request: Request) -> Result<Response, Failure> {
    let user = request.principal()?.user;
    let ImageQuery { variant } = request.query()?;
    let analysis = analysis_id(&request)?;
    let link = history::link(&context.deps, user, analysis, variant, context.clock.now()).await?;
    // An `<img>` cannot send a token, and a redirected fetch would need the bucket's leave for more than a GET.
    let response = if accepts_json(request.header("accept")) {
        Response::ok(&ImageAddress { url: link.url })
    } else {
        Response::found(&link.url)
    };
    Ok(response.with_header(http::header::VARY, "Accept"))
}

/// Whether the caller names JSON; `*/*`, which every client sends, does not.
fn accepts_json(accept: Option<&str>) -> bool {
    let ranges = accept.unwrap_or_default().split(',');
    ranges
        .map(|it| it.split(';').next().unwrap_or_default().trim())
        .any(|it| it == "application/json")
}

/// An identifier that does not parse names nothing.
fn analysis_id(request: &Request) -> Result<AnalysisId, Problem> {
    AnalysisId::parse(request.path("id")).map_err(|_| Problem::new(ProblemType::AnalysisNotFound))
}

impl From<AnalyzeError> for Failure {
    fn from(error: AnalyzeError) -> Self {
        match error {
            AnalyzeError::UploadNotFound => ProblemType::UploadNotFound.into(),
            AnalyzeError::UploadExpired => ProblemType::UploadExpired.into(),
            AnalyzeError::UploadIncomplete => ProblemType::UploadIncomplete.into(),
            AnalyzeError::UploadRefused => Problem::new(ProblemType::UploadExpired)
                .detail("Its photo was refused before. Upload another one.")
                .into(),
            AnalyzeError::UploadMismatch => ProblemType::UploadMismatch.into(),
            AnalyzeError::Picture(error) => picture_problem(&error).into(),
            AnalyzeError::InProgress => Problem::new(ProblemType::AnalysisInProgress)
                .with("atMostSeconds", CLAIM_LIFETIME.as_secs())
                .retry_after(RETRY_AFTER_S)
                .into(),
            AnalyzeError::KeyReused => ProblemType::IdempotencyKeyReused.into(),
            AnalyzeError::Fault(fault) => fault.into(),
        }
    }
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::NotFound => ProblemType::AnalysisNotFound.into(),
            HistoryError::Fault(fault) => fault.into(),
        }
    }
}

#[cfg(test)]
mod tests;
